"""Comparisons of exports against numpy arithmetic."""

import numpy as np
import pytest

from salzoo.export.parity import Scene, describe_miss, measure_parity, refuse_miss
from salzoo.metrics import nss
from salzoo.utils.errors import InputError


@pytest.fixture
def scenes(random):
    return [
        Scene(random.uniform(0, 255, (20, 30, 3)), random.uniform(0, 20, (9, 2))) for _ in range(4)
    ]


def grey(image):
    return image.mean(axis=-1) / 255


def test_figures_are_numpys(scenes, random):
    noise = random.normal(0, 0.01, (20, 30))
    found = measure_parity("onnx", "int8", lambda image: grey(image) + noise, grey, scenes, 7)
    maps = [(grey(s.image), grey(s.image) + noise) for s in scenes]
    assert found.max_difference == pytest.approx(
        max(np.abs(noise).max() / before.max() for before, _ in maps)
    )
    correlations = [np.corrcoef(b.ravel(), a.ravel())[0, 1] for b, a in maps]
    assert found.cc == pytest.approx(np.mean(correlations))
    assert found.min_cc == pytest.approx(min(correlations))
    scores = [
        [nss(map_, scene.fixations) for map_ in pair]
        for pair, scene in zip(maps, scenes, strict=True)
    ]
    before, after = np.mean(scores, axis=0)
    assert found.nss_change == pytest.approx(after / before - 1)
    assert (found.images, found.bytes, found.target) == (4, 7, "onnx")
    assert found.milliseconds > 0 and found.tensorflow_milliseconds > 0


@pytest.mark.parametrize(
    ("precision", "change", "kept"),
    [
        ("float32", 5e-5, True),
        ("float32", 5e-4, False),
        ("float16", 5e-4, True),
        ("bfloat16", 0.5, False),
        ("int8", 5e-4, True),
        ("int8", 2.0, False),
    ],
)
def test_tolerances(scenes, random, precision, change, kept):
    pattern = random.random((20, 30))
    export = lambda image: grey(image) + change * pattern  # noqa: E731
    found = measure_parity("onnx", precision, export, grey, scenes, 1)
    assert found.kept is kept and (describe_miss(found) == "") is kept
    if not kept:
        with pytest.raises(InputError, match="was not kept: its"):
            refuse_miss(found)


def test_constant_maps_are_equal(scenes):
    flat = lambda image: np.full(image.shape[:2], 0.5)  # noqa: E731
    assert measure_parity("onnx", "float16", flat, flat, scenes[:1], 1).cc == 1
