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
    try:
        with Image.open(path, formats=("PNG", "JPEG")) as image:
            said = image.info.get("Software"), image.info.get("comment")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False
    return MARK in said or MARK.encode() in said


def save_picture(picture, path, **options):
    """Save a PIL image as PNG or JPEG with `MARK` in it, whole or not at all."""
    if path.endswith(".png"):
        # Little is gained from more effort, which takes longer than the network.
        options |= {"pnginfo": PngImagePlugin.PngInfo(), "compress_level": 1}
        options["pnginfo"].add_text("Software", MARK)
    else:
        options["comment"] = MARK
    with whole_file(path) as temporary:
        picture.save(temporary, **options)


def output_stems(paths, out=None):
    """Return a path without ending for each image's files; equal ones get a number.

    out: the folder for all; None: each lies beside its image.
    """
    stems, taken = [], set()
    for path in paths:
        folder, name = os.path.split(path)
        stem = first = os.path.join(folder if out is None else out, os.path.splitext(name)[0])
        number = 2
        while os.path.abspath(stem) in taken:
            stem, number = f"{first}-{number}", number + 1
        taken.add(os.path.abspath(stem))
        stems.append(stem)
    return stems


def check_free(paths, read):
    """Raise InputError if writing these files would destroy what is not ours.

    Args:
        paths: to be written. read: set of the real paths of what is read.
    """
    for path in paths:
        folder = os.path.dirname(path) or "."
        if os.path.isdir(folder) and not os.access(folder, os.W_OK):
            raise InputError(f"{folder} cannot be written to; choose another folder with --out.")
        if os.path.realpath(path) in read:
            problem = "is read here and would be written over"
        elif path.endswith(PICTURES) and os.path.exists(path) and not is_own(path):
            problem = "is there already and was not written by salzoo predict"
        else:
            continue
        raise InputError(f"{path} {problem}; choose another folder with --out.")
