"""Metrics of models and baselines on samples, computed on all cores; can be resumed."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from tqdm import tqdm

from salzoo.data.sample import Sample, evenly
from salzoo.evaluation import baselines as known_baselines
from salzoo.evaluation import descriptions, fingerprint, journal_entries
from salzoo.evaluation.cluster_scoring import score_on_cluster
from salzoo.evaluation.evaluation_config import EvaluationConfig
from salzoo.evaluation.journal import Journal
from salzoo.evaluation.map_folder import MapFolder
from salzoo.evaluation.measured_data import EvaluationData, names_of
from salzoo.evaluation.other_fixations import OtherFixations
from salzoo.evaluation.results import Evaluation
from salzoo.evaluation.scoring import Scoring
from salzoo.evaluation.scoring_inputs import ScoringInputs, needs_truth
from salzoo.evaluation.worker_pool import results
from salzoo.utils.errors import InputError
from salzoo.utils.task import Task

# A worker process takes a second to start: one for every so many images.
IMAGES_A_JOB = 8

Model = MapFolder | Callable[[Sample], np.ndarray]


def measure(
    models: Mapping[str, Model],
    samples: list[Sample],
    *,
    images: list[str] | None = None,
    limit: int | None = None,
    dataset: str = "",
    split: str = "",
    changed: Iterable[str] = (),
    task: Task | str | None = None,
    conventions: Iterable[str] | str | None = None,
    metrics: Iterable[str] | str | None = None,
    baselines: Iterable[str] | str | None = None,
    training: Iterable[Sample] = (),
    seed: int = 0,
    jobs: int | None = None,
    folder: str | os.PathLike[str] | None = None,
    quiet: bool = False,
) -> Evaluation:
    """Compute metrics of models and baselines on samples.

    The numbers do not depend on the order of the samples, on `jobs` or on interruptions.

    Args:
        models: {name: `MapFolder`, or function of a `Sample` to a map (rows, columns)}.
            Functions are called in this process. An evaluation can be resumed if each
            function has an attribute `fingerprint` that changes with its maps.
        samples: all samples of the split.
        images: names of their images in the results; None: paths below their common folder.
        limit: number of evaluated images, evenly spaced; None: all.
        dataset: name of the dataset, for the title.
        split: name of the split, for the title.
        changed: settings that differ from the defaults, for the title.
        task: "fixations" or "objects", where the samples have the ground truth of both.
        conventions: name, names or "all"; None: "mit" (objects: "pysod" and "mean_pr").
        metrics: names or "all"; None: all but EMD.
        baselines: names, "all" or "none"; None: the cheap ones.
        training: samples that baselines are fitted to; empty: the evaluated samples.
        seed: of all random draws.
        jobs: number of processes; None: one a core.
        folder: where finished images are recorded, so that the same call resumes an
            interrupted evaluation; None: nowhere.
        quiet: show no progress bar.

    Returns:
        `Evaluation`.

    Raises:
        InputError: no ground truth, unknown names or unusable maps.
    """
    if not samples or not models:
        raise InputError(f"There is no {'model' if samples else 'image'} to evaluate.")
    data = EvaluationData(samples, images or names_of(samples), list(training), dataset, split)
    config = EvaluationConfig.resolve(
        evenly(samples, limit),
        task=task,
        conventions=conventions,
        metrics=metrics,
        baselines=baselines,
        limit=limit,
        seed=seed,
        jobs=jobs,
    )
    return measure_data(models, data, config, changed=changed, folder=folder, quiet=quiet)


def measure_data(
    models: Mapping[str, Model],
    data: EvaluationData,
    config: EvaluationConfig,
    *,
    changed: Iterable[str] = (),
    folder: str | os.PathLike[str] | None = None,
    quiet: bool = False,
    cluster: Any = None,
    workers: int | None = None,
) -> Evaluation:
    """Compute what a resolved `EvaluationConfig` says.

    Args:
        models: see `measure`.
        data: the samples.
        config: the settings.
        changed: settings that differ from the defaults, for the title.
        folder: where finished images are recorded; None: nowhere.
        quiet: show no progress bar.
        cluster: of Dask, on which models predict and metrics are computed, see
            `salzoo.utils.cluster.connect`; None: this machine's processes.
        workers: of the cluster.

    Returns:
        `Evaluation`.

    Raises:
        InputError: a model has the name of a baseline, or its maps are unusable.
    """
    samples, images = evenly(data.samples, config.limit), evenly(data.images, config.limit)
    # In a fixed order, so that sums are the same to the last digit.
    fitted_to = [_by_path(data.training), _by_path(samples)]
    baselines = known_baselines.make(config.baselines, *fitted_to)
    clash = next((name for name in models if name in baselines), None)
    if clash:
        raise InputError(f"A model is called '{clash}' as a baseline is; give it another `name`.")
    folders = {name: model for name, model in models.items() if isinstance(model, MapFolder)}
    networks = {name: model for name, model in models.items() if name not in folders}
    centre = known_baselines.CentreGaussian.make(*fitted_to)
    scoring = Scoring(
        config.task,
        list(config.conventions),
        list(config.metrics),
        config.seed,
        {**baselines, **folders},
        centre,
    )
    others = OtherFixations(data.samples, data.images)
    inputs = ScoringInputs(config, samples, images, networks, others)
    journal = None
    if folder is not None:
        journal = Journal(folder, _fingerprint(config, models, data, samples, images, baselines))
    if cluster is None:
        compute = partial(_in_processes, scoring, inputs, config.jobs)
    else:
        compute = partial(score_on_cluster, scoring, inputs, cluster, workers)
    entries = _score_all(scoring, inputs, journal, compute, quiet)
    notes = _notes(config, data, samples, baselines, folders, centre is not None)
    title = descriptions.make_title(
        data.dataset,
        data.split,
        len(samples),
        descriptions.describe_truth(samples, config.task),
        config.conventions,
        changed,
    )
    return _collect(
        config, data, samples, images, list(baselines), list(models), entries, title, notes
    )


def _notes(
    config: EvaluationConfig,
    data: EvaluationData,
    samples: list[Sample],
    baselines: Mapping[str, Any],
    folders: Mapping[str, MapFolder],
    has_centre: bool,
) -> list[str]:
    """Return what differs from a complete evaluation."""
    gain = needs_truth(config, "baseline_map")
    missing = set(config.baselines) - set(baselines)
    return [
        *descriptions.describe_missing(missing, gain and not has_centre),
        *descriptions.describe_ground_truth(samples, config.task, baselines, config.metrics),
        *descriptions.describe_fitting(baselines, gain and has_centre, data.training, config.task),
        *descriptions.describe_folders(folders, config.task, config.conventions),
    ]


def _collect(
    config: EvaluationConfig,
    data: EvaluationData,
    samples: list[Sample],
    images: list[str],
    baselines: list[str],
    models: list[str],
    entries: list[dict[str, Any]],
    title: str,
    notes: list[str],
) -> Evaluation:
    """Make the `Evaluation` of the entries of all images."""
    order, objects = [*baselines, *models], config.task is Task.OBJECTS
    return Evaluation(
        title=title,
        task=config.task,
        dataset=data.dataset,
        split=data.split,
        conventions=list(config.conventions),
        metrics=list(config.metrics),
        images=images,
        categories=[sample.category for sample in samples],
        scores=journal_entries.scores_from_entries(entries, config, order),
        curves=journal_entries.curves_from_entries(entries, config.conventions, order)
        if objects
        else None,
        reasons=journal_entries.reasons_from_entries(entries),
        definitions=config.definitions,
        versions=fingerprint.versions(),
        seed=config.seed,
        notes=notes,
        baselines=baselines,
        truth=descriptions.describe_truth(samples, config.task),
        truth_hash=fingerprint.of_truth(samples),
    )


def _fingerprint(
    config: EvaluationConfig,
    models: Mapping[str, Model],
    data: EvaluationData,
    samples: list[Sample],
    images: list[str],
    baselines: Iterable[str],
) -> dict[str, Any]:
    """Return everything that decides the numbers, as {part: plain values for JSON}."""
    return {
        "models": {name: fingerprint.of_model(model) for name, model in models.items()},
        "images": [
            fingerprint.of_samples(data.samples, data.images),
            fingerprint.of_samples(samples, images),
        ],
        "training images": fingerprint.of_samples(data.training, names_of(data.training)),
        "settings": [
            str(config.task),
            list(config.conventions),
            list(config.metrics),
            list(baselines),
            config.seed,
        ],
        "versions": fingerprint.versions(),
    }


def _score_all(
    scoring: Scoring,
    inputs: ScoringInputs,
    journal: Journal | None,
    compute: Callable[[list[int]], Iterator[tuple[int, Any]]],
    quiet: bool,
) -> list[dict[str, Any]]:
    """Score all images that the journal does not have; return the entries of all, in order."""
    images = inputs.images
    done = {} if journal is None else journal.done
    models = [*scoring.models, *inputs.networks]
    entries = {
        name: done[name]
        for name in images
        if name in done and journal_entries.is_entry(done[name], inputs.config, models)
    }
    left = [row for row, name in enumerate(images) if name not in entries]
    bar = tqdm(
        total=len(images),
        initial=len(entries),
        desc="evaluate",
        unit="image",
        disable=True if quiet else None,  # None: shown on a terminal only
    )
    try:
        for row, scored in compute(left):
            entry = journal_entries.pack_entry(*scored)
            entries[images[row]] = entry
            if journal is not None:
                journal.add(images[row], entry)
            bar.update()
    finally:
        bar.close()
        if journal is not None:
            journal.close()
    return [entries[name] for name in images]


def _in_processes(
    scoring: Scoring, inputs: ScoringInputs, jobs: int, rows: list[int]
) -> Iterator[tuple[int, Any]]:
    """Yield the numbers and scores of images; models predict here, in their order."""
    jobs = min(jobs, -(-len(rows) // IMAGES_A_JOB)) or 1
    return results(scoring, map(inputs.of_row, rows), jobs)


def _by_path(samples: Sequence[Sample]) -> list[Sample]:
    return sorted(samples, key=lambda sample: sample.image_path)
