"""Predictions without TensorFlow are those with it."""

import copy
import json
import multiprocessing
import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

import salzoo
from salzoo.models import PRETRAINED, shipped_weights
from salzoo.prediction import portable_models
from salzoo.prediction.options import InferenceOptions
from salzoo.prediction.portable_files import read_portable_file, write_portable_file
from salzoo.prediction.predictor import Predictor, load_model
from salzoo.prediction.sources import Source, SourceKind
from salzoo.utils.errors import InputError
from salzoo.utils.files import compute_digest

# Larger differences would be seen in 16-bit pictures.
TOLERANCE = 1e-4
WITHOUT = "import sys; sys.modules |= dict.fromkeys(('tensorflow', 'keras', 'h5py', 'scipy')); "


def picture(rows, columns):
    levels = np.random.default_rng(rows).integers(0, 256, (4, 6, 3), dtype="uint8")
    return np.asarray(Image.fromarray(levels).resize((columns, rows), Image.Resampling.BICUBIC))


@pytest.mark.parametrize(
    ("options", "sizes"),
    [
        ({}, [(10, 10), (1, 40), (700, 10), (333, 500), (480, 640), (3000, 4000)]),
        ({"tta": True}, [(60, 90)]),
        ({"fit_mode": "stretch", "raw": True}, [(75, 61)]),
        ({"fit_mode": "native"}, [(130, 61)]),
        ({"fit_mode": "within"}, [(61, 130), (500, 700)]),
    ],
)
def test_the_maps_are_those_of_tensorflow(options, sizes):
    found = load_model(engine="litert", **options)
    expected = load_model(engine="tensorflow", **options)
    assert found.card == expected.card and found.fingerprint == expected.fingerprint
    assert (found.engine, expected.engine) == ("litert", "tensorflow")
    for size in sizes:
        image = picture(*size)
        map_, wanted = found(image), expected(image)
        assert map_.shape == size and map_.dtype == np.float32
        np.testing.assert_allclose(map_, wanted, atol=TOLERANCE * wanted.max(), rtol=0)


def test_the_usual_engine_has_a_keras_model_for_who_wants_it():
    model = load_model()
    assert model.engine == "litert" and model.model.name == "msinet_lite"


@pytest.mark.parametrize("name", PRETRAINED)
def test_the_portable_file_holds_the_shipped_weights(name):
    """Otherwise run experiments/ship_portable.py."""
    weights = shipped_weights(name)
    path = weights.replace(".weights.h5", ".tflite")
    file = read_portable_file(path, PRETRAINED[name])
    assert file.facts.weights == compute_digest(weights) and file.card["model"] == name


def run_without_tensorflow(code, folder):
    """Run a program where neither TensorFlow nor Keras nor scipy can be imported."""
    path = os.path.dirname(os.path.dirname(salzoo.__file__))
    return subprocess.run(
        [sys.executable, "-c", WITHOUT + code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_predictions_import_neither_tensorflow_nor_keras(tmp_path):
    Image.fromarray(picture(60, 90)).save(tmp_path / "photo.png")
    code = (
        "import salzoo, json; map_ = salzoo.predict('photo.png'); print(json.dumps(map_.tolist()))"
    )
    result = run_without_tensorflow(code, tmp_path)
    assert result.returncode == 0 and not result.stderr, result.stderr
    np.testing.assert_array_equal(
        np.float32(json.loads(result.stdout)), salzoo.predict(tmp_path / "photo.png")
    )
    command = "import sys; from salzoo.cli import main; sys.argv = ['salzoo', {}]; main()"
    flags = "'predict', 'photo.png', '--top', '3', '--crop', '1:1'"
    result = run_without_tensorflow(command.format(flags), tmp_path)
    assert result.returncode == 0 and not result.stderr, result.stderr
    assert os.path.exists(tmp_path / "photo_spots.csv")
    # It limits numpy's threads, which is too late once numpy is imported.
    code = "from salzoo import cli; cli._parse(['salzoo', 'predict', 'photo.png']); "
    result = run_without_tensorflow(code + "assert 'numpy' not in sys.modules", tmp_path)
    assert result.returncode == 0, result.stderr
    for flags in ("'summary', 'msinet'", "'predict', 'photo.png', '--engine', 'tensorflow'"):
        result = run_without_tensorflow(command.format(flags), tmp_path)
        assert result.returncode == 2 and result.stderr.count("\n") == 1, result.stderr
        assert "needs tensorflow and keras" in result.stderr


def test_copies_threads_and_forked_processes():
    model = load_model()
    image = picture(30, 40)
    expected = model(image)
    for again in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        np.testing.assert_array_equal(again(image), expected)
    for copies in (1, 3):
        shared = Predictor("msinet_lite", copies=copies)
        with ThreadPoolExecutor(4) as threads:
            for map_ in threads.map(shared, [image] * 8):
                np.testing.assert_allclose(map_, expected, atol=1e-6)
    context = multiprocessing.get_context("fork")
    maps = context.SimpleQueue()
    child = context.Process(target=lambda: maps.put(model(image)), daemon=True)
    child.start()
    np.testing.assert_allclose(maps.get(), expected, atol=1e-6)
    child.join(60)
    assert child.exitcode == 0


def test_where_there_is_no_portable_file(monkeypatch):
    run = Source("runs/mine", SourceKind.RUN, "runs/mine")
    assert portable_models.open_portable(run, InferenceOptions()) is None
    with pytest.raises(InputError, match="LiteRT cannot predict with runs/mine: it has no portab"):
        portable_models.open_portable(run, InferenceOptions(engine="litert"))
    with pytest.raises(InputError, match="has not the output fixation"):
        load_model(engine="litert", output="fixation")
    with pytest.raises(InputError, match="no `engine` 'onnx'"):
        load_model(engine="onnx")
    monkeypatch.setattr(portable_models, "has_litert", lambda: False)
    with pytest.raises(InputError, match="LiteRT is not installed"):
        load_model(engine="litert")
    assert load_model().engine == "tensorflow"


def test_a_run_has_a_portable_file_of_its_weights_and_config(tmp_path):
    """Of other ones it is not taken."""
    shipped = read_portable_file(shipped_weights("msinet_lite").replace(".weights.h5", ".tflite"))
    weights, config = tmp_path / "best.weights.h5", tmp_path / "config.json"
    weights.write_bytes(b"weights")
    config.write_text("{}")
    write_portable_file(
        str(tmp_path / "best.tflite"),
        shipped.network,
        shipped.card,
        compute_digest(weights),
        False,
        "float16",
        compute_digest(config),
    )
    model = load_model(tmp_path)
    image = picture(30, 40)
    assert model.engine == "litert" and model.fingerprint[0] == compute_digest(weights)
    np.testing.assert_array_equal(model(image), load_model()(image))
    for path in (weights, config):
        before = path.read_bytes()
        path.write_bytes(b"{} ")
        with pytest.raises(InputError, match=f"was made before {path.name} was changed"):
            load_model(tmp_path, engine="litert")
        path.write_bytes(before)
    weights.unlink()
    run = Source(tmp_path, SourceKind.RUN, str(tmp_path))
    assert portable_models.open_portable(run, InferenceOptions()) is None


def test_a_damaged_portable_file(tmp_path, monkeypatch):
    monkeypatch.setattr(portable_models, "WEIGHTS_FOLDER", str(tmp_path))
    (tmp_path / "msinet_lite.tflite").write_bytes(b"TFL3")
    with pytest.raises(InputError, match=r"msinet_lite.tflite is damaged .*; install salzoo again"):
        load_model()
