"""`salzoo predict` as a person meets it: files beside the photo, tables, messages."""

import csv
import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image, ImageOps

import salzoo
from salzoo.data.images import decode_file
from salzoo.models import WEIGHTS_FOLDER
from salzoo.prediction.attention import best_crop, find_spots, region_shares
from salzoo.prediction.attention.boxes import Box
from salzoo.prediction.attention.calibration import read_calibrations
from salzoo.prediction.photos import write_crop

CALIBRATIONS = os.path.join(WEIGHTS_FOLDER, "msinet_lite.shares.json")
MAPS = ["saliency.npy", "saliency.png", "overlay.png"]


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder to work in, with a colourful photo.jpg of 90x60."""
    monkeypatch.chdir(tmp_path)
    levels = np.random.default_rng(0).integers(0, 256, (4, 6, 3), dtype="uint8")
    Image.fromarray(levels).resize((90, 60), Image.Resampling.BICUBIC).save("photo.jpg")
    return tmp_path


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def shipped_calibration():
    return read_calibrations(CALIBRATIONS)[0]


def boxes(path, *lines, header="name,x,y,width,height"):
    with open(path, "w") as file:
        file.write("\n".join([header, *lines]))
    return path


def test_one_photo_and_nothing_else(here):
    """As a program of its own, which takes the network step by step."""
    command = [sys.executable, "-m", "salzoo", "predict", "photo.jpg"]
    path = {"PYTHONPATH": os.path.dirname(os.path.dirname(salzoo.__file__))}
    result = subprocess.run(
        command, capture_output=True, text=True, timeout=120, env={**os.environ, **path}
    )
    assert result.returncode == 0 and result.stderr == ""
    assert result.stdout.split() == [f"photo_{name}" for name in MAPS]
    assert sorted(os.listdir()) == sorted(["photo.jpg", *result.stdout.split()])
    np.testing.assert_allclose(
        np.load("photo_saliency.npy"), salzoo.predict("photo.jpg"), atol=1e-5
    )
    for kind in ("overlay", "saliency"):
        assert Image.open(f"photo_{kind}.png").size == (90, 60)


def test_a_folder_twice(inside, here):
    """The second time, what the first one wrote is neither read nor in the way."""
    Image.new("RGB", (40, 30), "blue").save("sky.png")
    before = {name: (here / name).read_bytes() for name in os.listdir()}
    status, out, _ = inside("predict", here, "--crop", "1:1")
    assert status == 0 and f"2 of 2 images: maps and overlays in {here}" in out
    files = sorted(os.listdir())
    expected = [f"{stem}_{name}" for stem in ("photo", "sky") for name in MAPS]
    assert files == sorted([*before, *expected, "photo_crop.jpg", "sky_crop.png"])
    status, out, _ = inside("predict", here, "--crop", "1:1")
    assert status == 0 and "2 of 2 images" in out
    assert "left out 6 files that salzoo predict wrote itself." in out
    assert sorted(os.listdir()) == files
    assert {name: (here / name).read_bytes() for name in before} == before


def test_write(inside, here):
    status, out, _ = inside("predict", "photo.jpg", "--write", "overlay,npy")
    assert status == 0 and out.split() == ["photo_saliency.npy", "photo_overlay.png"]
    status, _, err = inside("predict", "photo.jpg", "--write", "png,jpg")
    assert status == 2 and "There is no file of a map 'jpg'" in err
    status, _, err = inside("predict", "photo.jpg", "--write", "png,png")
    assert status == 2 and "--write png,png: name some of npy, png, overlay, each once." in err
    status, _, err = inside("predict", "--submission", "mit300", "--write", "png")
    assert status == 2 and "--submission takes the benchmark's own images" in err


def test_all_files_twice(inside, here):
    """As a pattern, and as a shell makes a list of it."""
    extras = ["--top", 1, "--regions", boxes(here.parent / "boxes.csv", "all,0,0,90,60")]
    assert inside("predict", "*", *extras)[0] == 0
    for images, own in ((["*"], 2), (sorted(os.listdir()), 5)):
        status, out, err = inside("predict", *images, *extras)
        assert status == 0 and not err and "photo_regions.csv" in out
        assert f"left out {own} files that salzoo predict wrote itself." in out
    status, _, err = inside("predict", "photo.jpg", here.parent / "boxes.csv")
    assert status == 1 and "boxes.csv is not an image that can be read; give JPEG or PNG" in err


def test_pictures_that_were_deleted_are_written_again(inside, here):
    extras = ["--top", 2, "--regions", boxes("boxes.csv", "all,0,0,90,60")]
    files = inside("predict", "photo.jpg", *extras)[1].split()[-5:]
    for name in ("photo_saliency.png", "photo_overlay.png"):
        os.remove(name)
    status, out, _ = inside("predict", "photo.jpg", *extras)
    assert status == 0 and out.split()[-5:] == files and all(map(os.path.exists, files))


@pytest.mark.parametrize("stopped", ["save_picture", "np.save", "mark_spots"])
def test_an_interrupted_photo_is_predicted_again(inside, here, monkeypatch, stopped):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(f"salzoo.prediction.photos.{stopped}", interrupt)
        assert inside("predict", "photo.jpg", "--top", 1)[0] == 130
    assert inside("predict", "photo.jpg", "--top", 1)[0] == 0


def test_out(inside, here):
    status, out, _ = inside("predict", "photo.jpg", "--out", "maps/today")
    assert status == 0 and out.split() == [f"maps/today/photo_{name}" for name in MAPS]
    assert sorted(os.listdir("maps/today")) == sorted(f"photo_{name}" for name in MAPS)
    assert sorted(os.listdir()) == ["maps", "photo.jpg"]


def test_top(inside, here):
    inside("predict", "photo.jpg", "--out", "plain")
    status, out, _ = inside("predict", "photo.jpg", "--top", 3)
    assert status == 0 and out.split()[-1] == "photo_spots.csv"
    spots = find_spots(shipped_calibration().correct(np.load("photo_saliency.npy")), 3)
    assert 1 <= len(spots) <= 3
    found = rows("photo_spots.csv")
    assert [row["spot"] for row in found] == [str(n) for n in range(1, len(spots) + 1)]
    for row, spot in zip(found, spots, strict=True):
        assert (int(row["x"]), int(row["y"]), row["radius"]) == (spot.x, spot.y, "6")
        assert float(row["share_percent"]) == pytest.approx(100 * spot.share, rel=1e-5)
    table = [line.split() for line in out.splitlines()]
    assert ["1", str(spots[0].x), str(spots[0].y), f"{100 * spots[0].share:.1f}%"] in table
    assert "share: of all attention, within 6 pixels of the spot" in out
    plain, marked = (
        np.asarray(Image.open(f"{folder}/photo_overlay.png")).astype(int)
        for folder in ("plain", ".")
    )
    changed = np.abs(marked - plain).max(axis=-1) > 0
    for spot in spots:  # a ring and a number where the spot is
        assert changed[max(0, spot.y - 10) : spot.y + 11, max(0, spot.x - 10) : spot.x + 11].any()
    y, x = np.nonzero(changed)
    reach = [np.hypot(x - spot.x, y - spot.y) for spot in spots]
    assert np.min(reach, axis=0).max() < 6 + 6  # and nowhere else


def test_a_map_without_spots(inside, here, monkeypatch):
    monkeypatch.setattr(
        "salzoo.prediction.predictor.Predictor.__call__",
        lambda self, image: np.ones(image.shape[:2]),
    )
    status, out, _ = inside("predict", "photo.jpg", "--top", 3)
    assert status == 0 and "no spot stands out" in out and rows("photo_spots.csv") == []


def test_regions(inside, here):
    file = boxes("boxes.csv", "logo,10.5,20,30.25,10", "edge,-5,50,20,40", '"a, b",0,0,90,60')
    status, out, _ = inside("predict", "photo.jpg", "--regions", file)
    assert status == 0 and out.split()[-1] == "photo_regions.csv"
    assert "edge reaches beyond the photo: counted is the part inside, 15x10 pixels" in out
    expected = region_shares(
        np.load("photo_saliency.npy"),
        [Box("logo", 10.5, 20, 30.25, 10), Box("edge", 0, 50, 15, 10), Box("a, b", 0, 0, 90, 60)],
        shipped_calibration(),
    )
    for row, region in zip(rows("photo_regions.csv"), expected, strict=True):
        sides = [float(row[name]) for name in ("x", "y", "width", "height")]
        assert (row["name"], *sides) == region.box
        assert float(row["share_percent"]) == pytest.approx(100 * region.share, rel=1e-5)
        ends = [float(row[name]) for name in ("low_percent", "high_percent")]
        assert ends == pytest.approx([100 * region.low, 100 * region.high], rel=1e-5)
        assert f"{region.low:.1%} to {region.high:.1%}" in out
        assert float(row["times_even"]) == pytest.approx(region.density, rel=1e-5)
        assert f"{100 * region.share:.1f}%   " in out


def test_intervals_are_those_of_the_options(inside, here):
    """Test-time augmentation has its own; other options, and other models, have none."""
    file = boxes("boxes.csv", "logo,10,20,30,10")
    _, tta = read_calibrations(CALIBRATIONS)
    assert inside("predict", "photo.jpg", "--regions", file, "--tta")[0] == 0
    (row,) = rows("photo_regions.csv")
    ends = tta.interval(float(row["share_percent"]) / 100)
    assert [float(row["low_percent"]), float(row["high_percent"])] == pytest.approx(
        [100 * end for end in ends], rel=1e-4
    )
    status, out, _ = inside("predict", "photo.jpg", "--regions", file, "--fit_mode", "stretch")
    assert status == 0 and "interval" not in out
    (row,) = rows("photo_regions.csv")
    assert (row["low_percent"], row["high_percent"]) == ("", "")
    (region,) = region_shares(np.load("photo_saliency.npy"), [Box("logo", 10, 20, 30, 10)])
    assert float(row["share_percent"]) == pytest.approx(100 * region.share, rel=1e-5)


def test_regions_of_several_photos(inside, here):
    Image.new("RGB", (40, 30), "blue").save("sky.png")
    lines = ("sun,1,1,5,5,sky.png", "moon,1,1,5,5,night.png")
    file = boxes("boxes.csv", *lines, header="name,x,y,width,height,image")
    status, out, _ = inside("predict", "photo.jpg", "sky.png", "--regions", file)
    assert status == 0 and "photo.jpg: boxes.csv has no region of it." in out
    assert "boxes.csv has regions of images that were not given: night.png." in out
    assert [row["name"] for row in rows("sky_regions.csv")] == ["sun"]
    assert not os.path.exists("photo_regions.csv")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("far,100,0,5,5", "boxes.csv, line 2, column x: the box 'far' lies outside photo.jpg"),
        ("none,1,1,0,5", "boxes.csv, line 2, column width: 0 leaves no area"),
        ("word,1,one,5,5", "boxes.csv, line 2, column y: 'one' is not a number"),
    ],
)
def test_bad_regions_leave_nothing(inside, here, line, message):
    status, out, err = inside("predict", "photo.jpg", "--regions", boxes("boxes.csv", line))
    assert status == 2 and message in err and len(err.splitlines()) == 1 and not out.strip()
    assert sorted(os.listdir()) == ["boxes.csv", "photo.jpg"]


def test_the_file_of_regions_is_not_written_over(inside, here):
    file = boxes("photo_regions.csv", "all,0,0,90,60")
    before = (here / file).read_bytes()
    status, _, err = inside("predict", "photo.jpg", "--regions", file)
    assert status == 2 and "photo_regions.csv is read here and would be written over" in err
    assert (here / file).read_bytes() == before and not os.path.exists("photo_saliency.npy")


@pytest.mark.parametrize("kind", ["jpg", "png"])
def test_crop(inside, here, kind):
    """From the pixels of the photo, turned upright, alpha included."""
    levels = np.asarray(Image.open("photo.jpg"))
    exif = Image.Exif()
    exif[0x0112] = 6
    mode = "RGB" if kind == "jpg" else "RGBA"
    Image.fromarray(levels).convert(mode).save(f"p.{kind}", exif=exif, icc_profile=b"colours")
    status, out, _ = inside("predict", f"p.{kind}", "--crop", "1:1")
    assert status == 0 and out.split()[-1] == f"p_crop.{kind}"
    box, share = best_crop(shipped_calibration().correct(np.load("p_saliency.npy")), 1.0)
    assert (box.width, box.height) == (60, 60)
    assert f"x {box.x}, y {box.y}, width 60, height 60; it keeps {100 * share:.1f}%" in out
    upright = ImageOps.exif_transpose(Image.open(f"p.{kind}"))
    expected = upright.crop((box.x, box.y, box.x + 60, box.y + 60))
    crop = Image.open(f"p_crop.{kind}")
    assert crop.mode == mode and crop.size == (60, 60) and not crop.getexif().get(0x0112)
    assert crop.info["icc_profile"] == b"colours"
    difference = np.abs(np.asarray(crop).astype(int) - np.asarray(expected))
    assert difference.max() <= (12 if kind == "jpg" else 0)


@pytest.mark.parametrize(("order", "ending"), [("<", "tif"), (">", "tif"), ("<", "pgm")])
def test_crops_of_16_bits_keep_them(order, ending, tmp_path):
    levels = np.arange(0, 60000, 100, dtype=f"{order}u2").reshape(20, 30)
    scan = tmp_path / f"scan.{ending}"
    Image.fromarray(levels).save(scan)
    write_crop(decode_file(scan), Box("crop", 3, 2, 10, 9), str(tmp_path / "crop.png"))
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "crop.png")), levels[2:11, 3:13])


@pytest.mark.parametrize("mode", ["LA", "RGBA", "P", "1", "I;16"])
def test_every_kind_of_picture_can_be_cut_as_jpeg(mode, tmp_path):
    grey = np.full((20, 30), 51 if mode != "1" else 255, "uint8")
    picture = Image.fromarray(grey)
    if mode == "I;16":
        picture = Image.fromarray(grey.astype("uint16") * 257)
    picture.convert(mode).save(tmp_path / "scan.png")
    write_crop(decode_file(tmp_path / "scan.png"), Box("crop", 3, 2, 10, 9), f"{tmp_path}/crop.jpg")
    crop = Image.open(tmp_path / "crop.jpg").convert("L")
    assert crop.size == (10, 9) and np.ptp(np.asarray(crop) - grey[:9, :10].astype(int)) <= 1


@pytest.mark.parametrize(
    ("shape", "size"),
    [("16:9", (90, 51)), ("4x5", (48, 60)), ("1/2", (30, 60)), ("1.5:1", (90, 60))],
)
def test_shapes_of_crops(inside, here, shape, size):
    status, _, _ = inside("predict", "photo.jpg", "--crop", shape)
    assert status == 0 and Image.open("photo_crop.jpg").size == size


def test_somebody_elses_files_stay(inside, here):
    Image.new("RGB", (9, 9), "red").save("photo_overlay.png")
    before = (here / "photo_overlay.png").read_bytes()
    status, _, err = inside("predict", "photo.jpg")
    assert status == 2 and "photo_overlay.png is there already and was not written by" in err
    status, out, err = inside("predict", here)  # where it is a photo itself
    assert status == 1 and "1 of 2 images" in out and "photo_overlay.png is read here" in err
    assert (here / "photo_overlay.png").read_bytes() == before
    assert os.path.exists("photo_overlay_overlay.png")


def test_a_photo_of_the_same_name_gets_files_of_its_own(inside, here):
    Image.new("RGB", (30, 20), "blue").save("photo.png")
    for _ in range(2):
        for photo, stem in (("photo.jpg", "photo"), ("photo.png", "photo-2")):
            assert inside("predict", photo)[1].split() == [f"{stem}_{name}" for name in MAPS]


def test_photos_of_the_same_name_get_files_of_their_own_in_one_folder(inside, here):
    os.mkdir("other")
    Image.new("RGB", (30, 20), "blue").save("other/photo.jpg")
    for _ in range(2):
        for photo, stem in (("photo.jpg", "photo"), ("other/photo.jpg", "photo-2")):
            out = inside("predict", photo, "--out", "maps")[1]
            assert out.split() == [f"maps/{stem}_{name}" for name in MAPS]
            with Image.open(photo) as picture, Image.open(out.split()[1]) as map_:
                assert map_.size == picture.size


def test_a_name_that_is_no_utf_8(inside, here):
    """What is printed of it can be read; the files have the bytes of the name."""
    os.rename("photo.jpg", b"caf\xe9.jpg")
    shown, stem = "caf\\udce9", b"caf\xe9"
    photo = os.fsdecode(stem + b".jpg")
    file = boxes("boxes.csv", "all,0,0,90,60")
    extras = ["--top", 3, "--regions", file, "--crop", "1:1"]
    for _ in range(2):
        status, out, err = inside("predict", photo, "--out", "maps", *extras)
        assert status == 0 and not err
        for text in (": looked at most", ": attention by region", ": the best crop is"):
            assert f"{shown}.jpg{text}" in out
        endings = [*MAPS, "spots.csv", "regions.csv", "crop.jpg"]
        assert out.split()[-6:] == [f"maps/{shown}_{name}" for name in endings]
        assert sorted(os.listdir(b"maps")) == sorted(stem + f"_{e}".encode() for e in endings)
    Image.new("RGB", (9, 9), "red").save("sky.png")
    status, out, err = inside("predict", here, *extras)
    assert status == 0 and "2 of 2 images" in out and f"{shown}.jpg: looked at most" in out


@pytest.mark.parametrize("out", ["photo.jpg", "photo.jpg/maps"])
def test_out_must_be_a_folder(inside, here, out):
    status, _, err = inside("predict", "photo.jpg", "--out", out)
    assert status == 2 and f"--out {out}: {here}/photo.jpg is a file; give a folder" in err


def test_some_photos_fail(inside, here):
    (here / "broken.jpg").write_text("no picture")
    status, out, err = inside("predict", here, "missing.jpg", "--top", 1)
    assert status == 1 and "1 of 3 images" in out and "photo.jpg: looked at most" in out
    assert "broken.jpg is not an image" in err and "missing.jpg does not exist" in err
    status, out, err = inside("predict", "broken.jpg")
    assert status == 2 and not out.strip()


def test_any_error_of_one_photo_leaves_the_others(inside, here, monkeypatch):
    from salzoo.prediction import photos

    picture = Image.open("photo.jpg")
    long_name = "n" * 251 + ".png"  # its map's name is too long for a disk
    for name in (long_name, "huge.png", "odd.png"):
        picture.save(name)
    errors = {"huge.png": MemoryError(), "odd.png": RuntimeError("odd\nand long")}
    decode = photos.decode_file

    def failing(path):
        if path in errors:
            raise errors[path]
        return decode(path)

    monkeypatch.setattr(photos, "decode_file", failing)
    status, out, err = inside("predict", "photo.jpg", "huge.png", long_name, "odd.png")
    assert status == 1 and "1 of 4 images" in out
    assert [line[:30] for line in err.splitlines()] == [
        "salzoo predict: huge.png: need",
        f"salzoo predict: {'n' * 14}",
        "salzoo predict: odd.png: Runti",
    ]
    assert "File name too long" in err and "RuntimeError (odd)." in err


def test_a_full_disk_ends_it_at_once(inside, here, monkeypatch):
    from salzoo.prediction import photos

    Image.open("photo.jpg").save("other.png")

    def full(*_, **__):
        raise OSError(28, "No space left on device", "photo_saliency.npy")

    monkeypatch.setattr(photos, "save_picture", full)
    status, _, err = inside("predict", "photo.jpg", "other.png")
    assert status == 2
    assert err.splitlines()[-1] == "salzoo predict: photo_saliency.npy: No space left on device"


def test_models_without_weights_say_what_to_do(inside, here):
    status, _, err = inside("predict", "photo.jpg", "--model", "msinet")
    assert status == 2 and "salzoo train msinet" in err and len(err.splitlines()) == 1
    assert os.listdir() == ["photo.jpg"]


def test_extras_belong_to_photos(inside, here):
    arguments = ["--submission", "mit300", "--data_dir", "x"]
    for extra in (["--top", 3], ["--crop", "1:1"], ["--regions", "b.csv"], ["photo.jpg"]):
        status, _, err = inside("predict", *extra, *arguments)
        assert status == 2 and "--submission takes the benchmark's own images" in err


def test_a_file_where_a_submission_goes(inside, here):
    (here / "predictions").touch()
    status, _, err = inside("predict", "--submission", "mit300", "--data_dir", "x")
    assert status == 2 and "predictions is a file; give a folder" in err


def test_a_report_of_all_images(inside, here):
    Image.new("RGB", (60, 40), "blue").save("poster_a.png")
    Image.new("RGB", (60, 40), "red").save("poster_b.png")
    file = boxes("boxes.csv", "all,0,0,60,40")
    arguments = ["predict", ".", "--out", "maps", "--write", "png", "--regions", file]
    status, out, _ = inside(*arguments, "--report", "report.html")
    assert status == 0 and "report: report.html" in out
    text = (here / "report.html").read_text()
    assert "<h2>photo.jpg</h2>" in text and "<h2>poster</h2>" in text and "B - A" in text
    pair = ["--pair", "photo.jpg", "poster_b.png"]
    assert inside(*arguments, "--report", "report.html", *pair)[0] == 0
    assert "<h2>photo.jpg and poster_b.png</h2>" in (here / "report.html").read_text()
    for wrong, message in (
        (pair, "--pair compares two images in a report; add --report"),
        (["--report", "boxes.csv"], "--report boxes.csv: name a file that ends in .html"),
        (["--report", "new.html", "--pair", "photo.jpg", "x.jpg"], "--pair x.jpg: is no image"),
    ):
        status, _, err = inside(*arguments, *wrong)
        assert status == 2 and message in err
