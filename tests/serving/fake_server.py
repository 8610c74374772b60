"""A server whose network is arithmetic: `python -m tests.serving.fake_server SETTINGS`.

SETTINGS is JSON of the fields of ServerSettings. The sources of its models are "fake" and
"fake:SECONDS", which takes that long for each image.
"""

import json
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
        self.card = {"model": "fake", "task": "fixations", "data_dir": "/secret/folder"}
        self.seconds = seconds

    def __call__(self, image):
        if image.shape != (32, 32, 3):  # the first image of a loaded model
            time.sleep(self.seconds)
        return fake_map(image)


def load(source, options):
    """Load "fake:SECONDS", or the name in a file, which a test may change."""
    name, _, seconds = source.partition(":")
    if name != "fake":
        with open(source) as file:
            name, _, seconds = file.read().partition(":")
    if name != "fake":
        raise InputError(f"{source} is no model.")
    if seconds == "crash":
        raise RuntimeError("out of luck")
    return Fake(float(seconds or 0))


if __name__ == "__main__":
    try:
        sys.exit(serve(ServerSettings(**json.loads(sys.argv[1]), load=load)))
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
