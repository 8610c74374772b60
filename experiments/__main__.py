"""Command line of the papers' experiments: list them, or run an entry, a table or a paper.

    python -m experiments
    python -m experiments sam/table2/dcn_convlstm --quick
    python -m experiments msinet/table6 --dataset osie --data_dir DATA --repetitions 3

An interrupted experiment continues when the same command is given again. Nothing is
trained or evaluated twice.
"""

import argparse
import logging
import os
import sys

from experiments import all_tables, writing
from experiments.entries import select
from experiments.runner import Runner
from experiments.settings import QUICK_IMAGES, Settings
from salzoo.cli.messages import render_message
from salzoo.cli.parsers import parse_positive, parse_size, whole_number
from salzoo.models.backbones.pretrained import HYBRID
from salzoo.utils.errors import InputError
from salzoo.utils.tensorflow import load_tensorflow

OUT = os.path.join("runs", "experiments")
RECIPE_FLAGS = ("epochs", "batch_size", "learning_rate", "input_size", "backbone_weights")


def main(argv=None):
    """Run the command line; return 0, 2 (bad input) or 130 (interrupted)."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    try:
        tables = all_tables()
        if not arguments.name:
            print(listing(tables))
            return 0
        chosen = select(tables, arguments.name)
        settings = _settings(arguments)
        load_tensorflow()
        # Keras warns about retracing, since one model after another is compiled.
        logging.getLogger("tensorflow").setLevel(logging.ERROR)
        run(tables, chosen, settings)
        return 0
    except InputError as error:
        sys.stderr.write(f"experiments: {render_message(str(error), parser)}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("\nexperiments: interrupted; the same command resumes from here.\n")
        return 130


def run(tables, chosen, settings, **parts):
    """Train and evaluate entries; write and print a table when it is complete.

    Args:
        tables: all tables.
        chosen: [(table, its entries to run)].
        settings: `Settings`.
        **parts: replacements of the runner's training and measurement, for tests.
    """
    runs = Runner(tables, settings, **parts)
    for table, entries in chosen:
        try:
            runs.run([(table, entries)])
        finally:
            writing.write(runs, table)
        print(f"\n{writing.terminal(runs, table)}\n")
    print(f"Tables are in {os.path.join(settings.out, 'tables')}.")


def listing(tables):
    """Return all tables and entries, a line each."""
    lines = []
    for table in tables:
        measured = any(column.test for column in table.columns.values())
        columns = f" ({', '.join(table.columns)})" if measured else ""
        lines += ["", f"{table.title}{columns}"]
        width = max(len(entry.name) for entry in table.entries)
        lines += [f"  {entry.name:<{width}}  {entry.title}" for entry in table.entries]
    return "\n".join([*lines[1:], "", "NAME is one of these, or a part before a slash."])


def _settings(arguments):
    if arguments.quick and (arguments.dataset or arguments.data_dir):
        raise InputError("--quick takes the synthetic set; leave out --dataset and --data_dir.")
    datasets = tuple(arguments.dataset.split(",")) if arguments.dataset else None
    recipe = {name: getattr(arguments, name) for name in RECIPE_FLAGS}
    given = recipe["backbone_weights"]
    if given not in (None, "none", "imagenet", HYBRID):
        recipe["backbone_weights"] = os.path.abspath(os.path.expanduser(given))
    limits = {"limit_train": arguments.limit_train, "limit_val": arguments.limit_val}
    if arguments.quick:
        limits = {name: limits[name] or count for name, count in QUICK_IMAGES.items()}
    return Settings(
        out=arguments.out or OUT + ("-quick" if arguments.quick else ""),
        data_dir=arguments.data_dir and os.path.abspath(os.path.expanduser(arguments.data_dir)),
        datasets=datasets,
        quick=arguments.quick,
        repetitions=arguments.repetitions or (1 if arguments.quick else None),
        seed=arguments.seed,
        recipe={name: value for name, value in recipe.items() if value is not None},
        mixed_precision=arguments.mixed_precision,
        init_from=arguments.init_from,
        direct=arguments.direct,
        **limits,
    )


def _parser():
    parser = argparse.ArgumentParser(
        prog="experiments",
        description="Train and evaluate what the tables of the papers report.",
        epilog="Without a name, all experiments are listed.",
        allow_abbrev=False,
    )
    parser.add_argument("name", nargs="?", help="an entry, a table or a paper")
    parser.add_argument(
        "--dataset",
        help="columns of the table, or other datasets to train and evaluate on, as a,b (default: "
        "all columns)",
    )
    parser.add_argument(
        "--data_dir", help="folder of the dataset, or a folder with one subfolder per dataset"
    )
    parser.add_argument("--quick", action="store_true", help="one epoch on a few synthetic images")
    parser.add_argument(
        "--repetitions",
        type=whole_number(1),
        help="trainings of each entry (default: as in the paper)",
    )
    parser.add_argument(
        "--seed", type=whole_number(0, 2**31), default=0, help="of the first repetition"
    )
    parser.add_argument(
        "--init_from", metavar="RUN", help="run whose weights the last training starts from"
    )
    parser.add_argument(
        "--direct", action="store_true", help="skip the trainings on other datasets before it"
    )
    parser.add_argument("--out", help=f"folder for runs and tables (default: {OUT})")
    parser.add_argument("--epochs", type=whole_number(1))
    parser.add_argument("--batch_size", type=whole_number(1))
    parser.add_argument("--learning_rate", type=parse_positive)
    parser.add_argument("--input_size", type=parse_size, metavar="ROWSxCOLUMNS")
    parser.add_argument(
        "--backbone_weights", help="weights of the backbone: 'imagenet', 'none' or a file"
    )
    parser.add_argument(
        "--limit_train", type=whole_number(1), help="train on N images only", metavar="N"
    )
    parser.add_argument(
        "--limit_val",
        type=whole_number(1),
        help="validate and evaluate on N images only",
        metavar="N",
    )
    parser.add_argument("--mixed_precision", action="store_true", help="compute in bfloat16")
    return parser


if __name__ == "__main__":
    sys.exit(main())
