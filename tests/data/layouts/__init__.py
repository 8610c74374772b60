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
