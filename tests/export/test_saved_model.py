"""SavedModels: the same maps as the predictor's, without salzoo."""

import base64
import io
import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from salzoo.data.images import read_image
from salzoo.export import export_model, saved_model
from salzoo.prediction.options import InferenceOptions
from salzoo.prediction.predictor import Predictor
from salzoo.prediction.saved_models import check_program
from salzoo.utils.json_files import read_json
from tests.export.test_exporting import small_model


def test_a_served_map_equals_the_predicted_one(small_run, exported, photos):
    """serving_default takes the bytes of all files at once, whatever their sizes."""
    served = tf.saved_model.load(exported).signatures["serving_default"]
    answer = served(images=tf.stack([tf.io.read_file(path) for path in photos]))
    predictor = Predictor(small_run.folder)
    maps, sizes = answer["maps_bytes"].numpy(), answer["sizes"]
    for path, content, size in zip(photos, maps, sizes, strict=True):
        expected = predictor(read_image(path))
        levels = np.asarray(Image.open(io.BytesIO(content)))
        assert levels.dtype == np.uint16 or levels.max() > 255 or not expected.any()
        assert tuple(size) == levels.shape == expected.shape
        np.testing.assert_allclose(levels / 65535.0, expected, atol=1e-4)


def test_strings_arrive_over_rest(exported, photos):
    """The JSON answer, built as TensorFlow Serving builds it, gives back every byte of the maps."""
    served = tf.saved_model.load(exported).signatures["serving_default"]
    answer = served(images=tf.stack([tf.io.read_file(path) for path in photos[:2]]))
    for row in range(2):
        body = rest_answer({name: tensor[row].numpy() for name, tensor in answer.items()})
        received = json.loads(body)["predictions"][0]
        content = base64.b64decode(received["maps_bytes"]["b64"])
        assert content == answer["maps_bytes"][row].numpy()
        assert list(Image.open(io.BytesIO(content)).size[::-1]) == received["sizes"]


def rest_answer(outputs):
    """Return the bytes of the answer of TensorFlow Serving to one instance.

    Only strings whose name ends in _bytes are base64; others are written as they are, with
    controls, quotes and backslashes escaped: "Output of binary values" in
    tensorflow_serving/g3doc/api_rest.md and IsNamedTensorBytes in util/json_tensor.cc.
    """
    parts = []
    for name, value in outputs.items():
        if not isinstance(value, bytes):
            text = json.dumps(value.tolist()).encode()
        elif name.endswith("_bytes"):
            text = json.dumps({"b64": base64.b64encode(value).decode()}).encode()
        else:
            escaped = (
                b"\\u%04x" % byte if byte < 32 else b"\\" * (byte in b'"\\') + bytes([byte])
                for byte in value
            )
            text = b'"' + b"".join(escaped) + b'"'
        parts.append(json.dumps(name).encode() + b": " + text)
    return b'{"predictions": [{' + b", ".join(parts) + b"}]}"


def test_a_string_of_another_name_is_destroyed_over_rest():
    png = io.BytesIO()
    Image.new("I;16", (3, 2)).save(png, "png")
    with pytest.raises(UnicodeDecodeError):
        json.loads(rest_answer({"maps": png.getvalue()}))


def test_the_tensor_signature_equals_the_predictor(small_run, exported, photos):
    mine, theirs = Predictor(small_run.folder), Predictor(exported)
    for path in photos:
        image = read_image(path)
        np.testing.assert_allclose(theirs(image), mine(image), atol=1e-5)


def test_an_export_is_a_program_of_known_operations(exported):
    check_program(exported)


def test_an_export_needs_nothing_of_salzoo(exported, photos, tmp_path):
    code = (
        "import sys, tensorflow as tf; f = tf.saved_model.load(sys.argv[1])"
        ".signatures['serving_default'];"
        "a = f(images=tf.constant([open(p, 'rb').read() for p in sys.argv[2:]]));"
        "print(a['sizes'].numpy().tolist()); assert 'salzoo' not in sys.modules"
    )
    command = [sys.executable, "-c", code, exported, *photos[:2]]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == str([list(read_image(p).shape[:2]) for p in photos[:2]])


def test_saved_model_cli_shows_the_signatures(exported):
    cli = os.path.join(os.path.dirname(sys.executable), "saved_model_cli")
    command = [cli, "show", "--dir", exported, "--all"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "signature_def['serving_default']" in shown and "signature_def['tensor']" in shown
    assert "dtype: DT_STRING" in shown and "shape: (-1, -1, -1, 3)" in shown


def test_saved_model_cli_runs(exported, tmp_path):
    cli = os.path.join(os.path.dirname(sys.executable), "saved_model_cli")
    np.save(tmp_path / "images.npy", np.full((2, 40, 30, 3), 128, "float32"))
    command = [cli, "run", "--dir", exported, "--signature_def", "tensor"]
    command += ["--tag_set", "serve", "--inputs", f"images={tmp_path}/images.npy"]
    command += ["--outdir", str(tmp_path)]
    subprocess.run(command, capture_output=True, check=True)
    assert np.load(tmp_path / "saliency.npy").shape == (2, 40, 30, 1)


def test_versions_count_up_and_cards_travel(small_run, exported):
    second = export_model(
        small_run.folder, os.path.dirname(os.path.dirname(exported)), InferenceOptions(raw=True)
    )
    assert [os.path.basename(path) for path in (exported, second)] == ["1", "2"]
    card = read_json(os.path.join(exported, "assets", "card.json"))
    assert card["model"] == "msinet" and "EXIF" in card["export"]["exif_orientation"]
    assert card["geometry"]["fit_mode"] == "pad" and card["metrics"]["means"]["msinet"]
    assert sorted(os.listdir(exported)) == [
        "assets",
        "fingerprint.pb",
        "saved_model.pb",
        "variables",
    ]
    raw = read_json(os.path.join(second, "assets", "card.json"))["post_processing"]
    assert raw == {"blur": 0.0, "divide_by_maximum": False}
    assert Predictor(os.path.dirname(second)).card["post_processing"] == raw  # the highest version


def test_a_broken_image_has_an_error_and_the_others_their_maps(photos, tmp_path):
    saved_model.write(small_model(), str(tmp_path))
    served = tf.saved_model.load(str(tmp_path)).signatures["serving_default"]
    named = {os.path.basename(path): pathlib.Path(path).read_bytes() for path in photos}
    good = [named["wide.jpg"], named["tall.png"]]
    huge = bytearray(good[0])  # a JPEG whose header claims 65535x65535
    start = huge.index(b"\xff\xc0") + 5
    huge[start : start + 4] = b"\xff" * 4
    batch = [good[0], b"Dear Sir", good[0][:200], b"", bytes(huge), good[1]]
    answer = {name: tensor.numpy() for name, tensor in served(images=tf.constant(batch)).items()}
    assert [error.decode()[:19] for error in answer["errors"]] == [
        *("", "The bytes are neith", "The image is damage", "The bytes are neith"),
        *("The image is damage", ""),
    ]
    alone = served(images=tf.constant(good))
    assert (answer["maps_bytes"][[0, 5]] == alone["maps_bytes"].numpy()).all()
    assert (answer["sizes"][[0, 5]] == alone["sizes"].numpy()).all()
    assert (answer["sizes"][1:5] == 0).all() and not any(answer["maps_bytes"][1:5])
