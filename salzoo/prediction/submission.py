"""Maps in the names and formats that the public benchmarks of fixation prediction take.

What the benchmarks say, and what could not be verified:

- mit300, cat2000: the pages of the MIT saliency benchmark (saliency.mit.edu) ask for
  a .jpg map of the size and name of each image, CAT2000 in its folders of
  categories, as a zip or tar with one folder named like the model. Its successor,
  https://saliency.tuebingen.ai, reads archives by the names' stems and takes .png,
  .jpg, .npy and .mat (its published code). PNG is written here, since JPEG changes
  the values. How an archive reaches them today was not verified: read their page.
- salicon: the LSUN 2017 challenge (CodaLab 17136) scores 5000 maps. That they are
  8-bit PNG of 480x640, named like the COCO test images, in the root of a zip, is how
  participants write them; its page was not at hand.

8 bits: the largest value of a map becomes 255, the others in proportion, rounded,
but at least 1. Where people looked and a map says 0, KLD (with the benchmarks' 2.2e-16
inside the logarithm) counts 30 nats or more: on 40 OSIE images, where half of the
observers predict the others (sigma 24 px), rounding to 0 turns a KLD of 0.60 into
1.24, and 1 as the lowest value into 0.40, for 0.018 of SIM; CC, NSS and AUC stay.
"""

import os
import re
import zipfile
from dataclasses import dataclass

import numpy as np
from PIL import Image
from tqdm import tqdm

from salzoo.data.dataset import load_dataset
from salzoo.data.images import read_image
from salzoo.utils.errors import InputError, unknown_name
from salzoo.utils.files import whole_file

# Levels by which the same network may differ between machines.
TOLERANCE = 2


@dataclass(frozen=True)
class Benchmark:
    """What a benchmark takes.

    dataset: whose test images. images: how many those are. names: pattern of their
    stems. categories: in how many folders of equal size they lie; 0: in none.
    size: (rows, columns) of all images, or None. in_folder: whether the maps lie in
    a folder named like the model.
    """

    dataset: str
    images: int
    names: str
    categories: int = 0
    size: tuple | None = None
    in_folder: bool = True


BENCHMARKS = {
    "mit300": Benchmark("mit300", 300, r"i\d+"),
    "cat2000": Benchmark("cat2000", 2000, r"\d{3}", categories=20),
    "salicon": Benchmark(
        "salicon", 5000, r"COCO_test2014_\d{12}", size=(480, 640), in_folder=False
    ),
}


def eight_bits(map_):
    """Return a map as uint8, its maximum 255 and nothing below 1 (see above).

    Args:
        map_: float (rows, columns), at least 0, not all 0.
    """
    values = np.maximum(np.asarray(map_, "float64"), 0.0)
    return np.maximum(1, np.rint(255 * values / values.max())).astype("uint8")


def test_images(name, data_dir):
    """Return {name of the map: `Sample`} of a benchmark's test images, whole and as named.

    Raises:
        InputError: no such benchmark, images that are missing, too many, or of
            another name or size than the benchmark's.
    """
    if name not in BENCHMARKS:
        raise unknown_name("--submission", name, BENCHMARKS)
    benchmark = BENCHMARKS[name]
    samples = load_dataset(benchmark.dataset, data_dir, split="test")
    if len(samples) != benchmark.images:
        raise InputError(
            f"{name} has {benchmark.images} test images, {data_dir} has {len(samples)}: a "
            "submission is of all; see `salzoo datasets "
            f"{benchmark.dataset}`."
        )
    images, of_category = {}, {}
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
    each = benchmark.images // max(1, benchmark.categories)
    if len(images) != len(samples) or any(count != each for count in of_category.values()):
        counts = ", ".join(f"{key} {count}" for key, count in sorted(of_category.items()))
        raise InputError(f"{name} has {each} images a category; {data_dir} has {counts}.")
    return images


def write_submission(name, images, predict, model, out):
    """Write all maps and the archive to hand in.

    Maps that are there already are kept, so that an interrupted submission goes on;
    the first of them is predicted again, to see that it is the same model's.

    Args:
        name: of the benchmark. images: of `test_images`.
        predict: function of an image (rows, columns, 3) to its map (rows, columns).
        model: the model's name, of the folder inside the archive.
        out: folder; maps go into `<out>/<name>/`, the archive is `<out>/<name>.zip`.

    Returns:
        path of the archive.

    Raises:
        InputError: a map that was there is another model's or of another size; a
            prediction is nowhere above 0.
    """
    folder = os.path.join(out, name)
    there = [key for key in images if os.path.exists(os.path.join(folder, key))]
    for place, key in enumerate(there):
        levels = _read_levels(os.path.join(folder, key), images[key].size)
        if place == 0:
            _refuse_other_model(levels, _levels(images[key], predict), folder)
    missing = [key for key in images if key not in set(there)]
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


def _levels(sample, predict):
    map_ = predict(read_image(sample.image_path, exif=False))  # the pixels as stored
    if map_.shape != tuple(sample.size) or not np.isfinite(map_).all() or map_.max() <= 0:
        raise InputError(f"The model's map of {sample.image_path} has no value above 0.")
    return eight_bits(map_)


def _read_levels(path, size):
    try:
        with Image.open(path) as image:
            levels = np.asarray(image)
    except OSError:
        raise InputError(f"{path} is not a readable picture; delete it and begin again.") from None
    if levels.shape != tuple(size) or levels.dtype != np.uint8:
        raise InputError(f"{path} is not the map of its image; delete it and begin again.")
    return levels


def _refuse_other_model(before, now, folder):
    if np.abs(before.astype(int) - now).max() > TOLERANCE:
        raise InputError(
            f"{folder} holds maps of another model (or other flags); give a new folder with --out."
        )
