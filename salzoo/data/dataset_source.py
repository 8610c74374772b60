"""One registered dataset in a folder, read from disk once."""

import os
from collections.abc import Mapping
from functools import cached_property

from salzoo.data.dataset_record import DatasetRecord
from salzoo.data.datasets import (
    dataset_folder,
    dataset_record,
    describe_empty_split,
    divide,
    find_protocol,
    read_dataset,
)
from salzoo.data.datasets._formats.checks import FileChecker
from salzoo.data.sample import Sample
from salzoo.data.stored_samples import read_or_recall
from salzoo.utils.errors import EmptySplit, InputError
from salzoo.utils.once import warn_once
from salzoo.utils.wording import counted

_OUTSIDE = "fixations outside their images"


class DatasetSource:
    """A registered dataset in a folder, read when it is first used.

    Args:
        name: registry name.
        data_dir: folder as given, see `dataset_folder`.
        protocol: name of a protocol of its record; None: the default.
        options: options of its reader.
    """

    def __init__(
        self,
        name: str,
        data_dir: str | os.PathLike[str] | None,
        protocol: str | None,
        options: Mapping[str, object],
    ):
        self.name = name
        self.data_dir = data_dir
        self._rule = find_protocol(self.record, protocol)
        self._options = options

    @property
    def record(self) -> DatasetRecord:
        """The record of the dataset."""
        return dataset_record(self.name)

    @cached_property
    def _samples(self) -> list[Sample]:
        def read() -> tuple[list[Sample], int]:
            checks = FileChecker(self.name)
            samples = read_dataset(self.name, self.data_dir, checks, **self._options)
            return samples, checks.dropped

        folder = dataset_folder(self.record, self.data_dir)
        samples, dropped = read_or_recall(folder, self.name, self._options, read)
        if dropped:
            text = counted(dropped, "fixation outside its image", _OUTSIDE)
            warn_once(f"{self.name}: dropped {text}", self.data_dir)
        return samples

    @cached_property
    def _splits(self) -> dict[str, list[Sample]]:
        return divide(self.record, self._rule, self._samples)

    def has_split(self, split: str) -> bool:
        """Return whether the protocol has a split; where the folder decides, "train" and "val"."""
        return split == "all" or split in (self._rule.counts or ("train", "val"))

    def usual_split(self) -> str:
        """Return "val", or where there is none but a single other split, that one.

        Raises:
            InputError: as `Dataset.split`.
        """
        there = [split for split, samples in self._splits.items() if samples]
        return there[0] if len(there) == 1 else "val"

    def split(self, split: str) -> list[Sample]:
        """Return the samples of a split, see `Dataset.split`."""
        counts = self._rule.counts
        if split != "all" and counts and split not in counts:
            has = ", ".join(f"{name} ({count})" for name, count in counts.items())
            raise InputError(f"{self.name} has no '{split}' split; it has {has}.")
        samples = self._samples if split == "all" else self._splits.get(split, [])
        if not samples:
            how = describe_empty_split(self.name, split, self._samples)
            raise EmptySplit(
                f"{self.name}: the split '{split}' is empty in "
                f"{dataset_folder(self.record, self.data_dir) or 'the scenes'}: {how}."
            )
        return samples
