"""A server whose network is arithmetic: `python -m tests.serving.fake_server SETTINGS`.

SETTINGS is JSON of the fields of ServerSettings. The sources of its models are "fake",
"fake:SECONDS", which takes that long for each image, "late:SECONDS", which takes that long to
load, and files with one of these.
"""

import json
import os
import sys
import time

import numpy as np

from salzoo.serving.settings import ServerSettings
from salzoo.serving.workers import serve
from salzoo.utils.errors import InputError


def fake_map(image):
    """The mean of the colours, scaled by its maximum."""
    map_ = np.asarray(image, "float32").mean(axis=-1)
    return map_ / max(map_.max(), 1.0)


class Fake:
    def __init__(self, seconds):
        self.card = {"model": "fake", "trained_on": str(seconds), "data_dir": "/secret/folder"}
        self.seconds = seconds

    def __call__(self, image):
        if image.shape != (32, 32, 3):  # the first image of a loaded model
            time.sleep(self.seconds)
        return fake_map(image)


def load(source, options):
    """Load a source, or that in a file, which a test may change."""
    if os.path.exists(source):
        with open(source) as file:
            source = file.read()
    name, _, seconds = source.partition(":")
    if name == "late":
        time.sleep(float(seconds))
        return Fake(0.0)
    if name == "crash":
        raise RuntimeError("out of luck")
    if name != "fake":
        raise InputError(f"{source} is no model.")
    return Fake(float(seconds or 0))


if __name__ == "__main__":
    try:
        sys.exit(serve(ServerSettings(**json.loads(sys.argv[1]), load=load)))
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
