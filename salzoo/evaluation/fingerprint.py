"""Hashes of everything that decides the numbers of an evaluation."""

import hashlib
import importlib.metadata
import os
import uuid
from collections.abc import Sequence
from typing import Any

import numpy as np

from salzoo import __version__
from salzoo.data.sample import Sample

_PACKAGES = ("numpy", "scipy", "pillow", "POT", "tensorflow", "keras")


def versions() -> dict[str, str]:
    """Return {package: version} of salzoo and the packages that it computes with."""
    found = {"salzoo": __version__}
    for name in _PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def of_samples(samples: Sequence[Sample], names: Sequence[str]) -> str:
    """Return a hash of names, ground truth and files (by size and time), in any order.

    Args:
        samples: the samples.
        names: of their images.
    """
    digests = sorted(_of_sample(sample, name) for sample, name in zip(samples, names, strict=True))
    return _sha256("".join(digests).encode())


def of_truth(samples: Sequence[Sample]) -> str:
    """Return a hash of the ground truth, in any order, the same on every machine.

    Density maps and masks of the dataset count with the sizes of their files.
    """
    digests = []
    for sample in samples:
        files = [path and os.path.getsize(path) for path in (sample.density_path, sample.mask_path)]
        digest = hashlib.sha256(repr([sample.size, sample.sigma, files]).encode())
        if sample.fixations is not None:
            digest.update(np.ascontiguousarray(sample.fixations, "<f8").tobytes())
        digests.append(digest.hexdigest())
    return _sha256("".join(sorted(digests)).encode())


def _of_sample(sample: Sample, name: str) -> str:
    paths = (sample.image_path, sample.density_path, sample.mask_path)
    parts = [name, sample.size, sample.sigma, [_of_file(path) for path in paths]]
    digest = hashlib.sha256(repr(parts).encode())
    for array in (sample.fixations, sample.observers):
        if array is not None:
            digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _of_file(path: str | None) -> tuple[int, int] | None:
    if path is None:
        return None
    stat = os.stat(path)
    return stat.st_size, stat.st_mtime_ns


def of_model(model: Any) -> str:
    """Return a hash of a model's `fingerprint`; a random one for a model without."""
    own = getattr(model, "fingerprint", None)
    return uuid.uuid4().hex if own is None else _sha256(repr(own).encode())


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
