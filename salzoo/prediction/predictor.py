"""Trained models as functions of an image."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from salzoo.prediction.opening import Opened, open_source
from salzoo.prediction.options import DEFAULT_OPTIONS, InferenceOptions
from salzoo.utils.errors import InputError


class Predictor:
    """A trained model with preprocessing and postprocessing, a function of an image.

    Args:
        source: what to load, see `load_model`.
        options: preprocessing, postprocessing and choice of output.

    Attributes:
        card: what is known about the model, as in an export's card.json.
        fingerprint: of the weights and of all options that decide the maps; None if unknown.
        model: keras.Model of fitted images; None for an export.

    Raises:
        InputError: the source is no model, or options are given for an export.
    """

    def __init__(self, source: Any, options: InferenceOptions = DEFAULT_OPTIONS) -> None:
        self._use(open_source(source, options))

    @classmethod
    def from_opened(cls, opened: Opened) -> Predictor:
        """Return a predictor of an opened model.

        Args:
            opened: from `open_source` or `open_run`.
        """
        predictor = cls.__new__(cls)
        predictor._use(opened)
        return predictor

    def _use(self, opened: Opened) -> None:
        self.card, self.fingerprint, self.model, self._saliency = opened

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Predict a saliency map.

        Args:
            image: RGB 0..255, (rows, columns, 3).

        Returns:
            Map of the image's size, float32 (rows, columns).

        Raises:
            InputError: an array of another shape.
        """
        if np.ndim(image) != 3 or np.shape(image)[2] != 3:
            raise InputError(
                f"A model takes an array (rows, columns, 3), this is {np.shape(image)}; "
                "salzoo.predict(image, model) takes every kind of image."
            )
        images = tf.constant(np.asarray(image, "float32")[None])
        return self._saliency(images)[0, ..., 0].numpy()


def load_model(
    source: Any = "msinet_lite",
    raw: bool = False,
    fit_mode: str | None = None,
    output: str | None = None,
    tta: bool = False,
    trust: bool = False,
) -> Predictor:
    """Load a trained model.

    Args:
        source: name of a pretrained model ("msinet_lite"); path of a run folder, of an
            exported SavedModel (`exports/msinet/1`, or `exports/msinet` for its highest
            version) or of a `.keras` file with a model of salzoo; or such a keras.Model. Write
            ./msinet_lite for a folder with the name of a pretrained model.
        raw: leave out the postprocessing (Gaussian blur, division by the maximum).
        fit_mode: how images are fitted to the model's input, "pad", "stretch" or "native".
            None: as in training.
        output: name of the map of a model with several outputs. None: the finest map of the
            salient object.
        tta: test-time augmentation: the mean over three scales of the image and their mirror
            images. Four times as slow, slightly more accurate.
        trust: open a SavedModel with operations that `salzoo export` does not write. It is a
            program, which may read and write files: only from someone whom you trust.

    Returns:
        A function of an image, RGB 0..255 (rows, columns, 3), to its map, float32 (rows,
        columns).

    Raises:
        InputError: the source is no model or is damaged, or the options do not fit it.

    Examples:
        >>> model = salzoo.load_model("runs/msinet-osie-001", tta=True)
        >>> map_ = model(image)
    """
    return Predictor(source, InferenceOptions(raw, fit_mode, output, tta, trust))
