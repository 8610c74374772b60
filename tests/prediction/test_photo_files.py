"""Which files are predicted on, and which are never touched."""

import hashlib
import os

import numpy as np
import pytest
from PIL import Image

from salzoo.prediction.attention import tables
from salzoo.prediction.photo_files import (
    check_free,
    find_images,
    is_own,
    output_stems,
    save_picture,
)
from salzoo.utils.errors import InputError


@pytest.fixture
def folder(tmp_path):
    """Two photos, one of them with the pictures that were written for it, and a note."""
    for name in ("a.jpg", "b.png"):
        Image.new("RGB", (8, 6), "red").save(tmp_path / name)
    for name in ("a_saliency.png", "a_overlay.png", "a_crop.jpg"):
        save_picture(Image.new("RGB", (8, 6)), str(tmp_path / name))
    (tmp_path / "notes.txt").write_text("")
    return tmp_path


def names(found):
    return [os.path.basename(path) for path in found]


def test_files_folders_and_patterns_in_order_each_once(folder):
    found, problems, *_ = find_images([f"{folder}/*.png", str(folder)])
    assert names(found) == ["b.png", "a.jpg"] and not problems
    (folder / "empty").mkdir()
    found, problems, *_ = find_images([f"{folder}/empty", "nothing*.jpg", f"{folder}/a.jpg"])
    assert names(found) == ["a.jpg"] and len(problems) == 2


def test_a_photo_named_in_two_ways_is_taken_once(folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert find_images(["b.png", "./a.jpg", "a.jpg", f"{folder}/b.png"])[0] == ["b.png", "./a.jpg"]


def test_what_predict_wrote_is_no_photo(folder):
    every = sorted(str(folder / name) for name in os.listdir(folder) if name != "notes.txt")
    for patterns in ([str(folder)], [f"{folder}/*.png", f"{folder}/*.jpg"], every):
        found, _, left_out, *_ = find_images(patterns)
        assert sorted(names(found)) == ["a.jpg", "b.png"] and left_out == 3
    # Alone it is meant.
    assert names(find_images([str(folder / "a_crop.jpg")])[0]) == ["a_crop.jpg"]


def test_tables_and_maps_are_no_photos(folder):
    """A pattern takes images alone. Of a list of all files, as a shell makes it, ours are left."""
    (folder / "folder").mkdir()
    for name in ("a_saliency.npy", "a_spots.csv", "a_regions.csv", "c_spots.csv"):
        (folder / name).touch()
    np.save(folder / "b_saliency.npy", np.ones((6, 8), "float32"))
    found, problems, left_out, *_ = find_images([f"{folder}/*"])
    assert names(found) == ["a.jpg", "b.png"] and not problems and left_out == 3
    every = sorted(str(path) for path in folder.iterdir() if path.is_file())
    found, _, left_out, *_ = find_images(every)
    assert names(found) == ["a.jpg", "b.png", "c_spots.csv", "notes.txt"] and left_out == 7
    ours = [path for path in every if "/a_" in path]
    assert find_images(ours)[:3:2] == ([], 6)
    found, (problem,), *_ = find_images([f"{folder}/*.txt"])
    assert not found and "*.txt matches no image (.jpg, " in problem


def test_somebody_elses_picture_of_such_a_name_is_a_photo(folder):
    Image.new("RGB", (8, 6)).save(folder / "b_overlay.png")
    (folder / "b_crop.jpg").write_bytes(b"no picture")
    assert not is_own(str(folder / "b_overlay.png")) and not is_own(str(folder / "b_crop.jpg"))
    found = names(find_images([str(folder)])[0])
    assert found == ["a.jpg", "b.png", "b_crop.jpg", "b_overlay.png"]


def test_only_our_own_is_written_over(folder):
    read = {os.path.realpath(folder / name) for name in ("a.jpg", "a_regions.csv")}
    size = (6, 8)
    check_free([f"{folder}/a_overlay.png", f"{folder}/a_saliency.npy"], read, size)
    Image.new("RGB", (8, 6)).save(folder / "b_overlay.png")
    (folder / "b_spots.csv").touch()
    with pytest.raises(InputError, match="b_spots.csv is there already .* with `out`"):
        check_free([f"{folder}/b_saliency.png", f"{folder}/b_spots.csv"], read, size)
    with pytest.raises(InputError, match="b_overlay.png is there already .* with `out`"):
        check_free([f"{folder}/b_overlay.png"], read, size)
    (folder / "a_spots.csv").touch()
    check_free([f"{folder}/a_saliency.png", f"{folder}/a_spots.csv"], read, size)
    with pytest.raises(InputError, match="a_regions.csv is read here and would be written over"):
        check_free([f"{folder}/../{folder.name}/a_regions.csv"], read, size)


class Touching:
    """Makes a file when it is unpickled."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return open, (self.path, "w")


def test_a_map_without_its_picture_is_ours_by_its_size_and_type(folder):
    path = folder / "b_saliency.npy"
    np.save(path, np.ones((6, 8), "float32"))
    check_free([str(path)], set(), (6, 8))
    whole = path.read_bytes()
    others = [
        np.ones((8, 6), "float32"),
        np.ones((6, 8), "float64"),
        np.ones((6, 8, 1), "float32"),
        np.full((6, 8), Touching(folder / "touched")),
    ]
    for other in others:
        np.save(path, other)
        others_bytes = path.read_bytes()
        with pytest.raises(InputError, match="b_saliency.npy is there already .* with `out`"):
            check_free([str(path)], set(), (6, 8))
        assert path.read_bytes() == others_bytes and not (folder / "touched").exists()
    for content in (b"", b"notes", whole[:40], whole[:-1], whole.replace(b"(6, 8)", b"(((((,")):
        path.write_bytes(content)
        assert not is_own(str(path), (6, 8))


def test_a_table_without_a_picture_is_ours_by_its_columns(folder):
    spots, regions = str(folder / "b_spots.csv"), str(folder / "b_regions.csv")
    tables.write_spots(spots, "b.png", [], 6)
    tables.write_regions(regions, "b.png", [])
    check_free([spots, regions], set(), (6, 8))
    os.rename(spots, regions)
    assert not is_own(regions)
    (folder / "b_spots.csv").write_text("spot,x,y,radius,share_percent,seen by\n")
    assert not is_own(spots)


def test_output_names_do_not_collide():
    stems = output_stems(["a/1.jpg", "b/1.jpg", "b/1.png", "2.jpg"], "out")
    assert [os.path.basename(stem) for stem in stems] == ["1", "1-2", "1-3", "2"]
    beside = output_stems(["a/1.jpg", "b/1.jpg", "b/1.png", "./b/1.webp"])
    assert beside == ["a/1", "b/1", "b/1-2", "./b/1-3"]


def written(stem, photo):
    """The grey map of a photo, which tells whose it is."""
    save_picture(Image.new("L", (8, 6)), f"{stem}_saliency.png", source=str(photo))


def test_photos_of_one_name_but_another_ending_keep_their_files(tmp_path):
    """Whichever was predicted first, in whatever order they come now."""
    stem = str(tmp_path / "a")
    written(stem, f"{stem}.jpg")
    assert output_stems([f"{stem}.jpg"]) == [stem]
    assert output_stems([f"{stem}.png"]) == [f"{stem}-2"]
    written(f"{stem}-2", f"{stem}.png")
    assert output_stems([f"{stem}.png", f"{stem}.jpg", f"{stem}.webp"]) == [
        f"{stem}-2",
        stem,
        f"{stem}-3",
    ]


def test_photos_of_one_name_in_other_folders_keep_their_files(tmp_path, monkeypatch):
    """However the folders are written, and when all are moved together."""
    (tmp_path / "all/a").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "all")
    written("maps/1", "a/1.jpg")
    assert output_stems(["b/1.jpg"], "maps") == ["maps/1-2"]
    written("maps/1-2", "b/1.jpg")
    (tmp_path / "link").symlink_to(tmp_path / "all/a")
    for photos in (["b/1.jpg", "a/1.jpg"], ["../all/b/1.jpg", f"{tmp_path}/link/1.jpg"]):
        assert output_stems(photos, "maps") == ["maps/1-2", "maps/1"]
    (tmp_path / "all").rename(tmp_path / "moved")
    stems = output_stems([f"{tmp_path}/moved/b/1.jpg"], f"{tmp_path}/moved/maps")
    assert stems == [f"{tmp_path}/moved/maps/1-2"]


def test_a_picture_tells_its_photo_by_the_way_to_it(tmp_path):
    photo = os.fsdecode(b"caf\xe9.jpg")  # no UTF-8
    written(tmp_path / "maps/a", tmp_path / "b" / photo)
    with Image.open(tmp_path / "maps/a_saliency.png") as picture:
        said = picture.info["Source"]
    assert said == hashlib.sha256(b"../b/caf\xe9.jpg").hexdigest()[:16]
