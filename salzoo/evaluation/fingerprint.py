"""Everything that decides the numbers of an evaluation, as short plain values."""

import hashlib
import importlib.metadata
import os
import uuid

import numpy as np

from salzoo import __version__

_PACKAGES = ("numpy", "scipy", "pillow", "POT", "tensorflow", "keras")


def versions():
    """Return {package: version} of salzoo and of what it computes with."""
    found = {"salzoo": __version__}
    for name in _PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def of_samples(samples, names):
    """Return a hash of names, truth and files (by size and time); order does not matter."""
    digests = sorted(_of_sample(sample, name) for sample, name in zip(samples, names, strict=True))
    return _sha256("".join(digests).encode())


def of_truth(samples):
    """Return a hash of what maps are compared with, the same on every machine.

    Of maps that a set brings only the sizes of their files; order does not matter.
    """
    digests = []
    for sample in samples:
        files = [path and os.path.getsize(path) for path in (sample.density_path, sample.mask_path)]
        digest = hashlib.sha256(repr([sample.size, sample.sigma, files]).encode())
        if sample.fixations is not None:
            digest.update(np.ascontiguousarray(sample.fixations, "<f8").tobytes())
        digests.append(digest.hexdigest())
    return _sha256("".join(sorted(digests)).encode())


def _of_sample(sample, name):
    paths = (sample.image_path, sample.density_path, sample.mask_path)
    parts = [name, sample.size, sample.sigma, [_of_file(path) for path in paths]]
    digest = hashlib.sha256(repr(parts).encode())
    for array in (sample.fixations, sample.observers):
        if array is not None:
            digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _of_file(path):
    if path is None:
        return None
    stat = os.stat(path)
    return stat.st_size, stat.st_mtime_ns


def of_model(model):
    """Return a hash of what a model says of itself; a new one each time if it says nothing."""
    own = getattr(model, "fingerprint", None)
    return uuid.uuid4().hex if own is None else _sha256(repr(own).encode())


def _sha256(content):
    return hashlib.sha256(content).hexdigest()
