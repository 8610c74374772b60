"""Datasets that are read from disk once and sliced into splits."""

import itertools
import logging
import os
from collections.abc import Mapping
from dataclasses import replace

from salzoo.data.dataset_source import DatasetSource
from salzoo.data.datasets import (
    check_options,
    dataset_folder,
    dataset_record,
    find_protocol,
    reader_options,
)
from salzoo.data.sample import Sample, evenly
from salzoo.utils.errors import EmptySplit, InputError, unknown_name
from salzoo.utils.home import datasets_folder

LOG = logging.getLogger("salzoo")

SPLITS = ("train", "val", "test", "all")


class Dataset:
    """One or several registered datasets; each is read when first used, and only once.

    The samples of a split are the same objects every time. Use `open_dataset`.

    Args:
        name: registry names joined by "+".
        folder: folder of the files; with several datasets the folder around theirs; None:
            the default.
        sources: a source for each dataset.
        sigma: standard deviation of the density's Gaussian in pixels of the original
            image; None takes each dataset's own.
    """

    def __init__(
        self,
        name: str,
        folder: str | os.PathLike[str] | None,
        sources: list[DatasetSource],
        sigma: float | None = None,
    ):
        if sigma is not None and not sigma > 0:
            raise InputError(f"`sigma` {sigma}: give a width above 0, in pixels.")
        self.name = name
        self._folder = folder
        self._sources = sources
        self._sigma = sigma
        self._with_sigma: dict[int, Sample] = {}

    @property
    def names(self) -> list[str]:
        """Registry names of the datasets."""
        return [source.name for source in self._sources]

    @property
    def folder(self) -> str | None:
        """The folder that the image paths are relative to, None for drawn scenes.

        Raises:
            InputError: the folder does not exist.
        """
        if len(self._sources) == 1:
            [source] = self._sources
            return dataset_folder(source.record, source.data_dir)
        return datasets_folder() if self._folder is None else str(self._folder)

    def has_split(self, split: str) -> bool:
        """Return whether at least one of the datasets has a split, by its record."""
        return any(source.has_split(split) for source in self._sources)

    def usual_split(self) -> str:
        """Return the split to evaluate on: "val", or the only one where that is another.

        Raises:
            InputError: as `split`.
        """
        found = {source.usual_split() for source in self._sources}
        return found.pop() if len(found) == 1 else "val"

    def only_with(self, split: str) -> "Dataset":
        """Return a dataset of those that have a split by their record, which may be none.

        Both share what has been read.

        Args:
            split: "train", "val" or "test".
        """
        sources = [source for source in self._sources if source.has_split(split)]
        name = "+".join(source.name for source in sources)
        return Dataset(name, self._folder, sources, self._sigma)

    def with_sigma(self, sigma: float | None) -> "Dataset":
        """Return the same dataset with another sigma; both share what has been read.

        Args:
            sigma: as for `open_dataset`.

        Raises:
            InputError: sigma is not above 0.
        """
        return Dataset(self.name, self._folder, self._sources, sigma)

    def split(self, split: str, limit: int | None = None) -> list[list[Sample]]:
        """Return the samples of a split, a list for each dataset.

        Of several datasets, those without this split are left out with a warning, except
        for "train".

        Args:
            split: "train", "val", "test" or "all".
            limit: at most so many samples of each dataset, evenly spaced; None: all.

        Returns:
            Samples of each dataset. "all" is sorted by path, the other splits are in the
            order of the protocol.

        Raises:
            InputError: unknown split, none of the datasets has it, files that are missing,
                superfluous, damaged or of a wrong form.
            EmptySplit: the split holds no images in this folder.
        """
        if split not in SPLITS:
            raise unknown_name("split", split, SPLITS)
        if len(self._sources) == 1:
            loaded = [self._sources[0].split(split)]
        else:
            loaded = self._split_several(split)
        return [evenly([self._sample(sample) for sample in part], limit) for part in loaded]

    def samples(self, split: str, limit: int | None = None) -> list[Sample]:
        """Return the samples of a split in one list; arguments and errors as for `split`."""
        return list(itertools.chain.from_iterable(self.split(split, limit)))

    def _split_several(self, split: str) -> list[list[Sample]]:
        loaded = []
        for source in self._sources:
            if not source.has_split(split):
                if split == "train":
                    raise InputError(
                        f"{source.name} has no 'train' split; leave it out of `dataset`."
                    )
                LOG.warning("%s has no '%s' split and is left out of it", source.name, split)
                continue
            try:
                loaded.append(source.split(split))
            except EmptySplit as empty:  # the folder's own table of splits says so
                if split == "train":
                    raise
                LOG.warning("%s It is left out.", empty)
        if not loaded:
            raise InputError(f"None of {self.name} has a '{split}' split.")
        return loaded

    def _sample(self, sample: Sample) -> Sample:
        """Return a sample with this dataset's sigma, the same object every time."""
        if self._sigma is None or sample.fixations is None:
            return sample
        if id(sample) not in self._with_sigma:
            changed = replace(sample, sigma=float(self._sigma), density_path=None)
            self._with_sigma[id(sample)] = changed
        return self._with_sigma[id(sample)]


def dataset_names(names: str) -> list[str]:
    """Return the names of "a+b".

    Args:
        names: registry names joined by "+".

    Raises:
        InputError: a name is unknown or stands there twice.
    """
    found = names.split("+")
    for name in found:
        dataset_record(name)
    if len(set(found)) < len(found):
        raise InputError(f"`dataset` {names} names a dataset twice; use `mix` for its share.")
    return found


def recorded_split(name: str, protocol: str | None = None) -> str:
    """Return the split to evaluate on as far as the records tell: "val", or the only one.

    Args:
        name: registry names joined by "+".
        protocol: as for `open_dataset`.

    Returns:
        The split, "" where the folder decides it.

    Raises:
        InputError: unknown name or protocol.
    """
    if "+" in name:
        return "val"
    counts = find_protocol(dataset_record(name), protocol).counts
    return "" if not counts else next(iter(counts)) if len(counts) == 1 else "val"


def open_dataset(
    name: str,
    data_dir: str | os.PathLike[str] | None = None,
    *,
    protocol: str | None = None,
    sigma: float | None = None,
    dataset_options: Mapping[str, object] | None = None,
) -> Dataset:
    """Open one or several datasets; each is read when first used, and only once.

    Args:
        name: registry names joined by "+", as in "osie+salicon".
        data_dir: the dataset's own folder, or a folder with one sub-folder per registry
            name, which several datasets need. A folder one level above or below the dataset's
            own is found too. None: $SALZOO_HOME/datasets, to which a dataset that a program
            can fetch is fetched, with consent; `synthetic` is drawn.
        protocol: rule that divides a dataset into splits, a name in its record; None: the
            record's first. With several datasets each takes it where it has it, the others
            their first; several joined by "+", as in "msinet+salzoo": each takes the first of
            them that it has.
        sigma: standard deviation of the density's Gaussian in pixels of the original
            image; None takes the dataset's own. If given, the density of every image that
            has fixations is made from them, even where the dataset has a density map.
        dataset_options: options of the dataset, see its record. With several datasets each
            takes those that it has.

    Returns:
        The dataset.

    Raises:
        InputError: unknown name, protocol or option, a sigma that is not above 0.

    Examples:
        >>> dataset = open_dataset("synthetic")
        >>> len(dataset.samples("val"))
        60
    """
    names, options = dataset_names(name), dict(dataset_options or {})
    if len(names) == 1:
        find_protocol(dataset_record(name), protocol)
        check_options(name, options)
        return Dataset(name, data_dir, [DatasetSource(name, data_dir, protocol, options)], sigma)
    protocols = {known for part in names for known in dataset_record(part).protocols}
    wanted = protocol.split("+") if protocol is not None else []
    for one in wanted:
        if one not in protocols:
            raise unknown_name(f"protocol of {name}", one, protocols)
    known = {option for part in names for option in reader_options(part)}
    for option in options:
        if option not in known:
            raise unknown_name(f"option of {name}", option, known)
    sources = []
    for part in names:
        own = dataset_record(part).protocols
        own_protocol = next((one for one in wanted if one in own), None)
        own_options = {key: options[key] for key in options if key in reader_options(part)}
        sources.append(DatasetSource(part, _sub_folder(part, data_dir), own_protocol, own_options))
    return Dataset(name, data_dir, sources, sigma)


def load_dataset(
    name: str,
    data_dir: str | os.PathLike[str] | None = None,
    split: str = "all",
    protocol: str | None = None,
    sigma: float | None = None,
    **options: object,
) -> list[Sample]:
    """Read a split of a dataset from disk, checking its files.

    Use `open_dataset` for several splits: this function reads all files at every call.

    Args:
        name: one of `list_datasets()`.
        data_dir: as for `open_dataset`.
        split: "train", "val", "test" or "all".
        protocol: as for `open_dataset`.
        sigma: as for `open_dataset`.
        **options: the dataset's own, see its record.

    Returns:
        Samples; "all" is sorted by path.

    Raises:
        InputError: unknown name, split, protocol or option, missing folder, files that are
            missing, superfluous, damaged or of a wrong form, a split that the protocol
            does not have.

    Examples:
        >>> samples = load_dataset("osie", "data/osie", split="val")
        >>> samples[0].fixations.shape
        (98, 2)
    """
    dataset_record(name)
    dataset = open_dataset(name, data_dir, protocol=protocol, sigma=sigma, dataset_options=options)
    return dataset.samples(split)


def _sub_folder(name: str, data_dir: str | os.PathLike[str] | None) -> str | None:
    """Return the folder of one of several datasets; None where it needs none and has none."""
    folder = os.path.join(os.path.expanduser(str(data_dir)), name)
    if data_dir is None or (not os.path.isdir(folder) and not dataset_record(name).layout):
        return None
    return folder
