"""Models that any other must beat, and limits that none can pass.

A baseline is called with a `Sample` and returns a saliency map, float64 (rows,
columns) at the size of the sample. "one observer out" alone has several maps an
image, each with people of its own to compare with: `pairs` gives them, for every
kind of model. Baselines are small picklable objects; no TensorFlow is needed.
"""

import logging
from typing import Any

from salzoo.evaluation.baselines.bottom_up import GBVS, IttiKochNiebur
from salzoo.evaluation.baselines.fixation_maps import CentreGaussian, MeanMap, Uniform
from salzoo.evaluation.baselines.mask_maps import ConstantMask, MeanMask
from salzoo.evaluation.baselines.people import OneObserverOut, Permutation
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
# name -> function (training samples, evaluated samples) -> baseline, or None
# where it cannot be made of them.
BASELINES = {name: kind.make for name, kind in _CLASSES.items()}
# name -> what it cannot be made without, in words.
NEEDS = {name: kind.needs for name, kind in _CLASSES.items()}

# task -> names of the baselines that make sense for it.
BY_TASK = {
    Task.FIXATIONS: tuple(name for name in BASELINES if "mask" not in name),
    Task.OBJECTS: ("constant mask", "mean mask", "IKN", "GBVS"),
}
# task -> names of those cheap enough for every table.
DEFAULTS = {
    Task.FIXATIONS: ("uniform", "centre Gaussian", "mean map"),
    Task.OBJECTS: ("constant mask", "mean mask"),
}


def make(names, training, evaluated):
    """Make baselines for an evaluation.

    Args:
        names: of BASELINES.
        training: samples to fit to. Where none of them has what a baseline is
            fitted to, the evaluated samples serve.
        evaluated: samples that the maps will be scored on.

    Returns:
        {name: baseline}, without those that cannot be made of these samples; a
        warning says what they need.

    Raises:
        InputError: an unknown name.
    """
    for name in names:
        if name not in BASELINES:
            raise unknown_name("baseline", name, BASELINES)
    made = {name: BASELINES[name](training, evaluated) for name in names}
    for name, baseline in made.items():
        if baseline is None:
            LOG.warning("no baseline '%s' here: it needs %s", name, NEEDS[name])
    return {name: baseline for name, baseline in made.items() if baseline is not None}


def pairs(model, sample):
    """Yield what a model is scored on for one image.

    Args:
        model: a baseline, or any function of a `Sample` to a map (rows, columns).
        sample: a `Sample`.

    Yields:
        (map, `Sample` that holds the truth for it). The score of the image is
        the mean over the pairs, undefined where there is none.
    """
    if hasattr(model, "pairs"):
        yield from model.pairs(sample)
    else:
        yield model(sample), sample
