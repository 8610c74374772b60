"""Check every file of a dataset's folder and list all problems."""

import argparse

from salzoo.cli.arguments import add_data_dir, add_dataset_options, pairs_to_dict
from salzoo.utils.printable import printable
from salzoo.utils.wording import counted

HELP = "check the files of a dataset"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", help="name of the dataset, see `salzoo datasets`")
    add_data_dir(parser)
    add_dataset_options(parser)


def run(arguments: argparse.Namespace) -> int:
    from salzoo.data.agreement import describe_disagreement
    from salzoo.data.datasets import dataset_record
    from salzoo.data.validation import inspect_dataset, official_parts

    options = pairs_to_dict("--dataset_options", arguments.dataset_options)
    samples, checks = inspect_dataset(arguments.name, arguments.data_dir, **options)
    fixations = sum(len(sample.fixations) for sample in samples if sample.fixations is not None)
    print(
        f"{arguments.name}: {counted(len(samples), 'usable image')}, "
        f"{counted(fixations, 'fixation')}, {checks.dropped:,} dropped outside their images, "
        f"{counted(len(checks.problems), 'problem')}"
    )
    parts = official_parts(dataset_record(arguments.name), samples)
    if parts:
        counts = (f"{split} {found} of {count}" for split, (found, count) in parts.items())
        print(f"  official splits: {', '.join(counts)}")
    warning = describe_disagreement(samples)
    if warning:
        print(f"  warning: {warning}")
    for path, problem in sorted(checks.problems):
        print(printable(f"  {path} {problem}"))
    return 1 if checks.problems else 0
