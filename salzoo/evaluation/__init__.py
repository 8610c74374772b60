"""Maps against what people did: from models and datasets to tables that can be trusted.

`evaluate` takes models and folders of maps, and a dataset by name; `measure` takes
functions and samples. Both return an `Evaluation`.
"""

import inspect
import os

from salzoo.data.sample import evenly
from salzoo.evaluation import evaluated_sources as _sources
from salzoo.evaluation import measured_data as _data
from salzoo.evaluation import report, tasks
from salzoo.evaluation.journal import remove_journals
from salzoo.evaluation.measurement import measure, names_of
from salzoo.evaluation.report.best_and_worst import pictures
from salzoo.evaluation.results import Evaluation
from salzoo.prediction.options import InferenceOptions
from salzoo.utils import validators
from salzoo.utils.errors import InputError, unknown_name
from salzoo.utils.files import check_folder, whole_file

__all__ = ["Evaluation", "evaluate", "measure", "names_of", "write_report"]


NUMBERS = {
    "sigma": validators.sigma,
    "limit": validators.at_least(1),
    "seed": validators.seed,
    "jobs": validators.at_least(1),
}


def evaluate(
    sources,
    dataset=None,
    data_dir=None,
    split="val",
    *,
    protocol=None,
    sigma=None,
    dataset_options=None,
    limit=None,
    task=None,
    convention=None,
    compare=False,
    metrics=None,
    baselines=None,
    name=None,
    raw=False,
    fit_mode=None,
    output=None,
    tta=False,
    seed=None,
    jobs=None,
    out=None,
    quiet=False,
    command="",
    **unknown,
):
    """Measure models on a dataset, beside simple baselines.

    Does what `salzoo evaluate` does; keywords are its flags, with the same defaults,
    but that nothing is written unless `out` is given. Uses all cores: networks predict
    in this process, metrics are computed in others.

    Args:
        sources: what to measure, or a list of several, compared in one table: the name of
            a model whose weights come with salzoo ("msinet_lite"); the path of a run, of an
            exported model, of a `.keras` file or of a folder of maps (see
            `salzoo.evaluation.map_folder`); a
            `salzoo.load_model(...)`; a keras.Model of the zoo; or any function of an image,
            float32 RGB 0..255 (rows, columns, 3), to a map (rows, columns).
        dataset, data_dir, split, protocol, sigma, dataset_options: what to measure
            on, as for `open_dataset`; None: what the run was trained on. Without training
            images, baselines are fitted to the evaluated ones.
        limit: measure so many images only, evenly spaced.
        task: "fixations" or "objects", where the dataset has the truth of both;
            None: the network's.
        convention: name, list of names or "all"; None: "mit" (objects: "pysod").
        compare: under all conventions.
        metrics: name, list of names or "all"; None: all but EMD.
        baselines: name, list of names, "all" or "none"; None: the cheap ones.
        name: for the table, one a source; None: the models' or the folders'.
        raw, fit_mode, output, tta: what happens around a network, see `Predictor`.
        seed: of all that is drawn at random; None: 0. jobs: processes; None: all cores.
        out: folder to write to: evaluation.json, scores.csv, curves.npz (objects),
            report.md, report.html. Interrupted, the same call goes on where it was.
        quiet: show no bar.
        command: the command line, for the report.

    Returns:
        `Evaluation`. `print` shows the command's table;
        `evaluation["msinet_lite"]["NSS"]` is a value.

    Raises:
        InputError: unusable source, data, name or keyword; the sentence says which.
    """
    if unknown:
        known = inspect.signature(evaluate).parameters
        raise unknown_name("keyword of salzoo.evaluate", next(iter(unknown)), known)
    if compare and convention:
        raise InputError("--compare takes all conventions; leave out --convention.")
    numbers = {"sigma": sigma, "limit": limit, "seed": seed, "jobs": jobs}
    sigma, limit, seed, jobs = validators.checked("salzoo.evaluate", NUMBERS, numbers).values()
    sources = list(sources) if isinstance(sources, list | tuple) else [sources]
    if not sources:
        raise InputError("There is nothing to measure: give a model or a folder of maps.")
    if not isinstance(dataset_options or {}, dict):
        raise InputError(f"dataset_options: '{dataset_options}' is no dict like {{'name': value}}.")
    if out is not None:
        check_folder("out", out)
    data = _data.usual_data(sources, dataset, data_dir, protocol, dataset_options)
    dataset, data_dir, protocol, dataset_options = data.values()
    where = data_dir, protocol, sigma, dataset_options
    known_task = _sources.usual_task(sources, output)
    samples, images = _data.load(split, dataset, *where)
    measured = evenly(samples, limit)
    task = tasks.task_of(measured, task, known_task)
    # Refused now rather than after the models are loaded.
    conventions = tasks.conventions_of(task, "all" if compare else _names(convention))
    metrics = tasks.metrics_of(task, _names(metrics), conventions)
    baselines = tasks.baselines_of(task, _names(baselines)) or "none"
    options = InferenceOptions(raw, fit_mode, output, tta)
    models = _sources.open_sources(sources, samples, images, measured, task, options, _names(name))
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
            {"raw": raw, "tta": tta},
            {
                "protocol": protocol,
                "limit": limit,
                "fit_mode": fit_mode,
                "output": output,
                **(dataset_options or {}),
            },
        ),
        task=task,
        conventions=conventions,
        metrics=metrics,
        baselines=baselines,
        training=_data.training_samples(dataset, *where),
        seed=seed or 0,
        jobs=jobs,
        folder=out,
        quiet=quiet,
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


def _changed(switches, values):
    """Say what was not as usual, for the title."""
    changed = [f"{name} {value}" for name, value in values.items() if value is not None]
    return changed + [name for name, on in switches.items() if on]


def _names(given):
    """Turn "a,b" or a list into a list of names; "all" and "none" stay words."""
    if given is None:
        return None
    names = validators.comma_list(given) if isinstance(given, str) else list(given)
    return names[0] if names in (["all"], ["none"]) else names
