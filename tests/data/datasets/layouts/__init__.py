"""Every dataset in small: its true folder layout and file formats, with made-up content.

One module a dataset, with

    make(root)      writes the set below `root`, a fresh folder, clutter included
    IMAGES          how many images that makes
    COUNTS          {protocol: {split: count}} that they divide into; protocols
                    that need every image of the real set get a smaller twin
                    through PROTOCOLS (optional, {protocol: Protocol})
    EXPECTED        {image file name: what its Sample must hold}, worked out by
                    hand: size, fixations (n, 2), observers, category, ...
"""

import importlib
from dataclasses import replace

from salzoo.data.datasets import DATASETS


def make_small(name, root, monkeypatch, **options):
    """Write a dataset in small below `root` and give its reader the record of that; return root.

    options: of the layout's `make`.
    """
    layout = importlib.import_module(f"tests.data.datasets.layouts.{name}")
    module = importlib.import_module(DATASETS[name])
    protocols = {**module.RECORD.protocols, **getattr(layout, "PROTOCOLS", {})}
    protocols = {
        key: replace(protocol, counts=layout.COUNTS[key]) for key, protocol in protocols.items()
    }
    record = replace(module.RECORD, images=layout.IMAGES, protocols=protocols)
    monkeypatch.setattr(module, "RECORD", record)
    layout.make(str(root), **options)
    return root
