"""Write a run as a SavedModel for TensorFlow Serving and its like."""

from salzoo.commands.arguments import add_wrapping
from salzoo.commands.quiet import load_tensorflow

HELP = "export a run as a SavedModel"


def add_arguments(parser):
    parser.add_argument("run_dir", metavar="RUN", help="a run folder")
    parser.add_argument(
        "--out", default="exports", help="the model goes to OUT/MODEL/VERSION/ (default: exports)"
    )
    add_wrapping(parser)


def run(arguments):
    load_tensorflow()
    from salzoo.export import export_run

    wrapping = arguments.raw, arguments.fit, arguments.output
    print(export_run(arguments.run_dir, arguments.out, *wrapping))
