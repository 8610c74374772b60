"""Engines beside each other, on a small model."""

from types import SimpleNamespace

import keras
import pytest

from salzoo.export import engines, parity
from salzoo.export.engines import EngineMeasurement, measure_engines
from salzoo.utils.errors import InputError
from tests.export.test_exporting import require, small_model


@pytest.fixture
def measured(monkeypatch, random):
    require("portable")
    opened = small_model()
    scenes = [parity.Scene(random.uniform(0, 255, (30, 40, 3)).astype("float32"), None)] * 2
    monkeypatch.setattr("salzoo.prediction.opening.open_source", lambda *_: opened)
    monkeypatch.setattr("salzoo.models.build_model", lambda *_, **__: small_model().model)
    monkeypatch.setattr(parity, "draw_scenes", lambda count: scenes)
    monkeypatch.setattr(engines, "peak_memory", lambda *_: 7)
    monkeypatch.setattr(engines, "Predictor", lambda source: SimpleNamespace(engine="litert"))
    exports = {
        ("litert", "float32"): ("portable", "float32"),
        ("onnx", "float16"): ("onnx", "float16"),  # which there is not
    }
    monkeypatch.setattr(engines, "EXPORTS", exports)
    return measure_engines("msinet_lite", rounds=1)


def test_engines_are_compared_with_tensorflow(measured):
    found, chosen = measured
    by_name = {(one.engine, one.precision): one for one in found}
    exact = by_name["tensorflow", "float32"]
    assert (exact.cc, exact.max_difference) == (pytest.approx(1), 0)
    assert by_name["litert", "float32"].max_difference < 1e-4
    rounded = by_name["tensorflow", "bfloat16"]
    assert 1e-4 < rounded.max_difference < 0.1 and rounded.cc > 0.99
    assert keras.config.dtype_policy().name == "float32"
    assert all(one.milliseconds > 0 and one.peak_bytes == 7 for one in found if not one.missing)
    assert "onnx is written in float32 or int8" in by_name["onnx", "float16"].missing
    assert chosen == "litert"


def test_what_is_no_model_is_refused(monkeypatch):
    exported = small_model()._replace(model=None)
    monkeypatch.setattr("salzoo.prediction.opening.open_source", lambda *_: exported)
    with pytest.raises(InputError, match="exports/msinet is an exported model"):
        measure_engines("exports/msinet")


def test_the_command_prints_a_table(inside, monkeypatch):
    found = [
        EngineMeasurement("tensorflow", "float32", "", 20.0, 600_000_000, 1.0, 0.0),
        EngineMeasurement("onnx", "float32", "pip install 'salzoo[onnx]'"),
    ]
    monkeypatch.setattr(engines, "measure_engines", lambda *_: (found, "litert"))
    status, out, _ = inside("benchmark", "--engines", "msinet_lite")
    assert status == 0
    assert "tensorflow float32   20.0       600    1.00000          0.0e+00" in out
    assert "onnx float32: pip install 'salzoo[onnx]'" in out
    assert "`salzoo predict --model msinet_lite` takes litert in float32." in out
    status, _, err = inside("benchmark", "msinet", "--engines", "msinet_lite")
    assert status == 2 and "leave out others" in err
