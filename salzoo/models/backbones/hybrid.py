"""The weights `vgg16_hybrid` on this machine: converted once, verified whenever they are used."""

from __future__ import annotations

import os
from dataclasses import asdict

import numpy as np

from salzoo.models.imported import CARD, ImportCard, digest_of, fetch_and_convert
from salzoo.models.importers import vgg16_hybrid
from salzoo.utils.errors import InputError
from salzoo.utils.files import whole_file
from salzoo.utils.home import weights_folder
from salzoo.utils.json_files import make_record, read_json, write_json

NAME = "vgg16_hybrid"
TITLE = "VGG-16 trained on ImageNet and Places2, checkpoint of TensorFlow 1"
LICENCE = "not stated; the authors' code is under MIT"
TRAINED_ON = "ImageNet and Places2"
HOMEPAGE = "https://github.com/alexanderkroner/saliency"
ARRAYS = "arrays.npz"
BY_HAND = (
    f"get {vgg16_hybrid.FILE.name} from {vgg16_hybrid.FILE.url}, then run `salzoo import {NAME} "
    f"{vgg16_hybrid.FILE.name}`."
)


def hybrid_folder() -> str:
    """Return the folder of the weights, which may not exist."""
    return os.path.join(weights_folder(), NAME)


def is_hybrid_imported() -> bool:
    """Return whether the weights are on this machine."""
    return os.path.isfile(os.path.join(hybrid_folder(), CARD))


def import_hybrid(path: str) -> ImportCard:
    """Convert the published checkpoint; earlier weights are replaced.

    Args:
        path: Of an archive, a folder or a file, see `salzoo.models.importers.vgg16_hybrid.read`.

    Returns:
        The card.

    Raises:
        InputError: The file cannot be read, or is of another network.
    """
    path = os.path.expanduser(path)
    arrays = vgg16_hybrid.read(path)
    target = os.path.join(hybrid_folder(), ARRAYS)
    with whole_file(target) as temporary:
        np.savez(temporary, **arrays)  # type: ignore[arg-type]
    card = ImportCard(
        *(NAME, TITLE, LICENCE, TRAINED_ON, HOMEPAGE, vgg16_hybrid.FILE.url),
        file=os.path.basename(os.path.abspath(path)),
        file_sha256=digest_of(path),
        weights_sha256=digest_of(target),
    )
    write_json(os.path.join(hybrid_folder(), CARD), asdict(card))
    return card


def hybrid_file() -> str:
    """Return the path of the converted weights, an .npz, verified; fetch them if they are missing.

    Raises:
        InputError: They cannot be fetched, or are damaged.
    """
    if not is_hybrid_imported():
        fetch_hybrid()
    card_path = os.path.join(hybrid_folder(), CARD)
    card = make_record(ImportCard, read_json(card_path), card_path)
    path = os.path.join(hybrid_folder(), ARRAYS)
    if digest_of(path) != card.weights_sha256:
        raise InputError(f"{path} is damaged; delete its folder and run `salzoo import {NAME}`.")
    return path


def fetch_hybrid() -> None:
    """Fetch the published checkpoint and convert it, with consent.

    Raises:
        InputError: As `salzoo.models.imported.fetch_released`.
    """
    fetch_and_convert(
        NAME,
        f"{TITLE}, {HOMEPAGE}",
        LICENCE,
        vgg16_hybrid.FILE,
        hybrid_folder(),
        import_hybrid,
        BY_HAND,
    )
