"""Which files are photos to predict on, and which files are written for them."""

import glob
import os

from PIL import Image, PngImagePlugin

from salzoo.data.images import EXTENSIONS
from salzoo.errors import InputError
from salzoo.files import whole_file

# What the pictures say of who wrote them: they are never taken for photos or overwritten unseen.
MARK = "salzoo predict"
PICTURES = ("_saliency.png", "_overlay.png", "_crop.png", "_crop.jpg")


def find_images(patterns):
    """Expand files, folders and globs to image paths, in order, each once.

    Pictures that `salzoo predict` wrote are left out, unless files are all that is given
    and all of them are such.

    Returns:
        list of paths, list of sentences about patterns that gave none, number left out.
    """
    found, problems = {}, []
    for pattern in patterns:
        pattern = os.path.expanduser(pattern)
        if os.path.isdir(pattern):
            names = sorted(
                os.path.join(pattern, name)
                for name in os.listdir(pattern)
                if name.lower().endswith(EXTENSIONS) and not name.startswith(".")
            )
            problem = f"The folder {pattern} holds no image ({', '.join(EXTENSIONS)})."
        else:
            names = (
                [pattern] if os.path.exists(pattern) else sorted(glob.glob(pattern, recursive=True))
            )
            problem = f"{pattern} does not exist and matches no file."
        if not names:
            problems.append(problem)
        for name in names:
            found.setdefault(os.path.abspath(name), name)
    found = list(found.values())
    own = {path for path in found if is_own(path)}
    if own and set(found) == own and set(map(os.path.expanduser, patterns)) == own:
        return found, problems, 0
    return [path for path in found if path not in own], problems, len(own)


def is_own(path):
    """Whether `salzoo predict` wrote this picture, by its name and by what it says itself."""
    if not path.endswith(PICTURES):
        return False
    said = _said(path)
    return MARK in (said.get("Software"), said.get("comment", b"").decode("utf-8", "replace"))


def _said(path):
    """What the file of a picture says beside its pixels: {} if it is none."""
    try:
        with Image.open(path, formats=("PNG", "JPEG")) as image:
            return image.info
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return {}


def save_picture(picture, path, photo=None, **options):
    """Save a PIL image as PNG or JPEG with `MARK` in it, whole or not at all.

    photo: name of the file that it was made of, kept in a PNG.
    """
    if path.endswith(".png"):
        # Little is gained from more effort, which takes longer than the network.
        options |= {"pnginfo": PngImagePlugin.PngInfo(), "compress_level": 1}
        options["pnginfo"].add_text("Software", MARK)
        if photo is not None:
            options["pnginfo"].add_text("Source", photo)
    else:
        options["comment"] = MARK
    with whole_file(path) as temporary:
        picture.save(temporary, **options)


def output_stems(paths, out=None):
    """Return a path without ending for each image's files; equal ones get a number.

    So does one whose files are there already for an image of another ending.

    out: the folder for all; None: each lies beside its image.
    """
    stems, taken = [], set()
    for path in paths:
        folder, name = os.path.split(path)
        stem = first = os.path.join(folder if out is None else out, os.path.splitext(name)[0])
        number = 2
        while os.path.abspath(stem) in taken or _photo_of(stem) not in (None, name):
            stem, number = f"{first}-{number}", number + 1
        taken.add(os.path.abspath(stem))
        stems.append(stem)
    return stems


def _photo_of(stem):
    """The name of the photo whose files begin like this; None if nothing tells."""
    picture = f"{stem}{PICTURES[0]}"
    return _said(picture).get("Source") if is_own(picture) else None


def check_free(paths, read):
    """Raise InputError if writing these files would destroy what is not ours.

    Args:
        paths: to be written; of the files that cannot say whose they are, the pictures
            among them speak. read: set of the real paths of what is read.
    """
    pictures = [path for path in paths if path.endswith(PICTURES)]
    for path in paths:
        folder = os.path.dirname(path) or "."
        if os.path.isdir(folder) and not os.access(folder, os.W_OK):
            raise InputError(f"{folder} cannot be written to; choose another folder with --out.")
        if os.path.realpath(path) in read:
            problem = "is read here and would be written over"
        elif os.path.exists(path) and not any(
            map(is_own, [path] if path in pictures else pictures)
        ):
            problem = "is there already and was not written by salzoo predict"
        else:
            continue
        raise InputError(f"{path} {problem}; choose another folder with --out.")
