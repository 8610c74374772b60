"""Conversion of the weights that come with salzoo to a portable file beside them.

    python experiments/ship_portable.py msinet_lite

Writes salzoo/models/weights/MODEL.tflite, whose weights are in float16 like those that it is made
from, and its sha256 into salzoo/models/registry.py. To be repeated when the weights change, after
the sha256 in the model's record.
"""

import argparse
import hashlib
import os
import pathlib
import re
import sys

from salzoo.models import PRETRAINED, WEIGHTS_FOLDER, registry
from salzoo.prediction.portable_files import ENDING
from salzoo.utils.errors import InputError
from salzoo.utils.tensorflow import load_tensorflow


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("model", choices=sorted(PRETRAINED))
    model = parser.parse_args().model
    load_tensorflow()
    from salzoo.prediction.opening import open_source
    from salzoo.prediction.portable_writing import write_opened

    place = os.path.join(WEIGHTS_FOLDER, model + ENDING)
    path = write_opened(open_source(model), place, "float16")
    digest = hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
    source = pathlib.Path(registry.__file__)
    text, count = re.subn(rf'"{model}": "[0-9a-f]*"', f'"{model}": "{digest}"', source.read_text())
    if count != 1:
        raise InputError(f"{source} has no line for the sha256 of {model}: write {digest}.")
    source.write_text(text)
    print(f"{os.path.getsize(path) / 1e6:.1f} MB: {path}\nsha256 {digest}")


if __name__ == "__main__":
    try:
        main()
    except InputError as error:
        sys.exit(f"ship_portable: {error}")
