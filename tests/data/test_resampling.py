"""Resizing as products with matrices against TensorFlow's kernels, which stay as a reference."""

import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from salzoo.data import resizing
from salzoo.data.resampling import resample

SIDES = st.integers(1, 70)


def pictures(rows, columns, channels=3, kind="uint8"):
    """Smooth pictures with some noise."""
    random = np.random.default_rng(0)
    levels = random.integers(0, 246, (9, 12, 3), dtype="uint8")
    smooth = np.asarray(Image.fromarray(levels).resize((columns, rows)))[..., :channels]
    return (smooth + random.integers(0, 10, smooth.shape))[None].astype(kind)


@given(st.tuples(SIDES, SIDES), st.tuples(SIDES, SIDES), st.sampled_from(["uint8", "float32"]))
def test_arrays_are_resized_as_by_tensorflow(size, target, kind):
    images = pictures(*size, kind=kind)
    expected = resizing.resize(tf.constant(images), target)
    found = resample(images, target)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=255 * 1e-4)
    assert found.min() >= images.min() - 1e-4 and found.max() <= images.max() + 1e-4


@pytest.mark.parametrize("size", [(10, 700), (700, 10), (333, 777), (1200, 1600), (1, 1)])
def test_tensors_of_unknown_size_are_resized_the_same(size):
    images = pictures(*size, kind="float32")
    np.testing.assert_allclose(
        IN_GRAPH(images, (312, 416)), resample(images, (312, 416)), atol=1e-3
    )
    maps = resample(images[..., :1], (40, 52))
    np.testing.assert_allclose(IN_GRAPH(maps, size), resample(maps, size), atol=1e-3)


@tf.function(
    input_signature=[tf.TensorSpec([None, None, None, None]), tf.TensorSpec([2], tf.int32)],
    autograph=False,
)
def IN_GRAPH(images, size):
    return resample(images, tuple(tf.unstack(size)))


def test_shrinking_is_the_mean_and_growing_keeps_a_ramp():
    image = np.random.default_rng(0).random((1, 12, 18, 3)).astype("float32")
    means = image.reshape(1, 4, 3, 6, 3, 3).mean(axis=(2, 4))
    np.testing.assert_allclose(resample(image, (4, 6)), means, atol=1e-6)
    ramp = np.arange(40, dtype="float32")[None, :, None, None]
    inner = resample(ramp, (160, 1))[0, 8:-8, 0, 0]  # Keys' kernel reproduces straight lines
    np.testing.assert_allclose(inner, (np.arange(8, 152) + 0.5) / 4 - 0.5, atol=1e-3)


def test_memory_grows_with_the_side_and_not_with_its_square():
    line = np.zeros((1, 1, 300_000, 1), "float32")
    assert resample(line, (1, 100_000)).shape == (1, 1, 100_000, 1)  # a matrix has 120 GB


def test_numpy_needs_no_tensorflow():
    code = (
        "import sys, numpy as np; from salzoo.data.geometry import Geometry;"
        "g = Geometry('pad', (32, 40), 8, 126.0); x = g.fit_image(np.zeros((9, 7, 3), 'uint8'));"
        "assert g.unfit_map(x[..., :1], (9, 7)).shape == (9, 7, 1);"
        "assert not {'tensorflow', 'keras'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
