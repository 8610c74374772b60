"""The two things that are measured, where people look and what stands out: metrics by name."""

import importlib.util

from salzoo import metrics
from salzoo.evaluation import baselines
from salzoo.utils.errors import InputError, unknown_name
from salzoo.utils.task import Task

TASKS = tuple(Task)
# Seconds an image; on request.
EXPENSIVE = ("EMD",)
DEFAULT_CONVENTION = {Task.FIXATIONS: "mit", Task.OBJECTS: "pysod"}


def task_of(samples, wanted=None, usual=None):
    """Return the task that all samples have the truth for.

    Args:
        wanted: the task, if it must be that. usual: if both are possible.

    Raises:
        InputError: there is nothing to compare with, or it is not clear with what.
    """
    wanted = wanted and Task.parse(wanted)
    has = {Task.FIXATIONS: has_fixations, Task.OBJECTS: has_mask}
    found = [task for task in TASKS if all(map(has[task], samples))]
    if wanted is not None and wanted not in found:
        lacking = next(sample for sample in samples if not has[wanted](sample))
        what = "no mask" if wanted is Task.OBJECTS else "neither fixations nor a density"
        raise InputError(f"{lacking.image_path} has {what}: --task {wanted} cannot be measured.")
    if not found:
        lacking = min(samples, key=lambda sample: has_fixations(sample) + has_mask(sample))
        raise InputError(
            f"{lacking.image_path} has neither fixations nor a density nor a mask to compare "
            "with; take a split with ground truth."
        )
    if wanted is None and usual is None and len(found) > 1:
        raise InputError("There are both fixations and masks: add --task fixations or objects.")
    return wanted or (usual if usual in found else found[0])


def has_fixations(sample):
    """Whether it is known where people looked."""
    return sample.fixations is not None or sample.density_path is not None


def has_mask(sample):
    """Whether it is known what stands out."""
    return sample.mask_path is not None


def conventions_of(task, names=None):
    """Return the conventions of a name, of several or of "all", each once, in order.

    Raises:
        InputError: a name that there is not.
    """
    known = metrics.CONVENTIONS if task is Task.FIXATIONS else metrics.OBJECT_CONVENTIONS
    if names == "all":
        return list(known)
    names = names or DEFAULT_CONVENTION[task]
    names = [names] if isinstance(names, str) else names
    for name in names:
        if name not in known:
            raise unknown_name(f"convention of {task}", name, known)
    return list(dict.fromkeys(names))


def metrics_of(task, names, conventions):
    """Return the metrics of these names, in the order of tables; case does not matter.

    Args:
        names: None: all cheap ones that a convention has; "all".

    Raises:
        InputError: a name that there is not, or that none of the conventions has,
            or a package is missing.
    """
    known = metrics.FIXATION_METRICS if task is Task.FIXATIONS else metrics.OBJECT_METRICS
    having = {name: [c for c in conventions if name in of_convention(task, c)] for name in known}
    if names is None or names == "all":
        chosen = [name for name in known if having[name] and (names or name not in EXPENSIVE)]
    else:
        by_lower = {name.lower(): name for name in known}
        for name in names:
            if name.lower() not in by_lower:
                raise unknown_name(f"metric of {task}", name, known)
        wanted = {by_lower[name.lower()] for name in names}
        chosen = [name for name in known if name in wanted]
    for name in chosen:
        if not having[name]:
            all_conventions = conventions_of(task, "all")
            others = [c for c in all_conventions if name in of_convention(task, c)]
            raise InputError(
                f"--metrics {name}: {' and '.join(conventions)} has no {name}; take --convention "
                f"{' or '.join(others)}."
            )
    if "EMD" in chosen and importlib.util.find_spec("ot") is None:
        raise InputError("--metrics EMD needs the package POT: pip install POT.")
    return chosen


def of_convention(task, convention):
    """Return the names of the metrics that a convention has."""
    if task is Task.OBJECTS:
        return metrics.OBJECT_METRICS
    return metrics.convention(convention).metrics


def definitions_of(task, conventions, names):
    """Return {convention: {metric: a sentence}}."""
    if task is Task.OBJECTS:
        return {each: metrics.object_definitions(each, names) for each in conventions}
    return {each: metrics.definitions(each, names) for each in conventions}


def baselines_of(task, names=None):
    """Return names of baselines: None: the cheap ones, "all", "none", or names.

    Case does not matter, nor whether words are joined by spaces or dashes.

    Raises:
        InputError: a name that there is not.
    """
    if names is None or names == "none":
        return list(baselines.DEFAULTS[task]) if names is None else []
    known = baselines.BY_TASK[task]
    if names == "all":
        return list(known)
    by_plain = {_plain(name): name for name in known}
    for name in names:
        if _plain(name) not in by_plain:
            raise unknown_name(f"baseline for {task}", name, known)
    wanted = {by_plain[_plain(name)] for name in names}
    return [name for name in known if name in wanted]


def _plain(name):
    return name.lower().replace("-", " ").replace("_", " ")
