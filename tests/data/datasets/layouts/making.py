"""Building blocks for the small datasets: pictures and MATLAB values."""

import io
import os

import numpy as np
from PIL import Image


def picture(path, size, mode="RGB", seed=0, **options):
    """Write a picture of (rows, columns) with some texture; the ending gives the format."""
    rows, columns = size
    levels = np.random.default_rng(seed).integers(0, 256, (4, 4, 4), dtype="uint8")
    image = Image.fromarray(levels, "RGBA").resize((columns, rows), Image.Resampling.BICUBIC)
    save(path, image.convert(mode), **options)


def map_picture(path, values, **options):
    """Write an 8-bit grey picture of a map (rows, columns), 0..255."""
    save(path, Image.fromarray(np.asarray(values, "uint8")), **options)


def density_picture(path, size, level=255, **options):
    """Write a density that grows from 0 at its upper left corner to `level` at the lower right."""
    rows, columns = size
    map_picture(
        path,
        np.add.outer(np.linspace(0, level / 2, rows), np.linspace(0, level / 2, columns)),
        **options,
    )


def mask_picture(path, size, box=None, level=255, **options):
    """Write a mask that is `level` in box (top, left, bottom, right) and 0 elsewhere."""
    rows, columns = size
    top, left, bottom, right = box or (rows // 4, columns // 4, rows // 2, columns // 2)
    values = np.zeros(size, "uint8")
    values[top:bottom, left:right] = level
    map_picture(path, values, **options)


def save(path, image, **options):
    """Save a PIL image, making its folder."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    buffer = io.BytesIO()
    ending = os.path.splitext(path)[1].lower()
    formats = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG"}
    image.save(buffer, formats[ending], **options)
    write(path, buffer.getvalue())


def write(path, content=b""):
    """Write a file of bytes or text, making its folder."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)


def cell(items, columns=False):
    """A MATLAB cell, n x 1 (or 1 x n)."""
    array = np.empty((len(items), 1), object)
    for row, item in enumerate(items):
        array[row, 0] = item
    return array.T if columns else array


def struct(**fields):
    """A MATLAB 1x1 struct."""
    return struct_array([fields])


def struct_array(rows, columns=False):
    """A MATLAB struct array, n x 1 (or 1 x n), from dicts with the same keys."""
    array = np.empty((len(rows), 1), [(name, object) for name in rows[0]])
    for row, fields in enumerate(rows):
        for name, value in fields.items():
            array[row, 0][name] = value
    return array.T if columns else array


def gaze_samples(points, lengths, saccade=6):
    """Samples (n, 2) of an eye that rests at each point and flies between them.

    lengths: of each rest, in samples. saccade: samples of each flight, at even speed.
    """
    parts = []
    for number, (point, length) in enumerate(zip(points, lengths, strict=True)):
        if number:
            shares = np.arange(1, saccade + 1)[:, None] / (saccade + 1)
            parts.append(points[number - 1] + shares * np.subtract(point, points[number - 1]))
        parts.append(np.tile(np.asarray(point, "float64"), (length, 1)))
    return np.concatenate(parts)
