import pytest

from salzoo.models.registry import MODELS
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
