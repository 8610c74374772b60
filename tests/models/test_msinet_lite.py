import keras
import numpy as np
import pytest

from salzoo.models import build_model
from salzoo.utils.errors import InputError


@pytest.fixture(scope="module")
def model():
    return build_model("msinet_lite")


def test_it_is_small(model):
    assert model.count_params() == 3_495_129 <= 4_000_000


def test_maps_are_densities_of_a_quarter_of_the_size(model, random):
    images = random.uniform(0, 255, (2, 64, 96, 3)).astype("float32")
    maps = np.asarray(model(images))
    assert maps.shape == (2, 16, 24, 1) and maps.min() > 0
    np.testing.assert_allclose(maps.sum(axis=(1, 2, 3)), 1, rtol=1e-5)


def test_it_learns_the_centre_through_its_priors():
    """Zeroed encoder levels leave the priors alone, which are the same for every image."""
    keras.utils.set_random_seed(0)
    model = build_model("msinet_lite", centre_bias=0.0)
    for name in ("level4", "level8", "level16", "squeeze"):
        model.get_layer(name).set_weights(
            [np.zeros(weight.shape) for weight in model.get_layer(name).weights]
        )
    images = np.random.default_rng(0).uniform(0, 255, (2, 64, 64, 3)).astype("float32")
    maps = np.asarray(model(images))
    np.testing.assert_allclose(maps[0], maps[1], rtol=1e-4)
    assert maps[0].max() > 1.001 * maps[0].min()


def test_the_centre_bias_multiplies_the_density_at_inference(model, random):
    plain = build_model("msinet_lite", centre_bias=0.0)
    plain.set_weights(model.get_weights())
    images = random.uniform(0, 255, (1, 64, 96, 3)).astype("float32")
    y, x = np.meshgrid(np.arange(-15, 16, 2) / 16, np.arange(-23, 24, 2) / 24, indexing="ij")
    expected = np.asarray(plain(images))[0, ..., 0] * np.exp(-(x**2 + y**2) / 2)
    found = np.asarray(model(images))[0, ..., 0]
    np.testing.assert_allclose(found, expected / expected.sum(), rtol=1e-4)


def test_refused():
    with pytest.raises(InputError, match="multiples of 32; the nearest is 256x320"):
        build_model("msinet_lite", input_shape=(250, 320, 3))
    with pytest.raises(InputError, match="priors=-1"):
        build_model("msinet_lite", priors=-1)
