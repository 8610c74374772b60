"""Export a trained model as a SavedModel, for TensorFlow Serving and other runtimes."""

import argparse

from salzoo.cli.arguments import add_consent, add_inference_options, inference_options
from salzoo.utils.tensorflow import load_tensorflow

HELP = "export a trained model as a SavedModel"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "model",
        help="msinet_lite, released weights such as msinet:salicon, a run folder or a .keras file",
    )
    parser.add_argument(
        "--out",
        default="exports",
        help="folder to write to, as OUT/MODEL/VERSION (default: exports)",
    )
    add_consent(parser)
    add_inference_options(parser)


def run(arguments: argparse.Namespace) -> None:
    load_tensorflow()
    from salzoo.export import export_model

    print(export_model(arguments.model, arguments.out, inference_options(arguments)))
