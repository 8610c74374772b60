import pytest

from salzoo.data.datasets import DATASETS
from salzoo.metrics import FIXATION_METRICS, OBJECT_METRICS
from salzoo.models.registry import MODELS, model_record
from salzoo.models.released import IMPORTERS, list_released, released
from salzoo.utils.errors import InputError


def test_importers_belong_to_models():
    assert set(IMPORTERS) <= set(MODELS)


def test_unknown_names():
    with pytest.raises(InputError, match="There is no model 'msine'; did you mean 'msinet'"):
        released("msine:salicon")
    with pytest.raises(InputError, match="There is no released weights"):
        released("msinet:none")


def test_records_have_their_own_sources():
    sources = [record.source for record in list_released()]
    assert len(set(sources)) == len(sources)
    for record in list_released():
        assert released(record.source) is record
        assert callable(record.module.read)


# Fit mode, input sizes, padding, blur and options, as in the authors' code.
SURROUNDINGS = {
    "asnet:release": ("stretch", ((224, 224),), 0.0, 0.0, {"variant": "release"}),
    "deep_convnet:salicon": ("within", ((320, 320),), 109.0, 1.1, {"zero_level": 127}),
    "sam_resnet:salicon": ("pad", ((240, 320),), 0.0, 7.0, {}),
    "sam_resnet:salicon2017": ("pad", ((240, 320),), 0.0, 7.0, {}),
    "sam_vgg:salicon": ("pad", ((240, 320),), 0.0, 7.0, {}),
    "shallow_convnet:salicon": ("stretch", ((96, 96),), 0.0, 2.0, {"conv3_filters": 128}),
    "shallow_convnet:salicon_64": ("stretch", ((96, 96),), 0.0, 2.0, {"conv3_filters": 64}),
}


@pytest.mark.parametrize("source", SURROUNDINGS)
def test_what_goes_around_the_network(source):
    record = released(source)
    found = (record.fit_mode, record.sizes, record.padding_value, record.blur)
    assert (*found, dict(record.model_options)) == SURROUNDINGS[source]
    model = model_record(record.model)
    model.check_options(record.model_options)
    for rows, columns in record.sizes:
        model.check_size(rows, columns)
    assert set(record.trained_on.split("+")) <= set(DATASETS)
    for figure in record.figures:
        assert figure.dataset in DATASETS and figure.metric in {
            **FIXATION_METRICS,
            **OBJECT_METRICS,
        }
