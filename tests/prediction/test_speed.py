import subprocess
import sys
import time

import numpy as np
import pytest

from salzoo.prediction.speed import _predictor, benchmark
from salzoo.utils.errors import InputError


def test_measures_each_model_at_its_size():
    (measured,) = benchmark(["msinet"], (16, 24), (30, 40), rounds=2)
    assert measured.model == "msinet" and measured.size == (16, 24)
    assert 0 < measured.fastest <= measured.seconds
    # The parameters alone take 100 MB.
    assert 1e8 < measured.peak_bytes < 1e11
    # All but the mean branch of the ASPP grows with the number of pixels.
    pooled = 1280 * 256
    at_printed_size = (measured.multiply_adds - pooled) * (240 * 320) / (16 * 24) + pooled
    assert at_printed_size / 1e9 == pytest.approx(45.5, abs=0.1)
    assert "44 billion at 240x320" in measured.published


def test_peak_memory_is_that_of_the_process_alone():
    code = (
        "from salzoo.prediction.speed import peak_bytes; before = peak_bytes(); "
        "filled = b'1' * 200_000_000; print(before, peak_bytes())"
    )
    large = np.ones(400_000_000, "uint8")  # Linux counts it for children, in ru_maxrss
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    before, after = map(int, result.stdout.split())
    assert before < large.nbytes and before + 150_000_000 < after < before + 250_000_000


def test_a_model_of_several_maps_is_measured_by_its_object():
    predict, multiply_adds = _predictor("asnet", (32, 48))
    assert predict(np.zeros((1, 20, 30, 3), "float32")).shape == (1, 20, 30, 1)
    assert multiply_adds > 0


def test_of_all_models_those_that_cannot_take_a_size_keep_their_own(monkeypatch, inside):
    from salzoo.prediction import speed as module

    monkeypatch.setattr(module, "peak_memory", lambda *_: 1)
    monkeypatch.setattr(module, "_predictor", lambda *_: (lambda image: time.sleep(0.001), 1))
    sizes = {each.model: each.size for each in benchmark(size=(64, 80), rounds=1)}
    assert sizes.pop("shallow_convnet") == (96, 96)
    assert sizes.pop("msinet_lite") == (288, 384)  # takes multiples of 32
    assert set(sizes.values()) == {(64, 80)} and len(sizes) == 5
    status, out, _ = inside("benchmark", "--size", "64x80")
    assert status == 0
    shown = dict(line.split()[:2] for line in out.splitlines() if line.split()[:1] > ["a"])
    assert shown["shallow_convnet"] == "96x96*" and shown["msinet"] == "64x80"
    assert "* does not take 64x80: at its recipe's size" in out
    assert "*" not in inside("benchmark", "msinet", "--size", "64x80")[1]


def test_sizes_that_a_model_cannot_take_are_refused():
    with pytest.raises(InputError, match="msinet takes rows and columns"):
        benchmark(["msinet"], (15, 24))
    with pytest.raises(InputError, match="`size` 64x80: shallow_convnet takes only 96x96"):
        benchmark(["shallow_convnet"], (64, 80))
    with pytest.raises(InputError, match="did you mean 'msinet'"):
        benchmark(["msi-net"])
