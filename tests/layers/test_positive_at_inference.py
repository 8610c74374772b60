import numpy as np

from salzoo.layers import PositiveAtInference


def test_negative_values_pass_in_training_only():
    values = np.array([-1.0, 0.0, 2.0], "float32")
    np.testing.assert_array_equal(PositiveAtInference()(values, training=True), values)
    np.testing.assert_array_equal(PositiveAtInference()(values), [0.0, 0.0, 2.0])
