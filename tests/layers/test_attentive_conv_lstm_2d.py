import keras
import numpy as np
import pytest
from scipy.signal import correlate2d
from scipy.special import expit, softmax

from salzoo.layers import AttentiveConvLSTM2D

GATES = "ifco"


def convolve(maps, weights):
    """A "same" convolution, pair of maps by pair of maps."""
    kernel, bias = weights
    planes = [
        sum(
            correlate2d(maps[..., source], kernel[..., source, target], "same")
            for source in range(maps.shape[-1])
        )
        for target in range(kernel.shape[-1])
    ]
    return np.stack(planes, axis=-1) + bias


def named(layer):
    """The eleven convolutions of the original, by the names of the authors' code."""
    arrays = {weight.name: np.asarray(weight, "float64") for weight in layer.weights}
    convolutions = {}
    for name, place in (("W", "input_gates"), ("U", "state_gates")):
        kernels = np.split(arrays[f"{place}_kernel"], 4, axis=-1)
        biases = np.split(arrays[f"{place}_bias"], 4)
        for gate, kernel, bias in zip(GATES, kernels, biases, strict=True):
            convolutions[name + gate] = kernel, bias
    if layer.attention:
        for name, place in (("Wa", "state_attention"), ("Ua", "input_attention")):
            convolutions[name] = arrays[f"{place}_kernel"], arrays[f"{place}_bias"]
        convolutions["Va"] = arrays["attention_map_kernel"], 0.0
    return convolutions


def step_by_step(features, weights, steps):
    """The original, nothing left out and nothing kept: ten convolutions a step and V_a."""
    size = (*features.shape[:2], weights["Ui"][0].shape[-1])
    state, cell = np.zeros(size), np.zeros(size)
    states, attentions = [], []
    for _ in range(steps):
        seen = features
        if "Va" in weights:
            hidden = np.tanh(convolve(state, weights["Wa"]) + convolve(features, weights["Ua"]))
            attentions.append(softmax(convolve(hidden, weights["Va"])))
            seen = features * attentions[-1]
        enter, keep, candidate, leave = (
            convolve(seen, weights["W" + gate]) + convolve(state, weights["U" + gate])
            for gate in GATES
        )
        cell = expit(keep) * cell + expit(enter) * np.tanh(candidate)
        state = expit(leave) * np.tanh(cell)
        states.append(state)
    return np.stack(states), np.stack(attentions) if attentions else None


def randomised(random, filters, channels, **options):
    """A layer whose every weight matters, biases and V_a included."""
    layer = AttentiveConvLSTM2D(filters, **options)
    layer.build((None, None, None, channels))
    layer.set_weights([random.normal(0, 0.3, weight.shape) for weight in layer.weights])
    return layer


@pytest.mark.parametrize(
    ("filters", "channels", "steps", "side"), [(6, 6, 4, 3), (4, 3, 1, 3), (3, 5, 2, 5)]
)
def test_equals_its_definition(random, filters, channels, steps, side):
    layer = randomised(
        random,
        filters,
        channels,
        timesteps=steps,
        kernel_size=side,
        return_sequence=True,
        return_attention=True,
    )
    # Large features: the attention divides them by the number of positions.
    images = random.normal(0, 20, (2, 7, 9, channels)).astype("float32")
    states, attentions = layer(images)
    assert states.shape == (2, steps, 7, 9, filters) and attentions.shape == (2, steps, 7, 9, 1)
    for number, image in enumerate(images):
        expected = step_by_step(image, named(layer), steps)
        np.testing.assert_allclose(states[number], expected[0], atol=1e-4)
        np.testing.assert_allclose(attentions[number], expected[1], atol=1e-4)


def test_without_attention(random):
    layer = randomised(random, 4, 5, attention=False)
    image = random.normal(size=(1, 6, 5, 5)).astype("float32")
    expected, _ = step_by_step(image[0], named(layer), 4)
    np.testing.assert_allclose(layer(image)[0], expected[-1], atol=1e-4)


def test_the_last_state_is_that_of_the_sequence(random):
    image = random.normal(size=(1, 4, 6, 3)).astype("float32")
    layer = randomised(random, 3, 3)
    expected, _ = step_by_step(image[0], named(layer), 4)
    np.testing.assert_allclose(layer(image)[0], expected[-1], atol=1e-4)


def test_weights_are_those_of_sam():
    layer = AttentiveConvLSTM2D(512)
    layer.build((None, None, None, 512))
    assert layer.count_params() == 23_602_688


def test_start():
    keras.utils.set_random_seed(0)
    layer = AttentiveConvLSTM2D(8)
    layer.build((None, None, None, 8))
    arrays = {weight.name: np.asarray(weight) for weight in layer.weights}
    for name in ("input_gates", "input_attention", "state_attention"):
        assert arrays[f"{name}_kernel"].std() == pytest.approx(0.05, rel=0.1)
    for kernel in np.split(arrays["state_gates_kernel"], 4, axis=-1):
        flat = kernel.reshape(-1, 8)
        np.testing.assert_allclose(flat.T @ flat, np.eye(8), atol=1e-5)
    zero = [name for name in arrays if name.endswith("bias") or name == "attention_map_kernel"]
    assert len(zero) == 5 and not any(arrays[name].any() for name in zero)


def test_the_attention_is_exact_in_mixed_precision(random):
    layer = AttentiveConvLSTM2D(4, return_attention=True, dtype="mixed_bfloat16")
    _, attention = layer(random.normal(size=(1, 30, 40, 4)).astype("float32"))
    assert keras.backend.standardize_dtype(attention.dtype) == "bfloat16"
    # V_a starts at zero, so all positions count the same.
    np.testing.assert_allclose(np.asarray(attention, "float32"), 1 / 1200, rtol=1e-2)


def test_unknown_sizes_stay_unknown_until_the_call(random):
    inputs = keras.Input((None, None, 3))
    layer = AttentiveConvLSTM2D(3, return_sequence=True, return_attention=True)
    model = keras.Model(inputs, layer(inputs))
    assert tuple(model.output_shape) == ((None, 4, None, None, 3), (None, 4, None, None, 1))
    for size in ((5, 8), (3, 2)):
        states, _ = model(random.normal(size=(1, *size, 3)).astype("float32"))
        assert states.shape == (1, 4, *size, 3)


def test_config_round_trip():
    config = AttentiveConvLSTM2D(8, 5, 2, return_attention=True, name="refine").get_config()
    assert AttentiveConvLSTM2D.from_config(config).get_config() == config


def test_refusals():
    with pytest.raises(ValueError, match="at least 1"):
        AttentiveConvLSTM2D(8, timesteps=0)
    with pytest.raises(ValueError, match="needs attention=True"):
        AttentiveConvLSTM2D(8, attention=False, return_attention=True)
