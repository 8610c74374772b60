"""Spots, regions and crops, against arithmetic done pixel by pixel."""

import itertools
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage

from salzoo.prediction.attention import (
    Box,
    BoxFile,
    best_crop,
    find_spots,
    region_shares,
    shares,
    spot_radius,
)
from salzoo.prediction.attention.spots import _peaks
from salzoo.utils.errors import InputError

sizes = st.tuples(st.integers(1, 12), st.integers(1, 12))
maps = sizes.flatmap(lambda size: arrays("int64", size, elements=st.integers(0, 9)))
scales = st.sampled_from([1.0, 1e-30, 1e300, 0.3])


@given(maps, scales)
def test_shares_are_the_map_over_its_sum(map_, scale):
    total = sum(map_.flat)
    expected = map_ / total if total else np.full(map_.shape, 1 / map_.size)
    np.testing.assert_allclose(shares(map_ * scale), expected, rtol=1e-12)


@pytest.mark.parametrize(
    "map_", [np.zeros(3), np.zeros((0, 3)), np.array([[-1.0]]), np.array([[np.nan, 1]]), [[np.inf]]]
)
def test_what_is_no_map(map_):
    with pytest.raises(ValueError, match="map"):
        shares(map_)


# Spots


def spots_by_hand(map_, radius):
    """Peaks by comparing all neighbours, shares by asking each pixel for its nearest peak."""
    pixels = list(np.ndindex(map_.shape))
    neighbours = [(dy, dx) for dy, dx in itertools.product((-1, 0, 1), repeat=2) if dy or dx]

    def is_peak(y, x):
        around = ((y + dy, x + dx) for dy, dx in neighbours)
        return all(map_[y, x] > map_[p] for p in around if p in set(pixels))

    kept = []
    for pixel in sorted(filter(lambda p: is_peak(*p), pixels), key=lambda p: -map_[p]):
        if all(math.dist(pixel, other) > radius for other in kept):
            kept.append(pixel)
    held = dict.fromkeys(kept, 0.0)
    for pixel in pixels:
        near = [peak for peak in kept if math.dist(pixel, peak) <= radius]
        if near:  # the first of equal ones, that is the highest
            held[min(near, key=lambda peak: math.dist(pixel, peak))] += map_[pixel] / map_.sum()
    return {(x, y): share for (y, x), share in held.items()}


@given(st.integers(0, 2**32 - 1), sizes, st.sampled_from([1, 1.5, 2, 3, 5]))
def test_spots_are_those_found_by_hand(seed, size, radius):
    values = np.random.default_rng(seed).permutation(np.prod(size)).reshape(size) + 1.0
    expected = spots_by_hand(values, radius) if values.size > 1 else {}
    spots = find_spots(values, 1000, radius)
    assert {(spot.x, spot.y): pytest.approx(spot.share) for spot in spots} == expected
    assert [spot.share for spot in spots] == sorted((spot.share for spot in spots), reverse=True)
    assert sum(spot.share for spot in spots) <= 1 + 1e-9
    for count in (1, 2):  # the same ones, however many are asked for
        assert find_spots(values, count, radius) == spots[:count]


@given(maps)
def test_peaks_are_those_of_scipy(map_):
    """Flat tops too, of which a map of few levels has many."""
    is_peak = (map_ == ndimage.maximum_filter(map_, 3)) & (map_ > map_.min())
    labels, number = ndimage.label(is_peak, np.ones((3, 3)))
    names = np.arange(1, number + 1)
    middles = np.array(ndimage.center_of_mass(is_peak, labels, names)).reshape(-1, 2)
    pixels, heights = _peaks(map_ / 7)
    np.testing.assert_array_equal(pixels, np.round(middles))
    np.testing.assert_array_equal(heights, ndimage.maximum(map_ / 7, labels, names))


def test_two_blobs():
    """Most of the attention lies within three sigma of a Gaussian, split 3 to 1 here."""
    y, x = np.mgrid[:100, :200]
    left, right = (
        np.exp(-((x - a) ** 2 + (y - b) ** 2) / (2 * 3.0**2)) for a, b in ((40, 50), (150, 20))
    )
    first, second = find_spots(3 * left + right, 5)
    assert (first.x, first.y, second.x, second.y) == (40, 50, 150, 20)
    inside = 1 - math.exp(-(10.5**2) / (2 * 9))  # of a Gaussian, to half a pixel beyond the radius
    assert first.share == pytest.approx(0.75 * inside, abs=2e-3)
    assert second.share == pytest.approx(0.25 * inside, abs=2e-3)


def test_a_flat_top_is_one_spot_in_its_middle():
    map_ = np.zeros((40, 60))
    map_[10:21, 30:41] = 1
    (spot,) = find_spots(map_, 3)
    assert (spot.x, spot.y) == (35, 15)


def test_nothing_stands_out():
    assert find_spots(np.ones((20, 30)), 3) == find_spots(np.zeros((20, 30)), 3) == []
    assert find_spots(np.ones((1, 1)), 1) == []
    assert [spot_radius(size) for size in ((480, 640), (9, 900), (3, 3))] == [48, 1, 1]


# Regions

quarters = st.integers(-30, 60).map(lambda n: n / 4)
lengths = st.integers(1, 80).map(lambda n: n / 4)


@given(maps, quarters, quarters, lengths, lengths)
def test_regions_count_parts_of_pixels(map_, x, y, width, height):
    """Each pixel as 4x4 small ones, which boxes of quarters of pixels do not cut."""
    rows, columns = map_.shape
    small = np.repeat(np.repeat(shares(map_) / 16, 4, axis=0), 4, axis=1)
    top, bottom, left, right = (
        int(4 * min(max(edge, 0), limit))
        for edge, limit in ((y, rows), (y + height, rows), (x, columns), (x + width, columns))
    )
    part = small[top:bottom, left:right]
    box = Box("a", x, y, width, height)
    if not part.size:
        with pytest.raises(ValueError, match="no area inside"):
            region_shares(map_, [box])
        return
    (region,) = region_shares(map_, [box])
    assert region.share == pytest.approx(part.sum(), abs=1e-12)
    assert region.density == pytest.approx(part.sum() / (part.size / small.size), abs=1e-9)
    assert region.clipped == (x < 0 or y < 0 or x + width > columns or y + height > rows)
    assert region.box == ("a", left / 4, top / 4, (right - left) / 4, (bottom - top) / 4)


cuts = st.floats(0.01, 0.99)


@given(maps, cuts, cuts)
def test_parts_add_up_to_everything(map_, across, down):
    rows, columns = map_.shape
    x, y = across * columns, down * rows
    boxes = [
        Box("a", 0, 0, x, y),
        Box("b", x, 0, columns - x, y),
        Box("c", 0, y, columns, rows - y),
        Box("all", 0, 0, columns, rows),
    ]
    *parts, everything = region_shares(map_, boxes)
    assert sum(part.share for part in parts) == pytest.approx(1)
    assert (everything.share, everything.density) == (pytest.approx(1), pytest.approx(1))


# Crops


@given(maps, st.sampled_from([(1, 1), (16, 9), (4, 5), (1, 3), (7, 1), (1, 100)]))
def test_the_crop_is_the_best_of_all(map_, aspect):
    aspect = aspect[0] / aspect[1]
    rows, columns = map_.shape
    weights = map_ if map_.any() else np.ones_like(map_)
    height = min(rows, max(1, round(columns / aspect)))
    width = min(columns, max(1, round(rows * aspect)))
    assert width == columns or height == rows

    def worth(place):
        x, y = place
        off_centre = abs(x - (columns - width) / 2) + abs(y - (rows - height) / 2)
        return -weights[y : y + height, x : x + width].sum(), off_centre, x, y

    places = itertools.product(range(columns - width + 1), range(rows - height + 1))
    x, y = min(places, key=worth)
    box, share = best_crop(map_ * 0.1, aspect)
    assert box == ("crop", x, y, width, height)
    assert share == pytest.approx(-worth((x, y))[0] / weights.sum())


# Files of boxes

GOOD = {"name": "logo", "x": 1, "y": 2.5, "width": 3, "height": 4}


def write(path, rows, columns=None):
    columns = columns or list(rows[0])
    lines = [",".join(columns), *(",".join(str(row.get(c, "")) for c in columns) for row in rows)]
    path.write_text("\n".join(lines))
    return path


def test_both_kinds_of_files(tmp_path):
    rows = [GOOD, {**GOOD, "name": "häuser", "image": "b.jpg"}]
    as_csv = write(tmp_path / "boxes.csv", rows, [*GOOD, "image"])
    (tmp_path / "boxes.json").write_text(json.dumps(rows))
    for path in (as_csv, tmp_path / "boxes.json"):
        file = BoxFile(path)
        assert file.images == {"b.jpg"}
        assert file.of("a.jpg", 9, 9) == [Box("logo", 1, 2.5, 3, 4)]
        assert [box.name for box in file.of("b.jpg", 9, 9)] == ["logo", "häuser"]


def test_a_table_from_a_spreadsheet(tmp_path):
    """A byte order mark, spaces, quotes, other order, an empty line."""
    path = tmp_path / "boxes.csv"
    path.write_text('\ufeffx, y,height,width,name\n\n1, 2, 4,3,"one, two"\n', encoding="utf-8")
    assert BoxFile(path).of("a", 9, 9) == [Box("one, two", 1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"x": "left"}, "line 2, column x: 'left' is not a number of pixels"),
        ({"x": ""}, "line 2, column x: nothing is not a number"),
        ({"y": "nan"}, "line 2, column y: 'nan' is not a number"),
        ({"y": "-inf"}, "line 2, column y"),
        ({"width": 0}, "line 2, column width: 0 leaves no area"),
        (
            {"height": -3},
            "line 2, column height: -3 leaves no area to look at (are the corners exchanged?)",
        ),
        ({"x": "1_0"}, "line 2, column x: '1_0' is not a number of pixels"),
        ({"name": ""}, "line 2, column name: give a text"),
        ({"colour": "red"}, "line 1: There is no column 'colour'; known: "),
        ({"heigth": 1}, "line 1: There is no column 'heigth'; did you mean 'height'"),
    ],
)
def test_a_bad_line_is_named(tmp_path, row, message):
    with pytest.raises(InputError) as error:
        BoxFile(write(tmp_path / "boxes.csv", [{**GOOD, **row}]))
    assert f"{tmp_path / 'boxes.csv'}, {message}" in str(error.value)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "", "line 1: column name is missing; needed: name, x, y, width, height"),
        ("a.csv", "name,x,y,width\n", "column height is missing"),
        ("a.csv", "name,x,x,y,width,height\n", "the column x is there twice"),
        ("a.csv", "name,x,y,width,height\n", "lists no box"),
        ("a.csv", "name,x,y,width,height\na,1,2,3,4,5\n", "has 6 values in line 2, but 5 columns"),
        ("a.csv", b"name\xff", "is not UTF-8 text"),
        ("a.json", "[", "is no JSON"),
        ("a.json", "{}", "must be a list of objects with name, x"),
        ("a.json", '[{"name": "a"}]', "box 1: column x is missing"),
        ("a.json", json.dumps([GOOD, {**GOOD, "x": True}]), "box 2, column x: True is not"),
        ("a.json", json.dumps([{**GOOD, "x": "1_0"}]), "box 1, column x: '1_0' is not a number"),
        ("a.json", json.dumps([{**GOOD, "name": 3}]), "box 1, column name: give a text, not 3"),
        ("a.json", json.dumps([{**GOOD, "name": "a\ud800"}]), "is half a character"),
        ("a.txt", "", "regions are read from .csv or .json"),
    ],
)
def test_files_that_are_none(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError) as error:
        BoxFile(path)
    assert message in str(error.value) and name in str(error.value)


def test_boxes_that_are_no_file():
    boxes = BoxFile.from_json(json.dumps([GOOD]), "regions", 3)
    assert boxes.of("the image", 99, 99) == [Box(*GOOD.values())]
    with pytest.raises(InputError, match="regions, box 1, column x: '1_0' is not a number"):
        BoxFile.from_json(json.dumps([{**GOOD, "x": "1_0"}]), "regions", 3)
    with pytest.raises(InputError, match="regions is no JSON"):
        BoxFile.from_json("[" * 100_000, "regions", 3)
    with pytest.raises(InputError, match="regions lists 4 boxes; give at most 3"):
        BoxFile.from_json(json.dumps([GOOD] * 4), "regions", 3)
    with pytest.raises(InputError, match="regions: leave out image"):
        BoxFile.from_json(json.dumps([{**GOOD, "image": "a.jpg"}]), "regions", 3)


def test_a_box_outside(tmp_path):
    path = write(tmp_path / "boxes.csv", [GOOD, {**GOOD, "name": "far", "y": -4}])
    message = "line 3, column y: the box 'far' lies outside a.jpg, which is 9x8 pixels"
    with pytest.raises(InputError, match=message):
        BoxFile(path).of("a.jpg", 8, 9)
    with pytest.raises(InputError, match="does not exist"):
        BoxFile(tmp_path / "none.csv")


def test_box_files_of_other_countries(tmp_path):
    path = tmp_path / "boxes.csv"
    path.write_text("name;x;y;width;height\nlogo, left;1;2;3.5;4\n")
    assert BoxFile(path).of("photo.jpg", 10, 10) == [Box("logo, left", 1.0, 2.0, 3.5, 4.0)]
    path.write_bytes("sep=;\r\nname;x;y;width;height\r\nlogo;1,5;2;3,5;4\r\n".encode("utf-16"))
    assert BoxFile(path).of("photo.jpg", 10, 10) == [Box("logo", 1.5, 2.0, 3.5, 4.0)]


def test_fractions_are_no_pixels(tmp_path):
    half = {"name": "left", "x": 0, "y": 0, "width": 0.5, "height": 1}
    (tmp_path / "boxes.json").write_text(json.dumps([half]))
    for path in (write(tmp_path / "boxes.csv", [half]), tmp_path / "boxes.json"):
        with pytest.raises(InputError, match="'left' ends at 0.5, 1, and none ends above 1, as fr"):
            BoxFile(path)
    assert len(BoxFile(write(tmp_path / "boxes.csv", [half, GOOD])).of("a", 9, 9)) == 2
    pixel = {**half, "width": 1}
    assert len(BoxFile(write(tmp_path / "boxes.csv", [pixel])).of("a", 9, 9)) == 1


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ((64, 10, 20, 10), "column x: the box 'b' lies outside a.jpg, which is 64x48 pixels; "),
        (
            (40, 30, 60, 45),
            "'b' lies mostly outside .* \\(are width and height its lower right cor",
        ),
        ((10, 50, 8, 6), "column y: the box 'b' lies outside .* \\(are x and y exchanged\\?\\)"),
    ],
)
def test_boxes_outside(tmp_path, place, message):
    row = dict(zip(("x", "y", "width", "height"), place, strict=True))
    with pytest.raises(InputError, match=message):
        BoxFile(write(tmp_path / "boxes.csv", [{"name": "b", **row}])).of("a.jpg", 48, 64)


def test_a_box_may_reach_beyond_the_border(tmp_path):
    row = {"name": "b", "x": 60, "y": -4, "width": 15, "height": 20}
    path = write(tmp_path / "boxes.csv", [row, {**row, "x": 10, "y": 44, "width": 8}])
    assert BoxFile(path).of("a.jpg", 48, 64)[0] == Box("b", 60, -4, 15, 20)


def test_long_values_are_shortened_in_messages(tmp_path):
    path = tmp_path / "boxes.csv"
    for row in ("a,{},0,1,1", "{},0,0,1,0", "{},-900,0,1,1"):
        path.write_text("name,x,y,width,height\n" + row.format("x" * 5000))
        with pytest.raises(InputError) as caught:
            BoxFile(path).of("image.jpg", 10, 10)
        assert len(str(caught.value)) < 400 + len(str(path))
