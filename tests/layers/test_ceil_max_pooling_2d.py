import numpy as np
import pytest

from salzoo.layers import CeilMaxPooling2D


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (4, 5), (7, 6), (10, 12)])
def test_every_window_starts_at_an_even_pixel_and_is_cut_at_the_border(size):
    rows, columns = size
    maps = np.random.default_rng(0).normal(size=(2, rows, columns, 3)).astype("float32")
    pooled = np.asarray(CeilMaxPooling2D()(maps))
    assert pooled.shape == (2, -(-rows // 2), -(-columns // 2), 3)
    assert pooled.shape == CeilMaxPooling2D().compute_output_shape(maps.shape)
    for row in range(pooled.shape[1]):
        for column in range(pooled.shape[2]):
            window = maps[:, 2 * row : 2 * row + 3, 2 * column : 2 * column + 3]
            np.testing.assert_array_equal(pooled[:, row, column], window.max(axis=(1, 2)))


def test_caffes_sizes():
    assert CeilMaxPooling2D().compute_output_shape((1, 240, 320, 96)) == (1, 120, 160, 96)
    assert CeilMaxPooling2D().compute_output_shape((None, None, None, 96)) == (None, None, None, 96)
