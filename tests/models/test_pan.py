import keras
import numpy as np
import pytest
import tensorflow as tf

from salzoo.losses import make_loss
from salzoo.models import build_model
from salzoo.prediction.predictor import load_model
from salzoo.utils.errors import InputError


@pytest.mark.parametrize(
    ("name", "options", "parameters"),
    [
        ("shallow_convnet", {}, 64_392_512),
        ("shallow_convnet", {"conv3_filters": 64}, 34_864_384),
        ("shallow_convnet", {"dropout": 0.5}, 64_392_512),
        ("deep_convnet", {}, 25_806_209),
        ("deep_convnet", {"weight_decay": 0.0}, 25_806_209),
    ],
)
def test_parameter_counts(name, options, parameters):
    built = build_model(name, **options)
    assert built.count_params() == parameters
    assert keras.Model.from_config(built.get_config()).count_params() == parameters


def test_shallow_sizes_are_those_of_figure_2():
    model = build_model("shallow_convnet")
    sizes = [model.get_layer(f"pool{number}").output.shape[1:] for number in (1, 2, 3)]
    assert sizes == [(46, 46, 32), (22, 22, 64), (10, 10, 128)]
    assert model.output_shape == (None, 48, 48, 1)


@pytest.mark.parametrize("size", [(240, 320), (1, 1), (33, 50), (17, 5)])
def test_deep_output_has_the_input_size(size):
    model = build_model("deep_convnet")
    shape = model.compute_output_shape((1, *size, 3))
    assert shape == (1, *size, 1)
    if max(size) < 100:
        assert model(np.zeros((1, *size, 3), "float32")).shape == shape


def test_shallow_start_is_the_papers():
    model = build_model("shallow_convnet")
    for name in ("conv1", "conv2", "conv3", "dense1", "dense2"):
        kernel, bias = model.get_layer(name).get_weights()
        assert abs(kernel.std() - 0.01) < 0.001 and abs(kernel.mean()) < 0.001
        np.testing.assert_array_equal(bias, np.float32(0.1))


def test_grey_levels():
    """Maps are (m - 31) * 2 / 255 inside the network, m / 255 outside."""
    model = build_model("deep_convnet")
    outside = keras.Model(model.get_layer("crop").output, model.get_layer("grey_levels").output)
    grey = np.array([0.0, 31.0, 255.0], "float32").reshape(1, 1, 3, 1)
    np.testing.assert_allclose(outside((grey - 31) * 2 / 255), grey / 255, atol=1e-6)
    # The authors' demonstration, for their released weights: times 128, plus 127.
    model = build_model("deep_convnet", zero_level=127)
    outside = keras.Model(model.get_layer("crop").output, model.get_layer("grey_levels").output)
    values = np.array([-0.9, 0.0, 0.9], "float32").reshape(1, 1, 3, 1)
    np.testing.assert_allclose(outside(values), (128 * values + 127) / 255, atol=1e-6)


def test_the_deep_network_predicts_within_320x320_and_never_enlarges(random):
    model = build_model("deep_convnet")
    image = random.uniform(0, 255, (30, 48, 3)).astype("float32")
    expected = np.asarray(model(image[None], training=False))[0, ..., 0]
    np.testing.assert_allclose(load_model(model, raw=True)(image), expected, atol=1e-6)
    padded = load_model(model, raw=True, fit_mode="pad")(image)
    assert np.abs(padded - expected).max() > 1e-4


def test_colours_reach_the_deep_network_as_caffe_wants_them():
    model = build_model("deep_convnet")
    scaled = keras.Model(model.input, model.get_layer("scale").output)
    image = np.full((1, 2, 2, 3), (200.0, 150.0, 50.0), "float32")
    expected = [(50 - 100) / 127.5, (150 - 110) / 127.5, (200 - 118) / 127.5]
    np.testing.assert_allclose(scaled(image)[0, 0, 0], expected, rtol=1e-5)


def test_the_penalty_is_half_the_squares_times_the_decay():
    model = build_model("deep_convnet", weight_decay=0.01)
    kernels = [w for w in model.trainable_weights if w.path.endswith("kernel")]
    expected = 0.01 / 2 * sum((np.asarray(kernel, "float64") ** 2).sum() for kernel in kernels)
    assert float(sum(model.losses)) == pytest.approx(expected, rel=1e-4)


def test_the_shallow_nets_penalty_does_not_drown_its_loss(random):
    """Where the net says the mean map, what is left to learn outweighs the L2 penalty."""
    model = build_model("shallow_convnet")
    images = random.uniform(0, 255, (8, 96, 96, 3)).astype("float32")
    images[:4, :48] *= 0.2
    truth = np.zeros((8, 48, 48, 2), "float32")
    truth[:4, 30:40, 20:28, 0] = truth[4:, 8:18, 20:28, 0] = 1
    dense2 = model.get_layer("dense2")
    dense2.bias.assign(truth[..., 0].mean(axis=0).ravel())
    kernels = [w for w in model.trainable_weights if w.path.endswith("kernel")]
    with tf.GradientTape() as tape:
        loss = make_loss("l2")(truth, model(images, training=True))
    learning = tape.gradient(loss, [w.value for w in kernels])
    for kernel, slope in zip(kernels, learning, strict=True):
        penalty = 2e-7 * np.linalg.norm(np.asarray(kernel))
        assert penalty < np.linalg.norm(np.asarray(slope)), kernel.path
    decay = float(sum(model.losses)) * 2 / sum((np.asarray(k) ** 2).sum() for k in kernels)
    assert decay == pytest.approx(2e-7, rel=1e-3)


def test_a_sigmoid_output_stays_between_0_and_1(random):
    model = build_model("shallow_convnet", output="sigmoid", conv3_filters=4)
    maps = model(random.uniform(0, 255, (2, 96, 96, 3)).astype("float32"))
    assert 0 < np.min(maps) and np.max(maps) < 1


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("shallow_convnet", {"output": "softmax"}, "output='softmax': give linear or sigmoid"),
        ("shallow_convnet", {"conv3_filters": 0}, "conv3_filters=0"),
        ("shallow_convnet", {"conv3_filters": True}, "conv3_filters=True: give a whole number"),
        ("shallow_convnet", {"dropout": 1.0}, "dropout=1.0"),
        ("shallow_convnet", {"backbone_weights": "imagenet"}, "no backbone"),
        ("shallow_convnet", {"input_shape": (48, 48, 3)}, "takes only 96x96"),
        ("deep_convnet", {"weight_decay": -1}, "weight_decay=-1"),
        ("deep_convnet", {"zero_level": 100}, "zero_level=100"),
        ("deep_convnet", {"weight_decay": float("nan")}, "weight_decay=nan: give a number of 0"),
    ],
)
def test_unusable_options_are_named(name, options, message):
    with pytest.raises(InputError, match=message):
        build_model(name, **options)
