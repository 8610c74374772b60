"""Limits of sizes and counts: what lies beyond them is a slip of the keyboard or an attack."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING

from salzoo.utils.errors import InputError, shorten

if TYPE_CHECKING:
    from salzoo.models.record import ModelRecord, Recipe

# Of an input, in pixels: four times the sides of an 8-megapixel photo would be 12,000.
LARGEST_SIDE, MOST_PIXELS = 16_384, 100_000_000
# Default upper limit of a model's option, itself not legal.
OPTION_LIMIT = 10_000
# Bytes that one training step needs at least for each pixel of its images: the image, the first
# feature maps of any network here and their gradients, float32.
BYTES_A_PIXEL = 256
# Values and moments of a parameter.
BYTES_A_PARAMETER = 16


def check_pixels(rows: int, columns: int, where: str) -> None:
    """Check that an image of a size can be worked with.

    Args:
        rows: of the image.
        columns: of the image.
        where: name of the parameter, for the message.

    Raises:
        InputError: a side or the number of pixels is too large.
    """
    if max(rows, columns) > LARGEST_SIDE or rows * columns > MOST_PIXELS:
        raise InputError(
            f"{where} {shorten(rows)}x{shorten(columns)}: give at most {LARGEST_SIDE} rows and "
            f"columns, and {MOST_PIXELS // 1_000_000} megapixels."
        )


def training_bytes(parameters: int, batch_size: int, rows: int, columns: int) -> int:
    """Return the memory that a training step needs at least, in bytes.

    A lower bound: no training that fits is refused for it. The real need is some times larger.

    Args:
        parameters: number of the model's parameters.
        batch_size: images per step.
        rows: of the input.
        columns: of the input.
    """
    return parameters * BYTES_A_PARAMETER + batch_size * rows * columns * BYTES_A_PIXEL


def check_training(record: ModelRecord, recipe: Recipe) -> None:
    """Check that this machine has the memory that a training step needs at least.

    Args:
        record: of the model.
        recipe: of the training.

    Raises:
        InputError: it has less.
    """
    (rows, columns), batch_size = recipe.input_size, recipe.batch_size
    what = f"Training {record.name} with `batch_size` {batch_size} at {rows}x{columns}"
    check_memory(training_bytes(record.parameters, batch_size, rows, columns), what)


def check_memory(needed: int, what: str) -> None:
    """Check that this machine has so much memory.

    Args:
        needed: number of bytes.
        what: needs them, for the message.

    Raises:
        InputError: it has less.
    """
    present = machine_memory()
    if needed > present:
        raise InputError(
            f"{what} needs more than {needed / 2**30:.0f} GB of memory, this machine has "
            f"{present / 2**30:.0f}: give a smaller `batch_size` or `input_size`."
        )


def machine_memory() -> float:
    """Return the memory of this machine in bytes, or the limit of this process if it is lower."""
    try:
        memory: float = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):  # not on every system
        memory = math.inf
    try:
        import resource

        soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    except (ImportError, OSError):  # not on Windows
        return memory
    return memory if soft == resource.RLIM_INFINITY else min(memory, soft)
