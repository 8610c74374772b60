"""A trained model that is ready to be asked."""

from typing import Any

import numpy as np
import tensorflow as tf

from salzoo.prediction.opening import Opened, open_source
from salzoo.prediction.options import DEFAULT_OPTIONS, InferenceOptions
from salzoo.utils.errors import InputError


class Predictor:
    """A trained model that gives maps at the size of the image.

    Args:
        source: what to load, see `load_model`.
        options: `InferenceOptions`.

    Attributes:
        card: dict, what is known of the model.
        fingerprint: of the weights and of what goes around them.
        model: keras.Model of fitted images; None for an export.

    Raises:
        InputError: the source is no model, or an export is asked for what was decided
            when it was made.
    """

    def __init__(self, source: Any, options: InferenceOptions = DEFAULT_OPTIONS) -> None:
        self._use(open_source(source, options))

    @classmethod
    def from_opened(cls, opened: Opened) -> "Predictor":
        """Return a predictor of what `open_source` or `open_run` returns."""
        predictor = cls.__new__(cls)
        predictor._use(opened)
        return predictor

    def _use(self, opened: Opened) -> None:
        self.card, self.fingerprint, self.model, self._saliency = opened

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Return the map (rows, columns), float32, of an image (rows, columns, 3), 0..255."""
        if np.ndim(image) != 3 or np.shape(image)[2] != 3:
            raise InputError(
                f"A model takes an array (rows, columns, 3), this is {np.shape(image)}; "
                "salzoo.predict(image, model) takes every kind of image."
            )
        images = tf.constant(np.asarray(image, "float32")[None])
        return self._saliency(images)[0, ..., 0].numpy()


def load_model(source="msinet_lite", raw=False, fit_mode=None, output=None, tta=False):
    """Load a trained model.

    Args:
        source: the name of a model whose trained weights come with salzoo ("msinet_lite");
            the path of a run that `salzoo train` wrote, of an exported SavedModel
            (`exports/msinet/1`, or `exports/msinet` for its highest version) or of a
            `.keras` file with a model of the zoo; or such a keras.Model. A folder that is
            called like a model with trained weights is written ./msinet_lite.
        raw: leave out the post-processing (blur, division by the maximum).
        fit_mode: "pad", "stretch" or "native", how images reach the network; None: as usual.
        output: of a model that makes several maps, which; None: the one of the object.
        tta: look at the image at three sizes, and at its mirror image, and take the
            mean: four times as slow, a little better.

    Returns:
        `Predictor`, a function of an image (rows, columns, 3), RGB 0..255, to its map,
        float32 (rows, columns).

    Raises:
        InputError: the source is no model; the sentence says what to do.
    """
    return Predictor(source, InferenceOptions(raw, fit_mode, output, tta))
