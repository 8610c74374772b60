"""Large images are averaged over blocks, and their maps enlarged to the same place."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salzoo.prediction import large_images
from salzoo.prediction.large_images import block_side, enlarge_map, reduce_image


@given(st.integers(1, 30_000), st.integers(1, 30_000))
def test_the_smallest_side_that_leaves_few_enough_pixels(rows, columns):
    side = block_side((rows, columns))
    assert -(-rows // side) * -(-columns // side) <= large_images.LARGEST_PIXELS
    if side > 1:
        smaller = side - 1
        assert -(-rows // smaller) * -(-columns // smaller) > large_images.LARGEST_PIXELS
    else:
        assert rows * columns <= large_images.LARGEST_PIXELS


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 7), st.sampled_from(["uint8", "f4"]))
def test_means_of_blocks(rows, columns, side, kind):
    image = np.random.default_rng(0).integers(0, 256, (rows, columns, 3)).astype(kind)
    reduced = reduce_image(image, side)
    assert reduced.shape == (-(-rows // side), -(-columns // side), 3)
    for row, column in np.ndindex(reduced.shape[:2]):
        block = image[row * side : (row + 1) * side, column * side : (column + 1) * side]
        np.testing.assert_allclose(reduced[row, column], block.mean((0, 1)), rtol=1e-5)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 7))
def test_a_ramp_comes_back_to_its_place(rows, columns, side):
    ramp = np.add.outer(np.arange(rows), np.arange(columns)).astype("float32")
    small = reduce_image(np.repeat(ramp[..., None], 3, axis=2), side)[..., 0]
    map_ = enlarge_map(small, (rows, columns), side)
    assert map_.shape == ramp.shape and map_.dtype == np.float32
    inner = slice(side, -2 * side)
    np.testing.assert_allclose(map_[inner, inner], ramp[inner, inner], atol=1e-3 * (1 + ramp.max()))


@pytest.mark.parametrize("size", [(1, 60_000), (60_000, 1), (301, 203)])
def test_a_predictor_returns_maps_of_the_size_of_the_image(size, monkeypatch):
    import tensorflow as tf

    from salzoo.prediction.opening import Opened
    from salzoo.prediction.predictor import Predictor

    monkeypatch.setattr(large_images, "LARGEST_PIXELS", 5000)
    seen = []

    def saliency(images):
        seen.append(images.shape)
        return images[..., :1] / 255

    predictor = Predictor.from_opened(Opened({"model": "a"}, None, None, saliency))
    image = np.zeros((*size, 3), "uint8")
    image[: size[0] // 2 + 1, : size[1] // 2 + 1] = 255
    map_ = predictor(image)
    assert map_.shape == size and seen[0][1] * seen[0][2] <= 5000
    assert map_[0, 0] == 1 and (size == (1, 1) or abs(map_.mean() - image.mean() / 255) < 0.05)

    def too_large(images):
        raise tf.errors.ResourceExhaustedError(None, None, "no memory")

    from salzoo.utils.errors import InputError

    with pytest.raises(InputError, match="needs more memory than there is"):
        Predictor.from_opened(Opened({"model": "a"}, None, None, too_large))(image)


@pytest.mark.parametrize("size", [(1, 100_000_000), (65_500, 3), (30_000, 500)])
def test_no_side_is_too_long_for_graphs(size):
    side = block_side(size)
    assert max(-(-length // side) for length in size) <= large_images.LONGEST_SIDE
    assert side == 1 or max(size) > large_images.LONGEST_SIDE
