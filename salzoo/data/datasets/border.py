"""Where files are checked as they are read.

Readers tell a `Border` of every problem. Loading stops at the first one;
`salzoo check` collects them all (`Inspection`).
"""

import os

import numpy as np

from salzoo.data.images import check_complete, image_size
from salzoo.data.sample import Sample
from salzoo.errors import InputError


class Border:
    """Stops at the first problem; counts what readers drop on purpose.

    dropped: points outside their image that were left out.
    """

    def __init__(self, name):
        self.name = name
        self.dropped = 0

    def problem(self, path, sentence):
        """Report that `path` cannot be used; the sentence goes on after the path."""
        raise InputError(f"{self.name}: {path} {sentence}")

    def image(self, path):
        """Return (rows, columns) of an image file, None if it cannot be used."""
        try:
            check_complete(path)
            return image_size(path)
        except InputError as error:
            self.problem(path, str(error).removeprefix(f"{path} "))
        except OSError as error:
            self.problem(path, f"cannot be read ({error.strerror}).")
        return None

    def same_size(self, path, size, image_path):
        """Return whether the map or mask at `path` has the size of its image."""
        found = self.image(path)
        if found is not None and found != tuple(size):
            self.problem(
                path,
                f"is {found[1]}x{found[0]}, but its image {os.path.basename(image_path)} is "
                f"{size[1]}x{size[0]}; take the set's own files.",
            )
            return False
        return found is not None

    def inside(self, points, size, path, *others):
        """Drop the points outside an image, with their rows of `others`, and count them.

        Args:
            points: (n, 2), x and y. size: (rows, columns) of the image at `path`.
            others: arrays (n, ...), or None, that belong to the points.

        Returns:
            points, *others. More than half of at least ten points outside means
            that coordinates and image do not belong together: a problem.
        """
        points = np.asarray(points, "float64").reshape(-1, 2)
        if not np.isfinite(points).all():
            self.problem(path, "has fixations that are not numbers; take the set's own file.")
            points = np.nan_to_num(points, nan=-1, posinf=-1, neginf=-1)
        kept = ((points >= 0) & (points < (size[1], size[0]))).all(axis=1)
        outside = int((~kept).sum())
        if len(points) >= 10 and outside > len(points) / 2:
            self.problem(
                path,
                f"has {outside} of {len(points)} fixations outside its {size[1]}x{size[0]} "
                "pixels; are x and y exchanged, or is it another version of the image?",
            )
        self.dropped += outside
        return points[kept], *(None if each is None else np.asarray(each)[kept] for each in others)

    def pair(self, images, others, what, folder, may_lack=False):
        """Match {stem: path} of images with {stem: path} of their ground truth.

        Args:
            what: "mask", "density map", ... for messages. folder: where they are.
            may_lack: images without it are left out in silence.

        Returns:
            sorted list of stems that have both.
        """
        missing, extra = (
            sorted(images.keys() - others.keys()),
            sorted(others.keys() - images.keys()),
        )
        if missing and not may_lack:
            hint = f" (but there is {others[extra[0]]}: renamed?)" if extra else ""
            for stem in missing:
                self.problem(images[stem], f"has no {what} in {folder}{hint}.")
        for stem in extra:
            self.problem(others[stem], f"has a {what} for '{stem}', but there is no such image.")
        return sorted(images.keys() & others.keys())


class Inspection(Border):
    """Collects every problem as (path, sentence)."""

    def __init__(self, name):
        super().__init__(name)
        self.problems = []

    def problem(self, path, sentence):
        self.problems.append((str(path), sentence))


def stems(folder, endings, suffix=""):
    """Return {stem: path} of the files of a folder, without clutter.

    Args:
        endings: like (".jpg", ".jpeg"), in lower case.
        suffix: what follows the stem before the ending, like "_fixMap"; files
            without it are left out.
    """
    found = {}
    for name in sorted(os.listdir(folder)):
        stem, ending = os.path.splitext(name)
        if ending.lower() not in endings or name.startswith(".") or not stem.endswith(suffix):
            continue
        found[stem.removesuffix(suffix)] = os.path.join(folder, name)
    return found


def folder_of(root, *candidates, border):
    """Return the first of the candidate sub-folders that exists, nested unpackings included.

    `a/b` is found as `root/a/b`, `root/b`, and doubled as `root/a/b/b`.
    """
    for candidate in candidates:
        last = os.path.basename(candidate)
        for path in (candidate, last):
            full = os.path.join(root, path)
            if os.path.isdir(full):
                doubled = os.path.join(full, last)
                return doubled if os.path.isdir(doubled) else full
    border.problem(os.path.join(root, candidates[0]), "is missing; see `salzoo datasets NAME`.")
    return None


def pairs_of_masks(images, image_endings, masks, mask_endings, border, split=None):
    """Read samples from a folder of images and one of masks with the same stems.

    The two may be one folder if the endings differ.
    """
    if images is None or masks is None:
        return []
    image_of, mask_of = stems(images, image_endings), stems(masks, mask_endings)
    samples = []
    for stem in border.pair(image_of, mask_of, "mask", masks):
        size = border.image(image_of[stem])
        if size is not None and border.same_size(mask_of[stem], size, image_of[stem]):
            samples.append(Sample(image_of[stem], size, mask_path=mask_of[stem], split=split))
    return samples
