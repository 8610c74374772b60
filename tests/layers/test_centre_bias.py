import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salzoo.layers import CentreBias, SpatialSoftmax


@given(
    rows=st.integers(1, 9),
    columns=st.integers(1, 9),
    strength=st.floats(0, 4),
    seed=st.integers(0, 2**16),
)
def test_a_density_is_multiplied_by_a_gaussian(rows, columns, strength, seed):
    logits = np.random.default_rng(seed).normal(size=(2, rows, columns, 1)).astype("float32")
    expected = np.exp(logits.astype("float64"))
    for row in range(rows):
        for column in range(columns):
            x, y = (column + 0.5) / columns * 2 - 1, (row + 0.5) / rows * 2 - 1
            expected[:, row, column] *= np.exp(-strength * (x * x + y * y) / 2)
    expected /= expected.sum(axis=(1, 2), keepdims=True)
    found = SpatialSoftmax()(CentreBias(strength)(logits))
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_training_has_none(random):
    logits = random.normal(size=(1, 4, 6, 2)).astype("float32")
    layer = CentreBias(1.0)
    np.testing.assert_array_equal(layer(logits, training=True), logits)
    assert not np.array_equal(layer(logits), logits)
    assert not layer.weights


@pytest.mark.parametrize("strength", [0.0, 0.75])
def test_a_saved_model_keeps_the_strength(strength, tmp_path, random):
    inputs = keras.Input((None, None, 1))
    model = keras.Model(inputs, CentreBias(strength)(inputs))
    model.save(tmp_path / "model.keras")
    logits = random.normal(size=(2, 3, 5, 1)).astype("float32")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(logits), model(logits))
