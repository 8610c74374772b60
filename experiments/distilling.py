"""Training of the weights of msinet_lite that come with salzoo, by knowledge distillation.

    python -m experiments.distilling --data_dir DATA --out runs/lite

DATA has the folders osie and nus_scene. Three teachers are trained on the fixations. The
student, in OUT/student, is trained on the fixations and on the mean predictions of the
teachers for augmented views of the training images (teacher_views.py). Each step is
printed as the command that does it; a teacher takes a quarter of an hour on two cores,
the student 50 minutes. An interrupted run continues when the same command is given again.
"""

import argparse
import os
import shlex
import subprocess
import sys

from salzoo.cli.messages import render_message
from salzoo.utils.errors import InputError
from salzoo.utils.files import check_folder

TEACHERS = (
    ("--input_size", "288x384"),
    ("--input_size", "352x480"),
    ("--input_size", "352x480", "--seed", "1", "--epochs", "10"),
)
# A third of the student's images are from the two datasets, in equal parts, the rest are views.
STUDENT = ("--mix", "1,1,4", "--epochs", "5")
DATASETS = ("osie", "nus_scene")
VIEWS = "experiments.teacher_views"


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
    common = ["--protocol", "set_aside", "--data_dir", data]
    pretrained = ["--backbone_weights", arguments.backbone_weights]
    known = "+".join(DATASETS)
    teachers = [f"teacher{number}" for number in range(1, len(TEACHERS) + 1)]
    for name, flags in zip(teachers, TEACHERS, strict=True):
        yield from training(arguments.out, name, ["--dataset", known, *common, *pretrained, *flags])
    runs = [os.path.join(arguments.out, name) for name in teachers]
    views = os.path.join(data, "folder")
    if not os.path.exists(os.path.join(views, "splits.csv")):
        yield ["-m", VIEWS, *runs, "--dataset", known, *common, "--out", views]
    mixture = ["--dataset", f"{known}+folder", *common, *pretrained, *STUDENT]
    yield from training(arguments.out, "student", mixture)


def training(out, name, flags):
    """Yield the command that starts or resumes a run; nothing if the run is complete."""
    folder = os.path.join(out, name)
    if os.path.exists(os.path.join(folder, "metrics.json")):  # a run's last file
        return
    started = os.path.exists(os.path.join(folder, "config.json"))
    yield [
        *("-m", "salzoo", "train"),
        *(["--resume"] if started else ["msinet_lite", *flags]),
        *("--run_dir", folder),
    ]


def call(command):
    """Print and run a `python` command; return its status."""
    print(f"\npython {shlex.join(command)}", flush=True)
    return subprocess.run([sys.executable, *command]).returncode


def _parser():
    parser = argparse.ArgumentParser(
        prog="distilling", description=__doc__.split("\n\n")[0], allow_abbrev=False
    )
    parser.add_argument(
        "--data_dir", required=True, help="folder with the datasets osie and nus_scene"
    )
    parser.add_argument(
        "--backbone_weights",
        default="imagenet",
        help="imagenet, or a file of MobileNetV2's weights (default: imagenet)",
    )
    parser.add_argument("--out", required=True, help="folder for the runs and the views")
    return parser


if __name__ == "__main__":
    sys.exit(main())
