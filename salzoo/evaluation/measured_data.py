"""What models are measured on: which data, its samples and their names."""

import os

from salzoo.data.dataset import open_dataset
from salzoo.data.datasets import DATASETS
from salzoo.evaluation.evaluated_sources import about, kind_of
from salzoo.utils.errors import EmptySplit, InputError


def usual_data(sources, dataset=None, data_dir=None, protocol=None, dataset_options=None):
    """Say what to measure on: what is given, else what the first source was trained on.

    Returns:
        dict of these arguments but the sources, the dataset's name known.

    Raises:
        InputError: neither says on what.
    """
    known = about(sources[0]) if sources else {}
    trained_on = known.get("datasets")
    if dataset is None and (trained_on is None or not set(trained_on.split("+")) <= set(DATASETS)):
        is_maps = kind_of(sources[0]) == "maps"
        what = "holds maps: say of what" if is_maps else "can be measured on any data: say on which"
        raise InputError(f"{sources[0]} {what} with --dataset.")
    dataset = dataset or trained_on
    if dataset != trained_on:
        known = {}
    return {
        "dataset": dataset,
        "data_dir": data_dir or known.get("data_dir"),
        "protocol": protocol or known.get("protocol"),
        "dataset_options": dataset_options or known.get("dataset_options"),
    }


def load(split, datasets, data_dir, protocol=None, sigma=None, options=None):
    """Load a split with the names of its images.

    Returns:
        list of `Sample`, list of paths relative to the data's folder.
    """
    dataset = open_dataset(
        datasets, data_dir, protocol=protocol, sigma=sigma, dataset_options=options
    )
    samples = dataset.samples(split)
    return samples, [_below(sample.image_path, dataset.folder) for sample in samples]


def _below(path, folder):
    """Return a path relative to a folder, or its last two parts if it is not in it."""
    path = os.path.abspath(path)
    if folder is not None:
        relative = os.path.relpath(path, os.path.abspath(os.path.expanduser(str(folder))))
        if not relative.startswith(os.pardir):
            return relative.replace(os.sep, "/")
    return "/".join(path.split(os.sep)[-2:])


def training_samples(datasets, data_dir, protocol=None, sigma=None, options=None):
    """Return the samples that baselines are fitted to, none if there are none."""
    dataset = open_dataset(
        datasets, data_dir, protocol=protocol, sigma=sigma, dataset_options=options
    )
    if not dataset.has_split("train"):
        return []
    try:
        return dataset.only_with("train").samples("train")
    except EmptySplit:  # only the part that is measured was downloaded
        return []
