"""Checks of a dataset's files while they are read.

Readers report every problem to a `FileChecker`, which raises at the first one; `salzoo
check` uses a `ProblemCollector`, which collects them. So a reader must go on after a
problem, without the images concerned.
"""

import os
import unicodedata
from typing import BinaryIO

import numpy as np
from tqdm import tqdm

from salzoo.data.datasets._formats.folders import find_folder, list_names
from salzoo.data.datasets._formats.point_checks import PointChecker
from salzoo.data.ground_truth import check_header, is_array_file, read_values, to_levels
from salzoo.data.image_kinds import describe_unread
from salzoo.data.images import ImageHeader, check_image_file, open_binary
from salzoo.utils.errors import InputError
from salzoo.utils.once import warn_once


class FileChecker(PointChecker):
    """Finds and checks files; raises InputError at the first problem.

    Args:
        name: of the dataset.

    Attributes:
        dropped: number of fixations outside their image that were left out.
        searched: where the dataset was looked for in vain, "" if its folder was found.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.searched = ""
        self._listed: set[str] = set()

    def problem(self, path: str | None, sentence: str) -> None:
        """Report that a file or folder cannot be used.

        Args:
            path: of it.
            sentence: the rest of the message after the path.

        Raises:
            InputError: always, here.
        """
        raise InputError(f"{self.name}: {path} {sentence}")

    def refused(self, path: str, error: InputError) -> None:
        """Report the message of an error as a problem.

        Args:
            path: of the file.
            error: whose message may begin with the path.
        """
        self.problem(path, str(error).removeprefix(f"{path} "))

    def missing(self, path: str) -> None:
        """Report that a file or folder does not exist.

        Args:
            path: of it.
        """
        self.problem(path, f"is missing{self.searched}; see `salzoo datasets {self.name}`.")

    # ---- folders and files ----

    def folder(self, root: str, *candidates: str) -> str | None:
        """Return what `find_folder` finds, None (a problem) if that is nothing.

        Args:
            root: as for `find_folder`.
            *candidates: as for `find_folder`.
        """
        path = find_folder(root, *candidates)
        if path is None:
            self.missing(os.path.join(root, candidates[0]))
        return path

    def file(self, name: str, *folders: str) -> str | None:
        """Return the path of a file in the first folder that has it, None (a problem) if none.

        Args:
            name: of the file.
            *folders: to look into.
        """
        paths = [os.path.join(folder, name) for folder in folders]
        path = next(filter(os.path.isfile, paths), None)
        if path is None:
            self.missing(paths[0])
        return path

    def stems(
        self, folder: str, endings: tuple[str, ...], suffix: str = "", below: bool = False
    ) -> dict[str, str]:
        """Return {stem: path} of the files of a folder, sorted, without clutter.

        Stems are in Unicode's composed form; macOS writes accents apart from their letters.
        Images that are not read here are left out with a warning.

        Args:
            folder: to list.
            endings: like (".jpg", ".jpeg"), in lower case.
            suffix: what follows the stem before the ending, like "_fixMap"; files
                without it are left out.
            below: take the files of sub-folders too; their stems are "sub-folder/stem".
        """
        found: dict[str, str] = {}
        names = list(list_names(folder, below))
        self._name_unread(folder, names)
        for name in names:
            stem, ending = os.path.splitext(unicodedata.normalize("NFC", name))
            path = os.path.join(folder, name)
            usual = ending.lower() in endings and stem.endswith(suffix)
            if not usual or os.path.isdir(path):
                continue
            twin = found.setdefault(stem.removesuffix(suffix), path)
            if twin != path:
                self.problem(
                    path,
                    f"differs from {os.path.basename(twin)} only in its ending; rename or remove "
                    "one of them.",
                )
        return found

    def _name_unread(self, folder: str, names: list[str]) -> None:
        """Warn of images in a folder that are not read here, once."""
        if folder not in self._listed and (unread := describe_unread(names)):
            self._listed.add(folder)
            warn_once(f"{self.name}: {folder}: {unread}.")

    def pair(
        self, images: dict[str, str], others: dict[str, str], what: str, folder: str
    ) -> list[str]:
        """Match images with their ground truth; what has no counterpart is a problem.

        Args:
            images: {stem: path}.
            others: {stem: path} of the ground truth.
            what: "mask", "density map", ... for messages.
            folder: of the ground truth, for messages.

        Returns:
            Sorted stems that have both.
        """
        missing = sorted(images.keys() - others.keys())
        extra = sorted(others.keys() - images.keys())
        hint = f" (but there is {others[extra[0]]}: renamed?)" if extra else ""
        for stem in missing:
            self.problem(images[stem], f"has no {what} in {folder}{hint}.")
        article = "an" if what[0] in "aeiou" else "a"
        for stem in extra:
            self.problem(
                others[stem], f"has {article} {what} for '{stem}', but there is no such image."
            )
        return sorted(images.keys() & others.keys())

    # ---- images ----

    def image(self, path: str) -> tuple[int, int] | None:
        """Return (rows, columns) of an image file, None (a problem) if it cannot be used.

        Args:
            path: image file; it is opened once.
        """
        header = self.header(path)
        return None if header is None else header.size

    def header(
        self, path: str, exif: bool = False, file: BinaryIO | None = None
    ) -> ImageHeader | None:
        """Return the header of an image or ground truth, None (a problem) if it cannot be used.

        Args:
            path: image file, which is opened once, or .npy file.
            exif: read the EXIF orientation too.
            file: the same file if it is open already.
        """
        try:
            if is_array_file(path):
                return check_header(path)
            return check_image_file(path, exif, file)
        except InputError as error:
            self.refused(path, error)
        except OSError as error:
            self.problem(path, f"cannot be read ({error.strerror}).")
        return None

    def same_size(
        self, path: str, size: tuple[int, int], image_path: str, file: BinaryIO | None = None
    ) -> bool:
        """Return whether a map or mask can be used and has the size of its image.

        Args:
            path: file of the map or mask; it is opened once.
            size: (rows, columns) of its image.
            image_path: file of its image.
            file: the same file as `path` if it is open already.
        """
        header = self.header(path, file=file)
        if header is None:
            return False
        if header.size != tuple(size):
            rows, columns = header.size
            self.problem(
                path,
                f"is {columns}x{rows}, but its image {os.path.basename(image_path)} is "
                f"{size[1]}x{size[0]}; replace one of them.",
            )
            return False
        return True

    def grey(self, path: str, size: tuple[int, int], image_path: str) -> np.ndarray | None:
        """Return a point map as float32 0..255 (rows, columns), None (a problem) if unusable.

        Args:
            path: file of the map.
            size: (rows, columns) of its image.
            image_path: file of its image.
        """
        try:
            with open_binary(path) as file:
                if not self.same_size(path, size, image_path, file):
                    return None
                file.seek(0)
                return to_levels(read_values(path, "point map", file))
        except InputError as error:
            self.refused(path, error)
        except OSError as error:
            self.problem(path, f"cannot be read ({error.strerror}).")
        return None


class ProblemCollector(FileChecker):
    """Collects every problem instead of raising.

    Args:
        name: of the dataset.
        progress: bar that counts the images, or None.

    Attributes:
        problems: (path, sentence) of each.
    """

    def __init__(self, name: str, progress: tqdm | None = None) -> None:
        super().__init__(name)
        self.problems: list[tuple[str, str]] = []
        self.progress = progress

    def problem(self, path: str | None, sentence: str) -> None:
        """Collect a problem, see `FileChecker.problem`."""
        self.problems.append((str(path), sentence))

    def header(
        self, path: str, exif: bool = False, file: BinaryIO | None = None
    ) -> ImageHeader | None:
        """Count the image and do what `FileChecker.header` does."""
        if self.progress is not None:
            self.progress.update()
        return super().header(path, exif, file)
