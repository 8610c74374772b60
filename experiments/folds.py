"""Cross-laboratory folds: a model is trained on two datasets and evaluated on the third.

    python -m experiments.folds msinet_lite --data_dir DATA --out runs/folds/plain
    python -m experiments.folds msinet_lite --data_dir DATA --out runs/folds/short -- --epochs 6

Each of osie, nus_scene and eyecrowd is left out once. A run is trained and validated on the
training and validation images of the two others, and evaluated on those of the one that was
left out; images that `--protocol set_aside` keeps for testing are not used. Flags after `--`
go to `salzoo train`. Prints the metrics of every fold and the mean over the folds, with 95 %
intervals over images. An interrupted run continues when the same command is given again;
`--tta` and another number of images evaluate the trained runs once more.
"""

import argparse
import os
import sys

import numpy as np

from experiments.distilling import DATASETS
from experiments.steps import begin, call, unfinished
from salzoo.cli.messages import render_message
from salzoo.cli.parsers import whole_number
from salzoo.data.dataset import open_dataset
from salzoo.evaluation import Evaluation, measure
from salzoo.evaluation.evaluated_models import Network
from salzoo.evaluation.statistics import RESAMPLES
from salzoo.utils.errors import InputError
from salzoo.utils.table import Table
from salzoo.utils.task import Task
from salzoo.utils.tensorflow import load_tensorflow

METRICS = ("AUC", "NSS", "CC", "SIM", "KLD")
CONVENTION, PROTOCOL = "tuebingen", "set_aside"


def main(argv=None):
    """Run the command line; return the first status that is not 0, 2 for bad input."""
    argv = sys.argv[1:] if argv is None else argv
    end = argv.index("--") if "--" in argv else len(argv)
    parser = _parser()
    arguments = parser.parse_args(argv[:end])
    try:
        return run_folds(arguments, argv[end + 1 :])
    except InputError as error:
        sys.stderr.write(f"folds: {render_message(str(error), parser)}\n")
        return 2
    except KeyboardInterrupt:  # the step has printed a message
        return 130


def run_folds(arguments, flags):
    """Train, evaluate and print the table; return the status of a training that failed, or 0.

    Args:
        arguments: of the command line.
        flags: of `salzoo train`.
    """
    data_dir = os.path.abspath(arguments.data_dir)
    settings = {"model": arguments.model, "data_dir": data_dir, "flags": flags}
    begin(arguments.out, "folds.json", settings)
    evaluations = {}
    for held_out in DATASETS:
        run = os.path.join(arguments.out, f"without_{held_out}")
        dataset = "+".join(name for name in DATASETS if name != held_out)
        common = ["--dataset", dataset, "--protocol", PROTOCOL, "--data_dir", data_dir]
        for command in unfinished(run, [arguments.model, *common, *flags]):
            status = call(command)
            if status:
                return status
        evaluations[held_out] = evaluate_fold(arguments, run, held_out)
    print(f"\n{fold_table(arguments.out, evaluations)}")
    return 0


def evaluate_fold(arguments, run, held_out):
    """Return the `Evaluation` of a run on the images of the dataset that was left out.

    Args:
        arguments: of the command line.
        run: folder; the evaluation is written into it.
        held_out: name of the dataset.
    """
    name = f"held_out-{arguments.images}{'-tta' if arguments.tta else ''}"
    folder = os.path.join(run, name)
    if os.path.exists(os.path.join(folder, "evaluation.json")):
        return Evaluation.read(folder)
    load_tensorflow()
    import salzoo

    dataset = open_dataset(held_out, arguments.data_dir, protocol=PROTOCOL)
    evaluation = measure(
        {arguments.model: Network(salzoo.load_model(run, tta=arguments.tta))},
        [*dataset.samples("train"), *dataset.samples("val")],
        limit=arguments.images,
        dataset=held_out,
        split="train and val",
        task=Task.FIXATIONS,
        conventions=[CONVENTION],
        metrics=list(METRICS),
        baselines="none",
        folder=folder,
    )
    evaluation.write(folder)
    return evaluation


def fold_table(title, evaluations):
    """Return the table of the folds and their mean.

    Args:
        title: of the table.
        evaluations: {dataset: `Evaluation`}.
    """
    rows = []
    for held_out, evaluation in evaluations.items():
        values = evaluation[evaluation.main_model]
        intervals = evaluation.intervals()[CONVENTION][evaluation.main_model]
        cells = [_cell(values[metric], *intervals[metric]) for metric in METRICS]
        rows.append([f"{held_out}, {len(evaluation.images)} images", *cells])
    means, low, high = mean_of_folds(list(evaluations.values()))
    rows.append(["mean of the folds", *map(_cell, means, low, high)])
    return Table(f"{title} ({CONVENTION})", ["evaluated on", *METRICS], rows).text()


def mean_of_folds(evaluations):
    """Return the means over the folds and the ends of their 95 % intervals, three lists.

    Every fold counts alike; images are drawn again within each fold.
    """
    random = np.random.default_rng(0)
    means, resampled = [], []
    for evaluation in evaluations:
        scores = evaluation[evaluation.main_model]
        values = np.stack([scores[metric].values for metric in METRICS], axis=-1)
        draws = random.integers(len(values), size=(RESAMPLES, len(values)))
        means.append(np.nanmean(values, axis=0))
        resampled.append([np.nanmean(values[draw], axis=0) for draw in draws])
    low, high = np.quantile(np.mean(resampled, axis=0), [0.025, 0.975], axis=0)
    return np.mean(means, axis=0).tolist(), low.tolist(), high.tolist()


def _cell(mean, low, high):
    return f"{mean:.3f} [{low:.3f}, {high:.3f}]"


def _parser():
    parser = argparse.ArgumentParser(
        prog="folds",
        description=__doc__.split("\n\n")[0],
        epilog="Flags after -- go to `salzoo train`.",
        allow_abbrev=False,
    )
    parser.add_argument("model", help="name of the model to train")
    parser.add_argument(
        "--data_dir", required=True, help=f"folder with the datasets {', '.join(DATASETS)}"
    )
    parser.add_argument("--out", required=True, help="folder for the three runs")
    parser.add_argument(
        "--images",
        type=whole_number(1),
        default=150,
        help="number of images that a fold is evaluated on, evenly spaced (default: 150)",
    )
    parser.add_argument("--tta", action="store_true", help="evaluate with test-time augmentation")
    return parser


if __name__ == "__main__":
    sys.exit(main())
