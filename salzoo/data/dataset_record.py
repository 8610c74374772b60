"""What is known about a dataset beside its files."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from salzoo.utils.task import Task

# Of `DatasetRecord.images`: as many as the folder holds.
ANY_NUMBER = math.inf


@dataclass(frozen=True)
class Archive:
    """A file that a dataset is published as.

    url: where it was published. name: of the file. checksum: "md5:..." or
    "sha256:..."; None where none is known, and then `salzoo download` leaves it
    to a person. into: sub-folder of the dataset's folder to unpack it in.
    """

    url: str
    name: str
    checksum: str | None = None
    into: str = ""


@dataclass(frozen=True)
class Protocol:
    """A rule that divides a dataset into splits.

    counts: images of each split, {"train": 500, "val": 200}; {} where the folder decides.
    divide: function from the sorted list of all samples to {split: [samples]};
        see `salzoo.data.datasets._formats.splits`.
    source: who divides like this, and whose seed it is.
    shuffles: the splits depend on the presence of every image.
    """

    counts: dict
    divide: Callable
    source: str
    shuffles: bool = True


@dataclass(frozen=True)
class DatasetRecord:
    """What a registered dataset tells of itself.

    name: in the registry. title, citation, homepage: for people.
    task: what it holds the ground truth of.
    images: number of images, all splits together, or ANY_NUMBER.
    ground_truth: what a person did, as the set holds it.
    viewing: observers, time and task of the recording. In all texts "from memory"
        marks what no source at hand confirms.
    licence: as stated by its authors, and the terms that bind its use.
    layout: the files that `data_dir` must hold, in one line; "" if none.
    steps: how a person gets it, a line each.
    archives: the published files, for `salzoo download`.
    protocols: by name; the first is the default.
    sigma: of the Gaussian that makes densities from points, pixels of the
        original image, None where there are no points; sigma_source says why.
    options: further keyword options of `load_dataset`, with a line each.
    """

    name: str
    title: str
    task: Task
    images: int | float
    ground_truth: str
    viewing: str
    licence: str
    citation: str
    homepage: str
    layout: str
    protocols: dict
    sigma: float | None = None
    sigma_source: str = ""
    steps: tuple = ()
    archives: tuple = ()
    options: dict = field(default_factory=dict)

    @property
    def default_protocol(self):
        """The name of the protocol that `load_dataset` takes if none is given."""
        return next(iter(self.protocols))
