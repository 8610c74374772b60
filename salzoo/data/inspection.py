"""A whole dataset folder, looked at file by file."""

import os
from concurrent.futures import ThreadPoolExecutor

from tqdm import tqdm

from salzoo.data.datasets import dataset_folder, dataset_record, read_dataset
from salzoo.data.datasets.border import Inspection
from salzoo.data.download import verify
from salzoo.data.images import read_image
from salzoo.errors import InputError


def inspect_dataset(name, data_dir, **options):
    """Read a dataset whole, decode every picture of it, and collect what is wrong.

    Returns:
        list of `Sample` that are usable, `Inspection` with the problems as
        (path, sentence) and the number of points outside their images.

    Raises:
        InputError: there is no such folder.
    """
    record = dataset_record(name)
    border = Inspection(name)
    folder = dataset_folder(record, data_dir)
    samples = read_dataset(name, data_dir, border, **options)
    if len(samples) != record.images:
        border.problem(folder, f"gives {len(samples)} usable images of {record.images}.")
    for archive in record.archives:
        path = os.path.join(folder or "", archive.name)
        if archive.checksum and os.path.exists(path):
            _tell(border, path, lambda path, archive=archive: verify(path, archive, keep=True))
    pictures = [
        path
        for sample in samples
        for path in (sample.image_path, sample.density_path, sample.mask_path)
        if path is not None
    ]
    with ThreadPoolExecutor() as threads:
        decoded = threads.map(_decode, pictures)
        progress = tqdm(decoded, "check", len(pictures), unit="picture", disable=None)
        for path, complaint in zip(pictures, progress, strict=True):
            if complaint:
                border.problem(path, complaint)
    return samples, border


def _decode(path):
    """Return what is wrong with a picture, None if nothing."""
    try:
        read_image(path, exif=False)
    except InputError as error:
        return str(error).removeprefix(f"{path} ")
    return None


def _tell(border, path, check):
    try:
        check(path)
    except InputError as error:
        border.problem(path, str(error))
