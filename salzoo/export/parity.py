"""How far an exported model is from the one that it was made from: maps, scores, size, speed."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from salzoo.data.dataset import open_dataset
from salzoo.data.images import read_image
from salzoo.export.target import Predict
from salzoo.metrics import auc, nss
from salzoo.utils.errors import InputError
from salzoo.utils.json_files import write_json
from salzoo.utils.table import Table

FILE = "parity.json"
# What an export must keep: largest difference relative to the map's maximum, mean CC, relative
# change of NSS.
MOST_DIFFERENCE = 1e-4
LEAST_CC = 0.999
MOST_NSS_CHANGE = 0.01


@dataclass(frozen=True)
class Parity:
    """Comparison of an export with the model in float32 in TensorFlow, both in one run.

    Attributes:
        target: format of the export.
        precision: of the export.
        images: number of drawn scenes that were compared.
        max_difference: of all maps, relative to the maximum of the map.
        cc: mean correlation of the maps.
        min_cc: smallest correlation.
        nss: mean NSS of the model's maps.
        nss_change: of the export's, relative to it.
        auc_change: change of the mean AUC.
        bytes: of all files of the export.
        milliseconds: median time of the export for one scene.
        tensorflow_milliseconds: that of the model in TensorFlow.
        kept: whether the tolerance of the precision is kept.
    """

    target: str
    precision: str
    images: int
    max_difference: float
    cc: float
    min_cc: float
    nss: float
    nss_change: float
    auc_change: float
    bytes: int
    milliseconds: float
    tensorflow_milliseconds: float
    kept: bool


@dataclass(frozen=True)
class Scene:
    """An image with simulated fixations.

    Attributes:
        image: float32 RGB 0..255 (rows, columns, 3).
        fixations: (n, 2), x and y.
    """

    image: np.ndarray
    fixations: np.ndarray


def draw_scenes(count: int, split: str = "val") -> list[Scene]:
    """Return scenes of the dataset "synthetic".

    Args:
        count: how many, at least 1.
        split: of the dataset.
    """
    samples = open_dataset("synthetic").samples(split, limit=count)
    return [Scene(read_image(s.image_path), np.asarray(s.fixations)) for s in samples]


def measure_parity(
    target: str,
    precision: str,
    export: Predict,
    model: Predict,
    scenes: Sequence[Scene],
    size: int,
) -> Parity:
    """Compare an export with its model.

    Args:
        target: format.
        precision: of the export.
        export: function of an image to its map.
        model: the same in TensorFlow, float32.
        scenes: to compare on.
        size: bytes of the export.
    """
    differences, correlations = [], []
    scores: dict[str, list[tuple[float, float]]] = {"NSS": [], "AUC": []}
    times: list[tuple[Predict, list[float]]] = [(model, []), (export, [])]
    for predict, _ in times:  # the first call prepares
        predict(scenes[0].image)
    for scene in scenes:
        maps = []
        for predict, taken in times:
            start = time.perf_counter()
            maps.append(np.asarray(predict(scene.image), "float64"))
            taken.append(time.perf_counter() - start)
        expected, found = maps
        differences.append(relative_difference(expected, found))
        correlations.append(correlation(expected, found))
        for name, metric in (("NSS", nss), ("AUC", auc)):
            before, after = (metric(map_, scene.fixations) for map_ in maps)
            scores[name].append((before, after))
    (nss_before, nss_after), (auc_before, auc_after) = (
        np.nanmean(pairs, axis=0) for pairs in scores.values()
    )
    found_parity = Parity(
        target,
        precision,
        len(scenes),
        float(np.max(differences)),
        float(np.mean(correlations)),
        float(np.min(correlations)),
        float(nss_before),
        float(nss_after / nss_before - 1) if nss_before else 0.0,
        float(auc_after - auc_before),
        size,
        1e3 * statistics.median(times[1][1]),
        1e3 * statistics.median(times[0][1]),
        kept=True,
    )
    return Parity(**{**asdict(found_parity), "kept": not describe_miss(found_parity)})


def describe_miss(parity: Parity) -> str:
    """Return which tolerance an export misses; "" if it keeps that of its precision.

    Args:
        parity: of the export.
    """
    if parity.precision == "float32":
        if parity.max_difference <= MOST_DIFFERENCE:
            return ""
        return f"its maps differ by up to {parity.max_difference:.1e}, not {MOST_DIFFERENCE:g}"
    if parity.precision == "int8":
        if abs(parity.nss_change) <= MOST_NSS_CHANGE:
            return ""
        return f"its NSS changes by {parity.nss_change:+.1%}, not within {MOST_NSS_CHANGE:.0%}"
    if parity.cc >= LEAST_CC:
        return ""
    return f"its maps have a CC of {parity.cc:.4f} to the model's, not {LEAST_CC}"


def write_parity(parity: Parity, path: str) -> None:
    """Write a comparison as json.

    Args:
        parity: to write.
        path: of the file.
    """
    write_json(path, asdict(parity))


def parity_table(parities: Iterable[Parity], title: str) -> Table:
    """Return comparisons as a table, an export a row.

    Args:
        parities: of the exports.
        title: of the table.
    """
    header = ["export", "MB", "max difference", "CC", "least CC", "NSS", "AUC", "ms", "TensorFlow"]
    rows = [
        [
            f"{parity.target} {parity.precision}",
            f"{parity.bytes / 1e6:.1f}",
            f"{parity.max_difference:.1e}",
            f"{parity.cc:.5f}",
            f"{parity.min_cc:.5f}",
            f"{parity.nss_change:+.2%}",
            f"{parity.auc_change:+.4f}",
            f"{parity.milliseconds:.1f}",
            f"{parity.tensorflow_milliseconds:.1f}",
        ]
        for parity in parities
    ]
    return Table(title, header, rows)


def folder_bytes(folder: str) -> int:
    """Return the size of all files in a folder.

    Args:
        folder: to measure.
    """
    return sum(
        os.path.getsize(os.path.join(place, name))
        for place, _, names in os.walk(folder)
        for name in names
    )


def relative_difference(expected: np.ndarray, found: np.ndarray) -> float:
    """Return the largest difference of two maps, relative to the maximum of the first.

    Args:
        expected: map.
        found: map of the same size.
    """
    return float(np.abs(found - expected).max() / max(np.abs(expected).max(), 1e-30))


def correlation(one: np.ndarray, other: np.ndarray) -> float:
    """Return the correlation of two maps; 1 if both are constant.

    Args:
        one: map.
        other: map of the same size.
    """
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return float(np.ptp(one) == np.ptp(other))
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


def refuse_miss(parity: Parity) -> None:
    """Refuse an export that misses its tolerance.

    Args:
        parity: of the export.

    Raises:
        InputError: it does.
    """
    if not parity.kept:
        raise InputError(
            f"The export {parity.target} {parity.precision} was not kept: {describe_miss(parity)}; "
            "give another precision, or `force`."
        )
