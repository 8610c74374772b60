"""The title, the ground truth and the notes of an evaluation in words."""

from collections.abc import Iterable, Mapping, Sequence

from salzoo import metrics as known_metrics
from salzoo.data.agreement import describe_disagreement
from salzoo.data.sample import Sample
from salzoo.evaluation.baselines import NEEDS
from salzoo.evaluation.evaluation_config import has_truth
from salzoo.evaluation.map_folder import MapFolder, join_first
from salzoo.utils.task import Task
from salzoo.utils.wording import counted

# Baselines that are fitted to nothing.
_UNFITTED = ("uniform", "constant mask", "one observer out", "permutation", "IKN", "GBVS")


def make_title(
    dataset: str,
    split: str,
    images: int,
    truth: str,
    conventions: Sequence[str],
    changed: Iterable[str] = (),
) -> str:
    """Return the title of an evaluation.

    Args:
        dataset: name.
        split: name.
        images: number of evaluated images.
        truth: what maps are compared with, of `describe_truth`.
        conventions: names.
        changed: settings that differ from the defaults.
    """
    plural = "s" if len(conventions) > 1 else ""
    parts = [
        f"{dataset} {split}".strip(),
        counted(images, "image"),
        truth,
        f"convention{plural} {', '.join(conventions)}",
        *changed,
    ]
    return ", ".join(filter(None, parts))


def describe_truth(samples: Sequence[Sample], task: Task) -> str:
    """Return what maps are compared with: masks, or which fixations and whose densities.

    Args:
        samples: the evaluated samples.
        task: `Task.FIXATIONS` or `Task.OBJECTS`.
    """
    if task is Task.OBJECTS:
        return "masks"
    widths = {sample.sigma for sample in samples if sample.density_path is None and sample.sigma}
    own = any(sample.density_path for sample in samples)
    kinds = ["the set's own density"] if own else []
    if len(widths) > 3:
        kinds.append(f"sigma {min(widths):.3g} to {max(widths):.3g} px")
    elif widths:
        kinds.append(f"sigma {'/'.join(f'{width:g}' for width in sorted(widths))} px")
    selections = sorted({sample.selection for sample in samples if sample.selection})
    return ", ".join([*filter(None, [" and ".join(kinds)]), *selections])


def describe_ground_truth(
    samples: Sequence[Sample], task: Task, baselines: Iterable[str], metrics: Iterable[str]
) -> list[str]:
    """Return notes where not all numbers are measured against the same ground truth.

    Args:
        samples: the evaluated samples.
        task: `Task.FIXATIONS` or `Task.OBJECTS`.
        baselines: names of those that were made.
        metrics: names.
    """
    disagreement = describe_disagreement(samples) if task is Task.FIXATIONS else None
    notes = [disagreement] if disagreement else []
    against_density = [name for name in metrics if name in ("CC", "SIM", "KLD", "EMD")]
    if "one observer out" in baselines and against_density:
        notes.append(
            "The row one observer out is measured against one observer at a time: its "
            f"{', '.join(against_density)} are against the density of a single person, not of "
            "all, and cannot be compared with the other rows."
        )
    return notes


def describe_missing(baselines: Iterable[str], no_gain: bool) -> list[str]:
    """Return notes on baselines that cannot be made of these samples.

    Args:
        baselines: their names.
        no_gain: whether the baseline of information gain is among them.
    """
    notes = [f"No baseline {name}: it needs {NEEDS[name]}." for name in sorted(baselines)]
    if no_gain:
        notes.append(f"No IG: its centre Gaussian needs {NEEDS['centre Gaussian']}.")
    return notes


def describe_fitting(
    baselines: Iterable[str], gain: bool, training: Iterable[Sample], task: Task
) -> list[str]:
    """Return a note where baselines are fitted to the evaluated images.

    Args:
        baselines: their names.
        gain: whether information gain is computed.
        training: the samples that baselines should be fitted to.
        task: `Task.FIXATIONS` or `Task.OBJECTS`.
    """
    fitted = [name for name in baselines if name not in _UNFITTED]
    fitted += ["the centre Gaussian of IG"] if gain else []
    if not fitted or any(has_truth(sample, task) for sample in training):
        return []
    return [
        f"Fitted to the other evaluated images, for want of training images: {', '.join(fitted)}."
    ]


def describe_folders(
    folders: Mapping[str, MapFolder], task: Task, conventions: Sequence[str]
) -> list[str]:
    """Return notes on maps that were resized or left out.

    Args:
        folders: {name: `MapFolder`}.
        task: `Task.FIXATIONS` or `Task.OBJECTS`.
        conventions: names.
    """
    notes = []
    for name, maps in folders.items():
        if maps.resized:
            notes.append(
                f"{maps.resized} of {maps.needed_count} maps of {name} had another size than their "
                f"image and were resized ({_resizing(task, conventions)})."
            )
        if maps.unmatched:
            notes.append(
                f"Left out {counted(len(maps.unmatched), 'map')} of {name} without an image here: "
                f"{join_first(maps.unmatched)}."
            )
    return notes


def _resizing(task: Task, conventions: Sequence[str]) -> str:
    if task is Task.OBJECTS:
        return "bilinear"
    rules = {name: known_metrics.convention(name).resize or "bilinear" for name in conventions}
    return ", ".join(f"{rule} for {convention}" for convention, rule in rules.items())
