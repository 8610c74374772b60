"""Measure speed and peak memory of models on this machine.

The models have random weights. Rounds alternate between them, so that other load on the
machine affects all of them alike.
"""

import argparse

from salzoo.cli.parsers import parse_size, whole_number
from salzoo.utils.tensorflow import load_tensorflow

HELP = "measure speed and memory of models"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("models", nargs="*", help="names, see `salzoo models` (default: all)")
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
