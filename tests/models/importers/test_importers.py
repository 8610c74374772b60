import keras
import numpy as np
import pytest

from salzoo.models.importers import assign, check_shape, weight_shapes
from salzoo.utils.errors import InputError


@pytest.fixture
def model():
    images = keras.Input((None, None, 3))
    return keras.Model(images, keras.layers.Conv2D(2, 3, name="conv")(images), name="msinet")


@pytest.fixture
def arrays(model, random):
    return {
        path: random.normal(size=shape).astype("float32")
        for path, shape in weight_shapes(model).items()
    }


def test_assign_puts_every_array_in_its_place(model, arrays):
    assert weight_shapes(model) == {"conv/kernel": (3, 3, 3, 2), "conv/bias": (2,)}
    assign(model, arrays, "net.pb")
    for weight in model.weights:
        np.testing.assert_array_equal(weight.numpy(), arrays[weight.path])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda a: a.pop("conv/bias"), "another model's weights than those of msinet.*lacks conv/"),
        (lambda a: a.update(other=np.zeros(2)), "another model's.*has besides other"),
        (lambda a: a.update({"conv/bias": np.zeros(3, "f")}), r"conv/bias has the shape \(3,\)"),
        (lambda a: a.update({"conv/bias": np.array([1, np.nan])}), "no finite numbers"),
        (lambda a: a.update({"conv/bias": np.array([1, 2])}), "no finite numbers"),
    ],
)
def test_assign_refuses_what_does_not_fit_and_leaves_the_model_as_it_was(
    model, arrays, change, message
):
    before = model.get_weights()
    change(arrays)
    with pytest.raises(InputError, match=f"net.pb.*{message}"):
        assign(model, arrays, "net.pb")
    for weight, value in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, value)


def test_check_shape():
    check_shape("net.pb", "conv1", (1, 2), (1, 2))
    with pytest.raises(InputError, match=r"net.pb holds another.*conv1.*\(2, 1\), not \(1, 2\)"):
        check_shape("net.pb", "conv1", (2, 1), (1, 2))
