"""Records of datasets: origin, licence, citation, splits and archives."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from salzoo.data.sample import Sample
from salzoo.utils.task import Task
from salzoo.utils.transfer import PublishedFile

# Value of `DatasetRecord.images`: as many as the folder holds.
ANY_NUMBER = math.inf


@dataclass(frozen=True)
class Archive(PublishedFile):
    """A file that a dataset is published as; without a checksum its content is verified.

    Attributes:
        into: sub-folder of the dataset's folder to unpack it in.
        take: folder inside the archive; only it is unpacked, under its last name. "": all.
    """

    into: str = ""
    take: str = ""


def commit_archive(repository: str, commit: str, take: str) -> Archive:
    """Return the archive of a repository on GitHub as it was at a commit.

    Args:
        repository: "owner/name".
        commit: 40 hexadecimal digits.
        take: folder of the repository to unpack.
    """
    name = repository.split("/")[1]
    return Archive(
        f"https://github.com/{repository}/archive/{commit}.zip",
        f"{name}.zip",
        take=f"{name}-{commit}/{take}",
    )


@dataclass(frozen=True)
class Protocol:
    """A rule that divides a dataset into splits.

    Attributes:
        counts: images of each split, {"train": 500, "val": 200}; {} where the folder decides.
        divide: function from all samples, sorted by path, to {split: samples}; see
            `salzoo.data.datasets._formats.splits`.
        source: who divides the dataset like this, and whose seed it is.
        shuffles: whether the splits depend on the presence of every image.
    """

    counts: dict[str, int]
    divide: Callable[[list[Sample]], dict[str, list[Sample]]]
    source: str
    shuffles: bool = True


@dataclass(frozen=True)
class DatasetRecord:
    """What is known about a registered dataset.

    In all texts "unverified" marks what no source at hand confirms.

    Attributes:
        name: in the registry.
        title: name for readers.
        task: kinds of ground truth.
        images: number of images, all splits together, or ANY_NUMBER.
        ground_truth: what was recorded, as the dataset holds it.
        viewing: observers, time and task of the recording.
        licence: as stated by its authors, and the terms that bind its use.
        citation: the paper.
        homepage: web address.
        layout: the files that `data_dir` must hold, in one line; "" if none.
        protocols: by name; the first is the default.
        markers: paths or patterns, of which the dataset's own folder has at least one.
        sigma: standard deviation of the Gaussian that turns fixations into a density, in
            pixels of the original image; None where there are no fixations.
        sigma_source: why this sigma.
        steps: how to get the dataset by hand, a step an item.
        archives: the published files that a program can fetch, all of them; none: by hand.
        options: further options of `load_dataset`, {name: description}.
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
    protocols: dict[str, Protocol]
    markers: tuple[str, ...] = ()
    sigma: float | None = None
    sigma_source: str = ""
    steps: tuple[str, ...] = ()
    archives: tuple[Archive, ...] = ()
    options: dict[str, str] = field(default_factory=dict)

    @property
    def default_protocol(self) -> str:
        """The name of the protocol that `load_dataset` takes if none is given."""
        return next(iter(self.protocols))
