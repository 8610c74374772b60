import numpy as np
import scipy.special

from salzoo.layers import SpatialSoftmax


def test_it_is_scipys_softmax_of_all_positions(random):
    logits = random.normal(0, 30, (3, 5, 6, 2)).astype("float32")
    expected = scipy.special.softmax(logits.astype("float64"), axis=(1, 2))
    np.testing.assert_allclose(SpatialSoftmax()(logits), expected, rtol=1e-4, atol=1e-30)


def test_large_numbers_do_not_overflow():
    density = np.asarray(SpatialSoftmax()(np.full((1, 4, 5, 1), 1e30, "float32")))
    np.testing.assert_allclose(density, 1 / 20)
