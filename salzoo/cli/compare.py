"""Compare evaluations of the same images: differences, their uncertainty, ranks, categories.

Each is a folder that `salzoo evaluate` wrote, which stands for the model it is
about; FOLDER:MODEL takes another one of its table, like 'FOLDER:mean map'.
"""

import os

from salzoo.cli.parsers import parse_names, parse_seed
from salzoo.utils.errors import InputError

HELP = "say how surely one evaluation is better than others"


def add_arguments(parser):
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
        help="the runs of the other side, in pairs with the EVALUATIONs before, which are then "
        "the runs of one side",
    )
    parser.add_argument(
        "--convention", type=parse_names, help="several as a,b (default: all that they share)"
    )
    parser.add_argument("--seed", type=parse_seed, default=0)
    parser.add_argument(
        "--out", help="folder for comparison.md, .html, .csv and .json (default: none)"
    )


def run(arguments):
    from salzoo.evaluation.comparison import Comparison
    from salzoo.evaluation.report import comparison_report

    comparison = Comparison(_sides(arguments), arguments.convention, arguments.seed)
    if arguments.out:
        os.makedirs(arguments.out, exist_ok=True)  # fails now rather than after the work
    print(comparison_report.text(comparison))
    if arguments.out:
        print()
        for path in _write(comparison, arguments.out):
            print(path)


def _sides(arguments):
    first, second = arguments.evaluations, arguments.against
    if second is None:
        if len(first) < 2:
            raise InputError("give two evaluations or more, or the other side with --against.")
        return [[each] for each in first]
    if len(first) != len(second):
        raise InputError(
            f"--against gives {len(second)} runs for {len(first)}; runs are compared in pairs."
        )
    return [first, second]


def _write(comparison, folder):
    from salzoo.evaluation.report import comparison_report
    from salzoo.utils.files import whole_file, write_json

    for ending, content in (
        ("md", comparison_report.markdown(comparison)),
        ("html", comparison_report.html(comparison)),
        ("csv", comparison_report.as_csv(comparison)),
    ):
        place = os.path.join(folder, f"comparison.{ending}")
        with whole_file(place) as path, open(path, "w", encoding="utf-8") as file:
            file.write(content)
        yield place
    place = os.path.join(folder, "comparison.json")
    write_json(place, comparison_report.as_json(comparison))
    yield place
