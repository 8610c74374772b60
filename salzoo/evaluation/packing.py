"""What is noted of an image: its scores as plain values, and how all of them become arrays."""

import base64

import numpy as np

from salzoo.evaluation.storage import CURVES
from salzoo.evaluation.tasks import of_convention

THRESHOLDS = 256


def pack(scores, curves):
    """Make an entry of what `Scoring` returns: plain values for json, NaN included."""
    packed = {
        convention: {
            model: base64.b64encode(array.tobytes()).decode("ascii")
            for model, array in by_model.items()
        }
        for convention, by_model in curves.items()
    }
    return {"scores": scores, "curves": packed}


def scores_of(entries, task, conventions, models, metrics):
    """Return {convention: {model: {metric: float64 (images,)}}} of a list of entries."""
    return {
        convention: {
            model: {
                metric: np.array([e["scores"][convention][model][metric] for e in entries])
                for metric in metrics
                if metric in of_convention(task, convention)
            }
            for model in models
        }
        for convention in conventions
    }


def curves_of(entries, conventions, models):
    """Return {convention: {model: {curve: float32 (images, 256)}}} of a list of entries."""
    return {
        convention: {
            model: _unpacked([entry["curves"][convention][model] for entry in entries])
            for model in models
        }
        for convention in conventions
    }


def _unpacked(texts):
    content = b"".join(base64.b64decode(text) for text in texts)
    stacked = np.frombuffer(content, "float32").reshape(len(texts), len(CURVES), THRESHOLDS)
    return {name: stacked[:, place] for place, name in enumerate(CURVES)}
