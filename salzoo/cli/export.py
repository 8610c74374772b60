"""Export a trained model as a SavedModel, for TensorFlow Serving and other runtimes.

With --to portable a run gets the file best.tflite, with which `salzoo predict` and `salzoo serve`
run without TensorFlow; with --out, and of other sources, it is OUT/MODEL-NUMBER.tflite.
"""

import argparse

from salzoo.cli.arguments import add_consent, add_inference_options, inference_options
from salzoo.utils.errors import InputError
from salzoo.utils.tensorflow import load_tensorflow

HELP = "export a trained model as a SavedModel or a portable file"
TARGETS = ("savedmodel", "portable")
PRECISIONS = ("float32", "float16")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "model",
        help="msinet_lite, released weights such as msinet:salicon, a run folder or a .keras file",
    )
    parser.add_argument(
        "--out",
        help="folder to write to, as OUT/MODEL/VERSION (default: exports)",
    )
    parser.add_argument("--to", choices=TARGETS, default=TARGETS[0], help="default: savedmodel")
    parser.add_argument(
        "--precision",
        choices=PRECISIONS,
        help="of the weights in a portable file: float16 halves it and changes maps by up to 1e-4 "
        "(default: float32)",
    )
    add_consent(parser)
    add_inference_options(parser)


def run(arguments: argparse.Namespace) -> None:
    options = inference_options(arguments)
    if arguments.to == "portable" and options.changed:
        raise InputError(f"--{options.changed[0]} is chosen when predicting with a portable file.")
    if arguments.to != "portable" and arguments.precision:
        raise InputError("--precision is of portable files; add --to portable.")
    load_tensorflow()
    if arguments.to == "portable":
        from salzoo.export.portable import export_portable

        print(export_portable(arguments.model, arguments.out, arguments.precision or "float32"))
        return
    from salzoo.export import export_model

    print(export_model(arguments.model, arguments.out or "exports", options))
