"""Views of images with the mean predictions of several models.

    python -m experiments.teacher_views RUN RUN ... --dataset osie+nus_scene+eyecrowd \\
        --protocol set_aside --data_dir DATA --photos PHOTOS [PHOTOS ...] --out VIEWS

The data for knowledge distillation: an ensemble of models (teachers) predicts better than
one model but costs more; a student that is trained on the predictions of the ensemble for
many images comes close to it (Hinton et al., 2015, arXiv:1503.02531; with augmented views
of the training images: Beyer et al., CVPR 2022). The views are crops of the training images
and of the photographs in PHOTOS, which need no fixations, and pages: several pictures side by
side, or a page of text or of an interface that is drawn at random (drawn_pages). The teachers
get the views unchanged. Half of the written views are changed in brightness, contrast,
colour, sharpness or noise, or compressed, which hardly changes where observers look.

Writes a dataset in the layout of "folder", all of it for training: images/, densities/
(the mean density of the teachers) and splits.csv. An interrupted run continues when the
same command is given again, also with another number of views.
"""

import argparse
import csv
import os
import sys

import numpy as np
from PIL import Image
from tqdm import tqdm

from experiments.steps import begin
from experiments.views import draw_view, find_sources, relit
from salzoo.cli.messages import render_message
from salzoo.cli.parsers import number, parse_names, parse_seed, parse_weights, whole_number
from salzoo.utils.errors import InputError, unknown_name
from salzoo.utils.files import whole_file
from salzoo.utils.tensorflow import load_tensorflow

# Test-time augmentation of the teachers: six maps, two (the image and its mirror image), or one.
TTA = ("full", "mirror", "none")
# Arguments that may differ when an interrupted run is continued.
FREE = ("out", "views")


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
    teachers = load_teachers(arguments.runs, arguments.tta)
    weights = arguments.teacher_weights
    if weights and len(weights) != len(teachers):
        raise InputError(f"--teacher_weights: give {len(teachers)} numbers, one for each teacher.")
    sources = find_sources(arguments)
    folder = arguments.out
    settings = {name: value for name, value in vars(arguments).items() if name not in FREE}
    begin(folder, "views.json", settings)
    unfinished = [
        index
        for index in range(arguments.views)
        if not os.path.exists(os.path.join(folder, "densities", f"{index:05d}.png"))
    ]
    # A log file gets the time that is left once a minute.
    seconds = 0.1 if sys.stderr.isatty() else 60
    for index in tqdm(unfinished, "views", mininterval=seconds):
        random = np.random.default_rng((arguments.seed, index))
        view = draw_view(sources, random)
        density = mean_density(teachers, view, weights)
        with whole_file(os.path.join(folder, "images", f"{index:05d}.jpg")) as path:
            relit(view, random).save(path, quality=92)
        with whole_file(os.path.join(folder, "densities", f"{index:05d}.png")) as path:
            Image.fromarray(dithered(density, random)).save(path)
    files = sorted(os.listdir(os.path.join(folder, "densities")))
    names = [name.removesuffix(".png") for name in files if name[0].isdigit()]  # no partial files
    table = os.path.join(folder, "splits.csv")
    with whole_file(table) as path, open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("image", "split"), *((name, "train") for name in names)])


def load_teachers(runs, tta):
    """Return the teachers as functions of an image.

    Args:
        runs: run folders or names of models.
        tta: names in TTA, one for all teachers or one for each.
    """
    import salzoo

    for name in tta:
        if name not in TTA:
            raise unknown_name("test-time augmentation", name, TTA)
    if len(tta) not in (1, len(runs)):
        raise InputError(f"--tta: give one name, or {len(runs)}, one for each teacher.")
    tta = tta if len(tta) > 1 else tta * len(runs)
    teachers = [
        salzoo.load_model(run, tta=name == "full") for run, name in zip(runs, tta, strict=True)
    ]
    return [
        mirrored(teacher) if name == "mirror" else teacher
        for teacher, name in zip(teachers, tta, strict=True)
    ]


def mirrored(teacher):
    """Return a function that averages the densities of an image and of its mirror image."""

    def predict(pixels):
        return unit_sum(teacher(pixels)) + unit_sum(teacher(pixels[:, ::-1]))[:, ::-1]

    return predict


def mean_density(teachers, view, weights=None):
    """Return the mean of the teachers' densities, float64 (rows, columns), sum 1.

    Args:
        teachers: functions of an image to a map.
        view: PIL image.
        weights: of the teachers; None: all the same.
    """
    pixels = np.asarray(view)
    return np.average([unit_sum(teacher(pixels)) for teacher in teachers], 0, weights)


def unit_sum(map_):
    """Divide a map by its sum."""
    map_ = np.float64(map_)
    if not map_.any():
        raise InputError("One of the models predicts an empty map: train it for longer.")
    return map_ / map_.sum()


def dithered(density, random):
    """Return a density as uint8, maximum 255, rounded up or down at random.

    The low values, which cover much of the area, are then correct on average over neighbours.
    """
    scaled = density * (255.0 / density.max())
    return np.uint8(np.minimum(np.floor(scaled + random.random(scaled.shape)), 255))


def _parser():
    parser = argparse.ArgumentParser(
        prog="teacher_views", description=__doc__.split("\n\n")[0], allow_abbrev=False
    )
    parser.add_argument(
        "runs", nargs="+", metavar="RUN", help="run folders of the teachers, or names of models"
    )
    parser.add_argument(
        "--tta",
        type=parse_names,
        default=["none"],
        help="test-time augmentation of the teachers: full (six maps), mirror (two) or none, for "
        "all or for each as A,B (default: none)",
    )
    parser.add_argument(
        "--teacher_weights",
        type=lambda text: list(parse_weights(text)),
        help="weights of the teachers in the mean, as N,N (default: all the same)",
    )
    parser.add_argument("--dataset", required=True, help="dataset whose training images are used")
    parser.add_argument("--data_dir", help="folder of the dataset")
    parser.add_argument("--protocol", help="division of the dataset")
    parser.add_argument("--photos", nargs="+", help="folders with photographs (default: none)")
    parser.add_argument(
        "--photo_share",
        type=number(0, 1),
        default=0.6,
        help="share of the photographs among the pictures (default: 0.6)",
    )
    parser.add_argument(
        "--pages", type=number(0, 1), default=0.25, help="share of pages (default: 0.25)"
    )
    parser.add_argument(
        "--views", type=whole_number(1), default=4000, help="number of views (default: 4000)"
    )
    parser.add_argument("--seed", type=parse_seed, default=0, help="default: 0")
    parser.add_argument("--out", required=True, help="folder for the views")
    return parser


if __name__ == "__main__":
    sys.exit(main())
