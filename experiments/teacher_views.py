"""Augmented views of a dataset's images with the mean predictions of several models.

    python experiments/teacher_views.py RUN RUN ... --dataset osie+nus_scene --protocol set_aside \\
        --data_dir DATA --out VIEWS

The data for knowledge distillation: an ensemble of models (teachers) predicts better than
one model but costs more; a student that is trained on the predictions of the ensemble for
many images comes close to it (Hinton et al., 2015, arXiv:1503.02531; with augmented views
of the training images: Beyer et al., CVPR 2022). The views are crops of the images that
the teachers were trained on; some are composed into pages with several pictures. The
teachers get the views unchanged. Half of the written views are changed in brightness,
colour, sharpness or noise, which hardly changes where observers look.

Writes a dataset in the layout of "folder", all of it for training: images/, densities/
(the mean density of the teachers) and splits.csv. An interrupted run continues when the
same command is given again.
"""

import argparse
import csv
import os
import sys

import numpy as np
from PIL import Image, ImageFilter
from tqdm import tqdm

from salzoo.cli.messages import render_message
from salzoo.cli.parsers import parse_seed, whole_number
from salzoo.data.dataset import open_dataset
from salzoo.data.images import read_image
from salzoo.utils.errors import InputError
from salzoo.utils.files import check_folder, whole_file
from salzoo.utils.json_files import read_json, write_json
from salzoo.utils.tensorflow import load_tensorflow

# Pixels of a view's longer side, the largest input size of the teachers and the student.
SIDE = 480
# Share of views that are pages, (rows, columns) of the pictures on a page, and their gap.
PAGES = 0.2
PICTURES = ((1, 2), (2, 1), (1, 3), (2, 2))
GAP = 0.08
# Share of the views that are written with changed brightness and colour.
RELIT = 0.5


def main(argv=None):
    """Run the command line; return 0 or 2 (bad input)."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    try:
        load_tensorflow()
        write_views(arguments)
        return 0
    except InputError as error:
        sys.stderr.write(f"teacher_views: {render_message(str(error), parser)}\n")
        return 2


def write_views(arguments):
    """Write views and the mean predictions of the teachers as a dataset."""
    import salzoo

    folder = begin(arguments)
    teachers = [salzoo.load_model(run) for run in arguments.runs]
    dataset = open_dataset(arguments.dataset, arguments.data_dir, protocol=arguments.protocol)
    samples = dataset.samples("train")
    images = [np.uint8(read_image(sample.image_path, exif=False)) for sample in samples]
    names = [f"{number:05d}" for number in range(arguments.views)]
    for number, name in enumerate(tqdm(names, "views", disable=None)):
        image, grey = (
            os.path.join(folder, *place)
            for place in (("images", f"{name}.jpg"), ("densities", f"{name}.png"))
        )
        if os.path.exists(grey):
            continue
        random = np.random.default_rng((arguments.seed, number))
        view = draw_view(images, random)
        density = mean_density(teachers, view)
        with whole_file(image) as path:
            relit(view, random).save(path, quality=92)
        with whole_file(grey) as path:
            Image.fromarray(dithered(density, random)).save(path)
    table = os.path.join(folder, "splits.csv")
    with whole_file(table) as path, open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("image", "split"), *((name, "train") for name in names)])


def begin(arguments):
    """Return the folder to write, which is empty or from an earlier run of the same command."""
    folder = arguments.out
    check_folder("out", folder)
    note = os.path.join(folder, "views.json")
    settings = {name: value for name, value in vars(arguments).items() if name != "out"}
    if os.path.exists(note):
        if read_json(note) != settings:
            raise InputError(f"--out {folder} holds views of other arguments; choose another.")
    elif os.path.isdir(folder) and os.listdir(folder):
        raise InputError(f"--out {folder} is not empty; choose another folder.")
    write_json(note, settings)
    return folder


def draw_view(images, random):
    """Return a view of one image, or a page with several, as a PIL image."""
    if random.random() >= PAGES:
        return cut_out(images, 1.6 ** random.uniform(-1, 1), random)
    rows, columns = PICTURES[random.integers(len(PICTURES))]
    page = Image.new("RGB", _extent(1.5 ** random.uniform(-1, 1)), _paper(random))
    width, height = page.width / columns, page.height / rows
    gap = random.uniform(0, GAP) * min(width, height)
    for row in range(rows):
        for column in range(columns):
            picture = cut_out(images, (width - gap) / (height - gap), random)
            picture = picture.resize((round(width - gap), round(height - gap)), Image.LANCZOS)
            place = (column * width + gap / 2, row * height + gap / 2)
            page.paste(picture, (round(place[0]), round(place[1])))
    return page


def cut_out(images, aspect, random):
    """Return a random part of a random image.

    Args:
        images: list of uint8 arrays (rows, columns, 3).
        aspect: width by height of the part.
        random: numpy Generator.
    """
    image = images[random.integers(len(images))]
    rows, columns = image.shape[:2]
    # The largest part of this aspect, or down to a quarter of its area.
    width = min(columns, rows * aspect) * random.uniform(0.5, 1.0)
    height = width / aspect
    left, top = random.uniform(0, columns - width), random.uniform(0, rows - height)
    part = Image.fromarray(image)
    if random.random() < 0.5:
        part = part.transpose(Image.FLIP_LEFT_RIGHT)
    box = (left, top, left + width, top + height)
    return part.resize(_extent(aspect), Image.LANCZOS, box)


def relit(view, random):
    """Change brightness, contrast, colour, sharpness and noise of some views at random."""
    if random.random() >= RELIT:
        return view
    light = 255.0 * (np.asarray(view, "float64") / 255.0) ** (2.0 ** random.uniform(-1, 1))
    light = 127.5 + (light - 127.5) * random.uniform(0.5, 1.2)
    if random.random() < 0.3:
        light = np.repeat(light.mean(axis=-1, keepdims=True), 3, axis=-1)
    light = light * random.uniform(0.8, 1.2, 3) + random.normal(
        0, random.uniform(0, 12), light.shape
    )
    image = Image.fromarray(np.uint8(np.clip(light, 0, 255)))
    return image.filter(ImageFilter.GaussianBlur(max(random.uniform(-1.5, 1.5), 0)))


def mean_density(teachers, view):
    """Return the mean of the teachers' densities, float64 (rows, columns), sum 1."""
    pixels = np.asarray(view)
    maps = [np.float64(teacher(pixels)) for teacher in teachers]
    if not all(map_.any() for map_ in maps):
        raise InputError("One of the models predicts an empty map: train it for longer.")
    return np.mean([map_ / map_.sum() for map_ in maps], axis=0)


def dithered(density, random):
    """Return a density as uint8, maximum 255, rounded up or down at random.

    The low values, which cover much of the area, are then correct on average over neighbours.
    """
    scaled = density * (255.0 / density.max())
    return np.uint8(np.minimum(np.floor(scaled + random.random(scaled.shape)), 255))


def _extent(aspect):
    """Return (width, height) of an aspect ratio; the longer side is SIDE."""
    return (SIDE, round(SIDE / aspect)) if aspect > 1 else (round(SIDE * aspect), SIDE)


def _paper(random):
    """Return the background colour of a page: white or a random colour."""
    if random.random() < 0.5:
        return (255, 255, 255)
    return tuple(int(value) for value in random.integers(0, 256, 3))


def _parser():
    parser = argparse.ArgumentParser(
        prog="teacher_views", description=__doc__.split("\n\n")[0], allow_abbrev=False
    )
    parser.add_argument("runs", nargs="+", metavar="RUN", help="run folders of the teachers")
    parser.add_argument("--dataset", required=True, help="dataset whose training images are used")
    parser.add_argument("--data_dir", help="folder of the dataset")
    parser.add_argument("--protocol", help="division of the dataset")
    parser.add_argument(
        "--views", type=whole_number(1), default=4000, help="number of views (default: 4000)"
    )
    parser.add_argument("--seed", type=parse_seed, default=0, help="default: 0")
    parser.add_argument("--out", required=True, help="folder for the views")
    return parser


if __name__ == "__main__":
    sys.exit(main())
