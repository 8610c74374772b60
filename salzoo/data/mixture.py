"""Several datasets at once: "osie+nus_scene"."""

import itertools
import logging
import os

from salzoo.data.datasets import dataset_record, load_dataset, reader_options
from salzoo.utils.errors import EmptySplit, InputError, unknown_name

LOG = logging.getLogger("salzoo")


def split_names(datasets):
    """Return the names of "a+b", each checked against the registry."""
    names = datasets.split("+")
    for name in names:
        dataset_record(name)
    if len(set(names)) < len(names):
        raise InputError(f"--dataset {datasets} names a dataset twice; use --mix for its share.")
    return names


def load_mixture(datasets, data_dir=None, split="all", protocol=None, sigma=None, options=()):
    """Load one or several datasets.

    Args:
        datasets: registry names joined by "+"; with several, `data_dir` is the
            folder that holds a sub-folder for each.
        protocol, options: as for `load_dataset`; with several datasets each
            takes those that it has, and one of them must.

    Returns:
        list of lists of `Sample`, one a dataset. Of several datasets, those
        without this split are left out, with a warning, but for training.

    Raises:
        InputError: as `load_dataset`; none of them has the split.
    """
    names, options = split_names(datasets), dict(options)
    if len(names) == 1:
        return [load_dataset(names[0], data_dir, split, protocol, sigma, **options)]
    known = set().union(*(dataset_record(name).protocols for name in names))
    if protocol is not None and protocol not in known:
        raise unknown_name(f"protocol of {datasets}", protocol, known)
    _check_options(names, options)
    loaded = []
    for name in names:
        if split != "all" and split not in available_splits(name, protocol):
            if split == "train":
                raise InputError(f"{name} has no 'train' split; leave it out of --dataset.")
            LOG.warning("%s has no '%s' split and is left out of it", name, split)
            continue
        chosen = protocol if protocol in dataset_record(name).protocols else None
        mine = {key: value for key, value in options.items() if key in reader_options(name)}
        place = _sub_folder(name, data_dir)
        try:
            loaded.append(load_dataset(name, place, split, chosen, sigma, **mine))
        except EmptySplit as empty:  # a folder whose own table says so
            if split == "train":
                raise
            LOG.warning("%s It is left out.", empty)
    if not loaded:
        raise InputError(f"None of {datasets} has a '{split}' split.")
    return loaded


def _sub_folder(name, data_dir):
    """Return the folder of one of several datasets; None where it needs none and has none."""
    folder = os.path.join(os.path.expanduser(str(data_dir)), name)
    if data_dir is None or (not os.path.isdir(folder) and not dataset_record(name).layout):
        return None
    return folder


def available_splits(datasets, protocol=None):
    """Return the splits that at least one of the datasets has, by its record."""
    splits = set()
    for name in split_names(datasets):
        record = dataset_record(name)
        rule = record.protocols.get(protocol) or record.protocols[record.default_protocol]
        splits |= set(rule.counts or ("train", "val"))
    return splits


def chain(loaded):
    """Join the lists of `load_mixture`."""
    return list(itertools.chain.from_iterable(loaded))


def _check_options(names, options):
    known = set().union(*(reader_options(name) for name in names))
    for option in options:
        if option not in known:
            raise unknown_name(f"option of {'+'.join(names)}", option, known)
