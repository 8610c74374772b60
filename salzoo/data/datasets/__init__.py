"""Datasets by name: from a folder on disk to samples."""

import importlib
import inspect
import os
from collections.abc import Mapping
from types import ModuleType

from salzoo.data.dataset_record import ANY_NUMBER, DatasetRecord, Protocol
from salzoo.data.datasets._formats.checks import FileChecker
from salzoo.data.datasets._formats.locating import describe_search, locate
from salzoo.data.fetching import fetch_dataset
from salzoo.data.sample import Sample
from salzoo.utils.errors import IncompleteSplit, InputError, unknown_name
from salzoo.utils.once import warn_once

# To add a dataset, write one file with RECORD (a `DatasetRecord`) and
# read(folder, checks, **options), and add one line here. `read` takes the dataset's own
# folder and a `FileChecker`, which takes the problems that it finds, and returns a list of
# `Sample`. Its options are keyword arguments with defaults; RECORD.options describes them.
# A file may define describe_empty_split(split, samples) to replace the sentence below.
DATASETS = {
    "cat2000": "salzoo.data.datasets.cat2000",
    "dut_omron": "salzoo.data.datasets.dut_omron",
    "duts": "salzoo.data.datasets.duts",
    "ecssd": "salzoo.data.datasets.ecssd",
    "eyecrowd": "salzoo.data.datasets.eyecrowd",
    "fiwi": "salzoo.data.datasets.fiwi",
    "folder": "salzoo.data.datasets.folder",
    "hku_is": "salzoo.data.datasets.hku_is",
    "isun": "salzoo.data.datasets.isun",
    "mit1003": "salzoo.data.datasets.mit1003",
    "mit300": "salzoo.data.datasets.mit300",
    "nus_scene": "salzoo.data.datasets.nus_scene",
    "osie": "salzoo.data.datasets.osie",
    "pascal_s": "salzoo.data.datasets.pascal_s",
    "salicon": "salzoo.data.datasets.salicon",
    "salicon2015": "salzoo.data.datasets.salicon2015",
    "sod": "salzoo.data.datasets.sod",
    "synthetic": "salzoo.data.datasets.synthetic",
    "thus10k": "salzoo.data.datasets.thus10k",
    "toronto": "salzoo.data.datasets.toronto",
}


def list_datasets() -> list[str]:
    """Return the names of all datasets, sorted."""
    return sorted(DATASETS)


def dataset_record(name: str) -> DatasetRecord:
    """Return the record of a registered dataset.

    Args:
        name: registry name.

    Raises:
        InputError: unknown name.
    """
    return _module(name).RECORD


def read_dataset(
    name: str, data_dir: str | os.PathLike[str] | None, checks: FileChecker, **options: object
) -> list[Sample]:
    """Read all samples of a dataset's folder.

    Args:
        name: registry name.
        data_dir: as for `open_dataset`.
        checks: takes the problems that are found.
        **options: of the dataset's reader.

    Returns:
        Samples, sorted by path.

    Raises:
        InputError: unknown name or option, missing folder, and what `checks` raises.
    """
    check_options(name, options)
    module = _module(name)
    folder = dataset_folder(module.RECORD, data_dir)
    checks.searched = "" if folder is None else describe_search(module.RECORD, folder)
    samples = module.read(folder, checks, **options)
    checks.judge_all_points()
    return sorted(samples, key=lambda sample: sample.image_path)


def check_options(name: str, options: Mapping[str, object]) -> None:
    """Check the options of a dataset's reader.

    Args:
        name: registry name.
        options: values by name.

    Raises:
        InputError: an option is unknown or of the wrong type.
    """
    known = reader_options(name)
    for option, value in options.items():
        if option not in known:
            raise unknown_name(f"option of {name}", option, known or ["(none)"])
        if type(value) is not type(known[option]):
            kind = "true or false" if isinstance(known[option], bool) else "a text"
            raise InputError(f"{name}: {option}={value!r}: give {kind}.")


def reader_options(name: str) -> dict[str, object]:
    """Return the options that a dataset's reader takes, with their defaults.

    Args:
        name: registry name.
    """
    parameters = list(inspect.signature(_module(name).read).parameters.values())[2:]
    return {parameter.name: parameter.default for parameter in parameters}


def dataset_folder(record: DatasetRecord, data_dir: str | os.PathLike[str] | None) -> str | None:
    """Find a dataset's own folder.

    Args:
        record: of the dataset.
        data_dir: the dataset's own folder, one with a sub-folder of its name, or one above
            or below it, see `locate`. None: its folder in $SALZOO_HOME/datasets, to which
            it is fetched.

    Returns:
        The folder; None where the dataset needs no files and no folder is given.

    Raises:
        InputError: the folder does not exist, or holds two of this dataset; as `fetch_dataset`.
    """
    if not record.layout:
        return None if data_dir is None else os.path.expanduser(str(data_dir))
    folder = _default_folder(record) if data_dir is None else os.path.expanduser(str(data_dir))
    if not os.path.isdir(folder):
        raise InputError(f"`data_dir` {folder} does not exist or is not a folder.")
    return locate(record, folder, DATASETS.keys() - {record.name})


def _default_folder(record: DatasetRecord) -> str:
    """Return the folder of a dataset where `data_dir` is not given; fetch it if it is not there."""
    if record.images == ANY_NUMBER:
        raise InputError(
            f"{record.name} needs `data_dir`: the folder with {record.layout} "
            f"(or a folder with a sub-folder '{record.name}'); see {record.homepage}."
        )
    return fetch_dataset(record)


def find_protocol(record: DatasetRecord, name: str | None) -> Protocol:
    """Return a protocol of a dataset.

    Args:
        record: of the dataset.
        name: of the protocol; None: the record's default.

    Raises:
        InputError: the dataset has no such protocol.
    """
    name = name or record.default_protocol
    if name not in record.protocols:
        raise unknown_name(f"protocol of {record.name}", name, record.protocols)
    return record.protocols[name]


def divide(record: DatasetRecord, rule: Protocol, samples: list[Sample]) -> dict[str, list[Sample]]:
    """Divide samples into splits.

    A protocol that shuffles needs exactly the images it was made for. A split that is
    absent as a whole is no problem here.

    Args:
        record: of the dataset.
        rule: the protocol.
        samples: all samples of the dataset's folder, sorted by path.

    Returns:
        {split: samples}.

    Raises:
        IncompleteSplit: the protocol shuffles, and a split has another number of images.
    """
    splits = rule.divide(samples)
    found = {split: len(splits.get(split, [])) for split in rule.counts}
    there = [split for split, count in found.items() if count]
    if any(found[split] != rule.counts[split] for split in there):
        expected, given = (
            ", ".join(f"{split} {counts[split]}" for split in there)
            for counts in (rule.counts, found)
        )
        message = f"{record.name}: the protocol has {expected}, this folder gives {given}"
        if rule.shuffles:
            raise IncompleteSplit(
                f"{message}; its shuffle would give other splits than everybody else's. "
                "Complete the folder, or take split 'all'."
            )
        warn_once(message, os.path.dirname(samples[0].image_path))
    return splits


def describe_empty_split(name: str, split: str, samples: list[Sample]) -> str:
    """Return what to do about an empty split.

    Args:
        name: registry name.
        split: the split without images.
        samples: all samples of the dataset's folder.
    """
    module = _module(name)
    if hasattr(module, "describe_empty_split"):
        return module.describe_empty_split(split, samples)
    return "complete the folder, or choose another split or another `protocol`"


def _module(name: str) -> ModuleType:
    if name not in DATASETS:
        raise unknown_name("dataset", name, DATASETS)
    return importlib.import_module(DATASETS[name])
