"""The files of models for browsers."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from salzoo.export import web_model as module
from salzoo.export.web_model import DESCRIPTION, MODEL, web_files, web_model
from salzoo.models import WEIGHTS_FOLDER
from salzoo.prediction.attention.calibration import read_calibrations
from salzoo.prediction.portable_files import read_portable_file
from salzoo.prediction.portable_models import find_portable_file
from salzoo.prediction.sources import Source, SourceKind
from salzoo.utils.errors import InputError
from tests.export.browsers import brightness_model, portable


@pytest.fixture(scope="module")
def file():
    return portable(brightness_model())


def test_the_description_is_complete(file):
    files = web_files(file)
    description = json.loads(files[DESCRIPTION])
    assert files[MODEL] == file.network
    assert description["sha256"] == hashlib.sha256(file.network).hexdigest()
    assert description["map_scale"] == 0.25 and description["calibration"] is None
    assert description["geometry"]["fit_mode"] == "pad"
    assert description["sizes"] == [[32, 32], [64, 64], [64, 96], [96, 128], [128, 160]]
    fixed = replace(file, facts=replace(file.facts, fixed_size=True))
    assert json.loads(web_files(fixed)[DESCRIPTION])["sizes"] == [[96, 128]]


def test_the_pretrained_model_needs_no_tensorflow():
    code = (
        "import json, sys; from salzoo.export.web_model import web_model; "
        "from salzoo.export import demo_page, demo_server; files = web_model('msinet_lite'); "
        "print(files['model.json'].decode()); "
        "assert 'tensorflow' not in sys.modules and 'keras' not in sys.modules"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    description = json.loads(result.stdout)
    assert description["model"] == "msinet_lite" and description["map_scale"] == 0.25
    known = read_calibrations(f"{WEIGHTS_FOLDER}/msinet_lite.shares.json")
    assert description["calibration"]["high"] in [one.high for one in known]


def test_other_models_are_converted_once(fake_conversion, tmp_path):
    (tmp_path / "model.keras").write_bytes(b"PK")
    for content, count in ((b"PK", 1), (b"PK", 1), (b"other weights", 2)):
        (tmp_path / "model.keras").write_bytes(content)
        files = web_model(tmp_path / "model.keras")
        assert json.loads(files[DESCRIPTION])["model"] == "msinet_lite"
        assert len(fake_conversion) == count


def test_the_portable_file_of_a_run_is_taken_as_it_is(tmp_path, monkeypatch):
    shipped = f"{WEIGHTS_FOLDER}/msinet_lite"
    facts = read_portable_file(f"{shipped}.tflite").facts
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "best.weights.h5").write_bytes(b"other weights")
    shutil.copy(f"{shipped}.tflite", tmp_path / "best.tflite")
    run = Source("run", SourceKind.RUN, str(tmp_path))
    assert "was made before" in find_portable_file(run)
    digests = {"best.weights.h5": facts.weights, "config.json": facts.config}
    monkeypatch.setattr(
        "salzoo.prediction.portable_models.compute_digest",
        lambda path: digests[os.path.basename(path)],
    )
    assert module._portable_file(run).network == read_portable_file(f"{shipped}.tflite").network


def test_what_the_page_cannot_compute_is_refused(file):
    blurred = {**file.card, "post_processing": {"blur": 2.0, "divide_by_maximum": True}}
    with pytest.raises(InputError, match="brightness blurs its maps by 2 pixels"):
        web_files(replace(file, card=blurred))
    with pytest.raises(InputError, match="msinet is an export; give the run or the model"):
        module._portable_file(Source("msinet", SourceKind.EXPORT, "msinet"))
    assert np.isfinite(json.loads(web_files(file)[DESCRIPTION])["map_scale"])
