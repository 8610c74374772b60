import keras
import numpy as np
import pytest
from scipy.signal import correlate2d

from salzoo.layers import StillConvLSTM2D
from salzoo.layers.still_conv_lstm_2d import keras2_hard_sigmoid


def convolve(maps, kernel):
    """Correlate (rows, columns, in) with (side, side, in, out), a plane at a time."""
    planes = [
        sum(
            correlate2d(maps[..., i], kernel[..., i, o], mode="same") for i in range(maps.shape[-1])
        )
        for o in range(kernel.shape[-1])
    ]
    return np.stack(planes, axis=-1)


def reference(maps, kernel, recurrent_kernel, bias, steps, gate):
    """Equations 2 to 6 of the ASNet paper, step by step, nothing left out."""
    filters = recurrent_kernel.shape[2]
    state = cell = np.zeros((*maps.shape[:2], filters))
    for _ in range(steps):
        sums = convolve(maps, kernel) + convolve(state, recurrent_kernel) + bias
        i, f, c, o = np.split(sums, 4, axis=-1)
        cell = gate(f) * cell + gate(i) * np.tanh(c)
        state = gate(o) * np.tanh(cell)
    return state


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def hard(x):
    return np.clip(0.2 * x + 0.5, 0, 1)


@pytest.mark.parametrize(
    ("gate", "function"), [("sigmoid", sigmoid), ("keras2_hard_sigmoid", hard)]
)
@pytest.mark.parametrize("steps", [1, 3])
def test_equals_the_equations_step_by_step(random, gate, function, steps):
    layer = StillConvLSTM2D(2, timesteps=steps, gate=gate)
    maps = random.normal(size=(2, 5, 6, 3)).astype("float32")
    layer.build(maps.shape)
    weights = [random.normal(size=weight.shape).astype("float32") for weight in layer.weights]
    layer.set_weights(weights)
    expected = [reference(each, *weights, steps, function) for each in maps]
    np.testing.assert_allclose(layer(maps), expected, atol=1e-4)


def test_equals_keras_own_over_a_repeated_map(random):
    maps = random.normal(size=(2, 5, 6, 3)).astype("float32")
    ours = StillConvLSTM2D(4, timesteps=3)
    theirs = keras.layers.ConvLSTM2D(4, 3, padding="same")
    repeated = np.repeat(maps[:, None], 3, axis=1)
    theirs(repeated), ours(maps)
    ours.set_weights(theirs.get_weights())
    np.testing.assert_allclose(ours(maps), theirs(repeated), atol=1e-5)


def test_hard_sigmoid_is_not_keras_3s():
    values = np.linspace(-4, 4, 81, dtype="float32")
    ours = np.asarray(keras2_hard_sigmoid(values))
    np.testing.assert_allclose(ours, hard(values), atol=1e-6)
    difference = np.abs(ours - np.asarray(keras.ops.hard_sigmoid(values))).max()
    # Widest where the first is 1 already and the second (2.5 + 3) / 6.
    assert difference == pytest.approx(1 - 5.5 / 6, abs=1e-3)


def test_the_forget_gate_starts_open():
    layer = StillConvLSTM2D(2)
    layer.build((None, None, None, 3))
    np.testing.assert_array_equal(layer.bias, [0, 0, 1, 1, 0, 0, 0, 0])


def test_refuses_and_round_trip():
    with pytest.raises(ValueError, match="timesteps"):
        StillConvLSTM2D(2, timesteps=0)
    with pytest.raises(ValueError, match="gate must be one of sigmoid"):
        StillConvLSTM2D(2, gate="hard")
    twin = keras.layers.deserialize(keras.layers.serialize(StillConvLSTM2D(2, 5, 4)))
    assert (twin.filters, twin.kernel_size, twin.timesteps) == (2, 5, 4)
