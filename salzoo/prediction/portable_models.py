"""Predictions without TensorFlow: preprocessing and postprocessing in numpy around LiteRT."""

from __future__ import annotations

import os
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from salzoo.data.blur import gaussian_blur
from salzoo.data.geometry import Geometry
from salzoo.models import PRETRAINED, WEIGHTS_FOLDER
from salzoo.prediction.cards import fingerprint
from salzoo.prediction.converted import convert_once
from salzoo.prediction.litert import LiteRTNetwork, has_litert
from salzoo.prediction.options import InferenceOptions
from salzoo.prediction.portable_files import ENDING, IN_RUN, PortableFile, read_portable_file
from salzoo.prediction.sources import Source, SourceKind
from salzoo.prediction.views import views
from salzoo.utils.errors import InputError
from salzoo.utils.files import compute_digest
from salzoo.utils.task import Task
from salzoo.utils.validators import VARYING_FIT_MODES


class PortableModel:
    """A network in a portable file with everything around it; `Opened` is that of TensorFlow.

    Args:
        file: the file's content.
        where: it comes from, for messages.
        options: preprocessing and postprocessing.
        copies: number of images that are computed at the same time.

    Attributes:
        card: what is known about the model.
        fingerprint: of the weights and of all that decides the maps.
        model: None: there is no Keras model.
    """

    model = None

    def __init__(
        self, file: PortableFile, where: str, options: InferenceOptions, copies: int = 1
    ) -> None:
        recipe = file.card["recipe"]
        self.card = {**file.card, "recipe": {**recipe, "input_size": (*recipe["input_size"],)}}
        geometry = read_geometry(file.card["geometry"])
        if options.fit_mode is not None:
            geometry = replace(geometry, fit_mode=options.fit_mode)
        self.card["geometry"] = asdict(geometry)
        processing = {**file.card["post_processing"], **({"tta": True} if options.tta else {})}
        if options.raw:
            processing |= {"blur": 0.0, "divide_by_maximum": False}
        self.card["post_processing"] = processing
        self.fingerprint = fingerprint(file.facts.weights, self.card)
        self._is_object = file.card["task"] == str(Task.OBJECTS)
        self._network = LiteRTNetwork(file.network, where, geometry.size, copies)
        self._views = views(geometry, bool(processing.get("tta")), file.facts.fixed_size)

    def maps(self, image: np.ndarray) -> np.ndarray:
        """Compute the map of an image.

        Args:
            image: RGB 0..255, (rows, columns, 3).

        Returns:
            float32 (1, rows, columns, 1).

        Raises:
            MemoryError: there is too little memory.
        """
        combined = first = self._predict_view(image, *self._views[0])
        for view in self._views[1:]:  # one at a time: six maps of a photo take much memory
            map_ = self._predict_view(image, *view)
            # As in `salzoo.prediction.saliency`: densities on canvases of several sizes.
            if not self._is_object:
                own_sum = np.maximum(map_, 0).sum()
                map_ = map_ * (np.maximum(first, 0).sum() / own_sum if own_sum else 0)
            combined = combined + map_
        combined = combined / np.float32(len(self._views))
        processing = self.card["post_processing"]
        if processing["blur"]:
            combined = gaussian_blur(combined[..., 0], processing["blur"])[..., None]
        if processing["divide_by_maximum"]:
            # A negative maximum would turn the map upside down; `Predictor` refuses such maps.
            highest = np.abs(combined.max())
            combined = combined / highest if highest else np.zeros_like(combined)
        return combined[None]

    def _predict_view(self, image: np.ndarray, geometry: Geometry, mirrored: bool) -> np.ndarray:
        view = image[:, ::-1] if mirrored else image
        map_ = self._network(np.asarray(geometry.fit_image(view))[None])[0]
        unfitted = np.asarray(geometry.unfit_map(map_, image.shape[:2]))
        return unfitted[:, ::-1] if mirrored else unfitted


def open_portable(
    source: Source, options: InferenceOptions, copies: int = 1
) -> PortableModel | None:
    """Open the portable file of a source.

    Args:
        source: from `resolve_source`.
        options: of the prediction.
        copies: number of images that are computed at the same time.

    Returns:
        The model; None where TensorFlow is to be taken: it is chosen or clearly faster, LiteRT is
        not installed, or there is no portable file that has these options.

    Raises:
        InputError: the file is damaged, or `engine` is "litert" and there is no such file.
    """
    if options.engine == "tensorflow":
        return None
    missing: str | None = "LiteRT is not installed (pip install ai-edge-litert)"
    if has_litert():
        file = find_portable_file(source)
        if isinstance(file, str):
            file = _converted(source, options, file)
        missing = file if isinstance(file, str) else _unsupported(file, options)
        if not isinstance(file, str) and missing is None:
            return PortableModel(file, str(source.path), options, copies)
    if options.engine == "litert" or source.kind is SourceKind.PORTABLE:
        raise InputError(f"LiteRT cannot predict with {source.path}: {missing}.")
    return None


def _converted(source: Source, options: InferenceOptions, missing: str) -> PortableFile | str:
    """Return the converted file of a source that has none of its own, or why it is not taken."""
    conversion = None if options.output else convert_once(source)
    if conversion is None:
        return missing
    if conversion.file is None:
        return conversion.refused
    if options.engine != "litert" and not conversion.is_worthwhile:
        return "TensorFlow is faster on this machine"
    return conversion.file


def find_portable_file(source: Source) -> PortableFile | str:
    """Return the portable file of a source, or why it has none that can be used.

    Args:
        source: from `resolve_source`.

    Raises:
        InputError: the file is damaged.
    """
    path = _path_of(source)
    if path is None or not os.path.exists(path):
        return "it has no portable file"
    expected = PRETRAINED[str(source.path)] if source.kind is SourceKind.NAME else None
    file = read_portable_file(path, expected)
    return _outdated(file, source) or file


def _path_of(source: Source) -> str | None:
    if source.kind is SourceKind.NAME and source.path in PRETRAINED:
        return os.path.join(WEIGHTS_FOLDER, f"{source.path}{ENDING}")
    if source.kind is SourceKind.RUN:
        return os.path.join(str(source.path), IN_RUN)
    return source.path if source.kind is SourceKind.PORTABLE else None


def _outdated(file: PortableFile, source: Source) -> str | None:
    """Return why the portable file of a run is not that of its weights; None if it is."""
    if source.kind is not SourceKind.RUN:
        return None
    parts = {"best.weights.h5": file.facts.weights, "config.json": file.facts.config}
    for name, expected in parts.items():
        path = os.path.join(str(source.path), name)
        if not os.path.exists(path) or compute_digest(path) != expected:
            return f"{IN_RUN} was made before {name} was changed; export it again"
    return None


def _unsupported(file: PortableFile, options: InferenceOptions) -> str | None:
    """Return why a portable file does not take options; None if it does."""
    if options.output not in (None, file.card["output"]):
        return f"its portable file has not the output {options.output}"
    if options.fit_mode in VARYING_FIT_MODES and file.facts.fixed_size:
        return f"its portable file takes one size of images, not the fit mode {options.fit_mode}"
    return None


def read_geometry(values: dict[str, Any]) -> Geometry:
    """Return the geometry of a card that was read from json, which has no tuples.

    Args:
        values: of the card.
    """
    size, others = tuple(values["size"]), tuple(map(tuple, values.get("other_sizes", ())))
    return Geometry(**{**values, "size": size, "other_sizes": others})
