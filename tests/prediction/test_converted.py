"""Portable files that are converted on first use."""

import os
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from salzoo.models import trained_model
from salzoo.prediction import converted
from salzoo.prediction.converted import convert_once
from salzoo.prediction.options import InferenceOptions
from salzoo.prediction.portable_models import open_portable
from salzoo.prediction.predictor import load_model
from salzoo.prediction.sources import SourceKind, resolve_source
from salzoo.utils.errors import InputError
from salzoo.utils.home import cache_folder


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "model.keras"
    path.write_bytes(b"PK")
    return resolve_source(path)


def cached():
    return sorted(os.listdir(os.path.join(cache_folder(), "portable")))


def test_a_source_is_converted_once(fake_conversion, source, tmp_path):
    first, again = convert_once(source), convert_once(source)
    assert fake_conversion == [source] and first == again
    assert first.is_worthwhile and first.file.card["model"] == "msinet_lite"
    (tmp_path / "model.keras").write_bytes(b"other weights")
    convert_once(source)
    assert len(fake_conversion) == 2
    assert load_model(tmp_path / "model.keras").engine == "litert"


def test_a_run_is_known_by_its_weights_and_config(fake_conversion, tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    (run / "config.json").write_text("{}")
    source = resolve_source(run)
    assert convert_once(source) is None  # no weights yet
    for name in ("best.weights.h5", "config.json"):
        (run / name).write_bytes(b"{ }")
        convert_once(source)
        convert_once(source)
    assert len(fake_conversion) == 2


def test_where_tensorflow_is_taken(fake_conversion, source, monkeypatch):
    def open_(**options):
        return open_portable(source, InferenceOptions(**options))

    known = converted._Facts("model.keras", "", 9.0, 7.0, 5.0)  # TensorFlow is clearly faster
    write = converted._convert
    monkeypatch.setattr(converted, "_convert", lambda *a: write(*a) and known)
    assert open_() is None and open_(engine="litert") is not None
    assert open_(engine="tensorflow") is None and open_(output="fixation") is None
    monkeypatch.setenv("SALZOO_CONVERT", "0")
    assert convert_once(source) is None and convert_once(source, always=True) is not None
    with pytest.raises(InputError, match="it has no portable file"):
        open_(engine="litert")


def test_what_litert_cannot_run_is_not_tried_again(source, fake_conversion, monkeypatch):
    tried = []
    facts = converted._Facts("model.keras", "it has an odd layer", 9.0, 0.0, 0.0)
    monkeypatch.setattr(converted, "_convert", lambda *_: tried.append(1) or facts)
    for _ in range(2):
        assert open_portable(source, InferenceOptions()) is None
    with pytest.raises(InputError, match="cannot predict with .*: it has an odd layer"):
        open_portable(source, InferenceOptions(engine="litert"))
    assert len(tried) == 1


def test_large_networks_are_left_to_the_export(source, monkeypatch):
    opened = SimpleNamespace(model=SimpleNamespace(count_params=lambda: 64_000_000))
    monkeypatch.setattr("salzoo.prediction.opening.open_source", lambda _: opened)
    facts = converted._convert(source, "never.tflite")
    assert facts.refused.startswith("its 64 million parameters") and facts.litert == 0


def test_a_damaged_file_is_converted_again(fake_conversion, source):
    convert_once(source)
    [name] = [name for name in cached() if name.endswith(".tflite")]
    with open(os.path.join(cache_folder(), "portable", name), "wb") as file:
        file.write(b"TFL3")
    assert convert_once(source) is None
    assert convert_once(source).file is not None and len(fake_conversion) == 2


def test_a_home_that_cannot_be_written(fake_conversion, source, tmp_path, monkeypatch):
    (tmp_path / "home").write_text("a file")
    assert convert_once(source) is None and not fake_conversion


def test_the_last_used_files_are_kept(fake_conversion, source, tmp_path, monkeypatch):
    monkeypatch.setattr(converted, "KEPT", 2)
    for content in (b"1", b"2", b"1", b"3"):
        (tmp_path / "model.keras").write_bytes(content)
        convert_once(source)
        for name in cached():  # times of files are coarse
            path = os.path.join(cache_folder(), "portable", name)
            os.utime(path, (os.path.getmtime(path) - 10,) * 2)
    assert len([name for name in cached() if name.endswith(".tflite")]) == 2
    (tmp_path / "model.keras").write_bytes(b"1")
    convert_once(source)
    assert len(fake_conversion) == 3


def test_other_sources_are_not_converted(fake_conversion):
    assert convert_once(resolve_source("msinet_lite")) is None
    released = resolve_source("msinet:salicon")
    assert released.kind is SourceKind.RELEASED and convert_once(released) is None  # not here
    assert convert_once(replace(released, kind=SourceKind.EXPORT)) is None


@pytest.mark.slow
def test_a_keras_file_with_litert_is_as_with_tensorflow(tmp_path, monkeypatch, random):
    monkeypatch.setenv("SALZOO_CONVERT", "1")
    path = tmp_path / "model.keras"
    trained_model("msinet_lite").save(path)
    found, expected = load_model(path, engine="litert"), load_model(path, engine="tensorflow")
    image = random.integers(0, 256, (60, 90, 3), dtype="uint8")
    np.testing.assert_allclose(found(image), expected(image), atol=1e-4)
    conversion = convert_once(resolve_source(path))
    assert conversion.litert > 0 and conversion.tensorflow > 0 and conversion.seconds > 0
    assert found.fingerprint == expected.fingerprint
