"""List the models of the zoo."""

from salzoo.commands.quiet import load_tensorflow

HELP = "list the models"


def add_arguments(parser):
    pass


def run(arguments):
    load_tensorflow()
    from salzoo.models import list_models, model_record

    for name in list_models():
        record = model_record(name)
        print(f"{name:<12} {record.parameters:>12,} parameters  {record.task}  {record.paper}")
        for option, meaning in record.options.items():
            print(f"{'':<12} option {option}: {meaning}")
