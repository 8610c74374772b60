"""Released weights on this machine: converted once, verified whenever they are used.

`weights/MODEL-NAME/` in salzoo's folder holds model.weights.h5 and card.json, which names the file
that they were made from, its licence, and the sha256 of both.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from salzoo.models.importers import assign
from salzoo.models.registry import build_model
from salzoo.models.released import ReleasedFile, ReleasedWeights
from salzoo.models.weights_files import load_weights
from salzoo.utils.consent import Offer, require_consent
from salzoo.utils.downloads import describe_size, fetch_file, record_checksum
from salzoo.utils.errors import InputError
from salzoo.utils.files import check_space, compute_digest, whole_file
from salzoo.utils.home import weights_folder
from salzoo.utils.json_files import make_record, read_json, write_json
from salzoo.utils.locks import one_at_a_time
from salzoo.utils.regular_files import open_regular
from salzoo.utils.transfer import PublishedFile

if TYPE_CHECKING:
    import keras

LOG = logging.getLogger("salzoo")

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
        digest_of(weights),
    )
    write_json(os.path.join(released_folder(record), CARD), asdict(card))
    return card


def imported_weights(record: ReleasedWeights) -> str:
    """Return the path of imported weights, verified by their sha256.

    Weights that are not on this machine are fetched, see `fetch_released`.

    Args:
        record: Of the weights.

    Raises:
        InputError: They cannot be fetched, or are damaged.
    """
    if not is_imported(record):
        fetch_released(record)
    card = read_import_card(record)
    path = os.path.join(released_folder(record), WEIGHTS)
    found = digest_of(path)
    if found != card.weights_sha256:
        raise InputError(
            f"{path} is damaged (sha256 {found[:12]}...); delete its folder and run `salzoo import "
            f"{record.source}`."
        )
    return path


def fetch_released(record: ReleasedWeights) -> None:
    """Fetch the published file and import it, with the consent that `require_consent` asks for.

    The file itself is not kept.

    Args:
        record: Of the weights.

    Raises:
        InputError: No program can fetch it, no consent, as `fetch_file`, or as
            `import_released`.
    """
    fetch_and_convert(
        record.source,
        f"{record.title}, {record.homepage}",
        record.licence,
        record.file,
        released_folder(record),
        lambda path: import_released(record, path),
        how_to_get(record),
    )


def fetch_and_convert(
    name: str,
    title: str,
    licence: str,
    file: ReleasedFile,
    folder: str,
    convert: Callable[[str], object],
    by_hand: str,
) -> None:
    """Fetch a published file with consent and convert it, unless another process did meanwhile.

    Args:
        name: Of the weights, for `salzoo import`.
        title: Of the weights, with their web address.
        licence: Of the weights.
        file: As published.
        folder: Of the weights, which has a card once they are converted.
        convert: Function of the path of the file that writes this folder.
        by_hand: Sentence that says how to get them without a network.

    Raises:
        InputError: As `fetch_released`.
    """
    if not file.url:
        raise InputError(f"{name} is not here: {by_hand}")
    published = PublishedFile(file.url, file.name, file.checksum)
    size = f"{describe_size([published])}, from {file.url.split('/')[2]}"
    offer = Offer(name, title, licence, size, folder)
    require_consent(offer, f"salzoo import {name} --yes", f"; without a network: {by_hand}"[:-1])
    with one_at_a_time(f"{folder}.lock"):
        if os.path.isfile(os.path.join(folder, CARD)):
            return
        waiting = os.path.join(os.path.dirname(folder), f".download-{os.path.basename(folder)}")
        path = fetch_file(published, waiting)
        try:
            convert(path)
        except InputError:
            shutil.rmtree(waiting)  # the next call fetches it anew
            raise
        if file.checksum is None:
            LOG.info("%s: %s, recorded.", file.name, record_checksum(published, path))
        shutil.rmtree(waiting)


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
    steps = f"get {file.name} from {file.url}" if file.url else record.steps
    note = f" ({record.steps})" if file.url and record.steps else ""
    return f"{steps}{note}, then run `salzoo import {record.source} {file.name}`."


def _verify(record: ReleasedWeights, path: str) -> str:
    """Return the sha256 of a file after comparing the published checksum, where there is one."""
    if record.file.checksum is not None and not os.path.isdir(path):
        kind, expected = record.file.checksum.split(":")
        found = _digest(path, kind)
        if found != expected:
            raise InputError(
                f"{path} is not the published {record.file.name}: its {kind} is {found}, not "
                f"{expected}; {how_to_get(record)}"
            )
    return digest_of(path)


def digest_of(path: str) -> str:
    """Return the sha256 of a file, of a folder that of all its files; "" where there is neither.

    Args:
        path: Of the file or folder.
    """
    if os.path.isdir(path):
        return compute_digest(path)
    return _digest(path, "sha256") if os.path.exists(path) else ""


def _digest(path: str, kind: str) -> str:
    with open_regular(path) as file:
        return hashlib.file_digest(file, kind).hexdigest()
