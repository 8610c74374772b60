"""TensorFlow function from images of any size to saliency maps of the same size."""

from __future__ import annotations

from collections.abc import Callable

import keras
import tensorflow as tf

from salzoo.data.blur import gaussian_blur
from salzoo.data.geometry import Geometry
from salzoo.models import output_task
from salzoo.prediction.views import views
from salzoo.utils.task import Task


def saliency_function(
    model: keras.Model,
    geometry: Geometry,
    blur: float = 0.0,
    raw: bool = False,
    output: str | None = None,
    tta: bool = False,
) -> Callable[[tf.Tensor], tf.Tensor]:
    """Wrap a model into a function from images of any size to their maps.

    The steps are preprocessing (the image is fitted to the input), the model, the inverse of
    the fitting, and postprocessing: Gaussian blur and division by the maximum. Maps of
    objects are probabilities and are not postprocessed. Prediction, evaluation and all
    exports use this function.

    Args:
        model: keras.Model of fitted images.
        geometry: between images and the model's input.
        blur: standard deviation of the Gaussian, pixels of the original image.
        raw: leave out the postprocessing.
        output: name of the output to use of a model with several; None: its only one.
        tta: test-time augmentation: the mean over three scales (only the model's own if its
            input size is fixed) of the image and of its mirror image.

    Returns:
        tf.function. Images float32 RGB 0..255 (batch, rows, columns, 3) to maps float32
        (batch, rows, columns, 1), at most 1 unless raw.
    """
    is_object = output is not None and output_task(output) is Task.OBJECTS
    seen = views(geometry, tta, fixed_size=tta and None not in model.input_shape[1:3])

    def predict_view(images: tf.Tensor, geometry: Geometry, mirrored: bool) -> tf.Tensor:
        view = tf.reverse(images, [2]) if mirrored else images
        maps = model(geometry.fit_image(view), training=False)
        maps = maps if output is None else maps[output]
        maps = geometry.unfit_map(maps, tf.shape(images)[1:3])
        return tf.reverse(maps, [2]) if mirrored else maps

    def mean_over_views(images: tf.Tensor) -> tf.Tensor:
        total: tf.Tensor = 0.0
        first_sum = None
        for view in seen:
            map_ = predict_view(images, *view)
            # The values of a density depend on the size of the canvas: its sum is made the same.
            if not is_object:
                own_sum = tf.reduce_sum(tf.nn.relu(map_), [1, 2, 3], keepdims=True)
                first_sum = own_sum if first_sum is None else first_sum
                map_ *= tf.math.divide_no_nan(first_sum, own_sum)
            # One at a time: six maps of a photo take much memory.
            total += map_
        return total / len(seen)

    signature = [tf.TensorSpec([None, None, None, 3], tf.float32, "images")]

    @tf.function(input_signature=signature, autograph=False)  # autograph doubles the tracing time
    def saliency(images: tf.Tensor) -> tf.Tensor:
        combined = mean_over_views(images) if tta else predict_view(images, *seen[0])
        if raw or is_object:
            return combined
        if blur:
            combined = tf.expand_dims(gaussian_blur(tf.squeeze(combined, 3), blur), 3)
        # A negative maximum would turn the map upside down; `Predictor` refuses such maps.
        highest = tf.reduce_max(combined, axis=[1, 2, 3], keepdims=True)
        return tf.math.divide_no_nan(combined, tf.abs(highest))

    return saliency
