"""Download a dataset that has a public address and a checksum.

An interrupted download continues when the same command is given again.
"""

import argparse

from salzoo.utils.home import datasets_folder

HELP = "download a dataset"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", help="name of the dataset, see `salzoo datasets`")
    parser.add_argument(
        "--data_dir",
        help="folder with one subfolder per dataset (default: $SALZOO_HOME/datasets)",
    )


def run(arguments: argparse.Namespace) -> None:
    from salzoo.data.archives import download
    from salzoo.data.datasets import dataset_record

    record = dataset_record(arguments.name)
    print(f"{record.title}: {record.licence}")
    print(download(record, arguments.data_dir or datasets_folder()))
    manual = [archive for archive in record.archives if not archive.checksum]
    if manual:
        print("No checksum is published for these files; download them yourself:")
        for archive in manual:
            print(f"  {archive.url}")
        print("\n".join(record.steps))
