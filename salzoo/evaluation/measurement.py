"""Models and samples in, an `Evaluation` out: on all cores, resumable."""

import os

import numpy as np
from tqdm import tqdm

from salzoo import metrics as known_metrics
from salzoo.data.sample import evenly
from salzoo.evaluation import baselines as known_baselines
from salzoo.evaluation import descriptions, fingerprint, tasks
from salzoo.evaluation.journal import Journal, NoJournal
from salzoo.evaluation.map_folder import MapFolder
from salzoo.evaluation.other_fixations import OtherFixations
from salzoo.evaluation.packing import curves_of, pack, scores_of
from salzoo.evaluation.results import Evaluation
from salzoo.evaluation.scoring import Scoring
from salzoo.evaluation.worker_pool import cores, results
from salzoo.utils.errors import InputError
from salzoo.utils.task import Task

# A worker process takes a second to start.
IMAGES_A_JOB = 8


def measure(
    models,
    samples,
    *,
    images=None,
    limit=None,
    dataset="",
    split="",
    changed=(),
    task=None,
    conventions=None,
    metrics=None,
    baselines=None,
    training=(),
    seed=0,
    jobs=None,
    folder=None,
    quiet=False,
):
    """Compute metrics of models and baselines on samples.

    Numbers depend neither on the order of the samples nor on `jobs`, nor on
    interruptions.

    Args:
        models: {name: `MapFolder`, or function of a `Sample` to a map (rows,
            columns)}. Functions are called in this process; one that has an
            attribute `fingerprint` (of whatever decides its maps) can be resumed.
        samples: list of `Sample`, the whole split.
        images: their names in the results; None: paths below their common folder.
        limit: measure so many only, evenly spaced.
        dataset, split, changed: for the title; `changed` are texts on what is not as usual.
        task: "fixations" or "objects", if the samples have the truth of both.
        conventions, metrics, baselines: names, or "all"; None: the convention `mit`
            (objects: `pysod`), all metrics but EMD, the cheap baselines.
        training: samples that baselines are fitted to; without, `samples` serve.
        seed: of all that is drawn at random.
        jobs: processes; None: as many as there are cores.
        folder: where finished images are noted, so that the same call goes on from
            there after an interruption; None: nowhere.
        quiet: show no bar.

    Returns:
        `Evaluation`.

    Raises:
        InputError: nothing to compare with, unknown names, unusable maps.
    """
    if not samples or not models:
        raise InputError(f"There is no {'model' if samples else 'image'} to evaluate.")
    names = images or names_of(samples)
    if len(set(names)) < len(names):
        raise InputError("Two images have the same name; give names that tell them apart.")
    others = OtherFixations(samples, names)
    split_hash = fingerprint.of_samples(samples, names)
    samples, images = evenly(samples, limit), evenly(names, limit)
    task = tasks.task_of(samples, task)
    conventions = tasks.conventions_of(task, conventions)
    metrics = tasks.metrics_of(task, metrics, conventions)
    # In one order, so that sums are the same to the last digit.
    fitted_to = [sorted(each, key=lambda sample: sample.image_path) for each in (training, samples)]
    wanted = tasks.baselines_of(task, baselines)
    baselines = known_baselines.make(wanted, *fitted_to)
    clash = next((name for name in models if name in baselines), None)
    if clash:
        raise InputError(f"A model is called '{clash}' as a baseline is; give it another --name.")
    folders = {name: model for name, model in models.items() if isinstance(model, MapFolder)}
    networks = {name: model for name, model in models.items() if name not in folders}
    centre = known_baselines.CentreGaussian.make(*fitted_to)
    shuffled, gain = "sAUC" in metrics, "IG" in metrics
    scoring = Scoring(task, conventions, metrics, seed, {**baselines, **folders}, centre)

    def arguments_of(row):
        sample, name = samples[row], images[row]
        maps = {model: _map(network, sample, model) for model, network in networks.items()}
        drawn = {}
        for convention in conventions if shuffled else ():
            rule = known_metrics.convention(convention)
            drawn[convention] = others.for_convention(rule, name, sample, seed)
        return row, (sample, maps, drawn)

    journal = NoJournal()
    if folder is not None:
        decisive = {
            "models": {name: fingerprint.of_model(model) for name, model in models.items()},
            "images": [split_hash, fingerprint.of_samples(samples, images)],
            "training images": fingerprint.of_samples(training, names_of(training)),
            "settings": [str(task), conventions, metrics, list(baselines), seed],
            "versions": fingerprint.versions(),
        }
        journal = Journal(folder, decisive)
    entries = _entries(scoring, images, arguments_of, journal, jobs or cores(), quiet)
    order, truth = [*baselines, *models], descriptions.truth(samples, task)
    return Evaluation(
        title=descriptions.title(dataset, split, len(samples), truth, conventions, changed),
        task=task,
        dataset=dataset,
        split=split,
        conventions=conventions,
        metrics=metrics,
        images=images,
        categories=[sample.category for sample in samples],
        scores=scores_of(entries, task, conventions, order, metrics),
        curves=curves_of(entries, conventions, order) if task is Task.OBJECTS else None,
        definitions=tasks.definitions_of(task, conventions, metrics),
        versions=fingerprint.versions(),
        seed=seed,
        notes=[
            *descriptions.lacking(set(wanted) - set(baselines), gain and centre is None),
            *descriptions.notes(folders, baselines, gain and centre, training, task, conventions),
        ],
        baselines=list(baselines),
        truth=truth,
        truth_hash=fingerprint.of_truth(samples),
    )


def _entries(scoring, images, arguments_of, journal, jobs, quiet):
    """Score all images that the journal does not have; return the entries of all, in order."""
    entries = {name: journal.done[name] for name in images if name in journal.done}
    left = [row for row, name in enumerate(images) if name not in entries]
    jobs = min(jobs, -(-len(left) // IMAGES_A_JOB)) or 1
    bar = tqdm(
        total=len(images),
        initial=len(entries),
        desc="evaluate",
        unit="image",
        disable=True if quiet else None,  # None: shown on a terminal only
    )
    try:
        for row, scored in results(scoring, map(arguments_of, left), jobs):
            entries[images[row]] = pack(*scored)
            journal.add(images[row], entries[images[row]])
            bar.update()
    finally:
        bar.close()
        journal.close()
    return [entries[name] for name in images]


def _map(network, sample, model):
    map_ = np.asarray(network(sample))
    if map_.shape != tuple(sample.size):
        raise InputError(
            f"{model} gives a map of shape {map_.shape} for {sample.image_path}, which is "
            f"{tuple(sample.size)}; give maps (rows, columns) of the size of the image."
        )
    if not np.isfinite(map_).all():
        raise InputError(f"{model} gives a map of {sample.image_path} that is not finite.")
    return map_


def names_of(samples):
    """Return the paths of the samples' images, relative to their common folder."""
    paths = [os.path.abspath(sample.image_path) for sample in samples]
    folder = os.path.commonpath([os.path.dirname(path) for path in paths]) if paths else ""
    return [os.path.relpath(path, folder).replace(os.sep, "/") for path in paths]
