"""Networks for browsers equal those that they were made from."""

import hashlib
import json
import pathlib
import warnings

import numpy as np
import pytest
import tensorflow as tf

from salzoo.export.web_model import web_model, write_web_model
from salzoo.models import trained_model
from salzoo.utils.errors import InputError
from tests.export.browsers import brightness_model


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("web")
    write_web_model(brightness_model(), str(path))
    return path


def run(path, images):
    """Run a LiteRT model on images of any size."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that TensorFlow will not have it for ever
        interpreter = tf.lite.Interpreter(str(path))
    [taken], [given] = interpreter.get_input_details(), interpreter.get_output_details()
    interpreter.resize_tensor_input(taken["index"], images.shape, strict=True)
    interpreter.allocate_tensors()
    interpreter.set_tensor(taken["index"], images)
    interpreter.invoke()
    return interpreter.get_tensor(given["index"])


def test_the_network_takes_every_size(folder):
    network = brightness_model().model
    for size in ((96, 128), (32, 64)):
        images = np.random.default_rng(0).uniform(0, 255, (1, *size, 3)).astype("float32")
        maps = run(folder / "model.tflite", images)
        expected = network(images).numpy()
        np.testing.assert_allclose(maps, expected, atol=1e-3)  # the weights are float16


def test_the_pretrained_network_is_converted(monkeypatch, tmp_path):
    monkeypatch.setenv("SALZOO_HOME", str(tmp_path))
    folder = pathlib.Path(web_model("msinet_lite"))
    assert (folder / "model.tflite").stat().st_size < 6.5e6
    known = json.loads((folder / "model.json").read_text())["calibration"]
    assert known is None or len(known["low"]) == len(known["shares"])
    images = np.random.default_rng(1).uniform(0, 255, (1, 64, 96, 3)).astype("float32")
    expected = trained_model("msinet_lite")(images, training=False).numpy()
    found = run(folder / "model.tflite", images)
    np.testing.assert_allclose(found / found.max(), expected / expected.max(), atol=1e-4)


def test_the_description_is_complete(folder):
    description = json.loads((folder / "model.json").read_text())
    content = (folder / "model.tflite").read_bytes()
    assert description["sha256"] == hashlib.sha256(content).hexdigest()
    assert description["map_scale"] == 0.25
    assert description["geometry"]["fit_mode"] == "pad"
    assert description["sizes"] == [[32, 32], [64, 64], [64, 96], [96, 128], [128, 160]]


def test_what_the_page_cannot_compute_is_refused(monkeypatch):
    opened = brightness_model()
    blurred = {**opened.card, "post_processing": {"blur": 2.0, "divide_by_maximum": True}}
    for found, message in (
        (opened._replace(model=None), "x is an export; give the run or the model"),
        (opened._replace(card=blurred), "brightness blurs its maps by 2 pixels"),
    ):
        monkeypatch.setattr(
            "salzoo.export.web_model.open_source", lambda source, found=found: found
        )
        with pytest.raises(InputError, match=message):
            web_model("x")


def test_a_model_is_converted_once(monkeypatch, tmp_path):
    monkeypatch.setenv("SALZOO_HOME", str(tmp_path))
    opened = brightness_model()._replace(fingerprint=["a"])
    monkeypatch.setattr("salzoo.export.web_model.open_source", lambda source: opened)
    folder = web_model("msinet_lite")
    monkeypatch.setattr("salzoo.export.web_model.write_web_model", None)
    assert web_model("msinet_lite") == folder
    opened = opened._replace(fingerprint=["b"])
    with pytest.raises(TypeError):
        web_model("msinet_lite")
