"""List the models with their parameters, tasks, papers, options and trained weights."""

import argparse
from typing import TYPE_CHECKING

from salzoo.utils.tensorflow import load_tensorflow

if TYPE_CHECKING:
    from salzoo.models.released import ReleasedWeights

HELP = "list the models and their weights"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    pass


def run(arguments: argparse.Namespace) -> None:
    load_tensorflow()
    from salzoo.models import list_models, model_record
    from salzoo.models.released import list_released

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
        for weights in list_released(record.name):
            for line in describe_released(weights):
                print(f"{'':<{width}} {line}")


def describe_released(weights: "ReleasedWeights") -> list[str]:
    """Return what is known of released weights, in lines of which the first names them.

    Args:
        weights: Their record.
    """
    from salzoo.models.imported import how_to_get, is_imported

    present = is_imported(weights)
    lines = [
        f"weights {weights.source}: {weights.title}",
        f"  {'present' if present else 'not present'}; licence {weights.licence}; trained on "
        f"{weights.trained_on}; {weights.homepage}",
    ]
    tables: dict[tuple[str, str, str], list[str]] = {}
    for figure in weights.figures:
        key = (figure.dataset, figure.split, figure.table)
        tables.setdefault(key, []).append(f"{figure.metric} {figure.value:g}")
    for (dataset, split, table), values in tables.items():
        lines.append(f"  published on {dataset}, {split}: {', '.join(values)} ({table})")
    if not present and weights.file.url:
        host = weights.file.url.split("/")[2]
        lines.append(f"  salzoo import {weights.source}: fetches {weights.file.name} from {host}")
    elif not present:
        lines.append(f"  {how_to_get(weights)}")
    return lines
