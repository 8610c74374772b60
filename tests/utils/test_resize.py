"""Against Pillow, whose bicubic kernel is the same within the borders, and MATLAB's rules."""

import numpy as np
import pytest
from PIL import Image

from salzoo.utils.resize import fit_to_size, imresize, resize_map


def keys(x):
    x = abs(x)
    if x <= 1:
        return 1.5 * x**3 - 2.5 * x**2 + 1
    return -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2 if x <= 2 else 0.0


def slow(line, wanted, scale):
    """One axis by MATLAB's rules, number by number."""
    result = []
    for place in range(wanted):
        centre = (place + 0.5) / scale - 0.5
        shrink = min(scale, 1)
        total = weight = 0.0
        reach = int(2 / shrink) + 2
        for tap in range(int(centre) - reach, int(centre) + reach + 1):
            period = tap % (2 * len(line))
            value = line[period] if period < len(line) else line[2 * len(line) - 1 - period]
            total += keys(shrink * (centre - tap)) * value
            weight += keys(shrink * (centre - tap))
        result.append(total / weight)
    return result


@pytest.mark.parametrize("length, wanted", [(7, 3), (64, 2), (5, 13), (3, 3), (100, 4), (2, 1)])
def test_equals_the_rules_number_by_number(length, wanted, random):
    line = random.random(length)
    np.testing.assert_allclose(
        imresize(line[None], (1, wanted))[0], slow(line, wanted, wanted / length), atol=1e-12
    )


@pytest.mark.parametrize("size", [(60, 80), (15, 20), (240, 300)])
def test_equals_pillow_within_the_borders(size, random):
    map_ = random.random((120, 160))
    expected = Image.fromarray(map_.astype("float32")).resize(size[::-1], Image.Resampling.BICUBIC)
    inner = tuple(slice(length // 5, -(length // 5)) for length in size)
    np.testing.assert_allclose(imresize(map_, size)[inner], np.asarray(expected)[inner], atol=2e-6)


def test_a_scale_rounds_the_size_up():
    assert imresize(np.ones((600, 800)), scale=1 / 32).shape == (19, 25)
    line = np.arange(70.0)
    np.testing.assert_allclose(imresize(line[None], scale=1 / 32)[0], slow(line, 3, 1 / 32))


def test_constants_and_equal_sizes_are_kept(random):
    np.testing.assert_allclose(imresize(np.full((9, 7), 0.3), (4, 20)), 0.3)
    map_ = random.random((6, 5))
    np.testing.assert_allclose(imresize(map_, (6, 5)), map_)
    assert fit_to_size(map_, (12, 11), "zoom", "map").shape == (12, 11)


def test_resizing_averages_and_stays_in_range(random):
    map_ = random.random((6, 8))
    np.testing.assert_array_equal(resize_map(map_, (6, 8)), map_)
    for size in ((3, 4), (13, 5), (1, 1), (40, 60)):
        small = resize_map(map_, size)
        assert small.shape == size and map_.min() <= small.min() and small.max() <= map_.max()
    assert (resize_map(np.full((5, 7), 0.3), (9, 2)) == 0.3).all()


def test_resized_is_bilinear_as_pillow_has_it(random):
    """Pillow leaves out what lies beyond the border, where it is mirrored here."""
    map_ = random.random((40, 60)).astype("float32")
    for size in ((10, 30), (40, 25), (90, 61)):
        expected = Image.fromarray(map_).resize(size[::-1], Image.Resampling.BILINEAR)
        inside = (slice(1, -1), slice(1, -1))
        np.testing.assert_allclose(
            resize_map(map_, size)[inside], np.asarray(expected)[inside], 1e-5
        )


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_integers_keep_their_range_as_in_matlab(dtype, random):
    """An integer image stays one: what the kernel gives is rounded and clipped to its type."""
    highest = np.iinfo(dtype).max
    spots = (random.random((9, 12)) < 0.3).astype(dtype) * highest
    for size in ((18, 24), (27, 36), (4, 6)):
        as_floats = imresize(spots.astype("float64"), size)
        expected = np.clip(np.floor(as_floats + 0.5), 0, highest)
        np.testing.assert_array_equal(imresize(spots, size), expected)
        np.testing.assert_array_equal(fit_to_size(spots, size, "imresize", "map"), expected)
        assert size == (4, 6) or (as_floats.min() < 0 and as_floats.max() > highest)
    halves = imresize(np.array([[0, 1]], dtype), (1, 1))
    assert halves.tolist() == [[1]]  # MATLAB rounds 0.5 up
