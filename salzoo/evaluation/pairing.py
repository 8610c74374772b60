"""Which evaluations can be compared: read from disk, and refused unless they pair."""

import os
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from salzoo.evaluation.report.sections import main_model
from salzoo.evaluation.results import Evaluation
from salzoo.utils.errors import InputError, unknown_name


@dataclass
class Measured:
    """One model of one evaluation. given: how it was asked for."""

    given: str
    folder: str
    evaluation: Evaluation
    model: str

    @classmethod
    def read(cls, text):
        """Read FOLDER, FOLDER/evaluation.json or either of them with :MODEL behind it.

        Raises:
            InputError: there is no evaluation, or it has no such model.
        """
        folder, model = text, None
        if not os.path.exists(text) and ":" in text:
            folder, _, model = text.rpartition(":")
        if os.path.basename(folder) == "evaluation.json":
            folder = os.path.dirname(folder) or "."
        evaluation = Evaluation.read(folder)
        if model is None:
            model = main_model(evaluation)
        elif model not in evaluation.models:
            raise unknown_name(f"model in {folder}", model, evaluation.models)
        return cls(text, folder, evaluation, model)

    @cached_property
    def _order(self):
        return np.argsort(self.evaluation.images)

    def values(self, convention, metric):
        """Return float64 (images,), in the order of the sorted images."""
        return self.evaluation.scores[convention][self.model][metric][self._order]

    def curves(self, convention, kind):
        """Return (images, 256), in the same order; None of fixations."""
        if self.evaluation.curves is None:
            return None
        return self.evaluation.curves[convention][self.model][kind][self._order]


def labels(sides):
    """Name each side by its model, by more where that is not enough."""
    first = [side[0] for side in sides]
    for label in (
        lambda run: run.model,
        lambda run: f"{run.model} ({os.path.basename(os.path.normpath(run.folder))})",
    ):
        names = [label(run) for run in first]
        if len(set(names)) == len(names):
            return names
    return [run.given for run in first]


def refuse_twice(runs):
    """Refuse a model of an evaluation that is given more than once."""
    seen = set()
    for run in runs:
        key = os.path.realpath(run.folder), run.model
        if key in seen:
            raise InputError(f"{run.given} is given twice; compare different evaluations.")
        seen.add(key)


def refuse_other_images(first, second):
    """Refuse two runs that were not measured on the same images and truth."""
    ours, theirs = first.evaluation, second.evaluation
    for name in ("task", "dataset"):
        if getattr(ours, name) != getattr(theirs, name):
            raise InputError(
                f"{first.folder} and {second.folder} cannot be paired: {name} "
                f"{getattr(ours, name)} and {getattr(theirs, name)}."
            )
    for run in (first, second):
        names = run.evaluation.images
        if len(set(names)) != len(names):
            raise InputError(f"{run.folder} has images of the same name: nothing to pair by.")
    if set(ours.images) != set(theirs.images):
        missing = sorted(set(ours.images) ^ set(theirs.images))[0]
        where = first.folder if missing in ours.images else second.folder
        raise InputError(
            f"{first.folder} has {len(ours.images)} images, {second.folder} "
            f"{len(theirs.images)}, and {missing} is in {where} alone; evaluate both on the same."
        )
    if ours.truth != theirs.truth:
        raise InputError(
            f"{first.folder} and {second.folder} were measured against other densities "
            f"({ours.truth} and {theirs.truth}); give both the same --sigma."
        )
    if ours.truth_hash != theirs.truth_hash:
        raise InputError(
            f"{first.folder} and {second.folder} were measured against other fixations or masks "
            "of the same images; give both the same data and --dataset_options."
        )


def refuse_other_definitions(first, second, conventions):
    """Refuse two runs whose metrics were defined in different ways."""
    for convention in conventions:
        ours, theirs = (run.evaluation.definitions.get(convention, {}) for run in (first, second))
        for metric in ours:
            if metric in theirs and ours[metric] != theirs[metric]:
                raise InputError(
                    f"{first.folder} and {second.folder} define {metric} ({convention}) in "
                    f'other ways: "{ours[metric]}" and "{theirs[metric]}"; evaluate one again.'
                )


def shared_conventions(runs, wanted):
    """Return the conventions, of the wanted ones or all, that every run was measured under."""
    first = runs[0]
    known = first.evaluation.conventions
    shared = known if wanted is None else list(dict.fromkeys(wanted))
    for name in shared:
        if name not in known:
            raise unknown_name(f"convention in {first.folder}", name, known)
    for run in runs[1:]:
        theirs = run.evaluation.conventions
        shared = [name for name in shared if name in theirs]
        if not shared:
            raise InputError(
                f"{first.folder} was measured under {', '.join(known)}, {run.folder} under "
                f"{', '.join(theirs)}; evaluate both under one convention (--convention)."
            )
    return shared
