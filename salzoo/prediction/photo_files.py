"""Which files are photos to predict on, and which files are written for them."""

import glob
import hashlib
import os

import numpy as np
from PIL import Image, PngImagePlugin

from salzoo.data.images import EXTENSIONS
from salzoo.utils.errors import InputError
from salzoo.utils.files import whole_file

# What the pictures say of who wrote them: they are never taken for photos or overwritten unseen.
MARK = "salzoo predict"
PICTURES = ("_saliency.png", "_overlay.png", "_crop.png", "_crop.jpg")
# The other files cannot say it; those of numbers begin like this.
MAP = "_saliency.npy"
TABLES = {
    "_spots.csv": b"spot,x,y,radius,share_percent\n",
    "_regions.csv": b"name,x,y,width,height,share_percent,times_even\n",
}


def find_images(patterns):
    """Expand files, folders and globs to image paths, in order, each once.

    Files that `salzoo predict` wrote are left out, unless pictures of it are all that is
    given, by their names.

    Returns:
        list of paths, list of sentences about patterns that gave none, number left out.
    """
    found, problems = {}, []
    for pattern in patterns:
        pattern = os.path.expanduser(pattern)
        if os.path.isdir(pattern):
            names = _images(
                os.path.join(pattern, name)
                for name in os.listdir(pattern)
                if not name.startswith(".")
            )
            problem = f"The folder {pattern} holds no image ({', '.join(EXTENSIONS)})."
        elif os.path.exists(pattern):
            names = [pattern]
        else:
            names = _images(glob.glob(pattern, recursive=True))
            problem = f"{pattern} does not exist and matches no image ({', '.join(EXTENSIONS)})."
        if not names:
            problems.append(problem)
        for name in names:
            found.setdefault(os.path.abspath(name), name)
    found = list(found.values())
    own = {path for path in found if is_own(path)}
    meant = own == set(found) == set(map(os.path.expanduser, patterns))
    if meant and all(path.endswith(PICTURES) for path in own):
        return found, problems, 0
    return [path for path in found if path not in own], problems, len(own)


def _images(names):
    return sorted(name for name in names if name.lower().endswith(EXTENSIONS))


def is_own(path, size=None):
    """Whether `salzoo predict` wrote this file, by its name and by what it says itself.

    For a map or a table the grey picture beside it speaks, which is written first. Without
    it, how they begin must do.

    size: (rows, columns) that such a map must have; None: any.
    """
    if path.endswith(PICTURES):
        said = _said(path)
        return MARK in (said.get("Software"), said.get("comment", b"").decode("utf-8", "replace"))
    for ending in (MAP, *TABLES):
        if path.endswith(ending):
            picture = path.removesuffix(ending) + PICTURES[0]
            return is_own(picture) or _begins_like_ours(path, ending, size)
    return False


def _begins_like_ours(path, ending, size):
    """Whether a file begins like the maps or tables that are written here."""
    try:
        if ending == MAP:
            map_ = np.lib.format.open_memmap(path, mode="r")
            return map_.dtype == np.float32 and map_.ndim == 2 and size in (None, map_.shape)
        with open(path, "rb") as file:
            return file.readline(len(TABLES[ending])) == TABLES[ending]
    except Exception:  # numpy raises many kinds for what is no map
        return False


def _said(path):
    """What the file of a picture says beside its pixels: {} if it is none."""
    try:
        with Image.open(path, formats=("PNG", "JPEG")) as image:
            return image.info
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return {}


def save_picture(picture, path, photo=None, **options):
    """Save a PIL image as PNG or JPEG with `MARK` in it, whole or not at all.

    photo: path of the file that it was made of; a PNG keeps a mark of it.
    """
    if path.endswith(".png"):
        # Little is gained from more effort, which takes longer than the network.
        options |= {"pnginfo": PngImagePlugin.PngInfo(), "compress_level": 1}
        options["pnginfo"].add_text("Software", MARK)
        if photo is not None:
            options["pnginfo"].add_text("Source", _mark_of(photo, path))
    else:
        options["comment"] = MARK
    with whole_file(path) as temporary:
        picture.save(temporary, **options)


def output_stems(paths, out=None):
    """Return a path without ending for each image's files; equal ones get a number.

    So does one whose files are there already for another image.

    out: the folder for all; None: each lies beside its image.
    """
    stems, taken = [], set()
    for path in paths:
        folder, name = os.path.split(path)
        stem = first = os.path.join(folder if out is None else out, os.path.splitext(name)[0])
        number, free = 2, (None, _mark_of(path, stem))
        while os.path.abspath(stem) in taken or _said_photo(stem) not in free:
            stem, number = f"{first}-{number}", number + 1
        taken.add(os.path.abspath(stem))
        stems.append(stem)
    return stems


def _mark_of(photo, written):
    """A short text for a photo, by the way to it from the folder of what is written for it.

    It stays when both are moved together, says nothing of the person's folders and takes
    names in any encoding.
    """
    here = os.path.realpath(os.path.dirname(written))
    folder = os.path.relpath(os.path.realpath(os.path.dirname(photo)), here)
    way = os.path.join(folder, os.path.basename(photo))
    return hashlib.sha256(os.fsencode(way)).hexdigest()[:16]


def _said_photo(stem):
    """The mark of the photo whose files begin like this; None if nothing tells."""
    picture = f"{stem}{PICTURES[0]}"
    return _said(picture).get("Source") if is_own(picture) else None


def check_free(paths, read, size):
    """Raise InputError if writing these files would destroy what is not ours.

    Args:
        paths: to be written. read: set of the real paths of what is read. size: (rows,
            columns) of the map.
    """
    for path in paths:
        folder = os.path.dirname(path) or "."
        if os.path.isdir(folder) and not os.access(folder, os.W_OK):
            raise InputError(f"{folder} cannot be written to; choose another folder with --out.")
        if os.path.realpath(path) in read:
            problem = "is read here and would be written over"
        elif os.path.exists(path) and not is_own(path, size):
            problem = "is there already and was not written by salzoo predict"
        else:
            continue
        raise InputError(f"{path} {problem}; choose another folder with --out.")
