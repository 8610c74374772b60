"""Datasets by name: from a folder on disk to samples."""

import importlib
import inspect
import logging
import os
from dataclasses import replace

from salzoo.data.datasets._formats.border import Border
from salzoo.utils.errors import EmptySplit, InputError, unknown_name

LOG = logging.getLogger("salzoo")

# A new dataset is one file with RECORD and read(), and one line here. `read`
# takes the set's own folder and a `Border` to report problems to, and returns a
# list of `Sample`; its further keyword options stand in RECORD.options. A file may
# have `how_to_fill` of its own, see below.
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
SPLITS = ("train", "val", "test", "all")


def list_datasets():
    """Return the names of all datasets, sorted."""
    return sorted(DATASETS)


def dataset_record(name):
    """Return the `DatasetRecord` of a registered dataset."""
    return _module(name).RECORD


def load_dataset(name, data_dir=None, split="all", protocol=None, sigma=None, **options):
    """Read a dataset from disk, checking it as it is read.

    Args:
        name: one of `list_datasets()`.
        data_dir: the set's own folder, or a folder with one sub-folder per
            registry name. `synthetic` needs none.
        split: "train", "val", "test" or "all".
        protocol: who divides it so, one of the record's; None: the first.
        sigma: of the density's Gaussian in pixels of the original image; None
            takes the set's own. If given, the density of every image that has
            points is made from them, even where the set brings a density map.
        **options: the set's own, see its record.

    Returns:
        list of `Sample`, sorted by path.

    Raises:
        InputError: unknown name, split, protocol or option, missing folder,
            files that are missing, superfluous, damaged or of a wrong form, a
            split that the protocol does not have.
    """
    record = dataset_record(name)
    rule = _protocol(record, protocol)
    if split not in SPLITS:
        raise unknown_name("split", split, SPLITS)
    if split != "all" and rule.counts and split not in rule.counts:
        has = ", ".join(f"{each} ({count})" for each, count in rule.counts.items())
        raise InputError(f"{name} has no '{split}' split; it has {has}.")
    if sigma is not None and not sigma > 0:
        raise InputError(f"--sigma {sigma}: give a width above 0, in pixels.")
    border = Border(name)
    samples = read_dataset(name, data_dir, border, **options)
    if border.dropped:
        LOG.warning("%s: dropped %d fixations outside their images", name, border.dropped)
    everything = samples
    if split != "all":
        samples = _divide(record, rule, samples).get(split, [])
    if not samples:
        how = getattr(_module(name), "how_to_fill", _how_to_fill)(split, everything)
        raise EmptySplit(f"{name}: the split '{split}' is empty in {data_dir}: {how}.")
    if sigma is not None:
        samples = [
            sample
            if sample.fixations is None
            else replace(sample, sigma=float(sigma), density_path=None)
            for sample in samples
        ]
    return samples


def read_dataset(name, data_dir, border, **options):
    """Return all samples of a set's folder, sorted by path, telling `border` of problems."""
    module = _module(name)
    known = reader_options(name)
    for option, value in options.items():
        if option not in known:
            raise unknown_name(f"option of {name}", option, known or ["(none)"])
        if type(value) is not type(known[option]):
            kind = "true or false" if isinstance(known[option], bool) else "a text"
            raise InputError(f"{name}: {option}={value!r}: give {kind}.")
    samples = module.read(dataset_folder(module.RECORD, data_dir), border, **options)
    return sorted(samples, key=lambda sample: sample.image_path)


def reader_options(name):
    """Return the options that a set's reader takes, with their defaults."""
    parameters = list(inspect.signature(_module(name).read).parameters.values())[2:]
    return {parameter.name: parameter.default for parameter in parameters}


def dataset_folder(record, data_dir):
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


def _protocol(record, name):
    name = name or record.default_protocol
    if name not in record.protocols:
        raise unknown_name(f"protocol of {record.name}", name, record.protocols)
    return record.protocols[name]


def _divide(record, rule, samples):
    """Apply a protocol; one that shuffles must have exactly the images it was made for.

    A split that is absent as a whole matters only to who asks for it.
    """
    splits = rule.divide(samples)
    found = {split: len(splits.get(split, [])) for split in rule.counts}
    there = [split for split, count in found.items() if count]
    if any(found[split] != rule.counts[split] for split in there):
        expected, given = (
            ", ".join(f"{split} {counts[split]}" for split in there)
            for counts in (rule.counts, found)
        )
        sentence = f"{record.name}: the protocol has {expected}, this folder gives {given}"
        if rule.shuffles:
            raise InputError(
                f"{sentence}; its shuffle would give other splits than everybody else's. "
                "Complete the folder, or take split 'all'."
            )
        LOG.warning("%s", sentence)
    return splits


def _how_to_fill(split, samples):
    """Say what to do about an empty split of a set of which there are these samples."""
    return "complete the folder, or choose another split or --protocol"


def _module(name):
    if name not in DATASETS:
        raise unknown_name("dataset", name, DATASETS)
    return importlib.import_module(DATASETS[name])
