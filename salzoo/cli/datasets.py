"""List the datasets, or describe one: its content, licence, citation and how to obtain it."""

import argparse
from typing import TYPE_CHECKING

from salzoo.cli.listing import print_facts, print_rows

if TYPE_CHECKING:
    from salzoo.data.dataset_record import DatasetRecord

HELP = "list the datasets, or describe one"
# Fields of a record that a description begins with.
_FIELDS = ("title", "task", "ground_truth", "viewing", "licence", "citation", "homepage", "layout")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", help="name of the dataset to describe")
    parser.add_argument(
        "--data_dir",
        help="folder with one subfolder per dataset (default: $SALZOO_HOME/datasets)",
    )


def run(arguments: argparse.Namespace) -> None:
    from salzoo.data.datasets import dataset_record, list_datasets

    if arguments.name:
        _describe(dataset_record(arguments.name))
        return
    rows = [("name", "task", "images", "files", "licence")]
    for record in map(dataset_record, list_datasets()):
        files = _presence(record, arguments.data_dir)
        count = f"{_image_count(record):>8}"
        rows.append((record.name, str(record.task), count, files, record.licence))
    print_rows(rows)
    print("\n`salzoo datasets NAME` describes one: ground truth, options, splits, files.")


def _image_count(record: "DatasetRecord") -> str:
    from salzoo.data.dataset_record import ANY_NUMBER

    return "your own" if record.images == ANY_NUMBER else f"{record.images:,}"


def _presence(record: "DatasetRecord", data_dir: str | None) -> str:
    """Return whether a dataset's folder has files, or else who can fetch it."""
    from salzoo.data.dataset_record import ANY_NUMBER
    from salzoo.data.fetching import has_files, place_of

    if not record.layout:
        return "drawn"
    if has_files(place_of(record, data_dir)):
        return "present"
    if record.images == ANY_NUMBER:
        return "--data_dir"
    return "on first use" if record.archives else "by hand"


def _describe(record: "DatasetRecord") -> None:
    """Print all fields of a dataset's record."""
    lines = [(name.replace("_", " "), str(getattr(record, name) or "-")) for name in _FIELDS]
    lines.insert(2, ("images", _image_count(record)))
    if record.sigma is not None:
        lines.append(("sigma", f"{record.sigma:g} px: {record.sigma_source}"))
    for name, protocol in record.protocols.items():
        default = " (default)" if name == record.default_protocol else ""
        counts = ", ".join(f"{split} {count}" for split, count in protocol.counts.items())
        text = f"{counts}; {protocol.source}" if counts else protocol.source
        lines.append(("protocol", f"{name}{default}: {text}"))
    lines += [("option", f"{name}: {meaning}") for name, meaning in record.options.items()]
    lines += [(f"step {number}", step) for number, step in enumerate(record.steps, start=1)]
    for archive in record.archives:
        lines.append(
            (
                "archive",
                f"{archive.url} ({archive.checksum or 'content verified, no checksum known'})",
            )
        )
    print_facts(lines)
