"""Divides images into shards, and shards that fail into parts."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from typing import NamedTuple

# A shard is computed as a whole, then in parts of about the root of its size, then image by image:
# an image is tried as often, and only it is given up.
TRIES = 3


class Shard(NamedTuple):
    """Images that one task computes.

    Attributes:
        name: derived from the images, the model and all settings.
        images: addresses.
        start: place of the first map in a Zarr array.
        tries: how often these images were tried before.
    """

    name: str
    images: tuple[str, ...]
    start: int = 0
    tries: int = 0


def shard_name(identity: str, images: Sequence[str]) -> str:
    """Return the name of a shard: a hash of its images and of what is computed.

    Args:
        identity: of the job.
        images: addresses.
    """
    digest = hashlib.sha256(identity.encode())
    for image in images:  # no address has a null character
        digest.update(b"\0" + image.encode("utf-8", "surrogatepass"))
    return f"part-{digest.hexdigest()[:20]}"


def plan(
    images: Sequence[str], size: int, identity: str, taken: frozenset[int] = frozenset()
) -> list[Shard]:
    """Divide images into shards; the same images give the same shards.

    Args:
        images: addresses, each once.
        size: of a shard; the last one may be smaller.
        identity: of the job.
        taken: places of earlier shards in a Zarr array, in units of `size`.
    """
    shards = []
    slot = 0
    for first in range(0, len(images), size):
        while slot in taken:
            slot += 1
        part = tuple(images[first : first + size])
        shards.append(Shard(shard_name(identity, part), part, slot * size))
        slot += 1
    return shards


def divide(shard: Shard) -> list[Shard]:
    """Return the parts in which a shard that failed is tried again, in order.

    Args:
        shard: that failed; it has been tried less than TRIES - 1 times before.
    """
    tries = shard.tries + 1
    count = len(shard.images)
    size = 1 if tries == TRIES - 1 else math.isqrt(count - 1) + 1
    parts = []
    for first in range(0, count, size):
        images = shard.images[first : first + size]
        place = f"{first:06d}-{len(images)}"
        parts.append(Shard(f"{shard.name}.{place}", images, shard.start + first, tries))
    return parts
