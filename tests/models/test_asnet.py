import keras
import numpy as np
import pytest

from salzoo.models import build_model
from salzoo.utils.errors import InputError

OBJECTS = ["object_5", "object_4", "object_3", "object_2", "object_1"]


@pytest.fixture(scope="module")
def models():
    """Builds each variant once: the release takes seconds."""
    built = {}

    def get(**options):
        key = str(options)
        if key not in built:
            built[key] = build_model("asnet", **options)
        return built[key]

    return get


@pytest.mark.parametrize(
    ("options", "parameters", "outputs"),
    [
        ({}, 16_301_510, ["fixation", *OBJECTS]),
        ({"fixation_size": 28}, 16_301_510 + 297_537, ["fixation", *OBJECTS]),
        ({"variant": "release"}, 35_516_167, ["fixation", "side", *OBJECTS]),
        # Without the prior's 3x3 convolution and its map in the deepest ConvLSTM.
        ({"fixation": False}, 16_301_510 - 4_609 - 9 * 256, OBJECTS),
        # 65 to 64 maps, 3x3, in place of each ConvLSTM.
        (
            {"convlstm": False},
            16_301_510 - 5 * 297_472 + 5 * (65 * 64 * 9 + 64),
            ["fixation", *OBJECTS],
        ),
        # Without compression, ConvLSTM and map of levels 2 and 1.
        (
            {"output_level": 3},
            16_301_510 - 8_256 - 4_160 - 2 * (297_472 + 65),
            ["fixation", *OBJECTS[:3]],
        ),
    ],
)
def test_parameters_and_outputs(models, options, parameters, outputs):
    model = models(**options)
    assert model.count_params() == parameters
    assert sorted(model.output) == sorted(outputs)
    shapes = model.compute_output_shape((1, 224, 224, 3))
    expected = {"fixation": options.get("fixation_size", 14), "side": 14}
    expected |= {name: 14 * 2**depth for depth, name in enumerate(OBJECTS)}
    assert shapes == {name: (1, expected[name], expected[name], 1) for name in outputs}


def test_the_release_has_448_statistics(models):
    model = models(variant="release")
    assert sum(int(np.prod(weight.shape)) for weight in model.non_trainable_weights) == 448


@pytest.mark.parametrize(
    ("variant", "offsets"),
    [("paper", (123.68, 116.779, 103.939)), ("release", (103.939, 116.779, 123.68))],
)
def test_colours(models, variant, offsets):
    """Means of red, green and blue, then the channels reversed."""
    model = models(**({} if variant == "paper" else {"variant": variant}))
    first = keras.Model(model.input, model.get_layer("block1_conv1").input)
    image = np.full((1, 16, 16, 3), (200.0, 150.0, 50.0), "float32")
    expected = (np.array((200.0, 150.0, 50.0)) - offsets)[::-1]
    np.testing.assert_allclose(first(image)[0, 0, 0], expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"output_level": 6}, "output_level=6"),
        ({"output_level": 3.0}, "output_level=3.0"),
        ({"output_level": True}, "output_level=True"),
        ({"fixation_size": 20}, "fixation_size=20: give 14 or 28"),
        ({"variant": "relase"}, "variant='relase'"),
        ({"variant": "release", "convlstm": False}, "no other option"),
        ({"fixation_size": 28, "fixation": False}, "needs fixation=True"),
        ({"input_shape": (100, 224, 3)}, "multiples of 16"),
    ],
)
def test_unusable_options_are_named(options, message):
    with pytest.raises(InputError, match=message):
        build_model("asnet", **options)
