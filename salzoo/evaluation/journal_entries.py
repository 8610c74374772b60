"""Journal entries: the scores of one image as JSON values, and back to arrays."""

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np

from salzoo.evaluation.evaluation_config import EvaluationConfig, metrics_of_convention
from salzoo.metrics.metric import CURVES
from salzoo.metrics.undefined import Undefined
from salzoo.utils.json_files import check_type
from salzoo.utils.task import Task

THRESHOLDS = 256

Scores = dict[str, dict[str, dict[str, float]]]
Entry = dict[str, Any]
# {convention: {model: {metric: {reason: number of images}}}}
Reasons = dict[str, dict[str, dict[str, dict[str, int]]]]


def pack_entry(scores: Scores, curves: dict[str, dict[str, np.ndarray]]) -> Entry:
    """Make the journal entry of an image.

    Args:
        scores: {convention: {model: {metric: value}}}, `Undefined` where undefined.
        curves: {convention: {model: float32 (4, 256)}}; {} for fixations.

    Returns:
        dict of plain values for JSON, arrays as base64.
    """
    packed = {
        convention: {
            model: base64.b64encode(array.tobytes()).decode("ascii")
            for model, array in by_model.items()
        }
        for convention, by_model in curves.items()
    }
    reasons = {
        convention: {
            model: {
                metric: value.reason
                for metric, value in values.items()
                if isinstance(value, Undefined)
            }
            for model, values in by_model.items()
        }
        for convention, by_model in scores.items()
    }
    return {"scores": scores, "curves": packed, "reasons": reasons}


def is_entry(entry: Entry, config: EvaluationConfig, models: Sequence[str]) -> bool:
    """Return whether an entry of a file is one that `pack_entry` makes in this evaluation.

    Args:
        entry: any dict of plain values.
        config: names the task, the conventions and the metrics.
        models: names, baselines included.
    """
    try:
        scores = check_type(Scores, entry.get("scores"), "", "")
        curves = check_type(dict[str, dict[str, str]], entry.get("curves"), "", "")
        check_type(dict[str, dict[str, dict[str, str]]], entry.get("reasons"), "", "")
        for convention in config.conventions:
            known = metrics_of_convention(config.task, convention)
            for model in models:
                if not {*config.metrics} & {*known} <= scores[convention][model].keys():
                    return False
                if config.task is Task.OBJECTS:
                    _unpack([curves[convention][model]])
    except (KeyError, ValueError):
        return False
    return True


def scores_from_entries(
    entries: Sequence[Entry], config: EvaluationConfig, models: Sequence[str]
) -> dict[str, dict[str, dict[str, np.ndarray]]]:
    """Collect the scores of all images.

    Args:
        entries: of `pack_entry`, one per image.
        config: names the task, the conventions and the metrics.
        models: names, baselines included.

    Returns:
        {convention: {model: {metric: float64 (images,)}}}.
    """
    return {
        convention: {
            model: {
                metric: np.array([e["scores"][convention][model][metric] for e in entries])
                for metric in config.metrics
                if metric in metrics_of_convention(config.task, convention)
            }
            for model in models
        }
        for convention in config.conventions
    }


def reasons_from_entries(entries: Sequence[Entry]) -> Reasons:
    """Count why metrics are undefined.

    Args:
        entries: of `pack_entry`, one per image.

    Returns:
        {convention: {model: {metric: {reason: number of images}}}}, the metrics that are
        undefined on an image.
    """
    counts: Reasons = {}
    for entry in entries:
        for convention, by_model in entry["reasons"].items():
            for model, by_metric in by_model.items():
                for metric, reason in by_metric.items():
                    found = counts.setdefault(convention, {}).setdefault(model, {})
                    of_metric = found.setdefault(metric, {})
                    of_metric[reason] = of_metric.get(reason, 0) + 1
    return counts


def curves_from_entries(
    entries: Sequence[Entry], conventions: Sequence[str], models: Sequence[str]
) -> dict[str, dict[str, dict[str, np.ndarray]]]:
    """Collect the curves of all images.

    Args:
        entries: of `pack_entry`, one per image.
        conventions: names.
        models: names, baselines included.

    Returns:
        {convention: {model: {curve: float32 (images, 256)}}}.
    """
    return {
        convention: {
            model: _unpack([entry["curves"][convention][model] for entry in entries])
            for model in models
        }
        for convention in conventions
    }


def _unpack(texts: list[str]) -> dict[str, np.ndarray]:
    content = b"".join(base64.b64decode(text) for text in texts)
    stacked = np.frombuffer(content, "float32").reshape(len(texts), len(CURVES), THRESHOLDS)
    return {name: stacked[:, place] for place, name in enumerate(CURVES)}
