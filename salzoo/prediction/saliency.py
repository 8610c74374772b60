"""From images of any size to their maps, as a TensorFlow function."""

import math
from dataclasses import replace

import tensorflow as tf

from salzoo.data.blur import gaussian_blur
from salzoo.models import output_task
from salzoo.utils.task import Task

# Sizes of the canvas at which a network looks when it is tta, by its usual size.
SCALES = (0.8, 1.2)


def saliency_function(model, geometry, blur=0.0, raw=False, output=None, tta=False):
    """Wrap a network into a function from images of any size to their maps.

    fit, network, unfit, then the model's post-processing: Gaussian blur and
    division by the maximum. Maps of objects are probabilities and stay as they
    are. Prediction, evaluation and every export use this one function.

    Args:
        model: keras.Model of fitted images.
        geometry: `Geometry`.
        blur: sigma in pixels of the original image.
        raw: leave the post-processing out.
        output: name of the map of a model that makes several; None: of its only one.
        tta: take the mean of what the network says at three sizes, or at its own if
            it has a fixed one, of the image and of its mirror image.

    Returns:
        tf.function. Images float32 RGB 0..255 (batch, rows, columns, 3) to maps
        float32 (batch, rows, columns, 1), at most 1 unless raw.
    """
    is_object = output is not None and output_task(output) is Task.OBJECTS
    views = [(geometry, False)]
    if tta:
        views = [(each, mirrored) for each in _sizes(model, geometry) for mirrored in (False, True)]

    def look(images, geometry, mirrored):
        seen = tf.reverse(images, [2]) if mirrored else images
        maps = model(geometry.fit_image(seen), training=False)
        maps = maps if output is None else maps[output]
        maps = geometry.unfit_map(maps, tf.shape(images)[1:3])
        return tf.reverse(maps, [2]) if mirrored else maps

    def mean(maps):
        if not is_object:  # a density is lower on a larger canvas: all as much as the first
            mass = [tf.reduce_sum(tf.nn.relu(each), [1, 2, 3], keepdims=True) for each in maps]
            maps = [
                each * tf.math.divide_no_nan(mass[0], own)
                for each, own in zip(maps, mass, strict=True)
            ]
        return tf.add_n(maps) / len(maps)

    signature = [tf.TensorSpec([None, None, None, 3], tf.float32, "images")]

    @tf.function(input_signature=signature, autograph=False)  # which takes half of the tracing
    def saliency(images):
        maps = [look(images, *view) for view in views]
        maps = mean(maps) if tta else maps[0]
        if raw or is_object:
            return maps
        if blur:
            maps = gaussian_blur(maps[..., 0], blur)[..., None]
        return tf.math.divide_no_nan(maps, tf.reduce_max(maps, axis=[1, 2, 3], keepdims=True))

    return saliency


def _sizes(model, geometry):
    """Return geometries of several canvases, the usual one first."""
    if None not in model.input_shape[1:3]:
        return [geometry]
    multiple = geometry.size_multiple
    return [
        geometry,
        *(
            replace(
                geometry,
                size=tuple(multiple * math.ceil(side * scale / multiple) for side in geometry.size),
            )
            for scale in SCALES
        ),
    ]
