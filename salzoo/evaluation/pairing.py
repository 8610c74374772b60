"""Evaluations read from disk for a comparison, and the checks that they can be compared."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from salzoo.evaluation.results import Evaluation
from salzoo.utils.errors import InputError, unknown_name


@dataclass
class MeasuredModel:
    """One model of an evaluation on disk.

    Attributes:
        given: text that `read` was called with.
        folder: of the evaluation.
        evaluation: the evaluation.
        model: name of the model in it.
    """

    given: str
    folder: str
    evaluation: Evaluation
    model: str

    @classmethod
    def read(cls, text: str) -> "MeasuredModel":
        """Read an evaluation.

        Args:
            text: FOLDER or FOLDER/evaluation.json, for the model that the evaluation is
                about, or either of them followed by :MODEL.

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
            model = evaluation.main_model
        elif model not in evaluation.models:
            raise unknown_name(f"model in {folder}", model, evaluation.models)
        return cls(text, folder, evaluation, model)

    @cached_property
    def _order(self) -> np.ndarray:
        return np.argsort(self.evaluation.images)

    def values(self, convention: str, metric: str) -> np.ndarray:
        """Return the values of a metric, float64 (images,), images sorted by name.

        Args:
            convention: name.
            metric: name.
        """
        return self.evaluation.scores[convention][self.model][metric][self._order]

    @property
    def has_curves(self) -> bool:
        """Whether there are curves, which fixations have not."""
        return self.evaluation.curves is not None

    def curves(self, convention: str, kinds: Sequence[str]) -> np.ndarray:
        """Return curves, float32 (images, kinds, 256), images sorted by name.

        Args:
            convention: name.
            kinds: one or more of "precision", "recall", "f" and "e".
        """
        assert self.evaluation.curves is not None
        of_model = self.evaluation.curves[convention][self.model]
        return np.stack([of_model[kind][self._order] for kind in kinds], axis=1)


def label_sides(sides: Sequence[Sequence[MeasuredModel]]) -> list[str]:
    """Return a different label for each side.

    Args:
        sides: the runs of each side; the first run names its side.

    Returns:
        Names of the models, with the names of the folders if those are equal, or else the
        texts that were given.
    """
    first = [side[0] for side in sides]
    models = [run.model for run in first]
    with_folders = [
        f"{run.model} ({os.path.basename(os.path.normpath(run.folder))})" for run in first
    ]
    for names in (models, with_folders):
        if len(set(names)) == len(names):
            return names
    return [run.given for run in first]


def check_different(runs: Sequence[MeasuredModel]) -> None:
    """Check that no model of an evaluation is given more than once.

    Raises:
        InputError: one is.
    """
    seen = set()
    for run in runs:
        key = os.path.realpath(run.folder), run.model
        if key in seen:
            raise InputError(f"{run.given} is given twice; compare different evaluations.")
        seen.add(key)


def check_same_images(first: MeasuredModel, second: MeasuredModel) -> None:
    """Check that two runs were measured on the same images and ground truth.

    Raises:
        InputError: they were not.
    """
    ours, theirs = first.evaluation, second.evaluation
    for name in ("task", "dataset"):
        if getattr(ours, name) != getattr(theirs, name):
            raise InputError(
                f"{first.folder} and {second.folder} cannot be paired: {name} "
                f"{getattr(ours, name)} and {getattr(theirs, name)}."
            )
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
            f"({ours.truth} and {theirs.truth}); give both the same `sigma`."
        )
    if ours.truth_hash != theirs.truth_hash:
        raise InputError(
            f"{first.folder} and {second.folder} were measured against other fixations or masks "
            "of the same images; give both the same data and `dataset_options`."
        )


def check_same_definitions(
    first: MeasuredModel, second: MeasuredModel, conventions: Sequence[str]
) -> None:
    """Check that the metrics of two runs were defined in the same way.

    Args:
        first: a run.
        second: a run.
        conventions: names of those that are compared.

    Raises:
        InputError: they were not.
    """
    for convention in conventions:
        ours, theirs = (run.evaluation.definitions.get(convention, {}) for run in (first, second))
        for metric in ours:
            if metric in theirs and ours[metric] != theirs[metric]:
                raise InputError(
                    f"{first.folder} and {second.folder} define {metric} ({convention}) in "
                    f'other ways: "{ours[metric]}" and "{theirs[metric]}"; evaluate one again.'
                )


def find_shared_conventions(
    runs: Sequence[MeasuredModel], wanted: Sequence[str] | None
) -> list[str]:
    """Return the conventions that all runs were measured under.

    Args:
        runs: one or more.
        wanted: names to choose from; None: all.

    Raises:
        InputError: there is no such convention, or none is shared.
    """
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
                f"{', '.join(theirs)}; evaluate both under one `convention`."
            )
    return shared
