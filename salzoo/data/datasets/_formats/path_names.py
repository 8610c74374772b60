"""Images by the names that a table gives them, with or without folders and ending."""

import os
import unicodedata
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from salzoo.utils.errors import shorten

IMAGES = "images"  # the folder of a dataset that paths in tables may begin in


class Named(NamedTuple):
    """What the names of a table stand for.

    Attributes:
        stems: {name: stem of its image}, without the names that stand for none.
        unknown: names without an image, in the order of the table.
        problem: sentence on names that cannot be told apart, else "".
    """

    stems: dict[str, str]
    unknown: list[str]
    problem: str


def match_names(names: Iterable[str], images: Mapping[str, str]) -> Named:
    """Find the image of each name.

    A name is the path of an image below `images/`, whatever stands before it, or the end of
    that path if no other image has the same. The ending of the file may be absent.

    Args:
        names: as in the table.
        images: {stem: path of the file}; a stem is the path below `images/` without ending.

    Returns:
        `Named`. Two paths that differ above one image, such as "indoor/1.jpg" and
        "outdoor/1.jpg" where there is only "1.jpg", are a problem.
    """
    whole: dict[str, str] = {}
    ends: dict[str, set[str]] = {}
    forms = [(stem, stem) for stem in images]
    # After them, since "a.jpg" is rather the file of that name than "a.jpg.png".
    forms += [(path_below_images(stem, path), stem) for stem, path in images.items()]
    for form, stem in forms:
        whole[form] = stem
        for end in _ends(form):
            ends.setdefault(end, set()).add(stem)
    stems: dict[str, str] = {}
    unknown: list[str] = []
    above: dict[str, dict[str, str]] = {}  # stem: {what stands before it: name}
    problem = ""
    for name in dict.fromkeys(names):
        path = _below_images(name)
        end = next((end for end in _ends(path) if end in whole), "")
        found = sorted(ends.get(path, ()))
        if end:
            stems[name] = whole[end]
            before = path.removesuffix(end)
            above.setdefault(whole[end], {}).setdefault(before, _plain(name))
        elif not found:
            unknown.append(name)
        elif len(found) == 1:
            stems[name] = found[0]
        elif not problem:
            first, second = (path_below_images(stem, images[stem]) for stem in found[:2])
            problem = (
                f"names '{shorten(name, 200)}', which may be {first} and {second}; write the whole "
                "path."
            )
    return Named(stems, unknown, problem or _merged(above, images))


def path_below_images(stem: str, path: str) -> str:
    """Return the path of an image below `images/`.

    Args:
        stem: the same without ending.
        path: of the file.
    """
    return stem + unicodedata.normalize("NFC", os.path.splitext(path)[1])


def _merged(above: dict[str, dict[str, str]], images: Mapping[str, str]) -> str:
    """Return a sentence on paths that differ but would be taken for one image, "" if none are."""
    for stem, names in above.items():
        if len(names) > 1:
            first, second, *_ = names.values()
            return (
                f"names two paths, {first} and {second}, for one image, "
                f"{os.path.basename(images[stem])}; give both images, in sub-folders of "
                f"{IMAGES}/, or write one path."
            )
    if not any("/" in stem for stem in images):
        return ""
    # With sub-folders, a path that begins elsewhere than the others may be of another image.
    starts = {before: name for names in above.values() for before, name in names.items()}
    with_folder = {before: name for before, name in starts.items() if "/" in name}
    if len(with_folder) > 1:
        first, second, *_ = with_folder.values()
        return (
            f"names {first} and {second}, which do not begin in the same folder; write paths "
            f"below {IMAGES}/."
        )
    return ""


def _plain(name: str) -> str:
    """Return a path with slashes, composed as `FileChecker.stems` does."""
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def _below_images(name: str) -> str:
    """Return the part of a path below the last folder `images`, else all of it."""
    parts = [part for part in _plain(name).split("/") if part not in ("", ".")]
    if IMAGES in parts[:-1]:
        parts = parts[len(parts) - parts[-2::-1].index(IMAGES) - 1 :]
    return "/".join(parts)


def _ends(path: str) -> list[str]:
    """Return a path and all that is left of it without its first folders."""
    parts = path.split("/")
    return ["/".join(parts[start:]) for start in range(len(parts))]
