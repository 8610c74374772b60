import keras
import numpy as np

from salzoo.layers import LocalResponseNormalization


def reference(maps, window, alpha, beta):
    """Caffe's formula, a channel at a time."""
    result = np.empty_like(maps, dtype="float64")
    channels = maps.shape[-1]
    for channel in range(channels):
        low, high = max(0, channel - window // 2), min(channels, channel + window // 2 + 1)
        energy = (maps[..., low:high].astype("float64") ** 2).sum(axis=-1)
        result[..., channel] = maps[..., channel] / (1 + alpha / window * energy) ** beta
    return result


def test_equals_caffes_formula():
    maps = np.random.default_rng(0).normal(0, 100, (2, 3, 4, 9)).astype("float32")
    for window, alpha, beta in ((5, 1e-4, 0.75), (3, 0.1, 0.5)):
        layer = LocalResponseNormalization(window, alpha, beta)
        np.testing.assert_allclose(layer(maps), reference(maps, window, alpha, beta), rtol=1e-5)


def test_alpha_is_divided_by_the_window():
    one_channel = np.full((1, 1, 1, 1), 100.0, "float32")
    expected = 100 / (1 + 1e-4 / 5 * 1e4) ** 0.75
    np.testing.assert_allclose(LocalResponseNormalization()(one_channel)[0, 0, 0, 0], expected)


def test_config_round_trip():
    layer = LocalResponseNormalization(3, 0.5, 0.25)
    twin = keras.layers.deserialize(keras.layers.serialize(layer))
    assert (twin.window, twin.alpha, twin.beta) == (3, 0.5, 0.25)
