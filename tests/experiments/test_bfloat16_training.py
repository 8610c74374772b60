"""When a model passes the measurement of training in bfloat16."""

import math

import pytest

from experiments.bfloat16_training import summarise


@pytest.mark.parametrize(("shift", "passes"), [(0.09, "yes"), (-0.09, "yes"), (0.11, "no")])
def test_the_difference_is_compared_with_the_spread_of_seeds(shift, passes):
    float32 = [1.0, 1.1, 1.2]  # a standard deviation of 0.1
    losses = {"float32": float32, "bfloat16": [loss + shift for loss in float32]}
    seconds = {"float32": [2.0, math.nan, 4.0], "bfloat16": [math.nan] * 3}
    row = summarise("msinet", losses, seconds)
    assert row == [
        "msinet",
        "1.10000",
        f"{1.1 + shift:.5f}",
        "0.10000",
        f"{shift:.5f}",
        "3.000",
        "nan",
        passes,
    ]
