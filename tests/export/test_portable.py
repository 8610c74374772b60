"""A network in a portable file gives what it gives in TensorFlow."""

import keras
import numpy as np
import pytest

from salzoo.export.parity import Scene
from salzoo.models import WEIGHTS_FOLDER
from salzoo.prediction.opening import Opened
from salzoo.prediction.portable_files import read_portable_file
from salzoo.prediction.portable_writing import write_opened
from salzoo.prediction.predictor import load_model
from salzoo.utils.errors import InputError
from salzoo.utils.files import compute_digest
from tests.export.test_exporting import small_model

SCENE = Scene(np.full((30, 40, 3), 128, "float32"), np.array([[3.0, 4.0]]))


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
    path = write_opened(opened, str(tmp_path / "file.tflite"), precision)
    file = read_portable_file(path)
    assert file.card == opened.card and file.facts.weights == "w" * 64
    assert (file.facts.precision, file.facts.fixed_size) == (precision, False)
    image = random.uniform(0, 255, (24, 32, 3)).astype("float32")
    expected = opened.model(image[None])["fixation"][0, ..., 0]
    found = load_model(path, raw=True)(image)
    np.testing.assert_allclose(found, expected, atol=1e-3 if precision == "float16" else 1e-6)


def test_a_network_that_litert_changes_is_not_written(opened, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "salzoo.prediction.portable_writing.LiteRTNetwork", lambda *_: lambda image: 0 * image
    )
    with pytest.raises(InputError, match=r"differs from TensorFlow by 1.0e\+00 of the maximum"):
        write_opened(opened, str(tmp_path / "file.tflite"))
    assert not (tmp_path / "file.tflite").exists()
    with pytest.raises(InputError, match="give the run, the file or the name"):
        write_opened(opened._replace(fingerprint=None), str(tmp_path / "file.tflite"))


def test_a_run_gets_its_portable_file(inside, tmp_path, monkeypatch):
    """Where it gives other maps, it stays in the folder of exports."""
    opened = small_model()
    monkeypatch.setattr("salzoo.export.exporting.open_source", lambda *_: opened)
    monkeypatch.setattr("salzoo.export.parity.draw_scenes", lambda *_: [SCENE])
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "config.json").write_text("{}")
    command = ("export", "run", "--to", "portable", "--out", "out")
    status, out, _ = inside(*command)
    assert status == 0 and out.split()[-2:] == ["out/msinet-portable-float32/1", "run/best.tflite"]
    file = read_portable_file("run/best.tflite")
    assert file.facts.config == compute_digest("run/config.json")
    written = read_portable_file("out/msinet-portable-float32/1/model.tflite")
    assert (file.card, file.network) == (written.card, written.network)
    before = compute_digest("run/best.tflite")
    for most, flags in ((1e-4, ("--tta",)), (-1, ("--precision", "float16"))):
        monkeypatch.setattr("salzoo.export.parity.MOST_DIFFERENCE", most)
        status, out, _ = inside(*command, *flags)
        assert status == 0 and out.split()[-1].startswith("out/msinet-portable-float")
    assert compute_digest("run/best.tflite") == before


def test_options_of_the_export_are_those_of_its_predictions(tmp_path, random):
    opened = small_model("stretch", tta=True)
    opened.card["post_processing"]["tta"] = True
    path = write_opened(opened, str(tmp_path / "file.tflite"))
    image = random.uniform(0, 255, (50, 70, 3)).astype("float32")
    np.testing.assert_allclose(load_model(path)(image), opened.maps(image)[0, ..., 0], atol=1e-4)
