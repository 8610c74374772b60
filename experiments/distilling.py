"""Train msinet_lite as it comes with salzoo: three teachers, then one network that learns from all.

    python experiments/distilling.py --data_dir DATA --out runs/lite

DATA has the folders osie and nus_scene. The teachers learn from the fixations; what they
say together of new views of the training images (teacher_views.py), and the fixations
once more, make the network in OUT/student. Each step is printed as the command that does
it, and needs a quarter of an hour (the student: 50 minutes) on two cores. When
interrupted, the same command goes on.
"""

import argparse
import os
import shlex
import subprocess
import sys

TEACHERS = (
    ("--input_size", "288x384"),
    ("--input_size", "352x480"),
    ("--input_size", "352x480", "--seed", "1", "--epochs", "10"),
)
# A third of what the student sees are the two sets, in equal parts, the rest views.
STUDENT = ("--mix", "1,1,4", "--epochs", "5")
DATASETS = ("osie", "nus_scene")


def main(argv=None):
    """Run the command line; return the first status that is not 0."""
    arguments = _parser().parse_args(argv)
    # For the student the views lie beside the sets.
    data = os.path.join(arguments.out, "data")
    os.makedirs(data, exist_ok=True)
    for name in DATASETS:
        link = os.path.join(data, name)
        if not os.path.lexists(link):
            os.symlink(os.path.abspath(os.path.join(arguments.data_dir, name)), link)
    for command in commands(arguments, data):
        status = call(command)
        if status:
            return status
    return 0


def commands(arguments, data):
    """Yield the commands that are still to be done, as lists of words after `python -m`."""
    common = ["--protocol", "set_aside", "--data_dir", data]
    pretrained = ["--backbone_weights", arguments.backbone_weights]
    known = "+".join(DATASETS)
    teachers = [f"teacher{number}" for number in range(1, len(TEACHERS) + 1)]
    for name, flags in zip(teachers, TEACHERS, strict=True):
        yield from training(arguments.out, name, ["--dataset", known, *common, *pretrained, *flags])
    runs = [os.path.join(arguments.out, name) for name in teachers]
    views = os.path.join(data, "folder")
    if not os.path.exists(os.path.join(views, "splits.csv")):
        yield ["experiments.teacher_views", *runs, "--dataset", known, *common, "--out", views]
    mixture = ["--dataset", f"{known}+folder", *common, *pretrained, *STUDENT]
    yield from training(arguments.out, "student", mixture)


def training(out, name, flags):
    """Yield the command that begins a run or goes on with it; none if it is done."""
    folder = os.path.join(out, name)
    if os.path.exists(os.path.join(folder, "metrics.json")):  # a run's last file
        return
    begun = os.path.exists(os.path.join(folder, "config.json"))
    yield [
        *("salzoo", "train"),
        *(["--resume"] if begun else ["msinet_lite", *flags]),
        *("--run_dir", folder),
    ]


def call(command):
    """Print and run `python -m` with some words; return its status."""
    print(f"\npython -m {shlex.join(command)}", flush=True)
    return subprocess.run([sys.executable, "-m", *command]).returncode


def _parser():
    parser = argparse.ArgumentParser(
        prog="distilling", description=__doc__.split("\n\n")[0], allow_abbrev=False
    )
    parser.add_argument("--data_dir", required=True, help="the folder of osie and nus_scene")
    parser.add_argument(
        "--backbone_weights",
        default="imagenet",
        help="imagenet, or a file of MobileNetV2's weights (default: imagenet)",
    )
    parser.add_argument("--out", required=True, help="folder of the runs and the views")
    return parser


if __name__ == "__main__":
    sys.exit(main())
