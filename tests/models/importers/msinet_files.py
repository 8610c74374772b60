"""MSI-Net's files in the authors' formats, written with random weights by TensorFlow itself."""

import os
import zipfile

import numpy as np
import pytest
import tensorflow as tf

v1 = tf.compat.v1
# Convolutions of the encoder's blocks and their filters, fewer than in the paper so that tests are
# fast; all other layers are those of `model.py`.
BLOCKS = ((2, 8), (2, 8), (3, 16), (3, 24), (3, 24))
FEATURES = 16 + 24 + 24


def shapes():
    """Return {layer of the authors' model.py: shape of its kernel}."""
    found, channels = {}, 3
    for block, (count, filters) in enumerate(BLOCKS, start=1):
        for number in range(1, count + 1):
            found[f"conv{block}/conv{block}_{number}"] = (3, 3, channels, filters)
            channels = filters
    for number, side in enumerate((1, 3, 3, 3, 1), start=1):
        found[f"aspp/conv1_{number}"] = (side, side, FEATURES, 256)
    found["aspp/conv2"] = (1, 1, 5 * 256, 256)
    for number, (channels, filters) in enumerate(((256, 128), (128, 64), (64, 32), (32, 1)), 1):
        found[f"decoder/conv{number}"] = (3, 3, channels, filters)
    return found


def random_arrays(random):
    """Return {"conv1/conv1_1/kernel": values, ...}; the signal keeps its size through ReLUs."""
    arrays = {}
    for layer, shape in shapes().items():
        scale = np.sqrt(2 / np.prod(shape[:3]))
        arrays[f"{layer}/kernel"] = random.standard_normal(shape, "float32") * np.float32(scale)
        arrays[f"{layer}/bias"] = random.normal(0, 0.1, shape[3]).astype("float32")
    return arrays


def author_graph(arrays):
    """Return the authors' inference graph, channels last, with its weights as constants."""
    with tf.Graph().as_default() as graph:
        images = v1.placeholder(tf.float32, (None, None, None, 3), "input")
        maps = images - tf.reshape(tf.constant([103.939, 116.779, 123.68]), [1, 1, 1, 3])

        def convolve(maps, layer, dilation=1, activation=tf.nn.relu):
            kernel = tf.constant(arrays[f"{layer}/kernel"], name=f"{layer}/kernel")
            bias = tf.constant(arrays[f"{layer}/bias"], name=f"{layer}/bias")
            maps = v1.nn.convolution(maps, kernel, "SAME", dilation_rate=(dilation, dilation))
            return activation(tf.nn.bias_add(maps, bias))

        def enlarge(maps, like, factor):
            size = (tf.shape(like)[1] * factor, tf.shape(like)[2] * factor)
            return v1.image.resize_bilinear(maps, size)

        levels = []
        for block, (count, _) in enumerate(BLOCKS, start=1):
            for number in range(1, count + 1):
                maps = convolve(maps, f"conv{block}/conv{block}_{number}", 2 if block == 5 else 1)
            stride, padding = (2, "VALID") if block <= 3 else (1, "SAME")
            maps = tf.nn.max_pool2d(maps, 2, stride, padding)
            levels.append(maps)
        features = tf.concat(levels[2:], axis=3)
        branches = [
            convolve(features, f"aspp/conv1_{number}", dilation)
            for number, dilation in enumerate((1, 4, 8, 12), start=1)
        ]
        mean = convolve(tf.reduce_mean(features, (1, 2), keepdims=True), "aspp/conv1_5")
        branches.append(enlarge(mean, features, 1))
        maps = convolve(tf.concat(branches, axis=3), "aspp/conv2")
        for number in (1, 2, 3):
            maps = convolve(enlarge(maps, maps, 2), f"decoder/conv{number}")
        maps = convolve(maps, "decoder/conv4", activation=tf.identity)
        maps -= tf.reduce_min(maps, (1, 2, 3), keepdims=True)
        highest = tf.reduce_max(maps, (1, 2, 3), keepdims=True)
        tf.divide(maps, 1e-7 + highest, name="output")
    return graph


def narrow(patch):
    """Give MSI-Net the filters of `BLOCKS`, as long as a MonkeyPatch lasts."""
    from salzoo.models.backbones import vgg16

    patch.setattr(vgg16, "VGG16_BLOCKS", BLOCKS)


def build_narrow_model():
    """Build MSI-Net with the filters of `BLOCKS`."""
    from salzoo.models import build_model

    with pytest.MonkeyPatch.context() as patch:
        narrow(patch)
        return build_model("msinet")


def run_graph(graph, images):
    """Return the maps that TensorFlow computes with the graph."""
    with v1.Session(graph=graph) as session:
        return session.run("output:0", {"input:0": images})


def write_frozen(graph, path):
    """Write a frozen graph in a zip archive, as Google Drive delivers it."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("__MACOSX/._model_osie_cpu.pb", b"")
        archive.writestr("model_osie_cpu.pb", graph.as_graph_def().SerializeToString())


def write_saved_model(graph, folder):
    """Write a SavedModel whose constants are two function calls below its signature."""
    definition = graph.as_graph_def()
    signature = [tf.TensorSpec((None, None, None, 3), tf.float32, "input_1")]
    wrapped = v1.wrap_function(
        lambda images: tf.graph_util.import_graph_def(
            definition, {"input": images}, ["output:0"], name=""
        ),
        signature,
    )
    module = tf.Module()
    module.__call__ = tf.function(lambda images: {"output": wrapped(images)[0]}, signature)
    tf.saved_model.save(module, os.fspath(folder), {"serving_default": module.__call__})
