"""The programs in docs/deployment.md run as they stand there."""

import base64
import json
import os
import pathlib
import re
import types

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from tests.export.test_exporting import require, small_model
from tests.export.test_saved_model import rest_answer

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "deployment.md"


def programs(heading):
    """Return the Python programs below a heading."""
    [section] = re.findall(rf"^#+ {heading}\n(.*?)(?=^#+ |\Z)", PAGE.read_text(), re.M | re.S)
    return re.findall(r"^```python\n(.*?)^```$", section, re.M | re.S)


@pytest.fixture(scope="module")
def opened():
    return small_model()


@pytest.fixture
def photo(tmp_path, monkeypatch, random):
    """photo.jpg in an empty folder, and its pixels."""
    monkeypatch.chdir(tmp_path)
    levels = random.integers(0, 256, (40, 60, 3), dtype="uint8")
    Image.fromarray(levels).save("photo.jpg")
    return np.asarray(Image.open("photo.jpg"), "float32")


@pytest.mark.parametrize(
    ("heading", "name"), [("ONNX Runtime", "onnx"), ("LiteRT", "litert"), ("OpenVINO", "openvino")]
)
def test_a_program_for_a_runtime(heading, name, opened, photo):
    target = require(name)
    folder = f"exports/msinet_lite-{name}-float32/1"
    os.makedirs(folder)
    target.write(opened, folder, "float32", [])
    [program] = programs(heading)
    found = {}
    exec(compile(program, heading, "exec"), found)
    expected = opened.saliency(photo[None])[0, ..., 0]
    np.testing.assert_allclose(found["saliency_map"], expected, atol=1e-4)


def test_requests_over_rest(opened, photo, monkeypatch):
    """Against the signatures, which get and give what TensorFlow Serving would."""
    require("savedmodel").write(opened, "export", "float32", [])
    signatures = tf.saved_model.load("export").signatures

    def post(url, json):
        assert url == "http://localhost:8501/v1/models/msinet_lite:predict"
        return types.SimpleNamespace(json=lambda: serve(signatures, json))

    monkeypatch.setitem(__import__("sys").modules, "requests", types.SimpleNamespace(post=post))
    expected = opened.saliency(photo[None])[0, ..., 0]
    with_bytes, with_numbers = programs("REST")
    exec(compile(with_bytes, "REST", "exec"), {})
    levels = np.asarray(Image.open("map.png"))
    np.testing.assert_allclose(levels / 65535, expected, atol=1e-4)
    found = {}
    exec(compile(with_numbers, "REST", "exec"), found)
    np.testing.assert_allclose(found["saliency_map"], expected, atol=1e-4)


def serve(signatures, body):
    """Answer a request as TensorFlow Serving does: instances to a batch, rows of outputs back."""
    body = json.loads(json.dumps(body))
    signature = signatures[body["signature_name"]]
    instances = [
        instance.get("images", instance) if isinstance(instance, dict) else instance
        for instance in body["instances"]
    ]
    if body["signature_name"] == "serving_default":
        images = tf.constant([base64.b64decode(instance["b64"]) for instance in instances])
    else:
        images = tf.constant(instances, tf.float32)
    outputs = {name: tensor.numpy() for name, tensor in signature(images=images).items()}
    if len(outputs) == 1:  # one output stands without its name
        [values] = outputs.values()
        return {"predictions": values.tolist()}
    rows = [{name: values[row] for name, values in outputs.items()} for row in range(len(images))]
    return {"predictions": [json.loads(rest_answer(row))["predictions"][0] for row in rows]}
