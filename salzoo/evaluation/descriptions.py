"""What an evaluation says of itself in words: its title and its notes."""

from salzoo import metrics as known_metrics
from salzoo.evaluation import tasks
from salzoo.evaluation.baselines import NEEDS
from salzoo.evaluation.map_folder import some
from salzoo.utils.task import Task

# Baselines that are fitted to nothing.
_UNFITTED = ("uniform", "constant mask", "one observer out", "permutation", "IKN", "GBVS")


def title(dataset, split, images, truth, conventions, changed=()):
    """Say what a table was measured on.

    Args:
        images: how many. truth: what they were compared with. changed: texts on what
            was not as usual.
    """
    plural = "s" if len(conventions) > 1 else ""
    parts = [
        f"{dataset} {split}".strip(),
        f"{images} image{'s' if images != 1 else ''}",
        truth,
        f"convention{plural} {', '.join(conventions)}",
        *changed,
    ]
    return ", ".join(filter(None, parts))


def truth(samples, task):
    """Say what maps are compared with: masks, or where the densities come from."""
    if task is Task.OBJECTS:
        return "masks"
    widths = {each.sigma for each in samples if each.density_path is None and each.sigma}
    kinds = ["the set's own density"] if any(each.density_path for each in samples) else []
    if len(widths) > 3:
        kinds.append(f"sigma {min(widths):.3g} to {max(widths):.3g} px")
    elif widths:
        kinds.append(f"sigma {'/'.join(f'{width:g}' for width in sorted(widths))} px")
    return " and ".join(kinds)


def lacking(baselines, no_gain):
    """Return sentences on baselines that cannot be made of these data.

    Args:
        baselines: their names. no_gain: whether that of information gain is among them.
    """
    said = [f"No baseline {name}: it needs {NEEDS[name]}." for name in sorted(baselines)]
    if no_gain:
        said.append(f"No IG: its centre Gaussian needs {NEEDS['centre Gaussian']}.")
    return said


def notes(folders, baselines, gain, training, task, conventions):
    """Return sentences about what is not as it would be at best.

    Args:
        folders: {name: `MapFolder`}. baselines: names. gain: whether there is IG.
        training: samples.
    """
    said = []
    fitted = [name for name in baselines if name not in _UNFITTED]
    fitted += ["the centre Gaussian of IG"] if gain else []
    has = tasks.has_fixations if task is Task.FIXATIONS else tasks.has_mask
    if fitted and not any(map(has, training)):
        said.append(
            "Fitted to the other evaluated images, for want of training images: "
            f"{', '.join(fitted)}."
        )
    for name, maps in folders.items():
        if maps.resized:
            said.append(
                f"{maps.resized} of {maps.looked_at} maps of {name} had another size than their "
                f"image and were resized ({_rules(task, conventions)})."
            )
        if maps.unmatched:
            said.append(
                f"{len(maps.unmatched)} maps of {name} belong to no image here and were left out: "
                f"{some(maps.unmatched)}."
            )
    return said


def _rules(task, conventions):
    if task is Task.OBJECTS:
        return "bilinear"
    rules = {each: known_metrics.convention(each).resize or "bilinear" for each in conventions}
    return ", ".join(f"{rule} for {convention}" for convention, rule in rules.items())
