"""Trained models as functions of an image."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from salzoo.models.released import SEPARATOR, released
from salzoo.prediction.large_images import block_side, enlarge_map, reduce_image
from salzoo.prediction.options import DEFAULT_OPTIONS, InferenceOptions
from salzoo.prediction.portable_models import PortableModel, open_portable
from salzoo.prediction.sources import SourceKind, resolve_source, shares_file
from salzoo.utils.errors import InputError, shorten
from salzoo.utils.tensorflow import load_tensorflow

if TYPE_CHECKING:
    import keras

    from salzoo.prediction.attention import ShareCalibration
    from salzoo.prediction.opening import Opened


# Threads of one process that may compute at the same time.
MOST_THREADS = 64


class Predictor:
    """A trained model with preprocessing and postprocessing, a function of an image.

    Args:
        source: what to load, see `load_model`.
        options: preprocessing, postprocessing, choice of output and engine.
        copies: number of threads that will call it at the same time; LiteRT computes so many
            images at once, with as many cores each as there are then.

    Attributes:
        card: what is known about the model, as in an export's card.json.
        fingerprint: of the weights and of all options that decide the maps; None if unknown.

    Raises:
        InputError: the source is no model, or options are given for an export.
    """

    # What to load again, by path or name; None: it was made from a model in memory.
    _origin: tuple[str, InferenceOptions] | None = None
    _shares_file: str | None = None

    def __init__(
        self, source: Any, options: InferenceOptions = DEFAULT_OPTIONS, copies: int = 1
    ) -> None:
        found = resolve_source(source)
        self._shares_file = shares_file(found)
        self._use(open_portable(found, options, copies) or _open_tensorflow(source, options))
        if found.path is not None:
            path = found.path if found.kind is SourceKind.NAME else os.path.abspath(found.path)
            self._origin = path, options

    @classmethod
    def from_opened(cls, opened: Opened) -> Predictor:
        """Return a predictor of an opened model.

        Args:
            opened: from `open_source` or `open_run`.
        """
        predictor = cls.__new__(cls)
        predictor._use(opened)
        return predictor

    def _use(self, opened: Opened | PortableModel) -> None:
        self.card, self.fingerprint = opened.card, opened.fingerprint
        self._opened = opened

    @property
    def engine(self) -> str:
        """What computes the maps, "tensorflow" or "litert"."""
        return "litert" if isinstance(self._opened, PortableModel) else "tensorflow"

    @property
    def model(self) -> keras.Model | None:
        """The keras.Model of fitted images, loaded when it is asked for; None for an export."""
        if isinstance(self._opened, PortableModel) and self._origin is not None:
            source, options = self._origin
            if resolve_source(source).kind is not SourceKind.PORTABLE:
                return _open_tensorflow(source, options).model
        return self._opened.model

    @cached_property
    def calibration(self) -> ShareCalibration | None:
        """Calibration of the shares of attention for `salzoo.prediction.attention`.

        None where there is none for these weights and options: pretrained models have one, with
        and without `tta`, and runs for which `experiments/calibration.py` wrote it.
        """
        if self._shares_file is None:
            return None
        from salzoo.prediction.attention.calibration import find_calibration

        return find_calibration(self._shares_file, self.fingerprint)

    def on_single_cores(self) -> Predictor:
        """Return this model for any number of threads that take one core each.

        TensorFlow divides the cores itself.
        """
        if self._origin is None or self.engine != "litert":
            return self
        return Predictor(*self._origin, copies=max(MOST_THREADS, os.cpu_count() or 1))

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle a predictor as the place that it was loaded from."""
        if self._origin is None:
            raise InputError(
                f"The predictor of {self.card['model']} was made from a model in memory and cannot "
                "be copied or pickled; save the model, and load the file."
            )
        return _load_again, (*self._origin, self.fingerprint)

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Predict a saliency map.

        Args:
            image: RGB 0..255, (rows, columns, 3). Of an image of more than 16 megapixels the
                network sees a smaller copy, see `salzoo.prediction.large_images`.

        Returns:
            Map of the image's size, float32 (rows, columns).

        Raises:
            InputError: an array of another shape or of no pixels, NaN or infinite values, a map
                that is not finite or negative, too little memory, or a process that was forked
                after TensorFlow had begun to compute.
        """
        image = _checked(image)
        size = image.shape[:2]
        side = block_side(size)
        reduced = reduce_image(image, side)
        try:
            maps = self._opened.maps(reduced)
        except MemoryError as error:
            raise InputError(
                f"The map of an image of {size[1]}x{size[0]} pixels needs more memory than there "
                "is; shrink the image, or leave out `tta`."
            ) from error
        map_ = check_map(maps, reduced.shape[:2], self.card["model"])
        return enlarge_map(map_, size, side)


def _open_tensorflow(source: Any, options: InferenceOptions) -> Opened:
    load_tensorflow()
    from salzoo.prediction.opening import open_source

    return open_source(source, options)


def _load_again(source: str, options: InferenceOptions, fingerprint: object) -> Predictor:
    """Return the predictor that a copy or a pickle stands for."""
    predictor = Predictor(source, options)
    if predictor.fingerprint != fingerprint:
        raise InputError(
            f"{source} is another model than the one that was pickled: its files were changed."
        )
    return predictor


def _checked(image: Any) -> np.ndarray:
    """Return an image of `Predictor` as an array; raise InputError if it is none."""
    try:
        values = np.asarray(image)
    except ValueError:  # rows of different lengths
        values = np.empty(0)
    is_image = values.ndim == 3 and values.shape[2] == 3 and values.size > 0
    if not is_image or values.dtype.kind not in "uif":
        raise InputError(
            f"A model takes an array (rows, columns, 3), this is {values.shape} of "
            f"{shorten(values.dtype)}; salzoo.predict(image, model) takes every kind of image."
        )
    # A network may turn NaN into a map that looks like any other.
    if not np.isfinite([values.min(), values.max()]).all():
        raise InputError("The image has values that are NaN or infinite; replace them.")
    return values


def check_map(maps: np.ndarray, size: tuple[int, ...], model: str) -> np.ndarray:
    """Check what a model has predicted for one image.

    Args:
        maps: its output.
        size: (rows, columns) of the image.
        model: its name, for the message.

    Returns:
        The map, float32 (rows, columns).

    Raises:
        InputError: the output is no map (1, rows, columns, 1), not finite or negative.
    """
    if maps.shape != (1, *size, 1):
        raise InputError(
            f"The model {model} gives an output of the shape {maps.shape} for an image of "
            f"{size[0]}x{size[1]}; saliency maps are (1, rows, columns, 1)."
        )
    if not np.isfinite(maps).all():
        raise InputError(
            f"The model {model} gives a map that is not finite (NaN or infinite): its weights are "
            "damaged or too large; take another checkpoint."
        )
    if (maps < 0).any():
        raise InputError(
            f"The model {model} gives negative values (down to {maps.min():g}); saliency is 0 or "
            "more: train it again, or end it with a layer such as relu."
        )
    return maps[0, ..., 0]


def load_model(
    source: Any = "msinet_lite",
    raw: bool = False,
    fit_mode: str | None = None,
    output: str | None = None,
    tta: bool = False,
    trust: bool = False,
    weights: str | None = None,
    engine: str = "auto",
) -> Predictor:
    """Load a trained model.

    Args:
        source: name of a pretrained model ("msinet_lite"); path of a run folder, of an
            exported SavedModel (`exports/msinet/1`, or `exports/msinet` for its highest
            version) or of a `.keras` file with a model of salzoo; or such a keras.Model. Write
            ./msinet_lite for a folder with the name of a pretrained model.
            "msinet:salicon" are weights that the authors of a model released, see
            `salzoo models`; they are fetched on the first use, with consent: SALZOO_YES=1, or
            an answer on a terminal.
        raw: leave out the postprocessing (Gaussian blur, division by the maximum).
        fit_mode: how images are fitted to the model's input, "pad", "stretch", "native" or
            "within". None: as in training.
        output: name of the map of a model with several outputs. None: the finest map of the
            salient object.
        tta: test-time augmentation: the mean over three scales of the image and their mirror
            images. Four to seven times as slow, slightly more accurate.
        trust: open a SavedModel with operations that `salzoo export` does not write. It is a
            program, which may read and write files: only from someone whom you trust.
        weights: name of released weights of the model `source`: "msinet" with "salicon" is
            "msinet:salicon". None: those that come with salzoo.
        engine: what computes the maps, "tensorflow", "litert", which needs a portable file of
            the model, or "auto": LiteRT where there is such a file, else TensorFlow. The maps
            are the same to 1e-4.

    Returns:
        A function of an image, RGB 0..255 (rows, columns, 3), to its map, float32 (rows,
        columns).

    Raises:
        InputError: the source is no model or is damaged, or the options do not fit it.

    Examples:
        >>> model = salzoo.load_model("runs/msinet-osie-001", tta=True)
        >>> map_ = model(image)
    """
    if weights is not None:
        source = released(f"{source}{SEPARATOR}{weights}").source
    return Predictor(source, InferenceOptions(raw, fit_mode, output, tta, trust, engine))
