"""Measure speed and peak memory of models on this machine.

The models have random weights. Rounds alternate between them, so that other load on the
machine affects all of them alike. --engines measures one model with all engines that are
installed, and shows which one `salzoo predict` takes.
"""

import argparse

from salzoo.cli.parsers import parse_size, whole_number
from salzoo.utils.errors import InputError
from salzoo.utils.tensorflow import load_tensorflow

HELP = "measure speed and memory of models"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("models", nargs="*", help="names, see `salzoo models` (default: all)")
    parser.add_argument(
        "--engines",
        metavar="SOURCE",
        help="measure the engines that can compute this model: a name, released weights, a run "
        "folder or a .keras file",
    )
    parser.add_argument(
        "--size",
        type=parse_size,
        metavar="ROWSxCOLUMNS",
        help="input size of the models (default: that of each model's recipe)",
    )
    parser.add_argument(
        "--image_size",
        type=parse_size,
        metavar="ROWSxCOLUMNS",
        default=(480, 640),
        help="size of the image (default: 480x640)",
    )
    parser.add_argument(
        "--rounds",
        type=whole_number(1),
        default=10,
        help="number of measurements of each model (default: 10)",
    )


def run(arguments: argparse.Namespace) -> None:
    load_tensorflow()
    if arguments.engines:
        if arguments.models or arguments.size:
            raise InputError("--engines measures one model at its own size: leave out others.")
        show_engines(arguments.engines, arguments.rounds)
        return
    from salzoo.prediction.speed import benchmark

    results = benchmark(arguments.models, arguments.size, arguments.image_size, arguments.rounds)
    rows, columns = arguments.image_size
    print(f"One image of {rows}x{columns} at a time, from decoded image to map of its size;")
    print(f"medians of {arguments.rounds} turns. Peak memory includes TensorFlow's.\n")
    print(
        f"{'model':<16}{'input':>10}{'images/s':>10}{'ms':>9}{'fastest':>9}{'peak MB':>9}"
        f"{'billion':>9}  published"
    )
    other_size = [result for result in results if arguments.size not in (None, result.size)]
    for result in results:
        input_size = "x".join(map(str, result.size)) + ("*" if result in other_size else "")
        print(
            f"{result.model:<16}{input_size:>10}{1 / result.seconds:>10.1f}"
            f"{1000 * result.seconds:>9.1f}{1000 * result.fastest:>9.1f}"
            f"{result.peak_bytes / 1e6:>9.0f}{result.multiply_adds / 1e9:>9.1f}"
            f"  {result.published}"
        )
    if other_size:
        rows, columns = arguments.size
        print(f"\n* does not take {rows}x{columns}: at its recipe's size")


def show_engines(source: str, rounds: int) -> None:
    """Print the engines of a model as a table.

    Args:
        source: of the model.
        rounds: number of measurements of each.
    """
    from salzoo.export.engines import measure_engines
    from salzoo.utils.table import Table

    measured, chosen = measure_engines(source, rounds)
    rows = [
        [
            f"{one.engine} {one.precision}",
            f"{one.milliseconds:.1f}",
            f"{one.peak_bytes / 1e6:.0f}",
            f"{one.cc:.5f}",
            f"{one.max_difference:.1e}",
        ]
        for one in measured
        if not one.missing
    ]
    header = ["engine", "ms", "peak MB", "least CC", "max difference"]
    print(Table(f"{source}: image to map, medians of {rounds} turns", header, rows).text())
    for one in measured:
        if one.missing:
            print(f"{one.engine} {one.precision}: {one.missing}")
    if chosen:
        print(f"\n`salzoo predict --model {source}` takes {chosen} in float32.")
