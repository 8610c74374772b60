"""Mutations of bytes.

A mutation takes the content of a valid file, those of all valid files of the format and a random
generator, and returns another content.
"""

import random
from collections.abc import Callable, Sequence

Mutation = Callable[[bytes, Sequence[bytes], random.Random], bytes]

NUMBERS = (
    *(0, 1, 2, 7, 8, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 2**24, 2**31 - 1, 2**31),
    *(2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64 - 1),
)
MOST_BYTES = 2**20


def mutate_bytes(content: bytes, seeds: Sequence[bytes], choose: random.Random) -> bytes:
    """Change one to eight places: bits, bytes, numbers, ranges; or cut or splice the content.

    Args:
        content: of the file.
        seeds: contents of other files of the format.
        choose: source of all choices.
    """
    data = bytearray(content)
    for _ in range(choose.choice((1, 1, 1, 2, 2, 3, 5, 8))):
        _edit(data, seeds, choose)
    return bytes(data[:MOST_BYTES])


def _edit(data: bytearray, seeds: Sequence[bytes], choose: random.Random) -> None:
    """Make one edit in place; half of them lie in the first 256 bytes, where headers are."""
    if not data:
        data += choose.randbytes(choose.randrange(1, 64))
        return
    last = min(len(data), 256) if choose.random() < 0.5 else len(data)
    place = choose.randrange(last)
    end = place + min(choose.choice((1, 2, 4, 8, 16, 64, 512, 4096)), len(data) - place)
    kind = choose.randrange(10)
    if kind <= 1:
        data[place] ^= 1 << choose.randrange(8)
    elif kind == 2:
        data[place] = choose.choice((0, 1, 0x7F, 0x80, 0xFF, choose.randrange(256)))
    elif kind <= 4:
        size = choose.choice((1, 2, 4, 8))
        number = choose.choice(NUMBERS) % 2 ** (8 * size)
        data[place : place + size] = number.to_bytes(size, choose.choice(("little", "big")))
    elif kind == 5:
        del data[place:end]
    elif kind == 6:
        other = choose.randrange(len(data))
        data[other:other] = data[place:end]
    elif kind == 7:
        data[place:end] = choose.randbytes(end - place)
    elif kind == 8:
        del data[place:]
    else:
        other_seed = choose.choice(seeds)
        start = choose.randrange(len(other_seed) + 1)
        part = other_seed[start : start + choose.choice((4, 16, 256, 2**20))]
        data[place : place + len(part)] = part
