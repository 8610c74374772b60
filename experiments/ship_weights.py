"""Conversion of the best checkpoint of a run to a weights file that comes with salzoo.

    python experiments/ship_weights.py RUN

Writes salzoo/models/weights/MODEL.weights.h5 in float16, and prints the SHA-256 checksum
for the record of the model.
"""

import argparse
import hashlib
import os
import sys

import h5py
import numpy as np

from salzoo.models import WEIGHTS_FOLDER
from salzoo.training.run import Run
from salzoo.utils.errors import InputError
from salzoo.utils.files import whole_file


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("run", help="a run folder")
    run = Run(parser.parse_args().run)
    source = run.weights()
    target = os.path.join(WEIGHTS_FOLDER, f"{run.config.model}.weights.h5")
    os.makedirs(WEIGHTS_FOLDER, exist_ok=True)
    with whole_file(target) as path:
        shorten(source, path)
    print(f"{os.path.getsize(target) / 1e6:.1f} MB: {target}\nsha256 {sha256(target)}")


def shorten(source, target):
    """Copy a .weights.h5 file in float16.

    Raises:
        ValueError: a number is too large for float16.
    """
    with h5py.File(source, "r") as file, h5py.File(target, "w") as copy:

        def visit(name, item):
            if isinstance(item, h5py.Dataset):
                values = item[()].astype("float16")
                if not np.isfinite(values).all():
                    raise ValueError(f"{name} has numbers beyond the range of float16")
                copy.create_dataset(name, data=values)
            else:
                copy.require_group(name).attrs.update(item.attrs)

        copy.attrs.update(file.attrs)
        file.visititems(visit)


def sha256(path):
    """Return the SHA-256 checksum of a file as hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    try:
        main()
    except InputError as error:
        sys.exit(f"ship_weights: {error}")
