"""Folders for web pages: the network for LiteRT.js, and a description of what goes around it."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from typing import Any

import numpy as np

from salzoo.export.target import Predict, Target
from salzoo.export.web_model import DESCRIPTION, MODEL, web_files
from salzoo.prediction.opening import Opened
from salzoo.prediction.portable_files import read_portable_file
from salzoo.prediction.portable_models import read_geometry
from salzoo.prediction.portable_writing import write_opened
from salzoo.utils.errors import InputError


def write(
    opened: Opened, folder: str, precision: str, images: Sequence[np.ndarray]
) -> dict[str, Any]:
    """Write `model.tflite`, the network alone, and `model.json`.

    Args:
        opened: a model with its network.
        folder: to write to.
        precision: "float16", of the stored weights, or "float32".
        images: not used.

    Returns:
        Nothing.

    Raises:
        InputError: the maps are blurred or averaged, which pages do not.
    """
    if opened.card["post_processing"].get("tta"):
        raise InputError(
            f"`to` web: {opened.card['model']} has test-time augmentation, which web pages do not "
            "compute; export it without `tta`."
        )
    with tempfile.TemporaryDirectory() as draft:
        path = write_opened(opened, os.path.join(draft, "network.tflite"), precision)
        files = web_files(read_portable_file(path))
    for name, content in files.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(content)
    return {}


def open_folder(folder: str, precision: str) -> Predict:
    """Open the network, and compute around it what `model.json` says, as a page does.

    Args:
        folder: of the export.
        precision: not used.
    """
    from ai_edge_litert.interpreter import Interpreter

    with open(os.path.join(folder, DESCRIPTION), encoding="utf-8") as file:
        description = json.load(file)
    geometry = read_geometry(description["geometry"])
    interpreter = Interpreter(os.path.join(folder, MODEL), num_threads=os.cpu_count())
    [taken], [given] = interpreter.get_input_details(), interpreter.get_output_details()

    def predict(image: np.ndarray) -> np.ndarray:
        fitted = geometry.fit_image(np.asarray(image, "float32"))[None]
        interpreter.resize_tensor_input(taken["index"], fitted.shape)
        interpreter.allocate_tensors()
        interpreter.set_tensor(taken["index"], fitted)
        interpreter.invoke()
        map_ = geometry.unfit_map(interpreter.get_tensor(given["index"])[0], image.shape[:2])
        highest = np.abs(map_.max()) if description["divide_by_maximum"] else 1.0
        return (map_ / (highest or 1.0))[..., 0]

    return predict


TARGET = Target(
    name="web",
    extra="litert",
    packages={"": ("ai_edge_litert",)},
    precisions=("float16", "float32"),
    write=write,
    open=open_folder,
)
