"""Networks for browsers, and what goes around them: the files `model.tflite` and `model.json`."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np

from salzoo import __version__
from salzoo.prediction.attention.calibration import ShareCalibration, find_calibration
from salzoo.prediction.cards import fingerprint
from salzoo.prediction.converted import convert_once
from salzoo.prediction.litert import LiteRTNetwork
from salzoo.prediction.portable_files import PortableFile
from salzoo.prediction.portable_models import find_portable_file
from salzoo.prediction.sources import Source, SourceKind, resolve_source, shares_file
from salzoo.utils.errors import InputError

MODEL, DESCRIPTION = "model.tflite", "model.json"
# Sides of the input relative to that of training: from the fastest to the finest map.
SCALES = (0.3, 0.5, 0.7, 1.0, 1.3)


def web_model(source: Any) -> dict[str, bytes]:
    """Return the files of a model for the page.

    Portable files, those of pretrained models and of runs too, are taken as they are. Other models
    are converted once, with TensorFlow, into salzoo's cache.

    Args:
        source: see `salzoo.load_model`.

    Returns:
        {name: content} of `model.tflite` and `model.json`.

    Raises:
        InputError: the source is no model, or its maps need more than the page computes.
    """
    found = resolve_source(source)
    file = _portable_file(found)
    place = shares_file(found)
    known = fingerprint(file.facts.weights, file.card)
    return web_files(file, find_calibration(place, known) if place else None)


def web_files(file: PortableFile, calibration: ShareCalibration | None = None) -> dict[str, bytes]:
    """Return the files of a portable model for the page.

    Args:
        file: of the model.
        calibration: of its shares of attention; None: there is none.

    Returns:
        {name: content} of `model.tflite` and `model.json`.

    Raises:
        InputError: its maps need more than the page computes.
    """
    card, processing = file.card, file.card["post_processing"]
    if processing["blur"]:
        raise InputError(
            f"{card['model']} blurs its maps by {processing['blur']:g} pixels, which the page does "
            "not do; give another model, such as msinet_lite."
        )
    geometry = card["geometry"]
    rows, columns = geometry["size"]
    image = np.zeros((1, rows, columns, 3), "float32")
    map_ = LiteRTNetwork(file.network, card["model"], (rows, columns))(image)
    names = ("exponent", "shares", "low", "high")
    description = {
        "salzoo": __version__,
        "model": card["model"],
        "trained_on": card["trained_on"],
        "paper": card["paper"],
        "file": MODEL,
        "sha256": hashlib.sha256(file.network).hexdigest(),
        "geometry": geometry,
        "map_scale": map_.shape[1] / rows,
        "divide_by_maximum": processing["divide_by_maximum"],
        "sizes": _sizes(geometry, file.facts.fixed_size),
        "calibration": calibration and {name: getattr(calibration, name) for name in names},
    }
    return {MODEL: file.network, DESCRIPTION: json.dumps(description, indent=2).encode()}


def _sizes(geometry: dict[str, Any], fixed_size: bool) -> list[tuple[int, ...]]:
    """Return the input sizes to choose from, (rows, columns)."""
    size, multiple = geometry["size"], max(geometry["size_multiple"], 1)
    if fixed_size:
        return [tuple(size)]

    def scaled(scale: float) -> tuple[int, ...]:
        return tuple(max(1, int(side * scale / multiple + 0.5)) * multiple for side in size)

    return [tuple(size) if scale == 1 else scaled(scale) for scale in SCALES]


def _portable_file(found: Source) -> PortableFile:
    """Read the portable file of a source, which is written first where there is none."""
    file = find_portable_file(found)
    if not isinstance(file, str):
        return file
    if found.kind is SourceKind.EXPORT:
        raise InputError(
            f"{found.path} is an export; give the run or the model that it was made from."
        )
    conversion = convert_once(found, always=True)
    if conversion is None:
        raise InputError(
            f"{found.path} cannot be converted here: {file}; `salzoo export --to portable` writes "
            "one where TensorFlow is."
        )
    if conversion.file is None:
        raise InputError(f"{found.path} cannot be converted: {conversion.refused}.")
    return conversion.file
