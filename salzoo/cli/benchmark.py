"""Measure speed and memory of models on this machine, taking turns, with random weights."""

from salzoo.utils.tensorflow import load_tensorflow
from salzoo.utils.validators import at_least, size

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
    from salzoo.prediction.speed import benchmark

    measured = benchmark(arguments.models, arguments.size, arguments.image_size, arguments.rounds)
    rows, columns = arguments.image_size
    print(f"One image of {rows}x{columns} at a time, from decoded image to map of its size;")
    print(f"medians of {arguments.rounds} turns. Peak memory includes TensorFlow's.\n")
    print(
        f"{'model':<16}{'input':>10}{'images/s':>10}{'ms':>9}{'fastest':>9}{'peak MB':>9}"
        f"{'billion':>9}  published"
    )
    own = [each for each in measured if arguments.size not in (None, each.size)]
    for each in measured:
        input_size = "x".join(map(str, each.size)) + ("*" if each in own else "")
        print(
            f"{each.model:<16}{input_size:>10}{1 / each.seconds:>10.1f}"
            f"{1000 * each.seconds:>9.1f}{1000 * each.fastest:>9.1f}{each.peak_bytes / 1e6:>9.0f}"
            f"{each.multiply_adds / 1e9:>9.1f}  {each.published}"
        )
    if own:
        print(f"\n* does not take {arguments.size[0]}x{arguments.size[1]}: at its recipe's size")
