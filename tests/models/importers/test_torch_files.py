"""Tensors from files that Python's pickler writes as PyTorch did."""

import os
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from salzoo.models.importers.torch_files import read_tensors
from salzoo.utils.errors import InputError
from tests.models.importers.torch_writing import save

SHAPES = arrays_of.array_shapes(min_dims=0, max_dims=4, max_side=4)
TYPES = st.sampled_from(["float32", "float16", "int64"])


@given(
    st.dictionaries(
        st.text(max_size=8), arrays_of.arrays(TYPES, SHAPES, elements=st.integers(0, 99))
    ),
    st.data(),
)
def test_every_tensor_comes_back(arrays, data):
    transposed = data.draw(st.sets(st.sampled_from(sorted(arrays)))) if arrays else ()
    read = read_tensors(save(arrays, transposed), "a.pth")
    assert list(read) == list(arrays)
    for name, array in arrays.items():
        assert read[name].dtype == array.dtype
        np.testing.assert_array_equal(read[name], array)


@pytest.fixture
def content(random):
    return save({"a.weight": random.normal(size=(2, 3)).astype("float32"), "b": np.arange(4)})


def test_whatever_is_cut_off_is_refused(content):
    for length in range(len(content)):
        with pytest.raises(InputError, match=r"^a\.pth holds no tensors of PyTorch \(.*get it ag"):
            read_tensors(content[:length], "a.pth")


class Harmful:
    def __reduce__(self):
        return os.mkdir, ("harmed",)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (Harmful(), "mkdir, which is not allowed"),
        ({"a": Harmful()}, "mkdir, which is not allowed"),
        (os.getcwd, "no dictionary of tensors"),
        ({"a": 1}, "no dictionary of tensors"),
        ({"a": 1.5}, "instruction BINFLOAT is not allowed"),
        ([1, 2], "no dictionary of tensors"),
    ],
)
def test_nothing_of_a_file_is_called(tmp_path, monkeypatch, value, message):
    monkeypatch.chdir(tmp_path)
    head = b"".join(pickle.dumps(one, 2) for one in (0x1950A86A20F9469CFC6C, 1001, {}))
    with pytest.raises(InputError, match=message):
        read_tensors(head + pickle.dumps(value, 2) + pickle.dumps([], 2), "a.pth")
    assert not os.listdir()


def test_a_tensor_stays_in_its_storage(content):
    """The shape (2, 3) is changed to (3, 3), then its strides to (9, 1)."""
    shape, strides = b"K\x02K\x03\x86", b"K\x03K\x01\x86"
    assert content.count(shape) == content.count(strides) == 1
    for old, new in ((shape, b"K\x03K\x03\x86"), (strides, b"K\x09K\x01\x86")):
        with pytest.raises(InputError, match="reaches beyond its storage"):
            read_tensors(content.replace(old, new), "a.pth")
    with pytest.raises(InputError, match="before version 1.6"):
        read_tensors(pickle.dumps(1, 2) + content, "a.pth")
