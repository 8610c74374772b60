"""Released weights on this machine: converted once, verified whenever they are used.

`weights/MODEL-NAME/` in salzoo's folder holds model.weights.h5 and card.json, which names the file
that they were made from, its licence, and the sha256 of both.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from salzoo.models.importers import assign
from salzoo.models.registry import build_model
from salzoo.models.released import ReleasedWeights
from salzoo.models.weights_files import load_weights
from salzoo.utils.errors import InputError
from salzoo.utils.files import check_space, compute_digest, whole_file
from salzoo.utils.home import weights_folder
from salzoo.utils.json_files import make_record, read_json, write_json
from salzoo.utils.regular_files import open_regular

if TYPE_CHECKING:
    import keras

WEIGHTS, CARD = "model.weights.h5", "card.json"


@dataclass(frozen=True)
class ImportCard:
    """card.json beside imported weights.

    Attributes:
        source: Such as "msinet:salicon".
        title: What they are.
        licence: As stated by the authors.
        trained_on: Dataset.
        homepage: Web address that describes them.
        url: Published address of the file.
        file: Name of the file that was imported.
        file_sha256: Of this file.
        weights_sha256: Of model.weights.h5.
    """

    source: str
    title: str
    licence: str
    trained_on: str
    homepage: str
    url: str
    file: str
    file_sha256: str
    weights_sha256: str


def released_folder(record: ReleasedWeights) -> str:
    """Return the folder of imported weights, which may not exist.

    Args:
        record: Of the weights.
    """
    return os.path.join(weights_folder(), f"{record.model}-{record.name}")


def is_imported(record: ReleasedWeights) -> bool:
    """Return whether released weights are on this machine.

    Args:
        record: Of the weights.
    """
    return os.path.isfile(os.path.join(released_folder(record), CARD))


def import_released(record: ReleasedWeights, path: str) -> ImportCard:
    """Convert a published file into weights of the model; earlier ones are replaced.

    Args:
        record: Of the weights.
        path: Of the file, or of a folder or an archive with it.

    Returns:
        The card.

    Raises:
        InputError: The file cannot be read, has another checksum than the published one or
            holds another model.
    """
    path = os.path.expanduser(path)
    digest = _verify(record, path)
    model = build_model(record.model, **record.model_options)
    assign(model, record.module.read(path, model), path)
    weights = os.path.join(released_folder(record), WEIGHTS)
    os.makedirs(released_folder(record), exist_ok=True)
    check_space(weights, 4 * model.count_params() + (4 << 20))
    with whole_file(weights) as temporary:
        model.save_weights(temporary)
    card = ImportCard(
        record.source,
        record.title,
        record.licence,
        record.trained_on,
        record.homepage,
        record.file.url,
        os.path.basename(os.path.abspath(path)),
        digest,
        _sha256(weights),
    )
    write_json(os.path.join(released_folder(record), CARD), asdict(card))
    return card


def imported_weights(record: ReleasedWeights) -> str:
    """Return the path of imported weights, verified by their sha256.

    Args:
        record: Of the weights.

    Raises:
        InputError: They are not on this machine, or damaged.
    """
    if not is_imported(record):
        raise InputError(f"{record.source} is not on this machine: {how_to_get(record)}")
    card = read_import_card(record)
    path = os.path.join(released_folder(record), WEIGHTS)
    found = _sha256(path)
    if found != card.weights_sha256:
        raise InputError(
            f"{path} is damaged (sha256 {found[:12]}...): delete its folder, then "
            f"{how_to_get(record)}"
        )
    return path


def read_import_card(record: ReleasedWeights) -> ImportCard:
    """Read the card of imported weights.

    Args:
        record: Of the weights.

    Raises:
        InputError: It is damaged or of other weights.
    """
    path = os.path.join(released_folder(record), CARD)
    card = make_record(ImportCard, read_json(path), path)
    if card.source != record.source:
        raise InputError(f"{path} is of {card.source}, not of {record.source}; delete its folder.")
    return card


def released_model(record: ReleasedWeights) -> tuple[keras.Model, str]:
    """Build a model with released weights.

    Args:
        record: Of the weights.

    Returns:
        The model and the path of its weights.

    Raises:
        InputError: As `imported_weights`.
    """
    path = imported_weights(record)
    model = build_model(record.model, **record.model_options)
    load_weights(model, path)
    return model, path


def how_to_get(record: ReleasedWeights) -> str:
    """Return a sentence that says which file to get from where, and what to do with it.

    Args:
        record: Of the weights.
    """
    file = record.file
    where = f"get {file.name} from {file.url}" if file.url else f"get {file.name}"
    steps = f" ({record.steps.rstrip('.')})" if record.steps else ""
    return f"{where}{steps}, then run `salzoo import {record.source} {file.name}`."


def _verify(record: ReleasedWeights, path: str) -> str:
    """Return the sha256 of a file after comparing the published checksum, where there is one."""
    if os.path.isdir(path):
        return compute_digest(path)
    if record.file.checksum is not None:
        kind, expected = record.file.checksum.split(":")
        found = _digest(path, kind)
        if found != expected:
            raise InputError(
                f"{path} is not the published {record.file.name}: its {kind} is {found}, not "
                f"{expected}; {how_to_get(record)}"
            )
    return _sha256(path)


def _sha256(path: str) -> str:
    return _digest(path, "sha256")


def _digest(path: str, kind: str) -> str:
    with open_regular(path) as file:
        return hashlib.file_digest(file, kind).hexdigest()
