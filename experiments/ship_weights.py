"""Turn the best weights of one run or several into the file that comes with salzoo.

    python experiments/ship_weights.py RUN RUN ...

Of several it takes the mean: runs that began at the same weights and went different ways
end in one valley, whose middle is often lower than either end (Wortsman et al., ICML
2022, arXiv:2203.05482). Writes salzoo/models/weights/MODEL.weights.h5, every number rounded to
float16, and prints the sha256 for the model's record.
"""

import argparse
import hashlib
import os
import sys
from contextlib import ExitStack

import h5py
import numpy as np

from salzoo.errors import InputError
from salzoo.files import whole_file
from salzoo.models import WEIGHTS_FOLDER
from salzoo.runs import Run


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("runs", nargs="+", metavar="RUN", help="a run folder")
    runs = [Run(folder) for folder in parser.parse_args(argv).runs]
    config = runs[0].config
    for run in runs[1:]:
        if (run.config.model, run.config.options) != (config.model, config.options):
            raise InputError(f"{run.folder} is of another model than {runs[0].folder}.")
    target = os.path.join(WEIGHTS_FOLDER, f"{config.model}.weights.h5")
    os.makedirs(WEIGHTS_FOLDER, exist_ok=True)
    with whole_file(target) as path:
        write_mean([run.weights() for run in runs], path)
    print(f"{os.path.getsize(target) / 1e6:.1f} MB: {target}\nsha256 {sha256(target)}")


def write_mean(sources, target):
    """Write the mean of .weights.h5 files of one structure, float16 in place of float32.

    Raises:
        ValueError: a number is too large for float16.
    """
    with ExitStack() as stack, h5py.File(target, "w") as copy:
        files = [stack.enter_context(h5py.File(source, "r")) for source in sources]

        def visit(name, item):
            if isinstance(item, h5py.Dataset):
                values = np.mean([file[name][()] for file in files], axis=0).astype("float16")
                if not np.isfinite(values).all():
                    raise ValueError(f"{name} has numbers that float16 cannot hold")
                copy.create_dataset(name, data=values)
            else:
                copy.require_group(name).attrs.update(item.attrs)

        copy.attrs.update(files[0].attrs)
        files[0].visititems(visit)


def sha256(path):
    """Return the sha256 of a file, as text."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    try:
        main()
    except InputError as error:
        sys.exit(f"ship_weights: {error}")
