"""Every dataset in small: its true folder layout and file formats, with made-up content.

One module a dataset; PARTS says what it holds, and `missing_parts` what it lacks.
"""

import importlib
import os
from dataclasses import replace

from salzoo.data.datasets import DATASETS

PARTS = {
    "make": "function (root) that writes the dataset below `root`, a fresh folder, with clutter",
    "IMAGES": "number of images that `make` writes",
    "COUNTS": "{protocol: {split: number of images}} of them; protocols that need every image of "
    "the real dataset get a smaller twin in PROTOCOLS, {protocol: Protocol} (optional)",
    "EXPECTED": "{image file name: {field of its Sample: value}}, worked out by hand",
}


def layout_of(name):
    """Import the layout of a dataset."""
    return importlib.import_module(f"tests.data.datasets.layouts.{name}")


def missing_parts(name):
    """Return what to write so that a dataset has a layout, a list of texts."""
    path = os.path.join(os.path.dirname(__file__), f"{name}.py")
    found = vars(layout_of(name)) if os.path.exists(path) else {}
    missing = [f"{part}: {what}" for part, what in PARTS.items() if part not in found]
    where = f"tests/data/datasets/layouts/{name}.py"
    return [f"write {where} with", *missing] if missing else []


def make_small(name, root, monkeypatch, **options):
    """Write a dataset in small below `root` and give its reader the record of that; return root.

    options: of the layout's `make`.
    """
    layout = layout_of(name)
    module = importlib.import_module(DATASETS[name])
    protocols = {**module.RECORD.protocols, **getattr(layout, "PROTOCOLS", {})}
    protocols = {
        key: replace(protocol, counts=layout.COUNTS[key]) for key, protocol in protocols.items()
    }
    record = replace(module.RECORD, images=layout.IMAGES, protocols=protocols)
    monkeypatch.setattr(module, "RECORD", record)
    layout.make(str(root), **options)
    return root
