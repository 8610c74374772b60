"""Portable files: a network for LiteRT with its card, for predictions without TensorFlow."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from salzoo.export.target import Predict, Target
from salzoo.prediction.portable_files import ENDING, PRECISIONS
from salzoo.prediction.predictor import Predictor

if TYPE_CHECKING:
    from salzoo.prediction.opening import Opened

FILE = f"model{ENDING}"


def write(
    opened: Opened, folder: str, precision: str, images: Sequence[np.ndarray]
) -> dict[str, Any]:
    """Write `model.tflite`.

    Args:
        opened: a model with its network.
        folder: to write to.
        precision: "float32"; "float16", of the stored weights, which halves the file; or "int8",
            with convolutions computed in int8, with ranges that are found for each image.
        images: not used.

    Returns:
        Nothing.
    """
    from salzoo.prediction.portable_writing import write_opened

    write_opened(opened, os.path.join(folder, FILE), precision)
    return {}


def open_file(folder: str, precision: str) -> Predict:
    """Open `model.tflite` as predictions do.

    Args:
        folder: of the export.
        precision: not used; the file has it.
    """
    return Predictor(os.path.join(folder, FILE))


TARGET = Target(
    name="portable",
    extra="litert",
    packages={"": ("ai_edge_litert",)},
    precisions=PRECISIONS,
    write=write,
    open=open_file,
)
