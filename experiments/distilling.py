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
from salzoo.models.backbones.efficientnet_lite import FACTORS
from salzoo.models.importers import efficientnet_packages
from salzoo.utils.errors import InputError
from salzoo.utils.files import check_folder

STUDENT_ENCODER = "efficientnet_lite0"
# Of the files in --backbones.
FILES = {
    "vgg16": "vgg16_imagenet.npz",
    **{name: efficientnet_packages.published_file(name).name for name in FACTORS},
}
DATASETS = ("osie", "nus_scene", "eyecrowd")
# The recipe of msinet_lite for the networks on VGG-16.
VGG16 = """
    --mixed_precision --batch_size 4 --learning_rate 1e-4 --schedule "cosine to 0"
    --loss weighted_sum --loss_options kld=1 --loss_options cc=0.3 --loss_options nss=0.1
    --optimizer discriminative_adamw --optimizer_options slow=block
    --optimizer_options slow_factor=0.2 --optimizer_options weight_decay=0.01
    --optimizer_options clipnorm=1 --optimizer_options use_ema=true
    --optimizer_options ema_momentum=0.99 --flip --zoom 0.25 --colour 0.25
"""
# {run: (model, encoder, flags of its training, test-time augmentation for the views)}.
TEACHERS = {
    "msinet": ("msinet", "vgg16", "--input_size 240x320 --epochs 6" + VGG16, "mirror"),
    "sam_vgg": ("sam_vgg", "vgg16", "--input_size 160x224 --epochs 4" + VGG16, "mirror"),
    "lite2_288": ("msinet_lite", "efficientnet_lite2", "--input_size 288x384 --epochs 8", "full"),
    "lite1_320": (
        "msinet_lite",
        "efficientnet_lite1",
        "--input_size 320x416 --seed 1 --epochs 8",
        "full",
    ),
}
VIEWS = "--views 8000 --pages 0.25 --photo_share 0.6"
# A third of the student's images are from the datasets, in equal parts, the rest are views.
STUDENT = "--mix 1,1,1,6 --epochs 5"


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

    def training(name, model, encoder, dataset, flags):
        weights = "imagenet"
        if arguments.backbones:
            weights = os.path.join(arguments.backbones, FILES[encoder])
        flags = ["--backbone_weights", weights, *shlex.split(flags)]
        if encoder in FACTORS:
            flags += ["--model_options", f"encoder={encoder}"]
        flags = [model, "--dataset", dataset, *common, *flags]
        yield from unfinished(os.path.join(arguments.out, name), flags)

    for name, (model, encoder, flags, _) in TEACHERS.items():
        yield from training(name, model, encoder, known, flags)
    views = os.path.join(data, "folder")
    if not os.path.exists(os.path.join(views, "splits.csv")):
        runs = [os.path.join(arguments.out, name) for name in TEACHERS]
        tta = ["--tta", ",".join(tta for *_, tta in TEACHERS.values())]
        photos = ["--photos", *arguments.photos] if arguments.photos else []
        sources = ["--dataset", known, *common, *photos, *shlex.split(VIEWS)]
        yield ["-m", "experiments.teacher_views", *runs, *tta, *sources, "--out", views]
    yield from training("student", "msinet_lite", STUDENT_ENCODER, f"{known}+folder", STUDENT)


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
        help=f"with ImageNet weights: {', '.join(FILES.values())} (default: they are fetched)",
    )
    parser.add_argument("--out", required=True, help="folder for the runs and the views")
    return parser


if __name__ == "__main__":
    sys.exit(main())
