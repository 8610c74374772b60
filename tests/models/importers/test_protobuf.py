import numpy as np
import pytest
from google.protobuf import descriptor_pb2
from hypothesis import given
from hypothesis import strategies as st

from salzoo.models.importers.protobuf import Message, read_message
from salzoo.utils.errors import InputError
from tests.models.importers.wire import field, message, varint


def parse(data):
    return Message(memoryview(data), "file.pb")


def test_equals_what_the_protobuf_library_writes():
    written = descriptor_pb2.FileDescriptorProto(name="name", dependency=["a", "bé"])
    written.message_type.add(name="first").field.add(name="x", number=-3)
    written.message_type.add(name="second")
    read = parse(written.SerializeToString())
    assert read.text(1) == "name" and read.texts(3) == ["a", "bé"]
    assert [inner.text(1) for inner in read.messages(4)] == ["first", "second"]
    assert read.messages(4)[0].message(2).integer(3) == -3
    assert read.has(3) and not read.has(9)
    assert read.text(9) == "" and read.integer(9, 7) == 7 and not read.message(9).has(1)


@given(st.lists(st.integers(-(2**63), 2**63 - 1)))
def test_integers_packed_or_not(values):
    packed = field(1, b"".join(map(varint, values)))
    assert parse(packed).integers(1) == parse(message((1, values))).integers(1) == values


@given(st.lists(st.floats(width=32, allow_nan=False), max_size=20))
def test_floats_packed_or_not(values):
    packed = field(5, np.array(values, "<f4").tobytes())
    for data in (packed, message((5, [float(value) for value in values]))):
        np.testing.assert_array_equal(parse(data).floats(5), np.array(values, "float32"))


@given(st.binary(max_size=60))
def test_any_bytes_are_a_message_or_an_input_error(data):
    try:
        read = parse(data)
        for number in list(read._fields):
            read.integers(number)
            read.texts(number)
            read.floats(number)
            read.messages(number)
    except InputError as error:
        assert str(error).startswith("file.pb is damaged")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x0a\xff\xff\xff\xff\x0f", "bytes where"),  # four gigabytes that are not there
        (b"\xff" * 11, "does not end"),
        (b"\x0b", "wire type 3"),
        (b"\x0d\x00", "4 bytes where 1 are left"),
    ],
)
def test_damage(data, reason):
    with pytest.raises(InputError, match=reason):
        parse(data)


def test_a_value_of_another_kind_is_damage():
    with pytest.raises(InputError, match="field 1 is no bytes"):
        parse(field(1, 5)).texts(1)
    with pytest.raises(InputError, match="field 1 is no text"):
        parse(field(1, b"\xff")).texts(1)
    with pytest.raises(InputError, match="field 1 is no float"):
        parse(field(1, b"\xff")).floats(1)


def test_a_file(tmp_path):
    path = tmp_path / "net.pb"
    path.write_bytes(field(1, "conv"))
    assert read_message(path).text(1) == "conv"
    with pytest.raises(InputError, match="at most"):
        read_message(path, limit=3)
    with pytest.raises(InputError, match="does not exist"):
        read_message(tmp_path / "none.pb")
