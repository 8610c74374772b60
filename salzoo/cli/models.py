"""List the models with their parameters, tasks, papers and options."""

import argparse

from salzoo.utils.tensorflow import load_tensorflow

HELP = "list the models"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    pass


def run(arguments: argparse.Namespace) -> None:
    load_tensorflow()
    from salzoo.models import list_models, model_record

    records = [model_record(name) for name in list_models()]
    width = max(len(record.name) for record in records)
    for record in records:
        count = f"{record.parameters:>12,} parameters"
        print(f"{record.name:<{width}} {count}  {record.task}  {record.paper}")
        if record.weights:
            print(f"{'':<{width}} comes with trained weights: salzoo predict --model {record.name}")
        for name, option in record.options.items():
            print(f"{'':<{width}} option {name}: {option.description}")
        for schedule, meaning in record.schedules.items():
            print(f"{'':<{width}} schedule {schedule}: {meaning}")
