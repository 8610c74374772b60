"""Constants of graphs that TensorFlow writes, and of graphs that nobody should write."""

import numpy as np
import pytest
import tensorflow as tf

from salzoo.models.importers.tensorflow_graphs import read_constants
from salzoo.utils.errors import InputError
from tests.models.importers.wire import message


def tensor(shape, *values, dtype=1):
    """Encode a TensorProto; a value is (number of the field, content)."""
    axes = message((2, [message((1, length)) for length in shape]))
    return message((1, dtype), (2, axes), *values)


def node(name, encoded, operation="Const"):
    return message(
        (1, name), (2, operation), (5, message((1, "value"), (2, message((8, encoded)))))
    )


def read(*nodes):
    return {one.name: one for one in read_constants(message((1, list(nodes))), "net.pb")}


def test_constants_of_a_graph_and_of_the_functions_in_it(tmp_path):
    @tf.function(input_signature=[tf.TensorSpec((), tf.float32)])
    def inner(x):
        return x * tf.constant([1.0, 2, 3], name="inner/kernel")

    @tf.function(input_signature=[tf.TensorSpec((), tf.float32)])
    def outer(x):
        return inner(x) + tf.constant(np.float32([[4, 5, 6]]), name="outer/kernel")

    module = tf.Module()
    module.outer = outer
    tf.saved_model.save(module, str(tmp_path), outer)
    found = read_constants((tmp_path / "saved_model.pb").read_bytes(), "saved_model.pb")
    values = {one.name: one.values().tolist() for one in found}
    assert values["inner/kernel"] == [1, 2, 3]
    assert values["outer/kernel"] == [[4, 5, 6]]


def test_every_way_to_write_values():
    content = np.arange(6, dtype="<f4")
    found = read(
        node("bytes", tensor((2, 3), (4, content.tobytes()))),
        node("floats", tensor((2,), (5, [1.5, 2.5]))),
        node("repeated", tensor((2, 2), (5, [7.0]))),
        node("scalar", tensor((), (5, [3.0]))),
        node("whole", tensor((1,), (7, [1]), dtype=3)),
        node("other", tensor((1,), (5, [1.0])), operation="Placeholder"),
    )
    assert set(found) == {"bytes", "floats", "repeated", "scalar"}
    assert found["bytes"].values().tolist() == [[0, 1, 2], [3, 4, 5]]
    assert found["floats"].values().tolist() == [1.5, 2.5]
    assert found["repeated"].values().tolist() == [[7, 7], [7, 7]]
    assert found["scalar"].values() == 3


def test_shapes_that_cannot_be():
    few = read(node("kernel", tensor((10**6, 10**6), (5, [1.0, 2.0]))))["kernel"]
    assert few.shape == (10**6, 10**6)
    with pytest.raises(InputError, match=r"net.pb is damaged.*kernel: 2 of 1000000000000 values"):
        few.values()
    cut = read(node("kernel", tensor((2,), (4, b"1234567"))))["kernel"]
    with pytest.raises(InputError, match="kernel: 7 bytes of float32"):
        cut.values()
    with pytest.raises(InputError, match="a shape of"):
        read(node("kernel", tensor((-1,), (5, [1.0]))))
    with pytest.raises(InputError, match="a shape of"):
        read(node("kernel", tensor((1,) * 9, (5, [1.0]))))
    with pytest.raises(InputError, match="no frozen graph and no SavedModel"):
        read(node("kernel", tensor((1,), (5, [1.0])), operation="Placeholder"))


def test_damaged_graphs_are_refused_or_read(random):
    with tf.Graph().as_default() as graph:
        tf.constant(np.ones((2, 3), "float32"), name="kernel")
        tf.constant([1.0, 2.0], name="bias")
    content = graph.as_graph_def().SerializeToString()
    for place in range(len(content)):
        damaged = bytearray(content)
        damaged[place] ^= 1 << random.integers(8)
        try:
            for constant in read_constants(bytes(damaged), "net.pb"):
                if np.prod(constant.shape, dtype=float) < 1e6:  # as `check_shape` does
                    assert constant.values().shape == constant.shape
        except InputError as error:
            assert "net.pb" in str(error)
