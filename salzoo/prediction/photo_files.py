"""Finds the image files to predict on and protects files that salzoo did not write."""

from __future__ import annotations

import glob
import hashlib
import itertools
import os
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, PngImagePlugin

from salzoo.data.image_kinds import EXTENSIONS, describe_unread, is_image
from salzoo.utils.array_files import read_header
from salzoo.utils.errors import InputError
from salzoo.utils.files import whole_file
from salzoo.utils.png_files import write_png
from salzoo.utils.regular_files import open_regular

# Metadata of all pictures that are written here: such files are not predicted on, and no other
# files are overwritten.
MARK = "salzoo predict"
PICTURES = ("_saliency.png", "_overlay.png", "_crop.png", "_crop.jpg")
# Other files have no metadata; those of numbers are recognised by their first bytes.
MAP = "_saliency.npy"
TABLES = {
    "_spots.csv": b"spot,x,y,radius,share_percent\n",
    "_regions.csv": b"name,x,y,width,height,share_percent,low_percent,high_percent,times_even\n",
}


class FoundImages(NamedTuple):
    """The image files that patterns stand for.

    Attributes:
        paths: of the images, in order, each once.
        problems: error messages of patterns without an image.
        own_count: number of files that were left out since `salzoo predict` wrote them.
        notes: a sentence for each folder with images that are not read here.
        below: path of each image below its folder, or below the part of its pattern that has
            no wildcard.
    """

    paths: list[str]
    problems: list[str]
    own_count: int
    notes: list[str]
    below: list[str]


def find_images(patterns: Sequence[str]) -> FoundImages:
    """Expand files, folders and glob patterns to image paths, in order, without duplicates.

    Files that `salzoo predict` wrote are left out, unless all that is given are its pictures,
    by their names. Sub-folders are searched by patterns with `**` alone.

    Args:
        patterns: files, folders and glob patterns.
    """
    found: dict[str, tuple[str, str]] = {}
    problems: list[str] = []
    unread: dict[str, str] = {}
    for pattern in patterns:
        pattern = os.path.expanduser(pattern)
        base = os.path.dirname(pattern)
        if os.path.isdir(pattern):
            base, names = pattern, [os.path.join(pattern, name) for name in os.listdir(pattern)]
            names = [name for name in names if not os.path.basename(name).startswith(".")]
        elif not os.path.exists(pattern):
            base, names = _fixed_part(pattern), glob.glob(pattern, recursive=True)
        else:
            found.setdefault(os.path.abspath(pattern), (pattern, os.path.basename(pattern)))
            continue
        images = sorted(filter(is_image, names))
        unread |= _describe_unread(names)
        if not images:
            problems.append(_without_image(pattern, names))
        for name in images:
            found.setdefault(os.path.abspath(name), (name, os.path.relpath(name, base or ".")))
    notes = list(unread.values())
    paths = [path for path, _ in found.values()]
    written = {path for path in paths if is_own(path)}
    named = {os.path.expanduser(pattern) for pattern in patterns}
    if written == set(paths) == named and all(path.endswith(PICTURES) for path in written):
        written = set()
    kept = [(path, below) for path, below in found.values() if path not in written]
    below = [below for _, below in kept]
    return FoundImages([path for path, _ in kept], problems, len(written), notes, below)


def _fixed_part(pattern: str) -> str:
    """Return the folders of a pattern before its first wildcard."""
    parts = os.path.dirname(pattern).split(os.sep)
    return os.sep.join(itertools.takewhile(lambda part: not glob.has_magic(part), parts))


def _describe_unread(paths: Iterable[str]) -> dict[str, str]:
    """Return {folder: sentence} of the folders with images that are not read here."""
    names_in: dict[str, list[str]] = {}
    for path in paths:
        names_in.setdefault(os.path.dirname(path), []).append(os.path.basename(path))
    texts = {folder: describe_unread(names) for folder, names in names_in.items()}
    return {folder: f"{folder or '.'}: {text}." for folder, text in texts.items() if text}


def _without_image(pattern: str, names: Sequence[str]) -> str:
    """Return the error message of a folder or pattern without an image."""
    known = ", ".join(EXTENSIONS)
    if not os.path.isdir(pattern):
        if names:
            return f"{pattern} matches no image ({known})."
        return f"{pattern} does not exist and matches no image ({known})."
    if any(map(os.path.isdir, names)):
        return (
            f"The folder {pattern} holds no image ({known}) but sub-folders; give "
            f"'{os.path.join(pattern, '**')}' to search them."
        )
    return f"The folder {pattern} holds no image ({known})."


def is_own(path: str, size: tuple[int, int] | None = None) -> bool:
    """Return whether `salzoo predict` wrote a file, by its name and its content.

    A map or a table belongs to the grey picture or the overlay beside it, which are marked. Without
    them the first bytes of the file decide.

    Args:
        path: any file.
        size: (rows, columns) that a map must have; None: any.
    """
    if path.endswith(PICTURES):
        metadata = _metadata(path)
        comment = metadata.get("comment", b"").decode("utf-8", "replace")
        return MARK in (metadata.get("Software"), comment)
    for ending in (MAP, *TABLES):
        if path.endswith(ending):
            stem = path.removesuffix(ending)
            marked = any(is_own(stem + end) for end in PICTURES[:2])
            return marked or _has_own_format(path, ending, size)
    return False


def _has_own_format(path: str, ending: str, size: tuple[int, int] | None) -> bool:
    """Return whether a file begins like the maps or tables that are written here."""
    try:
        if ending == MAP:
            with open_regular(path) as file:
                header = read_header(file, path)
            return (
                header.dtype == np.float32
                and len(header.shape) == 2
                and size in (None, header.shape)
            )
        with open_regular(path) as file:
            return file.readline(len(TABLES[ending])) == TABLES[ending]
    except InputError:
        return False


def _metadata(path: str) -> dict[Any, Any]:
    """Return the metadata of a PNG or JPEG file; {} for other files."""
    try:
        with open_regular(path) as file, Image.open(file, formats=("PNG", "JPEG")) as image:
            return image.info
    except (InputError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return {}


def save_picture(
    picture: Image.Image, path: str, source: str | None = None, **options: Any
) -> None:
    """Save a Pillow image as PNG or JPEG with `MARK` in its metadata, whole or not at all.

    Args:
        picture: the image.
        path: file to write, ending in .png or .jpg.
        source: image file that it was made from; a PNG gets a hash of its relative path.
        **options: of the Pillow writer.
    """
    with whole_file(path) as temporary:
        if not path.endswith(".png"):
            picture.save(temporary, comment=MARK, **options)
            return
        texts = {"Software": MARK}
        if source is not None:
            texts["Source"] = _path_hash(source, path)
        if picture.mode in ("L", "RGB") and picture.width and not any(options.values()):
            with open(temporary, "wb") as file:
                write_png(file, np.asarray(picture), texts)
            return
        # More compression saves little and takes longer than the network.
        metadata = PngImagePlugin.PngInfo()
        for keyword, text in texts.items():
            metadata.add_text(keyword, text)
        picture.save(temporary, pnginfo=metadata, compress_level=1, **options)


def output_stems(
    paths: Sequence[str], out: str | None = None, below: Sequence[str] | None = None
) -> list[str]:
    """Return the path without ending of each image's output files.

    A number is added where two images have the same stem, or where files of that stem exist
    that were written for another image.

    Args:
        paths: image files.
        out: folder of all output files; None: each image's own folder.
        below: paths of the images' files below `out`; None: their names alone.
    """
    stems: list[str] = []
    taken: set[str] = set()
    below = [os.path.basename(path) for path in paths] if below is None else below
    for path, name in zip(paths, below, strict=True):
        target = path if out is None else os.path.join(out, name)
        first = os.path.splitext(target)[0]
        stem, number = first, 2
        free = (None, _path_hash(path, stem))
        while os.path.abspath(stem) in taken or _source_hash(stem) not in free:
            stem, number = f"{first}-{number}", number + 1
        taken.add(os.path.abspath(stem))
        stems.append(stem)
    return stems


def _path_hash(image: str, output: str) -> str:
    """Return a hash of the path of an image, relative to the folder of an output file.

    It stays the same when both are moved together, does not reveal the user's folders and
    takes names in any encoding.
    """
    start = os.path.realpath(os.path.dirname(output))
    folder = os.path.relpath(os.path.realpath(os.path.dirname(image)), start)
    relative = os.path.join(folder, os.path.basename(image))
    return hashlib.sha256(os.fsencode(relative)).hexdigest()[:16]


def _source_hash(stem: str) -> str | None:
    """Return the hash of the image that files of this stem were written for; None if unknown."""
    pictures = filter(is_own, (stem + end for end in PICTURES[:2]))
    return next((source for path in pictures if (source := _metadata(path).get("Source"))), None)


def check_free(paths: Iterable[str], read: Collection[str], size: tuple[int, int]) -> None:
    """Check that writing these files destroys nothing that salzoo did not write.

    Args:
        paths: files to write.
        read: real paths of the files that are read.
        size: (rows, columns) of the map.

    Raises:
        InputError: one of them is read, was not written by salzoo, or its folder is not
            writable.
    """
    for path in paths:
        folder = os.path.dirname(path) or "."
        if os.path.isdir(folder) and not os.access(folder, os.W_OK):
            raise InputError(f"{folder} cannot be written to; choose another folder with `out`.")
        if os.path.realpath(path) in read:
            problem = "is read here and would be written over"
        elif os.path.exists(path) and not is_own(path, size):
            problem = "is there already and was not written by salzoo predict"
        else:
            continue
        raise InputError(f"{path} {problem}; choose another folder with `out`.")
