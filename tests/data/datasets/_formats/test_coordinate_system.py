"""Coordinates of eye trackers in pixels of images, against arithmetic by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salzoo import InputError
from salzoo.data.datasets._formats.coordinate_system import ORIGINS, UNITS, parse_system

SIZE = (120, 160)


def pixels(points, size=SIZE, units="pixels", origin="", screen="", place="", one_based=False):
    system = parse_system(units, origin, screen, place, one_based)
    return system.to_pixels(np.array(points, "float64").reshape(-1, 2), size)


@pytest.mark.parametrize(
    ("options", "point", "expected"),
    [
        ({}, (3, 4), (3, 4)),
        ({}, (160, -1), (160, -1)),  # outside stays outside
        ({"one_based": True}, (1, 120), (0, 119)),
        ({"units": "fractions"}, (0.25, 0.5), (40, 60)),
        ({"units": "fractions", "origin": "lower_left"}, (0.25, 0.25), (40, 90)),
        ({"units": "norm"}, (0, 0), (80, 60)),
        ({"units": "norm"}, (-1, 1), (0, 0)),
        ({"units": "norm"}, (0.5, -0.5), (120, 90)),
        ({"units": "norm", "origin": "centre_y_down"}, (0.5, -0.5), (120, 30)),
        ({"units": "heights"}, (0.5, 0.25), (140, 30)),  # 0.5 heights are 60 pixels
        ({"origin": "centre"}, (-5, -1), (75, 61)),
        ({"origin": "centre_y_down"}, (-5, -1), (75, 59)),
        ({"origin": "lower_left"}, (10, 20.5), (10, 99.5)),
        ({"screen": "1920x1080"}, (880, 480), (0, 0)),  # centred at its own size
        ({"screen": "1920x1080"}, (1039, 599), (159, 119)),
        ({"screen": "1920x1080", "place": "stretched"}, (960, 270), (80, 30)),
        ({"screen": "1920x1080", "place": "fitted"}, (960, 540), (80, 60)),
        ({"screen": "1920x1080", "place": "fitted"}, (240, 0), (0, 0)),  # 9 times, 1440 wide
        ({"screen": "1920x1080", "place": "fitted", "origin": "centre"}, (90, 90), (90, 50)),
        ({"place": "100,50"}, (110, 70), (10, 20)),
        ({"place": "100,50,320,240"}, (110, 70), (5, 10)),
        ({"screen": "1920x1080", "place": "0,0,1920,540", "units": "norm"}, (0, 0), (80, 120)),
        ({"screen": "200x200", "place": "20,40", "origin": "lower_left"}, (30, 100), (10, 60)),
    ],
)
def test_points_by_hand(options, point, expected):
    np.testing.assert_allclose(pixels(point, **options), [expected], rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    ("options", "corner"),
    [
        ({"units": "fractions"}, (1, 1)),
        ({"units": "fractions", "origin": "lower_left"}, (1, 0)),
        ({"units": "norm"}, (1, -1)),
        ({"units": "heights"}, (160 / 240, -0.5)),
        ({"origin": "centre"}, (80, -60)),
        ({"origin": "lower_left"}, (159, 0)),
    ],
)
def test_the_far_border_belongs_to_the_last_pixel(options, corner):
    assert np.floor(pixels(corner, **options)).tolist() == [[159, 119]]


@given(st.integers(0, 159), st.integers(0, 119))
def test_whole_pixels_from_below_are_whole_rows(column, row):
    found = np.floor(pixels((column, row), origin="lower_left"))
    assert found.tolist() == [[column, 119 - row]]


@given(
    st.sampled_from(UNITS),
    st.sampled_from(ORIGINS),
    st.sampled_from(["", "centred", "fitted", "stretched", "30,40", "30,40,50,60"]),
    st.integers(0, 159),
    st.integers(0, 119),
)
def test_a_point_measured_on_a_screen_comes_back(units, origin, place, column, row):
    """From an image's pixel to the screen, in the units of the tracker, and back."""
    if units == "norm" and not origin.startswith("centre"):
        return
    width, height = 800, 600
    corner, factor = {
        "": ((320, 240), (1, 1)),
        "centred": ((320, 240), (1, 1)),
        "fitted": ((0, 0), (5, 5)),
        "stretched": ((0, 0), (5, 5)),
        "30,40": ((30, 40), (1, 1)),
        "30,40,50,60": ((30, 40), (50 / 160, 60 / 120)),
    }[place]
    x = corner[0] + (column + 0.5) * factor[0]
    y = corner[1] + (row + 0.5) * factor[1]
    x, y = {
        "top_left": (x, y),
        "lower_left": (x, height - y),
        "centre": (x - width / 2, height / 2 - y),
        "centre_y_down": (x - width / 2, y - height / 2),
    }[origin]
    across, down = {
        "pixels": (1, 1),
        "fractions": (width, height),
        "norm": (width / 2, height / 2),
        "heights": (height, height),
    }[units]
    options = {"units": units, "origin": origin, "screen": "800x600", "place": place}
    found = pixels((x / across, y / down), **options)
    np.testing.assert_allclose(found, [(column + 0.5, row + 0.5)], rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"units": "pixel"}, "no unit of coordinates 'pixel'; did you mean 'pixels'"),
        ({"origin": "center"}, "no origin of coordinates 'center'; did you mean 'centre'"),
        ({"units": "norm", "origin": "top_left"}, "norm is -1..1 from the centre"),
        ({"units": "fractions", "one_based": True}, "one_based=true is for pixels"),
        ({"screen": "1920"}, "screen=1920: give its width and height in pixels"),
        ({"screen": "0x1080"}, "screen=0x1080: give"),
        ({"place": "fitted"}, "image_on_screen=fitted needs the size of the screen"),
        ({"place": "1,2", "units": "norm"}, "image_on_screen=1,2 needs the size of the screen"),
        ({"place": "left"}, "image_on_screen=left: give centred, fitted, stretched"),
        ({"place": "1,2,3"}, "image_on_screen=1,2,3: give"),
        ({"place": "1,2,0,3"}, "image_on_screen=1,2,0,3: give"),
        ({"place": "1_0,2"}, "image_on_screen=1_0,2: give"),
    ],
)
def test_options_that_are_none(options, message):
    with pytest.raises(InputError, match=message):
        pixels((0, 0), **options)
