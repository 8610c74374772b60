"""Maps against what people did: from models and datasets to tables that can be trusted.

`evaluate` takes runs, exported models and folders of maps by path, and a dataset by
name; `measure` takes functions and samples. Both return an `Evaluation`.
"""

import os

from salzoo import report
from salzoo.data.sample import evenly
from salzoo.evaluation import sources as _sources
from salzoo.evaluation import tasks
from salzoo.evaluation.engine import measure, names_of
from salzoo.evaluation.journal import remove_journals
from salzoo.evaluation.results import Evaluation
from salzoo.evaluation.showing import pictures
from salzoo.files import whole_file

__all__ = ["Evaluation", "evaluate", "measure", "names_of", "write_report"]


def evaluate(
    sources,
    dataset,
    data_dir=None,
    split="val",
    *,
    protocol=None,
    sigma=None,
    dataset_options=None,
    limit=None,
    task=None,
    convention=None,
    metrics=None,
    baselines=None,
    names=None,
    raw=False,
    fit=None,
    output=None,
    seed=0,
    jobs=None,
    out=None,
    command="",
):
    """Measure models on a dataset, beside simple baselines.

    Uses all cores: networks predict in this process, metrics are computed in others.

    Args:
        sources: path of a run, of an exported model or of a folder of maps (see
            `salzoo.maps`), or a list of paths, compared in one table.
        dataset, data_dir, split, protocol, sigma, dataset_options: what to measure
            on, as for `load_mixture`; without training images, baselines are fitted
            to the evaluated ones.
        limit: measure so many images only, evenly spaced.
        task: "fixations" or "objects", where the dataset has the truth of both;
            None: the network's.
        convention: name, list of names or "all"; None: "mit" (objects: "pysod").
        metrics: list of names or "all"; None: all but EMD.
        baselines: list of names, "all" or "none"; None: the cheap ones.
        names: for the table, one a source; None: the models' or the folders'.
        raw, fit, output: what happens around a network, see `Predictor`.
        seed: of all that is drawn at random. jobs: processes; None: all cores.
        out: folder to write to: evaluation.json, scores.csv, curves.npz (objects),
            report.md, report.html. Interrupted, the same call goes on where it was.
        command: the command line, for the report.

    Returns:
        `Evaluation`.

    Raises:
        InputError: unusable source, data or name; the sentence says which.
    """
    sources = [sources] if isinstance(sources, str | os.PathLike) else list(sources)
    known_task = _sources.usual_task(sources, output)
    where = (data_dir, protocol, sigma, dataset_options)
    samples, images = _sources.load(split, dataset, *where)
    measured = evenly(samples, limit)
    task = tasks.task_of(measured, task, known_task)
    # Refused now rather than after the models are loaded.
    conventions = tasks.conventions_of(task, convention)
    metrics = tasks.metrics_of(task, metrics, conventions)
    baselines = tasks.baselines_of(task, baselines) or "none"
    wrapping = raw, fit, output
    models = _sources.open_sources(sources, samples, images, measured, task, wrapping, names)
    if out is not None:
        os.makedirs(out, exist_ok=True)
    evaluation = measure(
        models,
        samples,
        images=images,
        limit=limit,
        dataset=dataset,
        split=split,
        changed=_changed(
            raw,
            {
                "protocol": protocol,
                "limit": limit,
                "fit": fit,
                "output": output,
                **(dataset_options or {}),
            },
        ),
        task=task,
        conventions=conventions,
        metrics=metrics,
        baselines=baselines,
        training=_sources.training_samples(dataset, *where),
        seed=seed,
        jobs=jobs,
        folder=out,
    )
    evaluation.command = command
    if out is not None:
        write_report(evaluation, out, models, measured)
    return evaluation


def write_report(evaluation, folder, models, samples):
    """Write everything about an evaluation into a folder, and forget its journal.

    Args:
        evaluation: `Evaluation` of these samples. models: {name: function of a
            `Sample` to a map}, whose best and worst images the page shows.
    """
    evaluation.write(folder)
    shown = [
        pair
        for name, model in models.items()
        for pair in pictures(evaluation, model, name, samples)
    ]
    for name, text in (
        ("report.md", report.markdown(evaluation)),
        ("report.html", report.html(evaluation, shown)),
    ):
        with whole_file(os.path.join(folder, name)) as path, open(path, "w", encoding="utf-8") as f:
            f.write(text)
    remove_journals(folder)


def _changed(raw, values):
    """Say what was not as usual, for the title."""
    changed = [f"{name} {value}" for name, value in values.items() if value is not None]
    return [*changed, "raw"] if raw else changed
