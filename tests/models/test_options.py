"""Guarantees for the options of every registered model."""

import keras
import numpy as np
import pytest

from salzoo.models import build_model, model_record
from salzoo.utils.errors import InputError
from tests.models.checks import (
    arrays_of,
    assert_gradients_reach,
    awake,
    images_of,
    marks,
    silent_by_design,
)
from tests.models.completeness import COMPLETE
from tests.models.option_cases import OPTIONS


@pytest.mark.parametrize(
    ("name", "changed", "more"),
    [pytest.param(name, *case, marks=marks(name)) for name in COMPLETE for case in OPTIONS[name]],
)
def test_each_option(name, changed, more):
    model = awake(name, **changed)
    record = model_record(name)
    found = model.count_params() - record.parameters
    assert found == more, f"tests/models/option_cases.py: {changed} adds {found:_} parameters"
    twin = keras.Model.from_config(model.get_config())
    assert [weight.path for weight in twin.weights] == [weight.path for weight in model.weights]
    for maps in arrays_of(model, images_of(record)).values():
        assert np.isfinite(maps).all()
    assert_gradients_reach(model, silent_by_design(model, changed))


def test_unknown_names_get_a_hint():
    with pytest.raises(InputError, match="did you mean 'msinet'"):
        build_model("msi-net")
    with pytest.raises(InputError, match="option of msinet 'asp'; did you mean 'aspp'"):
        build_model("msinet", asp=False)


ABSURD = {"10**9": 10**9, "10**400": 10**400, "10**5000": 10**5000, "long": "x" * 9999}


@pytest.mark.parametrize("value", [-1, 1e308, float("nan"), None, *ABSURD])
def test_absurd_values_are_refused_before_anything_is_built(value):
    with pytest.raises(InputError, match="^msinet_lite: priors=[^\n]{,80}: give a whole number"):
        build_model("msinet_lite", priors=ABSURD.get(value, value))


@pytest.mark.parametrize("size", [(1_000_000, 1_000_000), (10**400, 8), (16_384, 16_384)])
def test_absurd_sizes_are_refused_before_anything_is_built(size):
    with pytest.raises(InputError, match="^`input_shape` [^\n]*: give at most 16384 rows"):
        build_model("msinet_lite", input_shape=(*size, 3))


def test_unusable_values_are_refused():
    wrong = [
        ("aspp", 1, "true or false"),
        ("aspp", "no", "true or false"),
    ]
    for name, value, legal in wrong:
        with pytest.raises(InputError, match=f"msinet: {name}={value!r}: give {legal}."):
            build_model("msinet", **{name: value})
    with pytest.raises(InputError, match="msinet_lite: priors=True: give a whole number of 0 to b"):
        build_model("msinet_lite", priors=True)
    with pytest.raises(InputError, match="dropout=1.0: give a number of 0 to below 1."):
        build_model("msinet_lite", dropout=1.0)
