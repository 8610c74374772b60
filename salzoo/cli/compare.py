"""Compare evaluations of the same images: differences with intervals and tests, ranks, categories.

EVALUATION is a folder that `salzoo evaluate` wrote. It stands for the model that the
evaluation is about; FOLDER:MODEL takes another model of its table, like 'FOLDER:mean map'.
"""

import argparse
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from salzoo.cli.parsers import parse_names, parse_seed
from salzoo.utils.errors import InputError

if TYPE_CHECKING:
    from salzoo.evaluation.comparison import Comparison

HELP = "test whether one evaluation is better than others"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "evaluations",
        nargs="+",
        metavar="EVALUATION",
        help="the first is compared with each of the others",
    )
    parser.add_argument(
        "--against",
        nargs="+",
        metavar="EVALUATION",
        help="runs of a second side, compared in pairs with the EVALUATIONs, which are then the "
        "runs of the first side",
    )
    parser.add_argument(
        "--convention", type=parse_names, help="several as a,b (default: all shared ones)"
    )
    parser.add_argument(
        "--seed", type=parse_seed, default=0, help="of all random draws (default: 0)"
    )
    parser.add_argument(
        "--out", help="folder for comparison.md, .html, .csv and .json (default: none)"
    )


def run(arguments: argparse.Namespace) -> None:
    from salzoo.evaluation.comparison import Comparison
    from salzoo.evaluation.report import comparison_report

    comparison = Comparison(_sides(arguments), arguments.convention, arguments.seed)
    if arguments.out:
        os.makedirs(arguments.out, exist_ok=True)  # fails now rather than after the work
    print(comparison_report.render_text(comparison))
    if arguments.out:
        print()
        for path in _write(comparison, arguments.out):
            print(path)


def _sides(arguments: argparse.Namespace) -> list[list[str]]:
    """Return the evaluations of each side."""
    first, second = arguments.evaluations, arguments.against
    if second is None:
        if len(first) < 2:
            raise InputError("give two evaluations or more, or the other side with --against.")
        return [[path] for path in first]
    if len(first) != len(second):
        raise InputError(
            f"--against gives {len(second)} runs for {len(first)}; runs are compared in pairs."
        )
    return [first, second]


def _write(comparison: "Comparison", folder: str) -> Iterator[str]:
    """Write a comparison in every format; yield the paths."""
    from salzoo.evaluation.report import comparison_report
    from salzoo.utils.files import whole_file
    from salzoo.utils.json_files import write_json

    for ending, content in (
        ("md", comparison_report.render_markdown(comparison)),
        ("html", comparison_report.render_html(comparison)),
        ("csv", comparison_report.render_csv(comparison)),
    ):
        place = os.path.join(folder, f"comparison.{ending}")
        with whole_file(place) as path, open(path, "w", encoding="utf-8") as file:
            file.write(content)
        yield place
    place = os.path.join(folder, "comparison.json")
    write_json(place, comparison_report.list_values(comparison))
    yield place
