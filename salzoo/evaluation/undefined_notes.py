"""Notes on metrics without a value, with the reasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from salzoo.evaluation.results import Evaluation


def describe_undefined(evaluation: Evaluation, conventions: Sequence[str]) -> list[str]:
    """Return notes on values that are undefined on some images, and on all of them.

    Args:
        evaluation: the evaluation.
        conventions: names of those to count in.
    """
    images, several = len(evaluation.images), len(conventions) > 1
    some: list[str] = []
    everywhere: dict[tuple[str, str], dict[str, list[str]]] = {}
    for convention, model, metric, count in _counts(evaluation, conventions):
        reasons = evaluation.reasons.get(convention, {}).get(model, {}).get(metric, {})
        why = "; ".join(sorted(reasons, key=lambda reason: (-reasons[reason], reason)))
        if count < images:
            where = f" ({convention})" if several else ""
            because = f", since {why}" if why else ""
            some.append(f"{metric} of {model}{where} on {count} of {images} images{because}")
        else:
            everywhere.setdefault((convention, why), {}).setdefault(model, []).append(metric)
    notes = [f"Undefined and left out of the mean: {'; '.join(some)}."] if some else []
    for (convention, why), by_model in everywhere.items():
        models_of: dict[str, list[str]] = {}
        for model, metrics in by_model.items():
            models_of.setdefault(", ".join(metrics), []).append(model)
        what = "; ".join(f"{names} of {', '.join(models)}" for names, models in models_of.items())
        on = f"all {images} images" if images > 1 else "the only image"
        notes.append(f"Undefined on {on}: {what} ({convention}){f': {why}' if why else ''}.")
    return notes


def _counts(
    evaluation: Evaluation, conventions: Sequence[str]
) -> Iterator[tuple[str, str, str, int]]:
    """Yield (convention, model, metric, number of images) of what is undefined anywhere."""
    for convention, by_model in evaluation.undefined().items():
        for model, by_metric in by_model.items():
            for metric, count in by_metric.items():
                if count and convention in conventions:
                    yield convention, model, metric, count
