"""What the processor can compute."""

import functools
import os

# Linux' names of the instructions for products of bfloat16: of x86-64 and of ARM.
BFLOAT16_FLAGS = {"avx512_bf16", "amx_bf16", "bf16"}


def in_bfloat16(given: bool | None, default: bool) -> bool:
    """Return whether to compute in bfloat16.

    Args:
        given: what was asked for, None for nothing.
        default: whether to do so where nothing was asked for and the processor can.
    """
    return default and has_bfloat16() if given is None else given


@functools.cache
def has_bfloat16(path: str = "/proc/cpuinfo") -> bool:
    """Return whether the processor multiplies bfloat16 numbers; False where that is unknown.

    Args:
        path: of the description of the processor.
    """
    if not os.path.exists(path):
        return False
    with open(path) as file:
        for line in file:
            name, _, flags = line.partition(":")
            if name.strip() in ("flags", "Features"):
                return bool(BFLOAT16_FLAGS & set(flags.split()))
    return False
