"""Datasets by name: from a folder on disk to samples."""

import importlib
import os
from dataclasses import replace

from salzoo.errors import InputError, unknown_name

# A new dataset is one file with RECORD and read(), and one line here. `read`
# takes the set's own folder and returns {split: [Sample, ...]}, each list
# sorted by file name.
DATASETS = {
    "osie": "salzoo.data.datasets.osie",
    "synthetic": "salzoo.data.datasets.synthetic",
}
SPLITS = ("train", "val", "test", "all")


def list_datasets():
    """Return the names of all datasets, sorted."""
    return sorted(DATASETS)


def dataset_record(name):
    """Return the `DatasetRecord` of a registered dataset."""
    return _module(name).RECORD


def load_dataset(name, data_dir=None, split="all", sigma=None):
    """Read a dataset from disk, checking it as it is read.

    Args:
        name: one of `list_datasets()`.
        data_dir: the set's own folder, or a folder with one sub-folder per
            registry name. `synthetic` needs none.
        split: "train", "val", "test" or "all".
        sigma: of the density's Gaussian in pixels of the original image; None
            takes the set's own.

    Returns:
        list of `Sample`, sorted by file name.

    Raises:
        InputError: unknown name or split, missing folder, files that are
            missing, superfluous, damaged or of a wrong form, a split that the
            set does not have.
    """
    module = _module(name)
    record = module.RECORD
    if split not in SPLITS:
        raise unknown_name("split", split, SPLITS)
    if sigma is not None and not sigma > 0:
        raise InputError(f"--sigma {sigma}: give a width above 0, in pixels.")
    if split != "all" and not record.splits.get(split):
        has = ", ".join(f"{each} ({count})" for each, count in record.splits.items())
        raise InputError(f"{name} has no '{split}' split; it has {has}.")
    splits = module.read(_folder(record, data_dir))
    samples = sum(splits.values(), []) if split == "all" else splits[split]
    if sigma is not None:
        samples = [replace(sample, sigma=float(sigma)) for sample in samples]
    return sorted(samples, key=lambda sample: os.path.basename(sample.image_path))


def _folder(record, data_dir):
    """Find the set's own folder; None where the set needs none and got none."""
    if data_dir is None:
        if record.layout:
            raise InputError(
                f"{record.name} needs --data_dir: the folder with {record.layout} "
                f"(or a folder with a sub-folder '{record.name}'); see {record.homepage}."
            )
        return None
    data_dir = os.path.expanduser(str(data_dir))
    if record.layout and not os.path.isdir(data_dir):
        raise InputError(f"--data_dir {data_dir} does not exist or is not a folder.")
    inner = os.path.join(data_dir, record.name)
    return inner if os.path.isdir(inner) else data_dir


def _module(name):
    if name not in DATASETS:
        raise unknown_name("dataset", name, DATASETS)
    return importlib.import_module(DATASETS[name])
