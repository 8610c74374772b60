"""Writes maps of test images as the public benchmarks of fixation prediction require them.

Requirements of the benchmarks, and what could not be verified:

- mit300, cat2000: the MIT saliency benchmark (saliency.mit.edu) requires a .jpg map of the size
  and name of each image, for CAT2000 in its folders of categories, in a zip or tar archive with
  one folder named after the model. Its successor, https://saliency.tuebingen.ai, identifies maps
  by the stems of their names and reads .png, .jpg, .npy and .mat (its published code). PNG is
  written here because JPEG changes the values. How archives are submitted today was not
  verified: read the benchmark's page.
- salicon: the LSUN 2017 challenge (CodaLab 17136) evaluates 5000 maps. Participants submitted
  8-bit PNG files of 480x640, named after the COCO test images, at the root of a zip archive. The
  challenge's own page was not available.

Quantisation to 8 bits: the maximum of a map becomes 255, the other values in proportion,
rounded, but at least 1. A zero at a fixated pixel adds 30 nats or more to KLD (with the
benchmarks' 2.2e-16 inside the logarithm). Measured on 40 OSIE images, where half of the
observers predict the other half (sigma 24 px): rounding to 0 changes KLD from 0.60 to 1.24,
1 as the lowest value changes it to 0.40 and SIM by 0.018; CC, NSS and AUC stay the same.
"""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from PIL import Image
from tqdm import tqdm

from salzoo.data.dataset import open_dataset
from salzoo.data.images import read_image
from salzoo.data.sample import Sample
from salzoo.utils.errors import InputError, unknown_name
from salzoo.utils.files import whole_file
from salzoo.utils.regular_files import open_regular

# Difference in gray levels between machines that the same network may show.
TOLERANCE = 2


@dataclass(frozen=True)
class Benchmark:
    """Requirements of a benchmark.

    Attributes:
        dataset: name of the dataset with the test images.
        images: number of test images.
        names: regular expression of the stems of their names.
        categories: number of folders of equal size that they are in; 0: none.
        size: (rows, columns) of all images; None: they differ.
        in_folder: whether the maps of the archive are in a folder named after the model.
    """

    dataset: str
    images: int
    names: str
    categories: int = 0
    size: tuple[int, int] | None = None
    in_folder: bool = True


BENCHMARKS = {
    "mit300": Benchmark("mit300", 300, r"i\d+"),
    "cat2000": Benchmark("cat2000", 2000, r"\d{3}", categories=20),
    "salicon": Benchmark(
        "salicon", 5000, r"COCO_test2014_\d{12}", size=(480, 640), in_folder=False
    ),
}


def eight_bits(map_: np.ndarray) -> np.ndarray:
    """Quantise a map to 8 bits, see above.

    Args:
        map_: float (rows, columns), not 0 everywhere; negative values count as 0.

    Returns:
        uint8 (rows, columns), 1..255.
    """
    values = np.maximum(np.asarray(map_, "float64"), 0.0)
    return np.maximum(1, np.rint(255 * values / values.max())).astype("uint8")


def test_images(name: str, data_dir: str | None) -> dict[str, Sample]:
    """Load the test images of a benchmark and check that they are complete.

    Args:
        name: of the benchmark.
        data_dir: folder of its dataset; None: the default.

    Returns:
        {path of the map inside the archive: sample}.

    Raises:
        InputError: no such benchmark, or another number of images, other names or sizes than
            the benchmark's.
    """
    if name not in BENCHMARKS:
        raise unknown_name("`submission`", name, BENCHMARKS)
    benchmark = BENCHMARKS[name]
    dataset = open_dataset(benchmark.dataset, data_dir)
    samples = dataset.samples("test")
    if len(samples) != benchmark.images:
        raise InputError(
            f"{name} has {benchmark.images} test images, {dataset.folder} has {len(samples)}: a "
            "submission is of all; see `salzoo datasets "
            f"{benchmark.dataset}`."
        )
    images: dict[str, Sample] = {}
    of_category: dict[str | None, int] = {}
    for sample in samples:
        stem = os.path.splitext(os.path.basename(sample.image_path))[0]
        if not re.fullmatch(benchmark.names, stem):
            raise InputError(f"{sample.image_path} is not named like an image of {name}.")
        if benchmark.size and tuple(sample.size) != benchmark.size:
            raise InputError(
                f"{sample.image_path} is {sample.size[0]}x{sample.size[1]}, not "
                f"{benchmark.size[0]}x{benchmark.size[1]} like all images of {name}."
            )
        of_category[sample.category] = of_category.get(sample.category, 0) + 1
        folder = f"{sample.category}/" if benchmark.categories else ""
        images[f"{folder}{stem}.png"] = sample
    expected = benchmark.images // max(1, benchmark.categories)
    if len(images) != len(samples) or any(count != expected for count in of_category.values()):
        counts = ", ".join(f"{key} {count}" for key, count in sorted(of_category.items()))
        raise InputError(f"{name} has {expected} images a category; {dataset.folder} has {counts}.")
    return images


def write_submission(
    name: str,
    images: Mapping[str, Sample],
    predict: Callable[[np.ndarray], np.ndarray],
    model: str,
    out: str,
) -> str:
    """Write the maps of all test images and the archive to submit.

    Existing maps are kept, so that an interrupted submission can be resumed. The first of them
    is predicted again to check that it is of the same model.

    Args:
        name: of the benchmark.
        images: from `test_images`.
        predict: function of an image, float32 RGB 0..255 (rows, columns, 3), to its map (rows,
            columns).
        model: name of the model, of the folder inside the archive.
        out: folder; maps are written to `<out>/<name>/`, the archive to `<out>/<name>.zip`.

    Returns:
        Path of the archive.

    Raises:
        InputError: an existing map is of another model or of another size, or a predicted map
            has no value above 0.
    """
    folder = os.path.join(out, name)
    existing = [key for key in images if os.path.exists(os.path.join(folder, key))]
    for place, key in enumerate(existing):
        levels = _read_levels(os.path.join(folder, key), images[key].size)
        if place == 0:
            _refuse_other_model(levels, _levels(images[key], predict), folder)
    missing = [key for key in images if key not in set(existing)]
    for key in tqdm(missing, desc=name, unit="image", disable=None):
        with whole_file(os.path.join(folder, key)) as path:
            Image.fromarray(_levels(images[key], predict)).save(path)
    archive = os.path.join(out, f"{name}.zip")
    inside = f"{model}/" if BENCHMARKS[name].in_folder else ""
    # PNG files are compressed already.
    with whole_file(archive) as path, zipfile.ZipFile(path, "w") as file:
        for key in images:
            file.write(os.path.join(folder, key), inside + key)
    return archive


def _levels(sample: Sample, predict: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    map_ = predict(read_image(sample.image_path, exif=False))  # the pixels as stored
    if map_.shape != tuple(sample.size) or not np.isfinite(map_).all() or map_.max() <= 0:
        raise InputError(f"The model's map of {sample.image_path} has no value above 0.")
    return eight_bits(map_)


def _read_levels(path: str, size: tuple[int, int]) -> np.ndarray:
    try:
        with open_regular(path) as file, Image.open(file, formats=("PNG",)) as image:
            levels = np.asarray(image)
    except OSError:
        raise InputError(f"{path} is not a readable picture; delete it and begin again.") from None
    if levels.shape != tuple(size) or levels.dtype != np.uint8:
        raise InputError(f"{path} is not the map of its image; delete it and begin again.")
    return levels


def _refuse_other_model(before: np.ndarray, now: np.ndarray, folder: str) -> None:
    if np.abs(before.astype(int) - now).max() > TOLERANCE:
        raise InputError(
            f"{folder} holds maps of another model (or other options); give a new folder with "
            "`out`."
        )
