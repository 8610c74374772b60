"""Summaries of images for a report, and variants of a design."""

import io
import os

import numpy as np
import pytest
from PIL import Image

from salzoo.prediction.attention import Box, find_spots, region_shares
from salzoo.prediction.designs import (
    GRID_SIDE,
    LONGEST_SIDE,
    difference,
    group_variants,
    summarise_design,
)
from salzoo.utils.errors import InputError

BOX = Box("left", 0, 0, 60, 80)


def summary(path="a.png", size=(80, 120), peak=(20, 30), boxes=(BOX,)):
    """Of a grey image whose map is a square."""
    map_ = np.zeros(size, "float32")
    map_[peak[0] : peak[0] + 20, peak[1] : peak[1] + 20] = 1
    return summarise_design(path, np.full((*size, 3), 128, "uint8"), map_, boxes, 3)


def test_what_a_report_shows_of_an_image():
    found = summary("designs/a.png")
    map_ = np.zeros((80, 120))
    map_[20:40, 30:50] = 1
    assert found.name == "a.png" and found.size == (80, 120)
    assert found.spots == find_spots(map_, 3) and found.regions == region_shares(map_, [BOX])
    assert found.attention.sum() == pytest.approx(1, abs=1e-5)
    for content in (found.image, found.overlay):
        picture = Image.open(io.BytesIO(content))
        assert picture.format == "JPEG" and picture.size == (120, 80)
    overlay = np.asarray(Image.open(io.BytesIO(found.overlay)), "float32")
    assert np.ptp(overlay[30, 40]) > 40 and np.ptp(overlay[70, 100]) < 10


def test_large_images_are_reduced():
    image = np.zeros((30, 5 * LONGEST_SIDE, 3), "float32")
    found = summarise_design("a.png", image, np.ones(image.shape[:2]), [], 3)
    assert Image.open(io.BytesIO(found.image)).width == LONGEST_SIDE
    assert found.attention.shape == (1, GRID_SIDE) and not found.spots


def test_variants_are_found_by_their_names():
    names = ["logo.png", "b/x_a.png", "x_B.jpg", "x_a.png", "sale-1.png", "x_c.png", "y-a.png"]
    designs = group_variants([summary(name) for name in names])
    grouped = {design.title: [variant.path for variant in design.variants] for design in designs}
    assert grouped == {
        "logo.png": ["logo.png"],
        "x_a.png": ["b/x_a.png"],
        "x": ["x_a.png", "x_B.jpg", "x_c.png"],
        "sale-1.png": ["sale-1.png"],
        "y-a.png": ["y-a.png"],
    }


def test_pairs_are_given():
    summaries = [summary(name) for name in ("old.png", "x_a.png", "x_b.png", "new/other.png")]
    pair, *others = group_variants(summaries, [("other.png", os.path.abspath("old.png"))])
    assert [variant.path for variant in pair.variants] == ["new/other.png", "old.png"]
    assert pair.title == "other.png and old.png"
    assert [design.title for design in others] == ["x"]


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([("a.png", "c.png")], "`pair` c.png: is no image here"),
        ([("a.png", "a.png")], "`pair`: a.png is in it twice"),
        ([("a.png", "b.png"), ("a.png", "1/d.png")], "`pair`: a.png is in it twice"),
        ([("a.png", "d.png")], "`pair` d.png: several images have this name; give the path"),
    ],
)
def test_wrong_pairs_are_refused(pairs, message):
    summaries = [summary(name) for name in ("a.png", "b.png", "1/d.png", "2/d.png")]
    with pytest.raises(InputError, match=message):
        group_variants(summaries, pairs)


def test_differences_are_of_shares():
    first, second = summary(), summary(peak=(20, 70))
    change = difference(first, second)
    assert change.shape == first.attention.shape
    np.testing.assert_allclose(change.sum(), 0, atol=1e-2)
    # Each square has all attention: a share of 1 on 400 of 9600 pixels is 24 times even.
    np.testing.assert_allclose([change[30, 40], change[30, 80]], [-24, 24], rtol=1e-3)
    assert np.abs(difference(first, first)).max() < 1e-3
    larger = summary(size=(160, 240), peak=(40, 60))
    assert difference(first, larger).shape == first.attention.shape
    assert difference(first, summary(size=(80, 125))) is None
