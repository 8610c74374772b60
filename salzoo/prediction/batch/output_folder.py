"""The folder of a batch's results, on this machine or wherever fsspec reaches.

results/part-NAME.parquet   a row for each image; a file appears whole
maps/, maps.zarr            the maps, if they are not in the rows
manifest.json               counts and settings
.unfinished/                parts of shards that are tried again; gone at the end
"""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from collections.abc import Iterator
from typing import Any

from salzoo.prediction.batch.addresses import local_path, open_filesystem
from salzoo.utils.errors import InputError, shorten
from salzoo.utils.files import PART, whole_file

RESULTS, UNFINISHED = "results", ".unfinished"
MAPS, ZARR = "maps", "maps.zarr"
MANIFEST = "manifest.json"


class OutputFolder:
    """A folder in which files appear whole.

    Args:
        address: path, or address with its protocol.

    Attributes:
        address: absolute path, or the address.
        local: absolute path; None where it is not on this machine.

    Raises:
        InputError: fsspec cannot reach it.
    """

    def __init__(self, address: str) -> None:
        self.local = local_path(address)
        self.address = self.local or address.rstrip("/")
        self.filesystem, self._root = open_filesystem(self.address)

    def path(self, name: str) -> str:
        """Return the path of a file on its filesystem.

        Args:
            name: below the folder, with slashes.
        """
        return f"{self._root.rstrip('/')}/{name}"

    @contextlib.contextmanager
    def whole(self, name: str) -> Iterator[str]:
        """Write a file that appears only when it is complete.

        Args:
            name: below the folder.

        Yields:
            Path of a temporary file on this machine.
        """
        if self.local is not None:
            with whole_file(self.path(name)) as temporary:
                yield temporary
            return
        descriptor, temporary = tempfile.mkstemp(suffix=os.path.splitext(name)[1])
        os.close(descriptor)
        part = self.path(f"{UNFINISHED}/{PART}{secrets.token_hex(8)}")
        try:
            yield temporary
            folder = self.path(name).rsplit("/", 1)[0]
            self.filesystem.makedirs(folder, exist_ok=True)
            self.filesystem.makedirs(self.path(UNFINISHED), exist_ok=True)
            self.filesystem.put_file(temporary, part)
            self.filesystem.mv(part, self.path(name))
        finally:
            os.remove(temporary)

    def write(self, name: str, content: bytes) -> None:
        """Write a whole file.

        Args:
            name: below the folder.
            content: of the file.
        """
        with self.whole(name) as temporary, open(temporary, "wb") as file:
            file.write(content)

    def mark(self, name: str) -> None:
        """Write an empty file, which need not outlive a power failure.

        Args:
            name: below the folder.
        """
        if self.local is None:
            self.write(name, b"")
            return
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb"):
            pass

    def open(self, name: str) -> Any:
        """Open a file for reading.

        Args:
            name: below the folder.
        """
        return self.filesystem.open(self.path(name), "rb")

    def read(self, name: str) -> bytes | None:
        """Return the content of a file; None if it does not exist.

        Args:
            name: below the folder.
        """
        try:
            with self.open(name) as file:
                return file.read()
        except FileNotFoundError:
            return None

    def names(self, folder: str, ending: str = "") -> list[str]:
        """Return the names of the files of a sub-folder, sorted, without hidden ones.

        Args:
            folder: below this one; it need not exist.
            ending: of the names.
        """
        try:
            self.filesystem.invalidate_cache()
            paths = self.filesystem.ls(self.path(folder), detail=False)
        except (FileNotFoundError, NotADirectoryError):
            return []
        names = (path.rstrip("/").rsplit("/", 1)[-1] for path in map(str, paths))
        return sorted(name for name in names if name.endswith(ending) and name[0] != ".")

    def remove(self, name: str) -> None:
        """Remove a file or a folder with all files, if it exists.

        Args:
            name: below the folder.
        """
        with contextlib.suppress(FileNotFoundError):
            self.filesystem.rm(self.path(name), recursive=True)

    def check_writable(self) -> None:
        """Write and remove a small file.

        Raises:
            InputError: that fails.
        """
        name = f"{UNFINISHED}/write-{secrets.token_hex(8)}"
        try:
            self.write(name, b"")
            self.remove(name)
        except Exception as error:  # every protocol raises its own kinds
            reason = shorten(str(error) or type(error).__name__, 200)
            raise InputError(f"`out` {self.address} cannot be written to ({reason}).") from error
