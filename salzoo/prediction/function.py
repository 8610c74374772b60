"""From images of any size to their maps, as a TensorFlow function."""

import tensorflow as tf

from salzoo.data.geometry import gaussian_blur
from salzoo.models import output_task


def saliency_function(model, geometry, blur=0.0, raw=False, output=None):
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

    Returns:
        tf.function. Images float32 RGB 0..255 (batch, rows, columns, 3) to maps
        float32 (batch, rows, columns, 1), at most 1 unless raw.
    """
    is_object = output is not None and output_task(output) == "objects"

    signature = [tf.TensorSpec([None, None, None, 3], tf.float32, "images")]

    @tf.function(input_signature=signature, autograph=False)  # which takes half of the tracing
    def saliency(images):
        maps = model(geometry.fit_image(images), training=False)
        maps = maps if output is None else maps[output]
        maps = geometry.unfit_map(maps, tf.shape(images)[1:3])
        if raw or is_object:
            return maps
        if blur:
            maps = gaussian_blur(maps[..., 0], blur)[..., None]
        return tf.math.divide_no_nan(maps, tf.reduce_max(maps, axis=[1, 2, 3], keepdims=True))

    return saliency
