"""A real browser with the demo's page, and a model whose maps are known."""

import contextlib
import hashlib
import os
import shutil
import threading

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from salzoo.data.geometry import Geometry
from salzoo.export import demo_page
from salzoo.export.demo_server import DemoServer
from salzoo.export.web_runtime import VERSION
from salzoo.prediction.opening import Opened
from salzoo.prediction.portable_files import Facts, PortableFile
from salzoo.prediction.saliency import saliency_function
from salzoo.utils.home import home_folder

# Of the person, not that of the tests: this module is imported before it is set.
RUNTIME = os.path.join(home_folder(), "web", f"litert-{VERSION}")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# A camera that shows a test picture; no sandbox, since containers have none.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--disable-background-networking",
    "--disable-component-update",
)


def require_browser():
    """Return the path of Chromium; skip the test if something that it needs is not here."""
    pytest.importorskip("playwright", reason="needs playwright (extra: test)")
    path = os.environ.get("SALZOO_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip("needs Chromium or Chrome on the PATH, or its path in SALZOO_CHROMIUM")
    if not os.path.isdir(RUNTIME):
        pytest.skip(f"needs LiteRT.js in {RUNTIME}: `salzoo demo --yes` fetches it")
    return path


@contextlib.contextmanager
def running_browser():
    """Yield a headless Chromium."""
    path = require_browser()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


def brightness_model(size=(96, 128), fit_mode="pad"):
    """A model whose map is how bright the image is, at a quarter of the input's size."""
    images = keras.Input((None, None, 3), name="image")
    maps = keras.layers.AveragePooling2D(4)(images)
    maps = keras.layers.Conv2D(1, 1, use_bias=False, name="mean")(maps)
    network = keras.Model(images, keras.layers.ReLU(name="saliency")(maps), name="brightness")
    network.get_layer("mean").set_weights([np.full((1, 1, 3, 1), 1 / 765, "float32")])
    geometry = Geometry(fit_mode, size, 32, 127.5)
    card = {
        "model": "brightness",
        "trained_on": None,
        "paper": "none",
        "output": None,
        "geometry": {
            "fit_mode": fit_mode,
            "size": size,
            "size_multiple": 32,
            "padding_value": 127.5,
            "other_sizes": (),
        },
        "post_processing": {"blur": 0.0, "divide_by_maximum": True},
    }
    return Opened(card, None, network, saliency_function(network, geometry))


def portable(opened):
    """The portable file of a model; written files must be of models in the zoo."""
    specification = tf.TensorSpec([1, None, None, 3], tf.float32, "image")
    function = tf.function(lambda image: opened.model(image), input_signature=[specification])
    frozen = convert_variables_to_constants_v2(function.get_concrete_function())
    network = tf.lite.TFLiteConverter.from_concrete_functions([frozen]).convert()
    facts = Facts("0" * 64, hashlib.sha256(network).hexdigest(), len(network), False, "float32")
    return PortableFile(opened.card, facts, network)


@contextlib.contextmanager
def served(model):
    """Serve the page with the files of a model; yield its address."""
    with DemoServer(demo_page.page_files(model, RUNTIME), 0) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.address
        server.shutdown()
