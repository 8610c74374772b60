"""Test-time augmentation: several scales and the mirror image."""

import math

import keras
import numpy as np

from salzoo.data.geometry import Geometry
from salzoo.prediction.predictor import load_model
from salzoo.prediction.saliency import saliency_function


def test_tta_is_the_mean_over_scales_and_mirror_images(small_run, random):
    """Computed again from single views, which have equal weights whatever their size."""
    image = random.uniform(0, 255, (60, 90, 3)).astype("float32")
    model = small_run.load_model()
    usual = load_model(small_run.folder, raw=True)
    rows, columns = usual.card["geometry"]["size"]
    views = []
    for share in (0.8, 1.0, 1.2):
        size = tuple(8 * math.ceil(side * share / 8) for side in (rows, columns))
        function = saliency_function(model, Geometry("pad", size, 8, 126.0), raw=True)
        for step in (1, -1):
            map_ = np.float64(function(image[None, :, ::step])[0, :, ::step, 0])
            views.append(map_ / map_.sum())
    expected = np.mean(views, axis=0)
    raw = load_model(small_run.folder, raw=True, tta=True)(image)
    np.testing.assert_allclose(raw, expected * usual(image).sum(), rtol=1e-3)
    scaled = load_model(small_run.folder, tta=True)
    np.testing.assert_allclose(scaled(image), expected / expected.max(), atol=1e-4)
    assert scaled.card["post_processing"]["tta"] is True
    assert scaled.fingerprint != load_model(small_run.folder).fingerprint


def test_a_fixed_size_leaves_the_mirror_image(random):
    """A map that depends on the side becomes symmetric; probabilities keep their scale."""
    images = keras.Input((24, 32, 3))
    brighter = keras.layers.Rescaling(1 / 255)(images[..., :1])
    network = keras.Model(images, {"object": brighter * np.linspace(0, 1, 32)[:, None]})
    image = random.uniform(0, 255, (24, 32, 3)).astype("float32")
    geometry = Geometry("pad", (24, 32))
    function = saliency_function(network, geometry, output="object", tta=True)
    map_ = function(image[None])[0, ..., 0]
    np.testing.assert_allclose(map_, image[..., 0] / 255 / 2, atol=1e-5)
