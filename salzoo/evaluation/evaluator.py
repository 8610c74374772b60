"""Evaluation of models and folders of maps on a dataset by name."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from salzoo.data.dataset import open_dataset
from salzoo.data.sample import Sample, evenly
from salzoo.evaluation import report
from salzoo.evaluation.evaluated_models import open_sources, usual_task
from salzoo.evaluation.evaluation_config import EvaluationConfig
from salzoo.evaluation.journal import remove_journals
from salzoo.evaluation.measured_data import load_data, usual_data
from salzoo.evaluation.measurement import measure_data
from salzoo.evaluation.results import Evaluation
from salzoo.prediction.options import InferenceOptions
from salzoo.utils.errors import InputError, unknown_name
from salzoo.utils.files import check_folder, whole_file
from salzoo.utils.validators import check_dict, check_number, check_seed, check_sigma

# The parameters of `evaluate`, for the message on a mistyped one.
_PARAMETERS = (
    *("sources", "dataset", "data_dir", "split", "protocol", "sigma", "dataset_options", "limit"),
    *("task", "convention", "compare", "metrics", "baselines", "name", "raw", "fit_mode"),
    *(
        "output",
        "tta",
        "trust",
        "log_maps",
        "seed",
        "jobs",
        "cluster",
        "workers",
        "out",
        "quiet",
        "command",
    ),
)


def evaluate(
    sources: Any,
    dataset: str | None = None,
    data_dir: str | os.PathLike[str] | None = None,
    split: str | None = None,
    *,
    protocol: str | None = None,
    sigma: float | None = None,
    dataset_options: dict[str, Any] | None = None,
    limit: int | None = None,
    task: str | None = None,
    convention: str | Sequence[str] | None = None,
    compare: bool = False,
    metrics: str | Sequence[str] | None = None,
    baselines: str | Sequence[str] | None = None,
    name: str | Sequence[str] | None = None,
    raw: bool = False,
    fit_mode: str | None = None,
    output: str | None = None,
    tta: bool = False,
    trust: bool = False,
    log_maps: bool = False,
    seed: int | None = None,
    jobs: int | None = None,
    cluster: Any = None,
    workers: int | None = None,
    out: str | os.PathLike[str] | None = None,
    quiet: bool = False,
    command: str = "",
    **unknown: Any,
) -> Evaluation:
    """Evaluate models and folders of maps on a dataset, beside simple baselines.

    The same as `salzoo evaluate`, except that nothing is written without `out`. Models
    predict in this process; metrics are computed in worker processes on all cores.

    Args:
        sources: one source or a list of several, compared in one table. A source is the
            name of a model whose weights come with salzoo ("msinet_lite"), the path of a
            run, of an exported model, of a `.keras` file or of a folder of maps (see
            `salzoo.evaluation.map_folder`), a `salzoo.load_model(...)`, a keras.Model of
            the zoo, or any function of an image, float32 RGB 0..255 (rows, columns, 3),
            to a map (rows, columns).
        dataset: name, several joined by "+"; None: what the first source was trained on.
        data_dir: folder of the dataset; None: that of the training.
        split: "train", "val", "test" or "all"; None: "val", or the only one that the
            dataset has. Without training images, baselines are fitted to the evaluated ones.
        protocol: name of the protocol that defines the splits; None: that of the training,
            else the dataset's first.
        sigma: standard deviation of the density's Gaussian in pixels; None: the dataset's.
        dataset_options: options of the dataset's reader.
        limit: number of evaluated images, evenly spaced; None: all.
        task: "fixations" or "objects", where the dataset has the ground truth of both;
            None: the task of the first model.
        convention: name, list of names or "all"; None: "mit" (objects: "pysod" and "mean_pr").
        compare: use all conventions.
        metrics: name, list of names or "all"; None: all but EMD.
        baselines: name, list of names, "all" or "none"; None: the cheap ones.
        name: names of the sources in the table; None: those of the models or folders.
        raw: skip the postprocessing of models.
        fit_mode: how images are fitted to the input size; None: as in training.
        output: name of the output of a model with several.
        tta: test-time augmentation.
        trust: open SavedModels whatever operations they have, see `salzoo.load_model`.
        log_maps: folders of maps hold log densities, as DeepGaze and pysaliency write them;
            exp of them is evaluated.
        seed: of all random draws; None: 0.
        jobs: number of processes; None: one a core.
        cluster: "local", the address of a Dask scheduler, or a cluster or client of Dask: models
            predict and metrics are computed on its workers. None: see `jobs`.
        workers: number of processes of a local cluster, or of workers to wait for.
        out: folder to write evaluation.json, scores.csv, curves.npz (objects), report.md
            and report.html to. The same call resumes an interrupted evaluation.
        quiet: show no progress bar.
        command: the command line, for the report.
        **unknown: mistyped keywords.

    Returns:
        `Evaluation`. `print` shows the table; `evaluation["msinet_lite"]["NSS"]` is a value.

    Raises:
        InputError: unusable source, data, name or keyword.

    Examples:
        >>> evaluation = salzoo.evaluate("msinet_lite", "osie", "data/osie")
        >>> print(evaluation)
    """
    for keyword in unknown:
        raise unknown_name("keyword of salzoo.evaluate", keyword, _PARAMETERS)
    if compare and convention:
        raise InputError("`compare` takes all conventions; leave out `convention`.")
    if workers is not None and cluster is None:
        raise InputError("`workers` belongs to `cluster`; give both, or `jobs`.")
    if jobs is not None and cluster is not None:
        raise InputError("`jobs` is for this machine alone; give `workers` with `cluster`.")
    _check_values(sigma, limit, seed, jobs, workers, dataset_options, out)
    options = InferenceOptions(raw, fit_mode, output, tta, trust)
    sources = list(sources) if isinstance(sources, list | tuple) else [sources]
    if not sources:
        raise InputError("There is nothing to measure: give a model or a folder of maps.")
    where = usual_data(sources, dataset, data_dir, protocol, dataset_options)
    known_task = usual_task(sources, output)
    opened = open_dataset(where.pop("dataset"), where.pop("data_dir"), sigma=sigma, **where)
    data = load_data(opened, split or opened.usual_split())
    samples = evenly(data.samples, limit)
    # Resolved before the models are loaded, so that mistakes are refused at once.
    config = EvaluationConfig.resolve(
        samples,
        task=task,
        usual_task=known_task,
        conventions="all" if compare else _names(convention),
        metrics=_names(metrics),
        baselines=_names(baselines),
        limit=limit,
        seed=seed,
        jobs=jobs,
    )
    models = open_sources(
        sources, data.samples, data.images, samples, config.task, options, _names(name), log_maps
    )
    changed = _describe_changes(where["protocol"], where["dataset_options"], limit, options)
    changed += ["log_maps"] if log_maps else []
    if out is not None:
        os.makedirs(out, exist_ok=True)
    where_to = {"folder": out, "quiet": quiet, "cluster": cluster, "workers": workers}
    evaluation = measure_data(models, data, config, changed=changed, **where_to)
    evaluation.command = command
    if out is not None:
        write_report(evaluation, out, models, samples)
    return evaluation


def write_report(
    evaluation: Evaluation,
    folder: str | os.PathLike[str],
    models: Mapping[str, Callable[[Sample], np.ndarray]],
    samples: Sequence[Sample],
) -> None:
    """Write the files and the report of an evaluation into a folder; remove its journal.

    Args:
        evaluation: of these samples.
        folder: an existing folder.
        models: {name: function of a `Sample` to a map}, whose best and worst images the
            page shows.
        samples: the evaluated samples.
    """
    evaluation.write(folder)
    figures = [
        figure
        for name, model in models.items()
        for figure in report.draw_best_and_worst(evaluation, model, name, samples)
    ]
    pages = {
        "report.md": report.render_markdown(evaluation),
        "report.html": report.render_html(evaluation, figures),
    }
    for name, text in pages.items():
        with whole_file(os.path.join(folder, name)) as path, open(path, "w", encoding="utf-8") as f:
            f.write(text)
    remove_journals(folder)


def _check_values(
    sigma: Any, limit: Any, seed: Any, jobs: Any, workers: Any, dataset_options: Any, out: Any
) -> None:
    """Check the values that nothing else checks; None stands for the default."""
    if sigma is not None:
        check_sigma("sigma", sigma)
    counts = {"limit": (limit, 10**9), "jobs": (jobs, 1024), "workers": (workers, 100_000)}
    for name, (count, highest) in counts.items():
        if count is not None:
            check_number(name, count, 1, highest, whole=True)
    if seed is not None:
        check_seed("seed", seed)
    if dataset_options is not None:
        check_dict("dataset_options", dataset_options)
    if out is not None:
        check_folder("out", out)


def _describe_changes(
    protocol: str | None,
    dataset_options: Mapping[str, Any] | None,
    limit: int | None,
    options: InferenceOptions,
) -> list[str]:
    """Return the settings that differ from the defaults, for the title."""
    values = {
        "protocol": protocol,
        "limit": limit,
        "fit_mode": options.fit_mode,
        "output": options.output,
        **(dataset_options or {}),
    }
    changed = [f"{name} {value}" for name, value in values.items() if value is not None]
    return changed + [name for name in ("raw", "tta") if getattr(options, name)]


def _names(given: str | Sequence[str] | None) -> str | list[str] | None:
    """Turn "a,b" or a sequence into a list of names; "all" and "none" stay words."""
    if given is None:
        return None
    names = [part.strip() for part in given.split(",")] if isinstance(given, str) else list(given)
    if not all(names):
        raise InputError(f"'{given}' is not a list like a,b.")
    return names[0] if names in (["all"], ["none"]) else names
