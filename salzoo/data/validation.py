"""Unusable images and ground truth of samples, and all problems of a dataset's folder."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from PIL import Image
from tqdm import tqdm

from salzoo.data.dataset_record import ANY_NUMBER, DatasetRecord
from salzoo.data.datasets import dataset_folder, dataset_record, read_dataset
from salzoo.data.datasets._formats.checks import ProblemCollector
from salzoo.data.ground_truth import check_density, check_mask
from salzoo.data.images import file_format, open_binary, read_image
from salzoo.data.jpeg import decode_strictly
from salzoo.data.sample import Sample
from salzoo.utils.downloads import check_checksum
from salzoo.utils.errors import InputError
from salzoo.utils.task import Task


def inspect_dataset(
    name: str, data_dir: str | os.PathLike[str] | None, **options: object
) -> tuple[list[Sample], ProblemCollector]:
    """Read a whole dataset, decode every image, and collect all problems.

    Args:
        name: registry name.
        data_dir: as for `open_dataset`.
        **options: the dataset's own, see its record.

    Returns:
        samples: those that can be used, with their ground truth.
        checks: the problems, and the number of fixations outside their images.

    Raises:
        InputError: there is no such folder, dataset or option.
    """
    record = dataset_record(name)
    folder = dataset_folder(record, data_dir)
    with tqdm(desc="read", unit="image", disable=None) as progress:
        checks = ProblemCollector(name, progress)
        samples = read_dataset(name, data_dir, checks, **options)
    for archive in record.archives:
        path = os.path.join(folder or "", archive.name)
        if archive.checksum and os.path.exists(path):
            try:
                check_checksum(archive, path)
            except InputError as error:
                checks.refused(path, error)
    refused = set()
    for path, fault in faults(samples):
        checks.refused(path, fault)
        refused.add(path)
    usable = [
        sample
        for sample in samples
        if refused.isdisjoint((sample.image_path, sample.density_path, sample.mask_path))
    ]
    _check_counts(record, usable, folder, checks)
    return usable, checks


def official_parts(record: DatasetRecord, samples: Sequence[Sample]) -> dict[str, tuple[int, int]]:
    """Return {split: (images found, images published)} of the publishers' splits.

    Args:
        record: of the dataset.
        samples: all samples of a folder.

    Returns:
        The numbers; {} where the samples do not say which split they are of.
    """
    found = Counter(sample.split for sample in samples)
    official = record.protocols.get("official")
    if official is None or not set(found) & set(official.counts):
        return {}
    return {split: (found[split], count) for split, count in official.counts.items()}


def _check_counts(
    record: DatasetRecord, samples: Sequence[Sample], folder: str | None, checks: ProblemCollector
) -> None:
    """Report a wrong number of images; official splits may be absent as a whole."""
    parts = official_parts(record, samples)
    for split, (found, published) in parts.items():
        if found not in (0, published):
            checks.problem(
                folder, f"gives {found} usable images of {published} of the split '{split}'."
            )
    if not parts and record.images not in (len(samples), ANY_NUMBER):
        checks.problem(folder, f"gives {len(samples)} usable images of {record.images}.")


def faults(
    samples: Sequence[Sample], kinds: Task = Task.FIXATIONS | Task.OBJECTS
) -> Iterator[tuple[str, InputError]]:
    """Yield (path, error) of every file that is damaged, or no ground truth.

    Args:
        samples: whose files to decode.
        kinds: of ground truth whose files are decoded too.
    """
    files: list[tuple[str, Callable[[str], object]]]
    files = [(sample.image_path, _read_whole_image) for sample in samples]
    if Task.FIXATIONS in kinds:
        files += [(sample.density_path, check_density) for sample in samples if sample.density_path]
    if Task.OBJECTS in kinds:
        files += [
            (sample.mask_path, partial(check_mask, graded=sample.graded_mask))
            for sample in samples
            if sample.mask_path
        ]
    if not files:
        return
    with ThreadPoolExecutor() as threads:
        found = threads.map(_find_fault, *zip(*files, strict=True))
        progress = tqdm(found, "check", len(files), unit="image", leave=False, disable=None)
        for (path, _), error in zip(files, progress, strict=True):
            if error:
                yield path, error


def _find_fault(path: str, read: Callable[[str], object]) -> InputError | None:
    """Return what is wrong with a file, None if nothing."""
    try:
        read(path)
    except InputError as error:
        return error
    return None


def _read_whole_image(path: str) -> None:
    """Raise InputError if an image is damaged."""
    if not _is_surely_whole(path):
        read_image(path, exif=False)


def _is_surely_whole(path: str) -> bool:
    """Return whether a file needs no `read_image`, which costs ten times as much."""
    try:
        kind = file_format(path)
        if kind == "jpeg":
            decode_strictly(path)
        with open_binary(path) as file, Image.open(file) as image:
            if kind == "png":
                image.verify()  # the checksums of its parts
        return kind != "other"
    except Exception:  # of many kinds; `read_image` decides
        return False
