import keras
import numpy as np
import pytest

from salzoo.models import build_model, model_record
from salzoo.utils.drawing import draw_grid


@pytest.fixture(scope="module")
def sam():
    return build_model("sam_vgg")


@pytest.fixture(scope="module")
def image():
    return np.random.default_rng(0).uniform(0, 255, (1, 32, 48, 3)).astype("float32")


def test_the_last_step_is_the_models_own_map(sam, image):
    seen = model_record("sam_vgg").inspect(sam, image)
    assert seen["steps"].shape == (4, 64, 96) and seen["attention"].shape == (4, 4, 6)
    np.testing.assert_allclose(seen["steps"][-1], sam(image)[0, ..., 0], atol=1e-5)
    np.testing.assert_allclose(seen["attention"].sum(axis=(1, 2)), 1, rtol=1e-4)
    # And the layer is as it was.
    assert sam(image).shape == (1, 64, 96, 1)


def test_an_earlier_step_is_the_map_of_the_model_with_fewer_steps(sam, image):
    """Table IV: the weights of one training, fed from step t."""
    shorter = build_model("sam_vgg", timesteps=2)
    shorter.set_weights(sam.get_weights())
    steps = model_record("sam_vgg").inspect(sam, image)["steps"]
    np.testing.assert_allclose(steps[1], shorter(image)[0, ..., 0], atol=1e-5)


def test_priors_are_shown_without_an_image(sam):
    seen = model_record("sam_vgg").inspect(sam)
    assert {name: maps.shape for name, maps in seen.items()} == {
        "prior1": (16, 30, 40),
        "prior2": (16, 30, 40),
    }
    np.testing.assert_allclose(seen["prior1"].max(axis=(1, 2)), 1)


def test_what_a_variant_lacks_is_not_shown(image):
    plain = build_model("sam_vgg", convlstm=False, priors=None)
    assert model_record("sam_vgg").inspect(plain, image) == {}
    assert model_record("sam_vgg").inspect(plain) == {}


def test_the_first_filters_fill_the_range():
    maps = keras.Input((96, 96, 3))
    layer = keras.layers.Conv2D(32, 5)
    model = keras.Model(maps, layer(maps))
    filters = model_record("shallow_convnet").inspect(model)["first_filters"]
    assert filters.shape == (32, 5, 5, 3)
    assert (filters.min(axis=(1, 2, 3)) == 0).all() and (filters.max(axis=(1, 2, 3)) == 1).all()
    kernel = layer.get_weights()[0][..., 3]
    expected = (kernel - kernel.min()) / (kernel.max() - kernel.min())
    np.testing.assert_allclose(filters[3], expected, atol=1e-6)


def test_a_grid_holds_all_maps_in_rows():
    picture = draw_grid(np.random.default_rng(0).random((10, 30, 40)))
    assert picture.size == (8 * (128 + 6) + 6, 2 * (96 + 6) + 6)
    assert draw_grid(np.zeros((2, 5, 5, 3))).size == (2 * 102 + 6, 108)
