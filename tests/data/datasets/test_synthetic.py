"""The embedded dataset: its scenes, and its life on disk."""

import os

import numpy as np
import pytest
from PIL import Image

from salzoo.data.dataset import load_dataset
from salzoo.data.datasets import synthetic
from salzoo.data.datasets._formats import scenes, simulated_gaze
from salzoo.data.datasets._formats.splits import official
from salzoo.data.fixations import density_map
from salzoo.utils.errors import InputError
from tests.edited_json import check_edits

FEW = {"train": 16, "val": 4, "test": 4}


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    """Folder and splits of a small copy; tests that change files make their own."""
    folder = str(tmp_path_factory.mktemp("synthetic") / "scenes")
    return folder, official(synthetic._read_or_draw(folder, FEW))


@pytest.fixture(scope="module")
def samples(few):
    return sum(few[1].values(), [])


def _files(folder):
    """Return {relative path: bytes} of all files below a folder."""
    content = {}
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            with open(path, "rb") as file:
                content[os.path.relpath(path, folder)] = file.read()
    return content


def _draw(folder, splits=None):
    samples = synthetic._read_or_draw(str(folder), splits or {"train": 2, "val": 1, "test": 1})
    return official(samples)


# ---- what is drawn ----


def test_same_bytes_every_time(few, tmp_path):
    np.random.seed(7)
    _draw(tmp_path / "again", FEW)
    assert _files(few[0]) == _files(tmp_path / "again")


def test_a_scene_depends_on_seed_and_index_alone():
    first = scenes.draw_scene(1, 5)
    scenes.draw_scene(1, 4)
    again, other = scenes.draw_scene(1, 5), scenes.draw_scene(2, 5)
    assert np.array_equal(first.image, again.image)
    assert np.array_equal(first.fixations, again.fixations)
    assert first.image.shape != other.image.shape or (first.image != other.image).any()


def test_splits_have_their_sizes_and_share_nothing(few, samples):
    assert {split: len(each) for split, each in few[1].items()} == FEW
    paths = [sample.image_path for sample in samples]
    assert len(set(paths)) == len(paths) == sum(FEW.values())
    assert len({sample.fixations.tobytes() for sample in samples}) == len(samples)
    for each in few[1].values():
        names = [os.path.basename(sample.image_path) for sample in each]
        assert names == sorted(names)


def test_record_counts_agree():
    assert sum(synthetic.RECORD.protocols["salzoo"].counts.values()) == synthetic.RECORD.images
    assert synthetic.RECORD.layout == ""


def test_sizes_match_the_files_and_vary(samples):
    for sample in samples:
        for path in (sample.image_path, sample.mask_path):
            with Image.open(path) as image:
                assert (image.height, image.width) == sample.size
                assert image.mode == ("RGB" if path == sample.image_path else "L")
    assert {sample.size for sample in samples} <= set(scenes.SIZES)
    assert len({sample.size for sample in samples}) > 1


def test_fixations_are_of_all_observers_and_inside(samples):
    for sample in samples:
        assert sample.fixations.dtype == np.float64 and sample.observers.dtype == np.int32
        assert (sample.fixations >= 0).all()
        assert (sample.fixations < sample.size[::-1]).all()
        counts = np.bincount(sample.observers)
        assert len(counts) == simulated_gaze.OBSERVERS
        assert counts.min() >= 6 and counts.max() <= 12


def test_fixations_come_back_from_disk_unchanged(samples):
    drawn = scenes.draw_scene(synthetic.SEED, 3)
    assert np.array_equal(samples[3].fixations, drawn.fixations)
    assert np.array_equal(samples[3].observers, drawn.observers)
    assert samples[3].category == drawn.category


def test_most_fixations_are_on_the_masks(samples):
    shares = []
    for sample in samples:
        assert set(np.unique(sample.mask)) == {0.0, 1.0}
        assert sample.mask.mean() < 0.3
        x, y = np.floor(sample.fixations).astype(int).T
        shares.append(sample.mask[y, x].mean())
    assert np.mean(shares) > 0.5


def test_every_split_has_every_category(few):
    for each in few[1].values():
        assert {sample.category for sample in each} == set(scenes.CATEGORIES)


def test_density_is_made_with_the_sets_sigma(samples):
    sample = samples[0]
    assert sample.sigma == synthetic.RECORD.sigma
    assert sample.density.shape == sample.size
    assert sample.density.sum() == pytest.approx(len(sample.fixations), rel=1e-4)


def test_the_centre_alone_does_not_explain_the_gaze():
    """The mean map of other scenes does a little, other observers do much."""
    drawn = [scenes.draw_scene(synthetic.SEED, index) for index in range(72)]
    known, unseen = drawn[:56], drawn[56:]
    mean_scores, oracle_scores = [], []
    shares = np.concatenate([each.fixations / each.mask.shape[::-1] for each in known])
    for each in unseen:
        size = each.mask.shape
        mean_map = density_map(shares * size[::-1], size, 10)
        mean_scores.append(_nss(mean_map, each.fixations))
        odd = each.observers % 2 == 1
        oracle = density_map(each.fixations[odd], size, 10)
        oracle_scores.append(_nss(oracle, each.fixations[~odd]))
    assert 0.5 < np.mean(mean_scores) < 1.3
    assert np.mean(oracle_scores) > 2.5


def _nss(prediction, fixations):
    x, y = np.floor(fixations).astype(int).T
    return ((prediction - prediction.mean()) / prediction.std())[y, x].mean()


# ---- where it lies ----


@pytest.fixture
def small(monkeypatch):
    """Make the registered dataset small."""
    for split, count in (("train", 2), ("val", 1), ("test", 1)):
        monkeypatch.setitem(synthetic.RECORD.protocols["salzoo"].counts, split, count)


def test_default_place_is_the_cache(small, tmp_path, monkeypatch):
    monkeypatch.setenv("SALZOO_HOME", str(tmp_path))
    assert len(load_dataset("synthetic")) == 4
    (sample,) = load_dataset("synthetic", split="val")
    folder = tmp_path / "cache" / f"synthetic-{synthetic.VERSION}"
    assert sample.image_path == str(folder / "images" / "0003.png")


def test_cache_follows_xdg(tmp_path, monkeypatch):
    monkeypatch.delenv("SALZOO_HOME", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    name = f"synthetic-{synthetic.VERSION}"
    assert synthetic._cache_folder() == str(tmp_path / "salzoo" / "cache" / name)
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert synthetic._cache_folder() == str(tmp_path / ".cache" / "salzoo" / "cache" / name)


@pytest.mark.parametrize("exists", [False, True])
def test_data_dir_is_filled_if_new_or_empty(small, tmp_path, exists):
    folder = tmp_path / "chosen"
    if exists:
        folder.mkdir()
    assert len(load_dataset("synthetic", data_dir=folder)) == 4
    assert sorted(os.listdir(folder)) == ["fixations.csv", "images", "masks", "scenes.json"]
    assert os.listdir(tmp_path) == ["chosen"]


def test_scenes_are_drawn_once(tmp_path, monkeypatch):
    _draw(tmp_path / "scenes")
    monkeypatch.setattr(scenes, "draw_scene", None)
    _draw(tmp_path / "scenes")


def test_a_foreign_folder_is_refused_and_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(InputError, match=r"holds other files.*new or empty folder"):
        _draw(tmp_path)
    assert os.listdir(tmp_path) == ["thesis.tex"]


def test_a_file_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="is a file"):
        _draw(tmp_path / "file")


@pytest.mark.parametrize("text", ["", "[]", '{"version": 0, "seed": 1, "images": {}}'])
def test_other_scenes_are_refused(tmp_path, text):
    _draw(tmp_path / "scenes")
    (tmp_path / "scenes" / "scenes.json").write_text(text)
    with pytest.raises(InputError, match=r"scenes\.json is not of scenes of version"):
        _draw(tmp_path / "scenes")


def test_names_of_scenes_are_no_paths(tmp_path):
    _draw(tmp_path / "scenes")
    path = tmp_path / "scenes/scenes.json"
    path.write_text(path.read_text().replace('"0001.png"', '"../../0001.png"'))
    with pytest.raises(InputError, match=r"scenes\.json is not of scenes of version"):
        _draw(tmp_path / "scenes")


def test_edited_scenes_are_read_or_refused(tmp_path):
    _draw(tmp_path / "scenes")
    check_edits(lambda: _draw(tmp_path / "scenes"), tmp_path / "scenes/scenes.json", 60)


@pytest.mark.parametrize("name", ["images/0002.png", "masks/0001.png", "fixations.csv"])
def test_a_missing_file_tells_which_folder_to_delete(tmp_path, name):
    folder = tmp_path / "scenes"
    _draw(folder)
    (folder / name).unlink()
    with pytest.raises(InputError, match=f"{name} is missing; delete {folder} "):
        _draw(folder)


def test_without_scenes_json_nobody_is_told_to_delete_anything(tmp_path):
    """A person's own images, masks and fixations.csv look like that."""
    folder = tmp_path / "scenes"
    _draw(folder)
    (folder / "scenes.json").unlink()
    with pytest.raises(InputError, match="holds other files and no scenes.json; give a new"):
        _draw(folder)


def test_a_damaged_table_is_refused(tmp_path):
    folder = tmp_path / "scenes"
    _draw(folder)
    table = folder / "fixations.csv"
    text = table.read_text()
    table.write_text(text[: len(text) // 2] + "\n0001.png,zero")
    with pytest.raises(InputError, match=r"fixations\.csv is damaged"):
        _draw(folder)
    table.write_text(text + "0002.png,0,9999.0,1.0\n")
    with pytest.raises(InputError, match=r"fixations of .*0002\.png lie outside"):
        _draw(folder)
    table.write_text("".join(text.partition("0002.png")[:1]))
    with pytest.raises(InputError, match=r"no line for .*0002\.png"):
        _draw(folder)


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt])
def test_an_interrupted_drawing_leaves_nothing(tmp_path, monkeypatch, failure):
    whole = scenes.draw_scene

    def scene(seed, index):
        if index == 2:
            raise failure
        return whole(seed, index)

    monkeypatch.setattr(scenes, "draw_scene", scene)
    with pytest.raises(failure):
        _draw(tmp_path / "scenes")
    assert os.listdir(tmp_path) == []
    monkeypatch.undo()
    assert len(_draw(tmp_path / "scenes")["train"]) == 2


def test_the_slower_of_two_processes_reads_the_others_scenes(tmp_path, monkeypatch):
    folder, write = tmp_path / "scenes", synthetic._write

    def beaten(content, splits):
        write(content, splits)
        write(str(folder), splits)
        (folder / "winner").write_text("")

    monkeypatch.setattr(synthetic, "_write", beaten)
    assert len(_draw(folder)["train"]) == 2
    assert (folder / "winner").exists()
    assert os.listdir(tmp_path) == ["scenes"]


def test_the_working_directory_is_not_replaced(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="name a new folder inside it"):
        _draw(".")


def test_a_place_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match=r"no scenes can be written to .*file"):
        _draw(tmp_path / "file" / "scenes")

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "rename", refuse)
    with pytest.raises(InputError, match=r"no scenes can be written to .* .Permission denied"):
        _draw(tmp_path / "scenes")
    assert os.listdir(tmp_path) == ["file"]
