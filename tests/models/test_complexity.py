import math

import keras
import pytest

from salzoo.layers import ASPP, AttentiveConvLSTM2D, StillConvLSTM2D
from salzoo.models import build_model
from salzoo.models.complexity import complexity


def test_deep_convnet_has_the_printed_memory():
    """Pan et al., Table 1: 98.44 MB of parameters, 123.65 MB of data."""
    cost = complexity(build_model("deep_convnet", input_shape=(240, 320, 3)))
    assert round(cost.parameter_bytes / 2**20, 2) == 98.44
    assert round(cost.activation_bytes / 2**20, 2) == 123.65


def test_shallow_convnet_needs_a_mebibyte_more_than_printed():
    """Pan et al., Table 1 prints 244.64; 64.4 million parameters of 4 bytes are 245.64."""
    cost = complexity(build_model("shallow_convnet"))
    assert round(cost.parameter_bytes / 2**20, 2) == 245.64
    assert cost.trainable == 64_392_512 and cost.statistics == 0


def test_msinet_has_about_the_printed_multiply_adds():
    """MSI-Net, Table 4: 44 billion at 240x320; counted plainly they are 45.5."""
    cost = complexity(build_model("msinet", input_shape=(240, 320, 3)))
    assert round(cost.multiply_adds / 1e9, 1) == 45.5


def small(*layers, shape=(6, 10, 3)):
    maps = image = keras.Input(shape)
    for layer in layers:
        maps = layer(maps)
    return keras.Model(image, maps)


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (keras.layers.Conv2D(4, 3, padding="same"), 60 * 9 * 3 * 4),
        (keras.layers.Conv2D(4, 3, strides=2), 2 * 4 * 9 * 3 * 4),
        (keras.layers.Conv2D(4, 3, dilation_rate=2), 2 * 6 * 9 * 3 * 4),
        (keras.layers.Conv2DTranspose(1, 8, 4, "same"), 60 * 64 * 3),
        (keras.layers.DepthwiseConv2D(3, padding="same"), 60 * 9 * 3),
        (keras.layers.SeparableConv2D(4, 3, padding="same"), 60 * (9 * 3 + 3 * 4)),
        (keras.layers.Dense(7), 60 * 3 * 7),
        # Four branches on every pixel and one on the mean, then 20 maps to 4.
        (ASPP(4, (1, 2, 3)), 60 * (3 * 4 * (1 + 3 * 9) + 20 * 4) + 3 * 4),
        # Input to four gates once, state to four gates in all steps but the first.
        (StillConvLSTM2D(2, timesteps=3), 60 * 9 * (3 * 8 + 2 * 2 * 8)),
        # U_a once, W_z and V_a each step, U_h and W_a in all steps but the first.
        (
            AttentiveConvLSTM2D(2, timesteps=4),
            60 * 9 * (3 * 2 + 4 * (3 * 8 + 2) + 3 * (2 * 8 + 2 * 2)),
        ),
        (keras.layers.MaxPooling2D(2), 0),
    ],
)
def test_multiply_adds_by_hand(layer, expected):
    assert complexity(small(layer)).multiply_adds == expected


def test_sams_lstm_leaves_out_8_of_40_convolutions():
    cost = complexity(small(AttentiveConvLSTM2D(512), shape=(3, 4, 512)))
    one = 12 * 9 * 512 * 512
    assert math.floor(cost.multiply_adds / one) == 32


def test_statistics_are_counted_apart():
    cost = complexity(small(keras.layers.BatchNormalization()))
    assert (cost.trainable, cost.statistics) == (6, 6)


def test_what_happens_in_place_takes_no_memory():
    plain = complexity(small(keras.layers.Conv2D(4, 3)))
    with_relu = complexity(small(keras.layers.Conv2D(4, 3), keras.layers.ReLU()))
    assert plain.activation_bytes == with_relu.activation_bytes == 4 * (6 * 10 * 3 + 4 * 8 * 4)
