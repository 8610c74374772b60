import numpy as np

from salzoo.layers import PositiveAtInference


def test_negative_values_pass_in_training_only():
    values = np.array([-1.0, 0.0, 2.0], "float32")
    np.testing.assert_array_equal(PositiveAtInference()(values, training=True), values)
    np.testing.assert_array_equal(PositiveAtInference()(values), [0.0, 0.0, 2.0])


def test_a_highest_value():
    values = np.array([-1.0, 0.5, 2.0], "float32")
    layer = PositiveAtInference(highest=1.0)
    np.testing.assert_array_equal(layer(values, training=True), values)
    twin = PositiveAtInference.from_config(layer.get_config())
    np.testing.assert_array_equal(twin(values), [0.0, 0.5, 1.0])
