"""A whole dataset folder, looked at file by file."""

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from tqdm import tqdm

from salzoo.data.datasets import dataset_folder, dataset_record, read_dataset
from salzoo.data.datasets.border import Inspection
from salzoo.data.datasets.record import ANY_NUMBER
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
    folder = dataset_folder(record, data_dir)
    with tqdm(desc="read", unit="picture", disable=None) as progress:
        border = Inspection(name, progress)
        samples = read_dataset(name, data_dir, border, **options)
    _check_counts(record, samples, folder, border)
    for archive in record.archives:
        path = os.path.join(folder or "", archive.name)
        if archive.checksum and os.path.exists(path):
            try:
                verify(path, archive, keep=True)
            except InputError as error:
                border.refused(path, error)
    pictures = [
        path
        for sample in samples
        for path in (sample.image_path, sample.density_path, sample.mask_path)
        if path is not None
    ]
    with ThreadPoolExecutor() as threads:
        densities = {sample.density_path for sample in samples}
        decoded = threads.map(lambda path: _decode(path, path in densities), pictures)
        progress = tqdm(decoded, "check", len(pictures), unit="picture", disable=None)
        for path, error in zip(pictures, progress, strict=True):
            if error:
                border.refused(path, error)
    return samples, border


def official_parts(record, samples):
    """Return {split: (images found, images published)} of a set that its publishers divide.

    {} where the samples do not say which split they are of.
    """
    found = Counter(sample.split for sample in samples)
    official = record.protocols.get("official")
    if official is None or not set(found) & set(official.counts):
        return {}
    return {split: (found[split], count) for split, count in official.counts.items()}


def _check_counts(record, samples, folder, border):
    """Report a wrong number of images; official splits may be absent as a whole."""
    parts = official_parts(record, samples)
    for split, (found, published) in parts.items():
        if found not in (0, published):
            border.problem(
                folder, f"gives {found} usable images of {published} of the split '{split}'."
            )
    if not parts and record.images not in (len(samples), ANY_NUMBER):
        border.problem(folder, f"gives {len(samples)} usable images of {record.images}.")


def _decode(path, is_density):
    """Return what is wrong with a picture as an InputError, None if nothing."""
    try:
        if read_image(path, exif=False).max() == 0 and is_density:
            return InputError("is black everywhere, so nobody looked anywhere.")
    except InputError as error:
        return error
    return None
