"""Guarantees for the options of every registered model."""

import keras
import numpy as np
import pytest

from salzoo.models import build_model, list_models, model_record
from salzoo.utils.errors import InputError
from tests.models.checks import (
    arrays_of,
    assert_gradients_reach,
    awake,
    images_of,
    marks,
    silent_by_design,
)

# One case at least for every option, with what it adds to the parameters.
OPTIONS = {
    "asnet": [
        ({"fixation": False}, -6_913),
        ({"convlstm": False}, -1_299_840),
        ({"output_level": 3}, -607_490),
        ({"fixation_size": 28}, 297_537),
        ({"variant": "release"}, 35_516_167 - 16_301_510),
    ],
    "deep_convnet": [({"weight_decay": 0.0}, 0)],
    "msinet": [
        ({"aspp": False}, 30_177_089 - 24_934_209),
        ({"multi_level": False}, 19_232_577 - 24_934_209),
    ],
    "msinet_lite": [({"priors": 0}, -(32 + 8 * 9 + 8 * 64)), ({"dropout": 0.0}, 0)],
    "sam_resnet": [
        ({"timesteps": 1}, 0),
        ({"attention": False}, -4_724_224),
        ({"convlstm": False}, -23_602_688),
        ({"priors": "mlnet"}, 12 - 13_517_952),
        ({"priors": None}, -13_517_952),
        ({"dilated": False, "convlstm": False, "priors": None}, 23_589_761 - 70_146_561),
    ],
    "sam_vgg": [
        ({"timesteps": 1}, 0),
        ({"attention": False}, -4_724_224),
        ({"convlstm": False}, -23_602_688),
        ({"priors": "mlnet"}, 12 - 13_517_952),
        ({"priors": None}, -13_517_952),
        ({"dilated": False, "convlstm": False, "priors": None}, 14_715_201 - 51_835_841),
    ],
    "shallow_convnet": [
        ({"conv3_filters": 64}, 34_864_384 - 64_392_512),
        ({"dropout": 0.5}, 0),
        ({"weight_decay": 0.0}, 0),
        ({"output": "sigmoid"}, 0),
    ],
}


@pytest.mark.parametrize("name", list_models())
def test_every_option_has_a_case(name):
    tried = {option for options, _ in OPTIONS[name] for option in options}
    assert tried == set(model_record(name).options)


@pytest.mark.parametrize(
    ("name", "changed", "more"),
    [
        pytest.param(name, *case, marks=marks(name))
        for name, cases in OPTIONS.items()
        for case in cases
    ],
)
def test_each_option(name, changed, more):
    model = awake(name, **changed)
    record = model_record(name)
    assert model.count_params() == record.parameters + more
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
