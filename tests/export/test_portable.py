"""A network in a portable file gives what it gives in TensorFlow."""

import keras
import numpy as np
import pytest

from salzoo.export.portable import write_opened
from salzoo.models import WEIGHTS_FOLDER
from salzoo.prediction.opening import Opened
from salzoo.prediction.portable_files import read_portable_file
from salzoo.prediction.predictor import load_model
from salzoo.utils.errors import InputError
from salzoo.utils.files import compute_digest


@pytest.fixture(scope="module")
def opened():
    """A model of one convolution, with the card of another."""
    card = read_portable_file(f"{WEIGHTS_FOLDER}/msinet_lite.tflite").card
    keras.utils.set_random_seed(0)
    images = keras.Input((None, None, 3), name="image")
    maps = keras.layers.Conv2D(1, 3, padding="same", activation="sigmoid")(images / 255)
    model = keras.Model(images, {"object_1": maps, "fixation": maps / 2})
    card = {**card, "output": "fixation", "geometry": {**card["geometry"], "size": [24, 32]}}
    return Opened(card, ["w" * 64, {}], model, None)


@pytest.mark.parametrize("precision", ["float32", "float16"])
def test_the_network_in_litert(opened, precision, random, tmp_path):
    path = write_opened(opened, tmp_path / "new" / "file.tflite", precision)
    file = read_portable_file(path)
    assert file.card == opened.card and file.facts.weights == "w" * 64
    assert (file.facts.precision, file.facts.fixed_size) == (precision, False)
    image = random.uniform(0, 255, (24, 32, 3)).astype("float32")
    expected = opened.model(image[None])["fixation"][0, ..., 0]
    found = load_model(path, raw=True)(image)
    np.testing.assert_allclose(found, expected, atol=1e-3 if precision == "float16" else 1e-6)


def test_a_network_that_litert_changes_is_not_written(opened, tmp_path, monkeypatch):
    monkeypatch.setattr("salzoo.export.portable.LiteRTNetwork", lambda *_: lambda image: 0 * image)
    with pytest.raises(InputError, match=r"differs from TensorFlow by 1.0e\+00 of the maximum"):
        write_opened(opened, tmp_path / "file.tflite")
    assert not (tmp_path / "file.tflite").exists()
    with pytest.raises(InputError, match="give the run, the file or the name"):
        write_opened(opened._replace(fingerprint=None), tmp_path / "file.tflite")


def test_the_command_numbers_files(inside, opened, tmp_path, monkeypatch):
    monkeypatch.setattr("salzoo.export.portable.open_source", lambda source: opened)
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "config.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        status, out, _ = inside("export", "run", "--to", "portable")
        assert status == 0 and out.split() == ["run/best.tflite"]
    facts = read_portable_file("run/best.tflite").facts
    assert facts.config == compute_digest("run/config.json") and facts.weights == "w" * 64
    for number in (1, 2):
        status, out, _ = inside("export", "run", "--to", "portable", "--out", tmp_path)
        assert status == 0 and out.split() == [str(tmp_path / f"msinet_lite-{number}.tflite")]
    status, _, err = inside("export", "run", "--to", "portable", "--tta", "--out", tmp_path)
    assert status == 2 and "--tta is chosen when predicting with a portable file" in err
    status, _, err = inside("export", "run", "--precision", "float16", "--out", tmp_path)
    assert status == 2 and "--precision float16: savedmodel is written in float32" in err
