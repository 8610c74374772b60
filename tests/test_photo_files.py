"""Which files are predicted on, and which are never touched."""

import os

import pytest
from PIL import Image

from salzoo.errors import InputError
from salzoo.photo_files import check_free, find_images, is_own, output_stems, save_picture


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
    found, problems, _ = find_images([f"{folder}/*.png", str(folder)])
    assert names(found) == ["b.png", "a.jpg"] and not problems
    (folder / "empty").mkdir()
    found, problems, _ = find_images([f"{folder}/empty", "nothing*.jpg", f"{folder}/a.jpg"])
    assert names(found) == ["a.jpg"] and len(problems) == 2


def test_a_photo_named_in_two_ways_is_taken_once(folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert find_images(["b.png", "./a.jpg", "a.jpg", f"{folder}/b.png"])[0] == ["b.png", "./a.jpg"]


def test_what_predict_wrote_is_no_photo(folder):
    every = sorted(str(folder / name) for name in os.listdir(folder) if name != "notes.txt")
    for patterns in ([str(folder)], [f"{folder}/*.png", f"{folder}/*.jpg"], every):
        found, _, left_out = find_images(patterns)
        assert sorted(names(found)) == ["a.jpg", "b.png"] and left_out == 3
    # Alone it is meant.
    assert names(find_images([str(folder / "a_crop.jpg")])[0]) == ["a_crop.jpg"]


def test_somebody_elses_picture_of_such_a_name_is_a_photo(folder):
    Image.new("RGB", (8, 6)).save(folder / "b_overlay.png")
    (folder / "b_crop.jpg").write_bytes(b"no picture")
    assert not is_own(str(folder / "b_overlay.png")) and not is_own(str(folder / "b_crop.jpg"))
    found = names(find_images([str(folder)])[0])
    assert found == ["a.jpg", "b.png", "b_crop.jpg", "b_overlay.png"]


def test_only_our_own_is_written_over(folder):
    read = {os.path.realpath(folder / name) for name in ("a.jpg", "a_regions.csv")}
    check_free([f"{folder}/a_overlay.png", f"{folder}/a_saliency.npy"], read)
    Image.new("RGB", (8, 6)).save(folder / "b_overlay.png")
    (folder / "b_spots.csv").touch()
    with pytest.raises(InputError, match="b_spots.csv is there already .* with --out"):
        check_free([f"{folder}/b_saliency.png", f"{folder}/b_spots.csv"], read)
    with pytest.raises(InputError, match="b_overlay.png is there already .* with --out"):
        check_free([f"{folder}/b_overlay.png"], read)
    (folder / "a_spots.csv").touch()
    check_free([f"{folder}/a_saliency.png", f"{folder}/a_spots.csv"], read)
    with pytest.raises(InputError, match="a_regions.csv is read here and would be written over"):
        check_free([f"{folder}/../{folder.name}/a_regions.csv"], read)


def test_output_names_do_not_collide():
    stems = output_stems(["a/1.jpg", "b/1.jpg", "b/1.png", "2.jpg"], "out")
    assert [os.path.basename(stem) for stem in stems] == ["1", "1-2", "1-3", "2"]
    beside = output_stems(["a/1.jpg", "b/1.jpg", "b/1.png", "./b/1.webp"])
    assert beside == ["a/1", "b/1", "b/1-2", "./b/1-3"]


def test_photos_of_one_name_but_another_ending_keep_their_files(tmp_path):
    """Whichever was predicted first, in whatever order they come now."""
    stem = str(tmp_path / "a")
    save_picture(Image.new("L", (8, 6)), f"{stem}_saliency.png", photo="a.jpg")
    assert output_stems([f"{stem}.jpg"]) == [stem]
    assert output_stems([f"{stem}.png"]) == [f"{stem}-2"]
    save_picture(Image.new("L", (8, 6)), f"{stem}-2_saliency.png", photo="a.png")
    assert output_stems([f"{stem}.png", f"{stem}.jpg", f"{stem}.webp"]) == [
        f"{stem}-2",
        stem,
        f"{stem}-3",
    ]
