"""Show a model's layers, parameters, multiply-adds and memory at an input size."""

import argparse

from salzoo.cli.arguments import add_model_options, pairs_to_dict
from salzoo.cli.parsers import parse_size
from salzoo.utils.tensorflow import load_tensorflow

HELP = "show a model's layers, parameters and multiply-adds"
MEBIBYTE = 2**20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", help="name, see `salzoo models`")
    parser.add_argument(
        "--input_size",
        type=parse_size,
        metavar="ROWSxCOLUMNS",
        help="input size (default: that of the model's recipe)",
    )
    add_model_options(parser)


def run(arguments: argparse.Namespace) -> None:
    load_tensorflow()
    from salzoo.models import build_model, model_record
    from salzoo.models.complexity import complexity
    from salzoo.training.config import check_option_names

    record = model_record(arguments.model)
    input_size = arguments.input_size or record.recipe.input_size
    record.check_size(*input_size)
    chosen = pairs_to_dict("--model_options", arguments.model_options)
    check_option_names(record, chosen)
    cost = complexity(build_model(arguments.model, input_shape=(*input_size, 3), **chosen))
    lines = [("layer", "kind", "output", "parameters", "multiply-adds")]
    lines += [
        (
            layer.name,
            layer.kind,
            "x".join(map(str, layer.shape)),
            f"{layer.parameters:,}" if layer.parameters else "",
            f"{layer.multiply_adds:,}" if layer.multiply_adds else "",
        )
        for layer in cost.layers
    ]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for name, kind, shape, parameters, multiply_adds in lines:
        print(
            f"{name:<{widths[0]}}  {kind:<{widths[1]}}  {shape:<{widths[2]}}  "
            f"{parameters:>{widths[3]}}  {multiply_adds:>{widths[4]}}"
        )
    print(f"\n{record.title} at {input_size[0]}x{input_size[1]}, one image")
    print(f"trainable parameters  {cost.trainable:,}")
    print(f"statistics            {cost.statistics:,}")
    print(f"multiply-adds         {cost.multiply_adds / 1e9:.2f} billion")
    print(f"parameters            {cost.parameter_bytes / MEBIBYTE:.2f} MiB (float32)")
    print(
        f"outputs               {cost.activation_bytes / MEBIBYTE:.2f} MiB "
        "(the input and each layer's, in-place ones aside)"
    )
