import numpy as np

from salzoo.layers import MinMaxNormalization


def test_each_map_has_its_own_range(random):
    maps = random.normal(size=(3, 5, 6, 1)).astype("float32") * [[[[1]]], [[[50]]], [[[0.01]]]]
    output = np.asarray(MinMaxNormalization()(maps.astype("float32")))
    np.testing.assert_allclose(output.min(axis=(1, 2, 3)), 0)
    np.testing.assert_allclose(output.max(axis=(1, 2, 3)), 1, atol=1e-4)


def test_a_constant_map_becomes_zero():
    assert not np.asarray(MinMaxNormalization()(np.full((1, 4, 4, 1), 7.0, "float32"))).any()


def test_config_round_trip():
    layer = MinMaxNormalization.from_config(MinMaxNormalization(1e-3).get_config())
    assert layer.epsilon == 1e-3
