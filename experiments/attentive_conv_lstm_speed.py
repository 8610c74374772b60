"""Speed of `AttentiveConvLSTM2D` relative to a literal implementation of its equations.

    python experiments/attentive_conv_lstm_speed.py [--size 30x40] [--filters 512]

Measures a forward pass and a training step (forward and backward) of the layer and of a
plain version, alternating between the two, after a check that their results agree. The
plain version computes every convolution of every time step separately: ten convolutions
from `filters` to `filters` channels, 40 in four steps. The layer needs 32 of them, so the
number of operations allows a ratio of 1.25. Processor time is printed beside elapsed
time, since other load on the machine affects it less.
"""

import argparse
import os
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf

from salzoo.cli.parsers import parse_size, whole_number
from salzoo.layers import AttentiveConvLSTM2D


def plain(layer, features):
    """Compute the layer's output with its weights, step by step and without fused operations."""

    def split(convolution):
        kernel, bias = convolution
        return list(zip(tf.split(kernel, 4, axis=-1), tf.split(bias, 4), strict=True))

    def convolve(maps, convolution):
        kernel, bias = convolution
        return tf.nn.conv2d(maps, kernel, 1, "SAME") + bias

    of_inputs, of_state = split(layer.input_gates), split(layer.state_gates)
    shape = (*features.shape[:3], layer.filters)
    state = cell = tf.zeros(shape)
    for _ in range(layer.timesteps):
        hidden = tf.tanh(
            convolve(state, layer.state_attention) + convolve(features, layer.input_attention)
        )
        logits = tf.nn.conv2d(hidden, layer.attention_map[0], 1, "SAME")
        attention = tf.nn.softmax(tf.reshape(logits, (shape[0], -1)))
        attended = features * tf.reshape(attention, (*shape[:3], 1))
        enter, keep, candidate, leave = (
            convolve(attended, of_input) + convolve(state, of_hidden)
            for of_input, of_hidden in zip(of_inputs, of_state, strict=True)
        )
        cell = tf.sigmoid(keep) * cell + tf.sigmoid(enter) * tf.tanh(candidate)
        state = tf.sigmoid(leave) * tf.tanh(cell)
    return state


def training_step(function, layer):
    def step(features):
        with tf.GradientTape() as tape:
            tape.watch(features)
            loss = tf.reduce_sum(function(features) ** 2)
        weights = [weight.value for weight in layer.trainable_weights]
        return tape.gradient(loss, [features, *weights])

    return step


CLOCKS = {"elapsed": time.perf_counter, "processor": time.process_time}


def seconds(functions, features, repeat):
    """Return {clock: median seconds of each function}; rounds alternate between the functions."""
    times = {clock: [[] for _ in functions] for clock in CLOCKS}
    for turn in range(repeat + 1):
        for number, function in enumerate(functions):
            start = {clock: read() for clock, read in CLOCKS.items()}
            tf.nest.map_structure(lambda tensor: tensor.numpy(), function(features))
            for clock, read in CLOCKS.items():
                if turn:
                    times[clock][number].append(read() - start[clock])
    return {
        clock: [statistics.median(values) for values in taken] for clock, taken in times.items()
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--size", type=parse_size, default=(30, 40), metavar="ROWSxCOLUMNS")
    parser.add_argument("--filters", type=whole_number(1), default=512)
    parser.add_argument("--batch_size", type=whole_number(1), default=1)
    parser.add_argument("--repeat", type=whole_number(1), default=5)
    arguments = parser.parse_args()
    random = np.random.default_rng(0)
    shape = (arguments.batch_size, *arguments.size, arguments.filters)
    features = tf.constant(random.random(shape), "float32")
    layer = AttentiveConvLSTM2D(arguments.filters)
    layer.build(shape)
    layer.set_weights([random.normal(0, 0.05, weight.shape) for weight in layer.weights])
    fast, slow = tf.function(layer), tf.function(lambda maps: plain(layer, maps))
    difference = np.abs(fast(features).numpy() - slow(features).numpy()).max()
    print(f"features {shape}, largest difference {difference:.1e}")
    for name, functions in (
        ("forward", (fast, slow)),
        ("forward + backward", [tf.function(training_step(f, layer)) for f in (fast, slow)]),
    ):
        for clock, (ours, theirs) in seconds(functions, features, arguments.repeat).items():
            print(
                f"{name:<19}{clock:<10}{ours:8.3f} s   plain {theirs:8.3f} s   "
                f"{theirs / ours:.2f} times as fast"
            )


if __name__ == "__main__":
    main()
