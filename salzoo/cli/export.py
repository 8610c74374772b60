"""Export a trained model as a SavedModel, ONNX, LiteRT or OpenVINO file, or for web pages.

With --to portable it is a file with which `salzoo predict` and `salzoo serve` run without
TensorFlow; a run gets a copy, best.tflite, with which they find it.
"""

import argparse

from salzoo.cli.arguments import add_consent, add_inference_options, inference_options
from salzoo.cli.parsers import whole_number
from salzoo.utils.tensorflow import load_tensorflow

HELP = "export a trained model to files that run without salzoo"
TARGETS = ("savedmodel", "onnx", "litert", "openvino", "web", "portable")
PRECISIONS = ("float32", "float16", "bfloat16", "int8")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "model",
        help="msinet_lite, released weights such as msinet:salicon, a run folder or a .keras file",
    )
    parser.add_argument(
        "--to",
        nargs="+",
        choices=TARGETS,
        default=["savedmodel"],
        help="one or more formats (default: savedmodel, for TensorFlow Serving)",
    )
    parser.add_argument(
        "--precision",
        choices=PRECISIONS,
        help="of the network (default: float32, for web float16)",
    )
    parser.add_argument(
        "--calibrate",
        metavar="FOLDER",
        help="images like those of the application, for int8 (default: drawn scenes)",
    )
    parser.add_argument(
        "--out",
        default="exports",
        help="folder to write to, as OUT/MODEL/VERSION, or OUT/MODEL-TARGET-PRECISION/VERSION "
        "(default: exports)",
    )
    parser.add_argument(
        "--images",
        type=whole_number(1, 360),
        default=50,
        help="number of drawn scenes on which the export is compared with the model (default: 50)",
    )
    parser.add_argument(
        "--force", action="store_true", help="keep an export that misses its tolerance"
    )
    add_consent(parser)
    add_inference_options(parser)


def run(arguments: argparse.Namespace) -> None:
    load_tensorflow()
    from salzoo.export import export
    from salzoo.export.parity import parity_table

    written = export(
        arguments.model,
        arguments.to,
        arguments.out,
        precision=arguments.precision,
        calibrate=arguments.calibrate,
        options=inference_options(arguments),
        images=arguments.images,
        force=arguments.force,
    )
    title = f"Exports of {arguments.model} and the model in TensorFlow, {arguments.images} scenes"
    print(parity_table([one.parity for one in written], title).text() + "\n")
    for one in written:
        print(one.folder)
        if one.in_run:
            print(one.in_run)
