"""Show a model's layers and parameters."""

from salzoo.commands.arguments import add_options, options, size
from salzoo.commands.quiet import load_tensorflow

HELP = "show a model's layers and parameters"


def add_arguments(parser):
    parser.add_argument("model", help="see `salzoo models`")
    parser.add_argument("--input_size", type=size, help="ROWSxCOLUMNS; unknown if not given")
    add_options(parser)


def run(arguments):
    load_tensorflow()
    from salzoo.models import build_model, model_record

    record = model_record(arguments.model)
    input_size = arguments.input_size or (None, None)
    if arguments.input_size:
        record.check_size(*input_size)
    model = build_model(
        arguments.model, input_shape=(*input_size, 3), **options(arguments.option, record)
    )
    model.summary(line_length=110)
