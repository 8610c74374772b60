import keras
import numpy as np
import pytest

from salzoo.layers import LearnedGaussianPrior


def maps_of(parameters, rows, columns):
    """Equation 10, point by point, with the limits and coordinates of the authors' code."""
    aspect = rows / columns
    x = np.linspace(0, 1, columns)[None, :]
    y = np.linspace((1 - aspect) / 2, (1 + aspect) / 2, rows)[:, None]
    maps = []
    for mu_x, mu_y, sigma_x, sigma_y in np.transpose(parameters):
        mu_x, mu_y = np.clip(mu_x, 0.25, 0.75), np.clip(mu_y, 0.35, 0.65)
        sigma_x, sigma_y = np.clip(sigma_x, 0.1, 0.9), np.clip(sigma_y, 0.2, 0.8)
        squares = (x - mu_x) ** 2 / (2 * sigma_x**2) + (y - mu_y) ** 2 / (2 * sigma_y**2)
        gaussian = np.exp(-squares) / (2 * np.pi * sigma_x * sigma_y)
        maps.append(gaussian / gaussian.max())
    return np.stack(maps, axis=-1)


@pytest.mark.parametrize("size", [(30, 40), (23, 40), (13, 7), (1, 1), (1, 5)])
def test_equals_its_definition(random, size):
    layer = LearnedGaussianPrior(16)
    layer.build((None, None, None, 8))
    parameters = random.uniform(-0.2, 1.2, (4, 16))  # some beyond every limit
    layer.set_weights([parameters])
    maps = np.asarray(layer(np.zeros((2, *size, 8), "float32")))
    assert maps.shape == (2, *size, 16) and maps.max() <= 1
    for one in maps:
        np.testing.assert_allclose(one, maps_of(parameters, *size), atol=1e-4)


def test_start_and_count():
    layer = LearnedGaussianPrior(500)
    layer.build((None, None, None, 8))
    (parameters,) = layer.get_weights()
    for row, (lowest, highest) in zip(
        parameters, ((0.3, 0.7), (0.3, 0.7), (0.05, 0.3), (0.05, 0.3)), strict=True
    ):
        assert lowest <= row.min() < lowest + 0.02 and highest - 0.02 < row.max() <= highest
    layer = LearnedGaussianPrior()
    layer.build((None, None, None, 8))
    assert layer.count_params() == 64


def test_unknown_sizes_and_config():
    inputs = keras.Input((None, None, 5))
    model = keras.Model(inputs, LearnedGaussianPrior(3)(inputs))
    assert model.output_shape == (None, None, None, 3)
    twin = keras.Model.from_config(model.get_config())
    assert twin(np.zeros((1, 4, 6, 5), "float32")).shape == (1, 4, 6, 3)
