"""The centre bias of msinet_lite at inference: metrics with several strengths.

    python -m experiments.centre_bias RUN --dataset osie --protocol set_aside --data_dir DATA
        [--split val] [--strengths 0 0.25 0.5 1] [--limit 100]

RUN is a run of msinet_lite, or `msinet_lite`. Where a run was
trained on other datasets, as those of folds.py, the table tells about images of other laboratories.
"""

import argparse
import sys

import numpy as np

from salzoo.cli.messages import render_message
from salzoo.cli.parsers import number, whole_number
from salzoo.data.dataset import open_dataset
from salzoo.evaluation import measure
from salzoo.evaluation.evaluated_models import Network
from salzoo.utils.errors import InputError
from salzoo.utils.table import Table
from salzoo.utils.task import Task
from salzoo.utils.tensorflow import load_tensorflow

METRICS = ("AUC", "NSS", "CC", "SIM", "KLD")


def main(argv=None):
    """Run the command line; return 0 or 2 (bad input)."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    try:
        load_tensorflow()
        print(measure_strengths(arguments).text())
        return 0
    except InputError as error:
        sys.stderr.write(f"centre_bias: {render_message(str(error), parser)}\n")
        return 2


def measure_strengths(arguments):
    """Return the table of means.

    Args:
        arguments: of the command line.
    """
    dataset = open_dataset(arguments.dataset, arguments.data_dir, protocol=arguments.protocol)
    models = {
        f"{strength:g}": Network(with_strength(arguments.run, strength))
        for strength in arguments.strengths
    }
    evaluation = measure(
        models,
        dataset.samples(arguments.split),
        limit=arguments.limit,
        dataset=arguments.dataset,
        split=arguments.split,
        task=Task.FIXATIONS,
        conventions=["tuebingen"],
        metrics=list(METRICS),
        baselines="none",
    )
    rows = [
        [name, *(f"{np.nanmean(evaluation[name][metric].values):.4f}" for metric in METRICS)]
        for name in models
    ]
    title = f"{arguments.dataset} {arguments.split}, {len(evaluation.images)} images"
    return Table(title, ["strength", *METRICS], rows)


def with_strength(source, strength):
    """Return the function of a model with another strength of the centre bias.

    Args:
        source: run folder, or name of a pretrained model.
        strength: of the bias.

    Raises:
        InputError: the model has no centre bias.
    """
    from salzoo.prediction.opening import open_source

    opened = open_source(source)
    if opened.card["model"] != "msinet_lite" or opened.model is None:
        raise InputError(f"{source} has no centre bias; give a run of msinet_lite, or its name.")
    opened.model.get_layer("centre_bias").strength = strength
    return lambda image: opened.maps(image)[0, ..., 0]


def _parser():
    parser = argparse.ArgumentParser(
        prog="centre_bias", description=__doc__.split("\n\n")[0], allow_abbrev=False
    )
    parser.add_argument("run", metavar="RUN", help="run folder, or msinet_lite")
    parser.add_argument("--dataset", required=True, help="name, several as a+b")
    parser.add_argument("--data_dir", help="folder of the dataset")
    parser.add_argument("--protocol", help="division of the dataset")
    parser.add_argument("--split", default="val", help="part of the dataset (default: val)")
    parser.add_argument("--limit", type=whole_number(1), help="number of images (default: all)")
    parser.add_argument(
        "--strengths", type=number(0, 10), nargs="+", default=(0, 0.25, 0.5, 0.75, 1, 1.5)
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
