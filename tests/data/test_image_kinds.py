"""Kinds of image files: all endings of a kind are read alike, and what is not read is named."""

import io
import logging
import os

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from salzoo import load_dataset
from salzoo.data.decoding import decoder_for
from salzoo.data.image_kinds import EXTENSIONS, FORMATS, JPEG, NOT_READ, describe_unread, is_image
from salzoo.data.images import check_image_file, read_image
from salzoo.evaluation.map_folder import MapFolder
from salzoo.prediction.photo_files import find_images, output_stems
from tests.data.datasets.layouts.making import map_picture, mask_picture, picture, write

SIZE = (30, 40)


def test_every_ending_is_known_to_pillow_as_its_kind():
    """Pillow's own table of endings, which also lacks none of the kinds that are read."""
    Image.init()
    pillow = Image.registered_extensions()
    for ending in set(EXTENSIONS) - {".jif", ".pjpeg", ".pjp"}:
        assert pillow[ending] in FORMATS
    assert {e for e, kind in pillow.items() if kind == "JPEG"} <= set(JPEG)
    assert not set(EXTENSIONS) & set(NOT_READ)


@pytest.mark.parametrize("ending", JPEG)
def test_a_jpeg_has_many_endings(tmp_path, ending):
    """As Windows and Chrome save it; pixels, header and graph are those of the .jpg."""
    picture(f"{tmp_path}/a.jpg", SIZE)
    path = tmp_path / f"b{ending.upper()}"
    (tmp_path / "a.jpg").rename(path)
    expected = np.asarray(Image.open(path), "float32")
    assert check_image_file(path).size == SIZE
    np.testing.assert_array_equal(read_image(path), expected)
    np.testing.assert_array_equal(decoder_for([str(path)])(str(path)), expected)
    assert find_images([str(tmp_path)]).paths == [str(path)]


@pytest.mark.skipif(".avif" not in EXTENSIONS, reason="this Pillow was built without AVIF")
def test_avif_is_read_as_pillow_reads_it(tmp_path):
    picture(f"{tmp_path}/a.png", SIZE)
    path = str(tmp_path / "a.avif")
    Image.open(tmp_path / "a.png").save(path, quality=90)
    expected = np.asarray(Image.open(path).convert("RGB"), "float32")
    np.testing.assert_array_equal(read_image(path), expected)
    decoded = tf.data.Dataset.from_tensors(path).map(decoder_for([path]))
    np.testing.assert_array_equal(next(iter(decoded)), expected)
    assert check_image_file(path).size == SIZE


def test_unread_images_are_counted_and_named():
    assert describe_unread(["a.jpg", "notes.txt", ".b.heic", "c"]) == ""
    assert describe_unread(["IMG_0001.HEIC", "a.jpg"]) == (
        "left out 1 file that is no image known here (IMG_0001.HEIC); save it as JPEG or PNG"
    )
    names = ["d.svg", "a.heic", "b.NEF", "c.jxl"]
    assert describe_unread(names) == (
        "left out 4 files that are no images known here (a.heic, b.NEF, c.jxl and 1 more); save "
        "them as JPEG or PNG"
    )
    assert not any(map(is_image, names))


def test_predict_names_them_once_a_folder(tmp_path):
    for name in ("a/x.jfif", "a/y.HEIC", "b/z.heic", "b/w.jxl"):
        picture(f"{tmp_path}/{name}.jpg", SIZE)
        os.rename(f"{tmp_path}/{name}.jpg", f"{tmp_path}/{name}")
    found = find_images([f"{tmp_path}/a", f"{tmp_path}/a/*", f"{tmp_path}/**"])
    assert found.paths == [f"{tmp_path}/a/x.jfif"] and not found.problems
    assert found.notes == [
        f"{tmp_path}/a: left out 1 file that is no image known here (y.HEIC); save it as JPEG or "
        "PNG.",
        f"{tmp_path}/b: left out 2 files that are no images known here (w.jxl, z.heic); save them "
        "as JPEG or PNG.",
    ]
    found = find_images([f"{tmp_path}/b"])
    assert not found.paths and len(found.problems) == len(found.notes) == 1


def test_a_folder_of_folders_is_searched_by_a_pattern(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("indoor/000.jpg", "outdoor/000.jpg", "outdoor/more/1.png"):
        picture(f"{tmp_path}/photos/{name}", SIZE)
    (problem,) = find_images(["photos"]).problems
    assert problem.endswith("but sub-folders; give 'photos/**' to search them.")
    found = find_images(["photos/**"])
    assert found.below == ["indoor/000.jpg", "outdoor/000.jpg", "outdoor/more/1.png"]
    stems = output_stems(found.paths, "maps", found.below)
    assert stems == ["maps/indoor/000", "maps/outdoor/000", "maps/outdoor/more/1"]
    assert output_stems(found.paths, None, found.below) == [
        os.path.splitext(path)[0] for path in found.paths
    ]
    assert find_images(["photos/*/000.jpg", "photos/indoor/000.jpg"]).below == [
        "indoor/000.jpg",
        "outdoor/000.jpg",
    ]


def test_a_dataset_of_such_files(tmp_path, caplog):
    """Images, masks and maps of any JPEG ending; a telephone's pictures are named once a folder."""
    picture(f"{tmp_path}/images/a.jpg", SIZE)
    os.rename(f"{tmp_path}/images/a.jpg", f"{tmp_path}/images/a.jfif")
    mask_picture(f"{tmp_path}/masks/a.jpg", SIZE)
    os.rename(f"{tmp_path}/masks/a.jpg", f"{tmp_path}/masks/a.jpe")
    write(f"{tmp_path}/images/IMG_1.HEIC", io.BytesIO(b"heic").getvalue())
    with caplog.at_level(logging.WARNING, "salzoo"):
        (sample,) = load_dataset("folder", tmp_path)
    assert caplog.messages == [
        f"folder: {tmp_path}/images: left out 1 file that is no image known here (IMG_1.HEIC); "
        "save it as JPEG or PNG."
    ]
    assert sample.mask.max() == 1
    map_picture(f"{tmp_path}/maps/a.jpg", np.arange(1200).reshape(SIZE) % 256)
    os.rename(f"{tmp_path}/maps/a.jpg", f"{tmp_path}/maps/a.JFIF")
    maps = MapFolder(tmp_path / "maps", [sample], ["images/a.jfif"])
    assert maps(sample).shape == SIZE
