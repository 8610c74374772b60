"""Pictures that no training could use, found before it begins; a whole folder, file by file."""

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from PIL import Image
from tqdm import tqdm

from salzoo.data.archives import verify
from salzoo.data.dataset_record import ANY_NUMBER
from salzoo.data.datasets import dataset_folder, dataset_record, read_dataset
from salzoo.data.datasets._formats.checks import ProblemCollector
from salzoo.data.images import decode_strictly, file_format, read_image
from salzoo.utils.errors import InputError
from salzoo.utils.task import Task


def inspect_dataset(name, data_dir, **options):
    """Read a dataset whole, look at every picture of it, and collect what is wrong.

    Returns:
        list of `Sample` that are usable, `ProblemCollector` with the problems as
        (path, sentence) and the number of points outside their images.

    Raises:
        InputError: there is no such folder.
    """
    record = dataset_record(name)
    folder = dataset_folder(record, data_dir)
    with tqdm(desc="read", unit="picture", disable=None) as progress:
        checks = ProblemCollector(name, progress)
        samples = read_dataset(name, data_dir, checks, **options)
    _check_counts(record, samples, folder, checks)
    for archive in record.archives:
        path = os.path.join(folder or "", archive.name)
        if archive.checksum and os.path.exists(path):
            try:
                verify(path, archive, keep=True)
            except InputError as error:
                checks.refused(path, error)
    for path, error in faults(samples):
        checks.refused(path, error)
    return samples, checks


def official_parts(record, samples):
    """Return {split: (images found, images published)} of a set that its publishers divide.

    {} where the samples do not say which split they are of.
    """
    found = Counter(sample.split for sample in samples)
    official = record.protocols.get("official")
    if official is None or not set(found) & set(official.counts):
        return {}
    return {split: (found[split], count) for split, count in official.counts.items()}


def _check_counts(record, samples, folder, checks):
    """Report a wrong number of images; official splits may be absent as a whole."""
    parts = official_parts(record, samples)
    for split, (found, published) in parts.items():
        if found not in (0, published):
            checks.problem(
                folder, f"gives {found} usable images of {published} of the split '{split}'."
            )
    if not parts and record.images not in (len(samples), ANY_NUMBER):
        checks.problem(folder, f"gives {len(samples)} usable images of {record.images}.")


def faults(samples, kinds=Task.FIXATIONS | Task.OBJECTS):
    """Yield (path, InputError) of every picture that is damaged, and of black densities.

    kinds: of ground truth that are looked at, a `Task`.
    """
    pictures = [(sample.image_path, False) for sample in samples]
    if Task.FIXATIONS in kinds:
        pictures += [(sample.density_path, True) for sample in samples if sample.density_path]
    if Task.OBJECTS in kinds:
        pictures += [(sample.mask_path, False) for sample in samples if sample.mask_path]
    with ThreadPoolExecutor() as threads:
        found = threads.map(_fault, *zip(*pictures, strict=True)) if pictures else ()
        progress = tqdm(found, "check", len(pictures), unit="picture", leave=False, disable=None)
        for (path, _), error in zip(pictures, progress, strict=True):
            if error:
                yield path, error


def _fault(path, is_density):
    """Return what is wrong with a picture as an InputError, None if nothing."""
    if _looks_whole(path, is_density):
        return None
    try:
        if read_image(path, exif=False).max() == 0 and is_density:
            return InputError(
                f"{path} is black everywhere, so nobody looked anywhere; replace it, or remove it "
                "and its image."
            )
    except InputError as error:
        return error
    return None


def _looks_whole(path, is_density):
    """Whether a picture is surely whole, at a tenth of what `read_image` costs to be sure."""
    try:
        kind = file_format(path)
        if kind == "jpeg":
            decode_strictly(path)
        with Image.open(path) as image:
            if is_density:
                return image.convert("L").getextrema()[1] > 0
            if kind == "png":
                image.verify()  # the checksums of its parts
        return kind != "other"
    except Exception:  # of many kinds; `read_image` decides
        return False
