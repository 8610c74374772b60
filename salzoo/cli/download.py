"""Fetch datasets that have public addresses; licence, size and destination are shown first.

An interrupted download continues when the same command is given again.
"""

import argparse

from salzoo.cli.arguments import add_consent

HELP = "fetch datasets"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="+", metavar="NAME", help="dataset, see `salzoo datasets`")
    parser.add_argument(
        "--data_dir",
        help="folder with one subfolder per dataset (default: $SALZOO_HOME/datasets)",
    )
    add_consent(parser)


def run(arguments: argparse.Namespace) -> None:
    from salzoo.data.datasets import dataset_record
    from salzoo.data.fetching import fetch_dataset

    records = [dataset_record(name) for name in arguments.names]
    for record in records:
        print(fetch_dataset(record, arguments.data_dir), flush=True)
