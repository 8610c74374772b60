"""Conversion of the best checkpoint of a run to a weights file that comes with salzoo.

    python -m experiments.ship_weights RUN [--multiples 90]

Writes salzoo/models/weights/MODEL.weights.h5 and prints its sha256, for the record of the model,
and how the maps differ from those of the run on drawn scenes. The numbers are float16. With
--multiples N those of convolutions are first rounded to whole multiples, at most N, of a power of
two that is chosen for each filter: with N 90 gzip stores them in a byte. Keras reads the file as
any other.
"""

import argparse
import hashlib
import os
import sys

import h5py
import numpy as np

from salzoo.cli.parsers import whole_number
from salzoo.models import WEIGHTS_FOLDER, build_model, load_weights
from salzoo.training.run import Run
from salzoo.utils.errors import InputError
from salzoo.utils.files import whole_file
from salzoo.utils.tensorflow import load_tensorflow

# Correlation of the maps with those of the run, the lowest that is accepted.
LOWEST = 0.999


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("run", help="a run folder")
    parser.add_argument(
        "--multiples", type=whole_number(1, 2048), help="round kernels (default: only to float16)"
    )
    arguments = parser.parse_args()
    run = Run(arguments.run)
    target = os.path.join(WEIGHTS_FOLDER, f"{run.config.model}.weights.h5")
    os.makedirs(WEIGHTS_FOLDER, exist_ok=True)
    with whole_file(target) as path:
        shorten(run.weights(), path, arguments.multiples)
        compare(run, path)
    print(f"{os.path.getsize(target) / 1e6:.1f} MB: {target}\nsha256 {sha256(target)}")


def shorten(source, target, multiples=None):
    """Copy a .weights.h5 file in float16.

    Args:
        source: path of the file.
        target: path of the copy.
        multiples: kernels of convolutions are rounded to so many, and compressed; None: not.

    Raises:
        ValueError: a number is too large for float16.
    """
    with h5py.File(source, "r") as file, h5py.File(target, "w") as copy:

        def visit(name, item):
            if isinstance(item, h5py.Dataset):
                kernel = multiples and item.ndim == 4
                values = rounded(item[()], multiples) if kernel else item[()]
                with np.errstate(over="ignore"):  # which is an error below
                    values = values.astype("float16")
                if not np.isfinite(values).all():
                    raise ValueError(f"{name} has numbers beyond the range of float16")
                packed = {"compression": "gzip", "compression_opts": 9, "shuffle": True}
                copy.create_dataset(name, data=values, **(packed if kernel else {}))
            else:
                copy.require_group(name).attrs.update(item.attrs)

        copy.attrs.update(file.attrs)
        file.visititems(visit)


def rounded(kernel, multiples):
    """Round a kernel to whole multiples of a power of two for each filter.

    Args:
        kernel: float32 (..., filters).
        multiples: the largest, at most 2048, which float16 has.
    """
    largest = np.abs(kernel).max(axis=tuple(range(kernel.ndim - 1)))
    # The smallest normal number of float16 has the exponent -14; multiples down to 2 ** -24.
    step = 2.0 ** np.maximum(np.ceil(np.log2(np.maximum(largest, 1e-30) / multiples)), -24)
    return np.round(kernel / step) * step


def compare(run, path):
    """Print how maps of the weights differ from those of the run.

    Raises:
        InputError: they differ too much.
    """
    load_tensorflow()
    from salzoo.export.parity import draw_scenes
    from salzoo.prediction.opening import open_run

    config = run.config
    model = build_model(config.model, **config.model_options)
    load_weights(model, path)
    theirs, ours = open_run(run), open_run(run, model=model)
    scenes = [scene.image for scene in draw_scenes(50)]
    pairs = [(theirs.maps(image).ravel(), ours.maps(image).ravel()) for image in scenes]
    difference = max(np.abs(one - other).max() / one.max() for one, other in pairs)
    correlation = min(np.corrcoef(one, other)[0, 1] for one, other in pairs)
    print(f"maximal difference {difference:.2g}, lowest correlation {correlation:.6f}")
    if correlation < LOWEST:
        raise InputError(f"the maps correlate less than {LOWEST} with those of {run.folder}.")


def sha256(path):
    """Return the SHA-256 checksum of a file as hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    try:
        main()
    except InputError as error:
        sys.exit(f"ship_weights: {error}")
