"""Portable files: a network for LiteRT and its card in one `.tflite` file.

The network maps fitted images to maps; everything around it is in the card. The card is in a zip
archive behind the network, where LiteRT's tools look for such files: `unzip -p FILE card.json`.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from dataclasses import dataclass
from typing import Any

from salzoo.prediction.cards import check_card
from salzoo.utils.errors import InputError
from salzoo.utils.files import compute_digest, whole_file
from salzoo.utils.json_files import SIZE_LIMIT, make_record, parse_json
from salzoo.utils.regular_files import read_bytes

ENDING = ".tflite"
CARD, FACTS = "card.json", "portable.json"
PRECISIONS = ("float32", "float16", "int8")
# Of the best checkpoint, in a run folder.
IN_RUN = f"best{ENDING}"
# Networks of salzoo have up to 300 MB.
FILE_LIMIT = 2**30


@dataclass(frozen=True)
class Facts:
    """What a portable file states beside its card.

    Attributes:
        weights: checksum of the weights that the network was made from.
        network: sha256 of the part of the file that is the network.
        network_bytes: length of that part.
        fixed_size: whether the network takes images of the size of the geometry alone.
        precision: of the stored weights, one of PRECISIONS; only int8 changes how it computes.
        config: checksum of the config.json of the run that it belongs to, "" without a run.
    """

    weights: str
    network: str
    network_bytes: int
    fixed_size: bool
    precision: str
    config: str = ""


@dataclass(frozen=True)
class PortableFile:
    """The content of a portable file.

    Attributes:
        card: as of the model with default options.
        facts: about the network.
        network: for LiteRT.
    """

    card: dict[str, Any]
    facts: Facts
    network: bytes


def write_portable_file(
    path: str,
    network: bytes,
    card: dict[str, Any],
    weights: str,
    fixed_size: bool,
    precision: str,
    config: str = "",
) -> None:
    """Write a portable file, whole or not at all. The same content gives the same bytes.

    Args:
        path: of the file.
        network: for LiteRT.
        card: as of the model with default options.
        weights: see `Facts`, as the others.
        fixed_size: as stated there.
        precision: as stated there.
        config: as stated there.
    """
    digest = hashlib.sha256(network).hexdigest()
    facts = Facts(weights, digest, len(network), fixed_size, precision, config)
    with whole_file(path) as temporary:
        with open(temporary, "wb") as file:
            file.write(network)
        with zipfile.ZipFile(temporary, "a") as archive:
            for name, values in ((CARD, card), (FACTS, vars(facts))):
                entry = zipfile.ZipInfo(name)  # of 1980, whenever it is written
                archive.writestr(entry, json.dumps(values, indent=2) + "\n")


def put_into_run(path: str, run: str) -> str:
    """Copy a portable file into the folder of its run, where predictions with the run find it.

    Args:
        path: of the file.
        run: folder of the run.

    Returns:
        The path of the copy.
    """
    file, copy = read_portable_file(path), os.path.join(run, IN_RUN)
    config = compute_digest(os.path.join(run, "config.json"))
    facts = file.facts
    write_portable_file(
        copy, file.network, file.card, facts.weights, facts.fixed_size, facts.precision, config
    )
    return copy


def read_portable_file(path: str, expected: str | None = None) -> PortableFile:
    """Read a portable file; the network's checksum and all values of the card are checked.

    Args:
        path: of the file.
        expected: sha256 of the whole file; None: only what the file itself states.

    Raises:
        InputError: it is missing or damaged, or no portable file.
    """
    content = read_bytes(path, FILE_LIMIT)
    if expected is not None and hashlib.sha256(content).hexdigest() != expected:
        raise InputError(f"{path} is damaged (another sha256); install salzoo again.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if any(archive.getinfo(name).file_size > SIZE_LIMIT for name in (CARD, FACTS)):
                raise ValueError("its card is too large")
            texts = {name: archive.read(name).decode() for name in (CARD, FACTS)}
    except Exception as error:  # zipfile raises many kinds
        raise InputError(
            f"{path} is no portable file of salzoo, or cut short ({error}); export it again."
        ) from error
    facts = make_record(Facts, parse_json(texts[FACTS], path), path)
    network = content[: max(0, facts.network_bytes)]
    if expected is None and hashlib.sha256(network).hexdigest() != facts.network:
        raise InputError(f"{path} is damaged: its network has another sha256; export it again.")
    return PortableFile(check_card(parse_json(texts[CARD], path), path), facts, network)
