"""Fine-tuning of msinet_lite on a few images, and its gain over the pretrained model.

    python experiments/fine_tuning.py
    python experiments/fine_tuning.py --dataset nus_scene --data_dir DATA

Fine-tunes the pretrained model on some images of a dataset that it was not trained on, as
`make train DATASET=folder` does, and evaluates the pretrained and the fine-tuned models on
the other images: NSS, CC, and the gain with its 95 % interval over images. The test images
are the same for every number of training images. The dataset `synthetic` needs no files.
"""

import argparse
import csv
import os
import shutil
import sys
import tempfile

import numpy as np

from salzoo.cli.messages import render_message
from salzoo.cli.parsers import parse_names, parse_seed, whole_number
from salzoo.data.dataset import load_dataset
from salzoo.evaluation import measure
from salzoo.evaluation.evaluated_models import Network
from salzoo.evaluation.statistics import bootstrap_interval
from salzoo.utils.errors import InputError
from salzoo.utils.task import Task
from salzoo.utils.tensorflow import load_tensorflow

MODEL = "msinet_lite"
METRICS = ("NSS", "CC")
CONVENTION = "tuebingen"
# {dataset: (protocol, split)} of images that the pretrained model was not trained on.
UNSEEN = {"nus_scene": ("set_aside", "test"), "osie": ("msinet", "val")}


def main(argv=None):
    """Run the command line; return 0 or 2 (bad input)."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    try:
        load_tensorflow()
        with tempfile.TemporaryDirectory() as temporary:
            compare(arguments, arguments.out or temporary)
        return 0
    except InputError as error:
        sys.stderr.write(f"fine_tuning: {render_message(str(error), parser)}\n")
        return 2


def compare(arguments, folder):
    """Fine-tune on each number of images, evaluate on the other images and print the gains."""
    import salzoo

    if os.path.isdir(folder) and os.listdir(folder):
        raise InputError(f"--out {folder} is not empty; choose another folder.")
    training, test = split_samples(arguments, max(arguments.images))
    models = {MODEL: Network(salzoo.load_model(MODEL))}
    for count in arguments.images:
        data, run = (os.path.join(folder, f"{count}-{what}") for what in ("images", "run"))
        write_folder(training[:count], data)
        print(f"fine-tuning on {count} images", flush=True)
        salzoo.train(dataset="folder", data_dir=data, run_dir=run, seed=arguments.seed, quiet=True)
        models[f"after {count} images"] = Network(salzoo.load_model(run))
    evaluation = measure(
        models,
        test,
        dataset=arguments.dataset,
        split="unseen",
        task=Task.FIXATIONS,
        conventions=[CONVENTION],
        metrics=list(METRICS),
        training=training,
    )
    print(f"\n{evaluation}\n")
    for name in list(models)[1:]:
        print(f"{name}: {gains(evaluation, name)}")


def split_samples(arguments, count):
    """Return samples for training and the others, drawn at random by the seed."""
    protocol, split = UNSEEN.get(arguments.dataset, (None, "all"))
    samples = load_dataset(arguments.dataset, arguments.data_dir, split, protocol)
    if len(samples) < 2 * count:
        raise InputError(
            f"--images {count}: {arguments.dataset} has {len(samples)} images that are unseen; "
            "leave at least as many to measure."
        )
    order = np.random.default_rng(arguments.seed).permutation(len(samples))
    shuffled = [samples[index] for index in order]
    return shuffled[:count], shuffled[count:]


def write_folder(samples, folder):
    """Write images and fixations in the layout of the dataset "folder"."""
    os.makedirs(os.path.join(folder, "images"))
    with open(os.path.join(folder, "fixations.csv"), "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["image", "x", "y"])
        for number, sample in enumerate(samples):
            # Images in different folders of a dataset may have the same name.
            name = f"{number:04d}-{os.path.basename(sample.image_path)}"
            shutil.copy(sample.image_path, os.path.join(folder, "images", name))
            table.writerows([name, x, y] for x, y in sample.fixations.tolist())


def gains(evaluation, name):
    """Return the mean gains over the pretrained model with their intervals, as text."""
    texts = []
    for metric in METRICS:
        gain = evaluation[name][metric].values - evaluation[MODEL][metric].values
        low, high = (float(end) for end in bootstrap_interval(gain, seed=evaluation.seed))
        texts.append(f"{metric} {np.nanmean(gain):+.3f} [{low:+.3f}, {high:+.3f}]")
    return ", ".join(texts)


def _parser():
    parser = argparse.ArgumentParser(
        prog="fine_tuning", description=__doc__.split("\n\n")[0], allow_abbrev=False
    )
    parser.add_argument("--dataset", default="synthetic", help="default: synthetic")
    parser.add_argument("--data_dir", help="the dataset's folder")
    parser.add_argument(
        "--images",
        type=lambda text: [whole_number(2)(part) for part in parse_names(text)],
        default=[20, 50],
        help="numbers of training images, as N,N (default: 20,50)",
    )
    parser.add_argument("--seed", type=parse_seed, default=0, help="default: 0")
    parser.add_argument("--out", help="folder for data and runs (default: a temporary folder)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
