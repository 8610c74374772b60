"""Baselines: lower and upper bounds of the scores of a model.

A baseline is called with a `Sample` and returns a saliency map, float64 (rows,
columns) at the size of the sample. Only "one observer out" has several maps per image,
each with its own ground truth; `pairs` yields them for every kind of model. Baselines
are small picklable objects and do not need TensorFlow.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from salzoo.data.sample import Sample
from salzoo.evaluation.baselines.bottom_up import GBVS, IttiKochNiebur
from salzoo.evaluation.baselines.fixation_maps import CentreGaussian, MeanMap, Uniform
from salzoo.evaluation.baselines.mask_maps import ConstantMask, MeanMask
from salzoo.evaluation.baselines.observers import OneObserverOut, Permutation
from salzoo.utils.errors import unknown_name
from salzoo.utils.task import Task

LOG = logging.getLogger("salzoo")

# A new baseline is one class and one line here.
_CLASSES: dict[str, Any] = {
    "uniform": Uniform,
    "centre Gaussian": CentreGaussian,
    "mean map": MeanMap,
    "permutation": Permutation,
    "one observer out": OneObserverOut,
    "constant mask": ConstantMask,
    "mean mask": MeanMask,
    "IKN": IttiKochNiebur,
    "GBVS": GBVS,
}
# {name: function (training samples, evaluated samples) -> baseline, or None where it cannot
# be made of them}
BASELINES: dict[str, Callable[[Sequence[Sample], Sequence[Sample]], Any]] = {
    name: kind.make for name, kind in _CLASSES.items()
}
# {name: what it cannot be made without}
NEEDS: dict[str, str] = {name: kind.needs for name, kind in _CLASSES.items()}

# {task: names of the baselines for it}
BY_TASK = {
    Task.FIXATIONS: tuple(name for name in BASELINES if "mask" not in name),
    Task.OBJECTS: ("constant mask", "mean mask", "IKN", "GBVS"),
}
# {task: names of the default baselines, which are cheap}
DEFAULTS = {
    Task.FIXATIONS: ("uniform", "centre Gaussian", "mean map"),
    Task.OBJECTS: ("constant mask", "mean mask"),
}


def make(
    names: Iterable[str], training: Sequence[Sample], evaluated: Sequence[Sample]
) -> dict[str, Any]:
    """Make baselines for an evaluation.

    Args:
        names: keys of BASELINES.
        training: samples to fit to. Where none of them has what a baseline is fitted to,
            it is fitted to the evaluated samples.
        evaluated: samples that the maps are scored on.

    Returns:
        {name: baseline}, without those that cannot be made of these samples; a warning
        names what they need.

    Raises:
        InputError: an unknown name.
    """
    names = list(names)
    for name in names:
        if name not in BASELINES:
            raise unknown_name("baseline", name, BASELINES)
    made = {name: BASELINES[name](training, evaluated) for name in names}
    for name, baseline in made.items():
        if baseline is None:
            LOG.warning("no baseline '%s' here: it needs %s", name, NEEDS[name])
    return {name: baseline for name, baseline in made.items() if baseline is not None}


def pairs(model: Any, sample: Sample) -> Iterator[tuple[np.ndarray, Sample]]:
    """Yield the maps of a model for one image, each with its ground truth.

    Args:
        model: a baseline, or any function of a `Sample` to a map (rows, columns).
        sample: the image.

    Yields:
        (map, `Sample` with the ground truth for it). The score of the image is the mean
        over the pairs, undefined where there is none.
    """
    if hasattr(model, "pairs"):
        yield from model.pairs(sample)
    else:
        yield model(sample), sample
