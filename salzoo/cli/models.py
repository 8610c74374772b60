"""List the models and the weights that their authors released, or describe one."""

import argparse
import json
import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from salzoo.cli.listing import print_facts, print_rows
from salzoo.utils.tensorflow import load_tensorflow

if TYPE_CHECKING:
    from salzoo.models.record import ModelRecord
    from salzoo.models.released import ReleasedFile, ReleasedWeights

HELP = "list the models and their weights, or describe one"
ON_USE = "on first use"
Facts = Iterator[tuple[str, str]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "name", nargs="?", help="model or weights to describe, such as msinet or msinet:salicon"
    )


def run(arguments: argparse.Namespace) -> None:
    load_tensorflow()
    from salzoo.models import model_record
    from salzoo.models.backbones.pretrained import HYBRID
    from salzoo.models.released import is_released, released

    name = arguments.name
    if name is None:
        _list_all()
    elif name == HYBRID:
        print_facts(_hybrid_facts())
    elif is_released(name):
        print_facts(_weights_facts(released(name)))
    else:
        print_facts(_model_facts(model_record(name)))


def _list_all() -> None:
    """Print a table of the models and one of the released weights."""
    from salzoo.models import list_models, model_record
    from salzoo.models.backbones import hybrid
    from salzoo.models.released import list_released

    models = [("name", "title", "parameters", "task", "pretrained")]
    for record in map(model_record, list_models()):
        released = "released" if list_released(record.name) else "no"
        pretrained = "included" if record.weights else released
        count = f"{record.parameters:>10,}"
        models.append((record.name, record.title, count, str(record.task), pretrained))
    print_rows(models)
    print(f"\nWeights released by the authors ({hybrid.NAME}: for --backbone_weights):\n")
    files = [("name", "trained on", "files", "licence")]
    for weights in list_released():
        files.append((weights.source, weights.trained_on, _presence(weights), weights.licence))
    present = "present" if hybrid.is_hybrid_imported() else ON_USE
    files.append((hybrid.NAME, hybrid.TRAINED_ON, present, hybrid.LICENCE))
    print_rows(files)
    print("\n`salzoo models NAME` describes one: options, source, published figures.")


def _presence(weights: "ReleasedWeights") -> str:
    """Return whether weights are on this machine, or else who can fetch them."""
    from salzoo.models.imported import is_imported

    if is_imported(weights):
        return "present"
    return ON_USE if weights.file.url else "by hand"


def _model_facts(record: "ModelRecord") -> Facts:
    """Yield what is known of a model."""
    from salzoo.models.released import list_released
    from salzoo.models.weights_files import WEIGHTS_FOLDER

    yield "title", record.title
    yield "paper", record.paper
    yield "task", str(record.task)
    yield "parameters", f"{record.parameters:,}"
    size = "x".join(map(str, record.fixed_size)) if record.fixed_size else "any size"
    multiple = f", multiples of {record.size_multiple}" if record.size_multiple > 1 else ""
    yield "input", f"{size}{multiple}; fit {record.predict_fit_mode or record.fit_mode}"
    for name, option in record.options.items():
        yield "option", f"{name}: {option.description}; default {_shown(option.default)}"
    for schedule, meaning in record.schedules.items():
        yield "schedule", f"{schedule}: {meaning}"
    if record.weights:
        yield "weights", f"included: salzoo predict --model {record.name} photo.jpg"
        details = {**record.trained}
        yield "trained on", f"{details.pop('trained_on')} {_assignments(details)}"
        yield "model card", os.path.join(WEIGHTS_FOLDER, f"{record.name}.md")
    for weights in list_released(record.name):
        yield (
            "weights",
            f"{weights.source}: trained on {weights.trained_on}; {_presence(weights)}; licence "
            f"{weights.licence}",
        )


def _weights_facts(weights: "ReleasedWeights") -> Facts:
    """Yield what is known of released weights."""
    from salzoo.models.imported import how_to_get, is_imported, released_folder

    yield "title", weights.title
    yield "model", f"{weights.model} {_assignments(weights.model_options)}".rstrip()
    yield "trained on", weights.trained_on
    yield "licence", weights.licence
    yield "homepage", weights.homepage
    yield from _file_facts(weights.file)
    yield "input", " or ".join(f"{rows}x{columns}" for rows, columns in weights.sizes)
    padding = f", padding {weights.padding_value:g}" if weights.fit_mode == "pad" else ""
    blur = f"blur of {weights.blur:g} px" if weights.blur else "no blur"
    yield "fit", f"{weights.fit_mode}{padding}, {blur}"
    tables: dict[tuple[str, str, str], list[str]] = {}
    for figure in weights.figures:
        key = (figure.dataset, figure.split, figure.table)
        tables.setdefault(key, []).append(f"{figure.metric} {figure.value:g}")
    for (dataset, split, table), values in tables.items():
        yield "published", f"{dataset}, {split}: {', '.join(values)} ({table})"
    yield _place(
        weights.source,
        weights.file,
        released_folder(weights) if is_imported(weights) else None,
        how_to_get(weights),
    )
    yield "use", f"salzoo predict --model {weights.source} photo.jpg"


def _hybrid_facts() -> Facts:
    """Yield what is known of the encoder that MSI-Net's training starts from."""
    from salzoo.models.backbones import hybrid
    from salzoo.models.importers.vgg16_hybrid import FILE

    yield "title", hybrid.TITLE
    yield "model", "msinet, its encoder only"
    yield "trained on", hybrid.TRAINED_ON
    yield "licence", hybrid.LICENCE
    yield "homepage", hybrid.HOMEPAGE
    yield from _file_facts(FILE)
    folder = hybrid.hybrid_folder() if hybrid.is_hybrid_imported() else None
    yield _place(hybrid.NAME, FILE, folder, hybrid.BY_HAND)
    yield "use", f"salzoo train msinet --backbone_weights {hybrid.NAME}"


def _file_facts(file: "ReleasedFile") -> Facts:
    if file.url:
        yield "address", file.url
    yield "file", f"{file.name} ({file.checksum or 'no checksum known'})"


def _place(name: str, file: "ReleasedFile", folder: str | None, by_hand: str) -> tuple[str, str]:
    """Return where weights are, or how to get them; `folder` is None where they are not here."""
    if folder:
        return "present", f"{folder}; its card.json has the sha256 of the files"
    if file.url:
        fetched = f"on first use, or now with `salzoo import {name}`"
        return "fetched", f"{fetched}; without a network: {by_hand}"
    return "by hand", by_hand


def _assignments(values: Mapping[str, object]) -> str:
    return " ".join(f"{name}={_shown(value)}" for name, value in values.items())


def _shown(value: object) -> str:
    """Return a value as the command line takes it."""
    return json.dumps(value) if value is None or isinstance(value, bool) else str(value)
