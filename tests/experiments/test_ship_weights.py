"""Weights files of few bits: what they hold, against the arithmetic of the rounding."""

import h5py
import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.ship_weights import rounded, shorten


@given(st.integers(0, 1000), st.floats(1e-6, 100), st.integers(1, 2048))
def test_filters_are_whole_multiples_of_a_power_of_two(seed, scale, multiples):
    kernel = np.random.default_rng(seed).normal(0, scale, (3, 3, 5, 4)).astype("float32")
    kernel *= np.float32([1, 0.01, 0, 3])
    found = rounded(kernel, multiples)
    for number in range(4):
        largest = np.abs(kernel[..., number]).max()
        step = 2.0**-24
        while largest / step > multiples:
            step *= 2
        levels = found[..., number] / step
        assert (levels == np.round(levels)).all() and np.abs(levels).max() <= multiples
        assert np.abs(found - kernel)[..., number].max() <= step / 2
    np.testing.assert_array_equal(found.astype("float16"), found)


@pytest.mark.parametrize("multiples", [None, 90])
def test_keras_reads_the_file(tmp_path, multiples):
    def build():
        layers = [keras.layers.Conv2D(8, 3), keras.layers.BatchNormalization()]
        return keras.Sequential([keras.Input((8, 8, 3)), *layers])

    model, copy = build(), build()
    source, target = str(tmp_path / "model.weights.h5"), str(tmp_path / "copy.weights.h5")
    model.save_weights(source)
    shorten(source, target, multiples)
    copy.load_weights(target)
    for mine, theirs in zip(model.get_weights(), copy.get_weights(), strict=True):
        expected = rounded(mine, multiples) if multiples and mine.ndim == 4 else np.float16(mine)
        np.testing.assert_array_equal(theirs, np.float32(expected))


def test_numbers_beyond_float16_are_refused(tmp_path):
    source = str(tmp_path / "model.weights.h5")
    with h5py.File(source, "w") as file:
        file["layers/one/vars/0"] = np.float32([1e6])
    with pytest.raises(ValueError, match="layers/one/vars/0 has numbers beyond"):
        shorten(source, str(tmp_path / "copy.h5"))
