"""Measure speed and memory of models on this machine, taking turns, with random weights."""

from salzoo.commands.quiet import load_tensorflow
from salzoo.values import at_least, size

HELP = "measure how fast models are here"


def add_arguments(parser):
    parser.add_argument("models", nargs="*", help="see `salzoo models` (default: all)")
    parser.add_argument(
        "--size", type=size, help="ROWSxCOLUMNS of their input (default: of each one's recipe)"
    )
    parser.add_argument(
        "--image_size", type=size, default=(480, 640), help="of the image (default: 480x640)"
    )
    parser.add_argument(
        "--rounds", type=at_least(1), default=10, help="turns of each model (default: 10)"
    )


def run(arguments):
    load_tensorflow()
    from salzoo.benchmark import benchmark
    from salzoo.models import list_models

    names = list(dict.fromkeys(arguments.models)) or list_models()
    measured = benchmark(names, arguments.size, arguments.image_size, arguments.rounds)
    rows, columns = arguments.image_size
    print(f"One image of {rows}x{columns} at a time, from decoded image to map of its size;")
    print(f"medians of {arguments.rounds} turns. Peak memory includes TensorFlow's.\n")
    print(
        f"{'model':<16}{'input':>9}{'images/s':>10}{'ms':>9}{'fastest':>9}{'peak MB':>9}"
        f"{'billion':>9}  published"
    )
    for each in measured:
        print(
            f"{each.model:<16}{'x'.join(map(str, each.size)):>9}{1 / each.seconds:>10.1f}"
            f"{1000 * each.seconds:>9.1f}{1000 * each.fastest:>9.1f}{each.peak_bytes / 1e6:>9.0f}"
            f"{each.multiply_adds / 1e9:>9.1f}  {each.published}"
        )
