"""`salzoo check`: every problem at once, by file; damaged JPEGs; official splits or none."""

import io
import os
import shutil
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from salzoo import InputError, cli, load_dataset
from salzoo.data.dataset_record import Archive
from salzoo.data.datasets import ecssd
from salzoo.data.images import read_image
from salzoo.data.validation import faults, inspect_dataset
from salzoo.utils.task import Task
from tests.data.datasets.layouts import folder as own_folder
from tests.data.datasets.layouts import make_small
from tests.data.datasets.layouts.making import density_picture, mask_picture, picture
from tests.real_data import require_data


@pytest.fixture
def folder(tmp_path, monkeypatch):
    return make_small("ecssd", tmp_path, monkeypatch)


def problems(folder):
    _, checks = inspect_dataset("ecssd", folder)
    return {os.path.relpath(path, folder): sentence for path, sentence in checks.problems}


def test_a_whole_folder(folder):
    samples, checks = inspect_dataset("ecssd", folder)
    assert len(samples) == 5 and checks.problems == []


def test_all_problems_at_once(folder):
    image = folder / "images" / "0001.jpg"
    image.write_bytes(image.read_bytes()[:100])
    os.remove(folder / "ground_truth_mask" / "0002.png")
    mask_picture(str(folder / "ground_truth_mask" / "0003.png"), (99, 99))
    picture(str(folder / "images" / "0006.jpg"), (30, 40))
    damaged = bytearray((folder / "ground_truth_mask" / "0004.png").read_bytes())
    damaged[45:60] = b"\xff" * 15
    (folder / "ground_truth_mask" / "0004.png").write_bytes(damaged)
    found = problems(folder)
    assert "cut short" in found["images/0001.jpg"]
    assert "has no mask" in found["images/0002.jpg"]
    assert "is 99x99, but its image 0003.jpg is 40x30" in found["ground_truth_mask/0003.png"]
    assert "damaged" in found["ground_truth_mask/0004.png"]
    assert "has no mask" in found["images/0006.jpg"]
    assert found["."] == "gives 1 usable images of 5."


def test_archives_that_lie_there_are_verified(folder, monkeypatch):
    archive = Archive("http://127.0.0.1:9/images.zip", "images.zip", "md5:" + "0" * 32)
    monkeypatch.setattr(ecssd, "RECORD", replace(ecssd.RECORD, archives=(archive,)))
    (folder / "images.zip").write_bytes(b"something else")
    assert "has md5" in problems(folder)["images.zip"]
    assert (folder / "images.zip").exists()


def checked(name, folder, capsys):
    """Run `salzoo check` and return its exit status and what it prints."""
    arguments = cli._parse(["salzoo", "check", name, "--data_dir", str(folder)])
    return cli._run(arguments), capsys.readouterr().out


def test_command(folder, capsys):
    status, text = checked("ecssd", folder, capsys)
    assert status == 0 and "5 usable images" in text and "official" not in text
    os.remove(folder / "ground_truth_mask" / "0002.png")
    status, text = checked("ecssd", folder, capsys)
    assert status == 1 and "0002.jpg has no mask" in text


def test_one_half_of_duts(tmp_path, monkeypatch, capsys):
    make_small("duts", tmp_path, monkeypatch, halves=["TR"])
    status, text = checked("duts", tmp_path, capsys)
    assert status == 0 and "official splits: train 4 of 4, test 0 of 2" in text
    for kind, ending in (("Image", "jpg"), ("Mask", "png")):
        os.remove(tmp_path / f"DUTS-TR/DUTS-TR-{kind}/sun_b.{ending}")
    status, text = checked("duts", tmp_path, capsys)
    assert status == 1 and "gives 3 usable images of 4 of the split 'train'." in text
    assert ", 1 problem\n" in text


def test_cat2000_without_its_test_part(tmp_path, monkeypatch, capsys):
    make_small("cat2000", tmp_path, monkeypatch)
    shutil.rmtree(tmp_path / "testSet")
    status, text = checked("cat2000", tmp_path, capsys)
    assert status == 0 and "official splits: train 6 of 6, test 0 of 6" in text


def test_a_folder_of_ones_own_has_any_number_of_images(tmp_path, capsys):
    own_folder.make(str(tmp_path))
    status, text = checked("folder", tmp_path, capsys)
    assert status == 0 and "5 usable images, 7 fixations" in text


def test_a_black_density_is_a_problem(tmp_path):
    for number, level in ((1, 0), (2, 9)):
        picture(str(tmp_path / f"images/{number}.png"), (20, 30))
        density_picture(str(tmp_path / f"densities/{number}.png"), (20, 30), level)
    _, checks = inspect_dataset("folder", tmp_path)
    assert [(os.path.basename(path), text[:8]) for path, text in checks.problems] == [
        ("1.png", "is black")
    ]


@pytest.mark.parametrize("kind", ["images", "densities", "masks"])
def test_an_image_with_a_file_that_is_refused_is_not_usable(tmp_path, capsys, kind):
    """The file looks well until it is decoded: a PNG with a wrong checksum."""
    for number in range(3):
        picture(str(tmp_path / f"images/{number}.png"), (20, 30), seed=number)
        density_picture(str(tmp_path / f"densities/{number}.png"), (20, 30), 9)
        mask_picture(str(tmp_path / f"masks/{number}.png"), (20, 30))
    assert "3 usable images" in checked("folder", tmp_path, capsys)[1]
    path = tmp_path / kind / "1.png"
    content = bytearray(path.read_bytes())
    content[60:70] = b"\xff" * 10
    path.write_bytes(content)
    status, text = checked("folder", tmp_path, capsys)
    assert status == 1 and "folder: 2 usable images, " in text and ", 1 problem\n" in text
    samples, _ = inspect_dataset("folder", tmp_path)
    assert [os.path.basename(sample.image_path) for sample in samples] == ["0.png", "2.png"]


def test_only_the_truth_that_is_learned_from_is_looked_at(tmp_path):
    for kind in ("images", "densities", "masks"):
        picture(str(tmp_path / f"{kind}/1.png"), (20, 30))
    for kind in ("densities", "masks"):
        path = tmp_path / f"{kind}/1.png"
        content = bytearray(path.read_bytes())
        content[60:70] = b"\xff" * 10
        path.write_bytes(content)
    samples = load_dataset("folder", tmp_path)
    for kinds, expected in (
        (Task.FIXATIONS, ["densities"]),
        (Task.OBJECTS, ["masks"]),
        (Task.FIXATIONS | Task.OBJECTS, ["densities", "masks"]),
    ):
        found = [path.split("/")[-2] for path, _ in faults(samples, kinds)]
        assert found == expected


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "LA", "I;16", "1"])
def test_black_of_every_kind(tmp_path, mode):
    for name, level in (("1", 0), ("2", 255)):
        picture(str(tmp_path / f"images/{name}.png"), (20, 30))
        path = tmp_path / f"densities/{name}.png"
        path.parent.mkdir(exist_ok=True)
        grey = np.zeros((20, 30), "uint8")
        grey[3, 4] = level
        image = Image.fromarray(grey)
        if mode == "I;16":
            image = Image.fromarray(grey.astype("uint16"))  # 255 of 65535 is not black
        elif mode != "L":
            image = image.convert(mode)
        image.save(path)
    found = [os.path.basename(path) for path, _ in faults(load_dataset("folder", tmp_path))]
    assert found == ["1.png"]


JPEG_KINDS = {
    "baseline": {},
    "progressive": {"progressive": True},
    "restarts": {"restart_marker_blocks": 5},
    "progressive with restarts": {"progressive": True, "restart_marker_blocks": 5},
    "rows of restarts, no subsampling": {"restart_marker_rows": 1, "subsampling": 0},
    "grey": {"mode": "L"},
    "CMYK": {"mode": "CMYK"},
}


def noisy_jpeg(kind):
    """A JPEG with texture everywhere, so that every cut loses something."""
    options = {"mode": "RGB", **JPEG_KINDS[kind]}
    levels = np.random.default_rng(0).integers(0, 256, (96, 128, 3), dtype="uint8")
    buffer = io.BytesIO()
    Image.fromarray(levels).convert(options.pop("mode")).save(buffer, "JPEG", **options)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", JPEG_KINDS)
def test_jpegs_cut_in_the_middle_and_ended_are_refused(folder, kind):
    path = folder / "images" / "0001.jpg"
    content = noisy_jpeg(kind)
    path.write_bytes(content)
    mask_picture(str(folder / "ground_truth_mask" / "0001.png"), (96, 128))
    assert problems(folder) == {}
    for share in (0.3, 0.5, 0.7, 0.9, 0.97):
        path.write_bytes(content[: int(len(content) * share)] + b"\xff\xd9")
        found = problems(folder)
        assert list(found) == ["images/0001.jpg", "."], share
        # What was found cheaply is what decoding finds.
        with pytest.raises(InputError, match="damaged or cut short"):
            read_image(path)
        assert "is damaged or cut short (Corrupt JPEG data" in found["images/0001.jpg"]


def test_jpegs_with_bytes_too_many_pass(folder):
    path = folder / "images" / "0001.jpg"
    content = path.read_bytes()
    for odd in (content[:-2] + bytes(40) + content[-2:], content + b"written by a camera"):
        path.write_bytes(odd)
        assert problems(folder) == {}


@pytest.mark.parametrize("pattern", ["osie/data/stimuli/*.jpg", "ecssd/images/*.jpg"])
def test_real_jpegs_pass(pattern):
    place, _, ending = pattern.rpartition("/")
    paths = sorted(require_data(f"data/{place}").glob(ending))[::20]
    assert paths
    for path in paths:
        read_image(str(path))
