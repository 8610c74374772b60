"""Exports a trained model to several targets and compares each with the model."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import tensorflow as tf

from salzoo import __version__
from salzoo.data.image_kinds import is_image
from salzoo.data.images import read_image
from salzoo.export import parity
from salzoo.export.portable import FILE as PORTABLE_FILE
from salzoo.export.saved_model import next_version
from salzoo.export.target import Predict, Target, find_target
from salzoo.prediction.opening import Opened, open_source
from salzoo.prediction.options import DEFAULT_OPTIONS, InferenceOptions
from salzoo.prediction.portable_files import put_into_run
from salzoo.prediction.sources import SourceKind, resolve_source
from salzoo.utils.errors import InputError
from salzoo.utils.files import check_folder, whole_folder
from salzoo.utils.json_files import write_json

# Images to calibrate int8 with.
CALIBRATION = 40


@dataclass(frozen=True)
class Export:
    """An export that was written.

    Attributes:
        folder: of the export.
        parity: comparison with the model, also in `parity.json` of the folder.
        in_run: copy of a portable file in the folder of its run; None if there is none.
    """

    folder: str
    parity: parity.Parity
    in_run: str | None = None


def export(
    source: Any,
    to: str | Sequence[str] = "savedmodel",
    out: str | os.PathLike[str] = "exports",
    *,
    precision: str | None = None,
    calibrate: str | os.PathLike[str] | None = None,
    options: InferenceOptions = DEFAULT_OPTIONS,
    images: int = 50,
    force: bool = False,
) -> list[Export]:
    """Export a trained model: preprocessing, network and postprocessing, to be fed with pixels.

    Each export is compared with the model in TensorFlow on drawn scenes with simulated fixations;
    one that misses its tolerance (float32: maps equal to 1e-4 of their maximum; float16 and
    bfloat16: CC 0.999; int8: NSS within 1 %) is not kept.

    Args:
        source: what `salzoo.load_model` takes, except an export.
        to: target or targets: "savedmodel", written to `out/MODEL/VERSION/`, "onnx", "litert",
            "openvino", "web" or "portable", to `out/MODEL-TARGET-PRECISION/VERSION/`. VERSION is
            the next free number. A portable file of a run is also put into its folder as
            `best.tflite`, where predictions with the run find it, unless `options` or its
            precision change the maps.
        out: folder to write to.
        precision: "float32", "float16", "bfloat16" or "int8". None: float32, for "web" float16.
        calibrate: folder of images like those of the application, for int8. None: drawn scenes.
        options: preprocessing, postprocessing and choice of output.
        images: number of scenes for the comparison.
        force: keep an export that misses its tolerance.

    Returns:
        The exports in the order of `to`.

    Raises:
        InputError: no such target or precision, a missing package, the source is no model or an
            export already, or a tolerance is missed.

    Examples:
        >>> salzoo.export("msinet_lite", ["onnx", "litert"])
        >>> salzoo.export("runs/msinet-osie-001", "openvino", precision="bfloat16")
    """
    check_folder("out", out)
    if images < 1:
        raise InputError(f"`images` {images}: give 1 or more.")
    targets = [find_target(name) for name in ([to] if isinstance(to, str) else to)]
    precisions = [target.check(precision) for target in targets]
    shown = _calibration_images(calibrate) if "int8" in precisions else []
    opened = open_source(source, options)
    if opened.model is None:
        raise InputError(f"{source} is an exported model already; copy it.")
    scenes = parity.draw_scenes(images)
    pairs = zip(targets, precisions, strict=True)
    written = _write_all(opened, pairs, os.fspath(out), shown, scenes, force)
    return [one if options.changed else _put_into_run(one, source) for one in written]


def _put_into_run(export: Export, source: Any) -> Export:
    """Copy a portable file with the maps of its run into the run."""
    measured = export.parity
    if measured.target != "portable" or measured.max_difference > parity.MOST_DIFFERENCE:
        return export
    found = resolve_source(source)
    if found.kind is not SourceKind.RUN:
        return export
    return replace(
        export, in_run=put_into_run(os.path.join(export.folder, PORTABLE_FILE), str(found.path))
    )


def _write_all(
    opened: Opened,
    targets: Any,
    out: str,
    shown: Sequence[np.ndarray],
    scenes: Sequence[parity.Scene],
    force: bool,
) -> Iterator[Export]:
    def predict(image: np.ndarray) -> np.ndarray:
        return opened.saliency(tf.constant(np.asarray(image, "float32")[None])).numpy()[0, ..., 0]

    for target, precision in targets:
        parent = os.path.join(out, _name(opened.card["model"], target, precision))
        folder = os.path.join(parent, str(next_version(parent)))
        with whole_folder(folder) as draft:
            facts = target.write(opened, draft, precision, shown)
            found = _compare(target, precision, draft, predict, scenes)
            if not force:
                parity.refuse_miss(found)
            cards = os.path.join(draft, "assets")
            cards = cards if os.path.isdir(cards) else draft
            parity.write_parity(found, os.path.join(cards, parity.FILE))
            if target.name != "savedmodel":  # which has a card of its own in its graph
                export_facts = {"salzoo": __version__, "target": target.name, **facts}
                export_facts |= {"precision": precision}
                card = {**opened.card, "export": export_facts}
                write_json(os.path.join(cards, "card.json"), card)
        yield Export(folder, found)


def _name(model: str, target: Target, precision: str) -> str:
    return model if target.name == "savedmodel" else f"{model}-{target.name}-{precision}"


def _compare(
    target: Target,
    precision: str,
    folder: str,
    predict: Predict,
    scenes: Sequence[parity.Scene],
) -> parity.Parity:
    exported = target.open(folder, precision)
    size = parity.folder_bytes(folder)
    return parity.measure_parity(target.name, precision, exported, predict, scenes, size)


def _calibration_images(folder: str | os.PathLike[str] | None) -> list[np.ndarray]:
    """Return images to calibrate with, float32 (rows, columns, 3)."""
    if folder is None:
        return [scene.image for scene in parity.draw_scenes(CALIBRATION, "train")]
    if not os.path.isdir(folder):
        raise InputError(f"`calibrate` {os.fspath(folder)}: give a folder of images.")
    paths = sorted(entry.path for entry in os.scandir(folder) if is_image(entry.path))
    if not paths:
        raise InputError(f"`calibrate` {os.fspath(folder)} holds no image.")
    step = max(1, len(paths) // CALIBRATION)
    return [read_image(path) for path in paths[::step][:CALIBRATION]]
