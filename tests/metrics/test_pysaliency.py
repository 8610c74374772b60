"""Convention tuebingen against pysaliency itself (tests/golden)."""

import json
import pathlib

import numpy as np
import pytest

from salzoo import metrics
from tests.golden.make_pysaliency import cases

GOLDEN = json.loads((pathlib.Path(__file__).parents[1] / "golden" / "pysaliency.json").read_text())[
    "cases"
]
# The metrics that pysaliency has too.
NAMES = {"AUC", "AUC-Judd", "sAUC", "NSS", "CC", "SIM", "KLD", "IG"}


@pytest.mark.parametrize("name, map_, fixations, density, others, baseline", list(cases()))
def test_equals_pysaliency(name, map_, fixations, density, others, baseline):
    mine = metrics.fixation_scores(
        map_,
        convention="tuebingen",
        fixations=fixations,
        density_map=density,
        other_fixations=others,
        baseline_map=baseline,
    )
    for metric, golden in GOLDEN[name].items():
        expected = np.nan if golden is None else float(golden)
        assert mine[metric] == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True), metric


def test_golden_values_are_those_of_the_cases():
    assert list(GOLDEN) == [name for name, *_ in cases()]
    assert all(set(scores) == NAMES for scores in GOLDEN.values())
    assert set(metrics.metrics_of("tuebingen")) >= NAMES
