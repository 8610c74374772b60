"""The settings of an evaluation, resolved and checked once."""

import importlib.util
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from salzoo import metrics
from salzoo.data.sample import Sample
from salzoo.evaluation import baselines as known_baselines
from salzoo.evaluation.worker_pool import cores
from salzoo.utils.errors import InputError, unknown_name
from salzoo.utils.task import Task

# The first is that of short tables.
DEFAULT_CONVENTIONS = {Task.FIXATIONS: ("mit",), Task.OBJECTS: ("pysod", "mean_pr")}
_HAS_TRUTH: dict[Task, Callable[[Sample], bool]] = {
    Task.FIXATIONS: lambda sample: sample.has_fixations,
    Task.OBJECTS: lambda sample: sample.has_mask,
}


@dataclass(frozen=True)
class EvaluationConfig:
    """What an evaluation computes. Make one with `EvaluationConfig.resolve`.

    Attributes:
        task: `Task.FIXATIONS` or `Task.OBJECTS`.
        conventions: names, in the order of tables.
        metrics: names, in the order of tables.
        definitions: {convention: {metric: how it is computed}}.
        baselines: names, in the order of tables.
        limit: number of evaluated images, evenly spaced; None: all.
        seed: of all random draws.
        jobs: number of processes.
    """

    task: Task
    conventions: tuple[str, ...]
    metrics: tuple[str, ...]
    definitions: dict[str, dict[str, str]]
    baselines: tuple[str, ...] = ()
    limit: int | None = None
    seed: int = 0
    jobs: int = 1

    @classmethod
    def resolve(
        cls,
        samples: Sequence[Sample],
        *,
        task: Task | str | None = None,
        usual_task: Task | None = None,
        conventions: Iterable[str] | str | None = None,
        metrics: Iterable[str] | str | None = None,
        baselines: Iterable[str] | str | None = None,
        limit: int | None = None,
        seed: int | None = None,
        jobs: int | None = None,
    ) -> "EvaluationConfig":
        """Check the settings of an evaluation and fill in the defaults.

        Args:
            samples: the evaluated samples, which decide what task is possible.
            task: the task; None: the one that the samples have the ground truth of.
            usual_task: the task where the samples have the ground truth of both.
            conventions: name, names or "all"; None: "mit" (objects: "pysod" and, where
                the maximal F is measured, "mean_pr").
            metrics: names or "all"; None: all but the expensive ones.
            baselines: names, "all" or "none"; None: the cheap ones.
            limit: number of evaluated images; None: all.
            seed: of all random draws; None: 0.
            jobs: number of processes; None: one a core.

        Raises:
            InputError: no ground truth, an ambiguous task, an unknown name, a metric that
                none of the conventions defines, or a missing package.
        """
        chosen_task = resolve_task(samples, task, usual_task)
        chosen_conventions = resolve_conventions(chosen_task, conventions)
        chosen_metrics = resolve_metrics(chosen_task, metrics, chosen_conventions)
        if conventions is None:
            chosen_conventions = [
                name
                for name in chosen_conventions
                if set(chosen_metrics) & set(metrics_of_convention(chosen_task, name))
            ]
        return cls(
            task=chosen_task,
            conventions=tuple(chosen_conventions),
            metrics=tuple(chosen_metrics),
            definitions=define_metrics(chosen_task, chosen_conventions, chosen_metrics),
            baselines=tuple(resolve_baselines(chosen_task, baselines)),
            limit=limit,
            seed=seed or 0,
            jobs=jobs or cores(),
        )


def has_truth(sample: Sample, task: Task) -> bool:
    """Return whether a sample has the ground truth of a task."""
    return _HAS_TRUTH[task](sample)


def resolve_task(
    samples: Sequence[Sample], task: Task | str | None = None, usual: Task | None = None
) -> Task:
    """Return the task that all samples have the ground truth of.

    Args:
        samples: the evaluated samples.
        task: the task, if one was given.
        usual: the task where the samples have the ground truth of both.

    Raises:
        InputError: there is no ground truth, or both kinds and no choice.
    """
    wanted = Task.parse(task) if task else None
    found = [known for known in Task if all(has_truth(sample, known) for sample in samples)]
    if wanted is not None and wanted not in found:
        lacking = next(sample for sample in samples if not has_truth(sample, wanted))
        what = "no mask" if wanted is Task.OBJECTS else "neither fixations nor a density"
        raise InputError(f"{lacking.image_path} has {what}: `task` {wanted} cannot be evaluated.")
    if not found:
        lacking = min(samples, key=lambda sample: sample.has_fixations + sample.has_mask)
        raise InputError(
            f"{lacking.image_path} has neither fixations nor a density nor a mask to compare "
            "with; take a split with ground truth."
        )
    if wanted is not None:
        return wanted
    if usual is None and len(found) > 1:
        raise InputError("There are both fixations and masks: add `task` fixations or objects.")
    return usual if usual in found else found[0]


def resolve_conventions(task: Task, names: Iterable[str] | str | None = None) -> list[str]:
    """Return the names of conventions, without repetitions, in the given order.

    Args:
        task: `Task.FIXATIONS` or `Task.OBJECTS`.
        names: name, names or "all"; None: the default conventions of the task.

    Raises:
        InputError: there is no such convention.
    """
    known = metrics.CONVENTIONS if task is Task.FIXATIONS else metrics.OBJECT_CONVENTIONS
    if names == "all":
        return list(known)
    names = names or DEFAULT_CONVENTIONS[task]
    names = [names] if isinstance(names, str) else list(names)
    for name in names:
        if name not in known:
            raise unknown_name(f"convention of {task}", name, known)
    return list(dict.fromkeys(names))


def resolve_metrics(
    task: Task, names: Iterable[str] | str | None, conventions: Sequence[str]
) -> list[str]:
    """Return the names of metrics as tables spell and order them.

    Args:
        task: `Task.FIXATIONS` or `Task.OBJECTS`.
        names: one or more names in any case, or "all"; None: all but the expensive ones.
        conventions: names of conventions.

    Raises:
        InputError: there is no such metric, none of the conventions defines it, or it
            needs a package that is not installed.
    """
    records = metrics.FIXATION_METRICS if task is Task.FIXATIONS else metrics.OBJECT_METRICS
    known = list(records)
    defining = {
        name: [item for item in conventions if name in metrics_of_convention(task, item)]
        for name in known
    }
    if names is None or names == "all":
        chosen = [
            name for name in known if defining[name] and (names or not records[name].on_request)
        ]
    else:
        chosen = _spelled(names, known, f"metric of {task}", str.lower)
    for name in chosen:
        if not defining[name]:
            others = [
                item
                for item in resolve_conventions(task, "all")
                if name in metrics_of_convention(task, item)
            ]
            raise InputError(
                f"`metrics` {name}: {' and '.join(conventions)} has no {name}; take "
                f"`convention` {' or '.join(others)}."
            )
        required = records[name].requires
        if required is not None and importlib.util.find_spec(required[0]) is None:
            package = required[1]
            raise InputError(
                f"`metrics` {name} needs the package {package}: pip install {package}."
            )
    return chosen


def metrics_of_convention(task: Task, convention: str) -> Sequence[str]:
    """Return the names of the metrics that a convention defines."""
    if task is Task.OBJECTS:
        return metrics.object_metrics_of(convention)
    return metrics.metrics_of(convention)


def define_metrics(
    task: Task, conventions: Sequence[str], names: Sequence[str]
) -> dict[str, dict[str, str]]:
    """Return {convention: {metric: how it is computed}}."""
    define = metrics.object_definitions if task is Task.OBJECTS else metrics.definitions
    return {convention: define(convention, names) for convention in conventions}


def resolve_baselines(task: Task, names: Iterable[str] | str | None = None) -> list[str]:
    """Return the names of baselines as tables spell and order them.

    Args:
        task: `Task.FIXATIONS` or `Task.OBJECTS`.
        names: names in any case, their words joined by spaces, dashes or underscores;
            "all" or "none"; None: the cheap ones.

    Raises:
        InputError: there is no such baseline.
    """
    if names is None:
        return list(known_baselines.DEFAULTS[task])
    if names == "none":
        return []
    known = known_baselines.BY_TASK[task]
    if names == "all":
        return list(known)
    return _spelled(names, known, f"baseline for {task}", _with_spaces)


def _spelled(
    names: Iterable[str], known: Sequence[str], kind: str, simplify: Callable[[str], str]
) -> list[str]:
    """Return the known names that equal the given ones once simplified, in the known order."""
    names = [names] if isinstance(names, str) else list(names)
    by_simple_name = {simplify(name): name for name in known}
    for name in names:
        if simplify(name) not in by_simple_name:
            raise unknown_name(kind, name, known)
    wanted = {by_simple_name[simplify(name)] for name in names}
    return [name for name in known if name in wanted]


def _with_spaces(name: str) -> str:
    return name.lower().replace("-", " ").replace("_", " ")
