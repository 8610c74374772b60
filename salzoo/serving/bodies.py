"""The body of a request: bounded, in time, raw or multipart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import NamedTuple

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from salzoo.serving.problems import Problem, not_now
from salzoo.serving.settings import ServerSettings
from salzoo.utils.errors import shorten

RAW_TYPES = ("image/", "application/octet-stream")
MULTIPART = "multipart/form-data"
# Bodies that a process holds at a time, as a multiple of the largest one.
BODIES_AT_ONCE = 8
REGIONS_LIMIT = 2**18


class Body(NamedTuple):
    """What a client has sent.

    Attributes:
        image: bytes of an image file.
        name: of it in messages.
        regions: JSON text of a multipart part; None: there is none.
    """

    image: bytes
    name: str
    regions: str | None = None


class BodyReader:
    """Reads bodies within the limits of a server.

    The bytes of all bodies that are being read or computed are counted together, so that many
    clients at once do not exhaust the memory.

    Args:
        settings: of the server.
    """

    def __init__(self, settings: ServerSettings) -> None:
        self._limit, self._timeout = settings.body_limit, settings.timeout
        self._left = BODIES_AT_ONCE * settings.body_limit

    async def read(self, request: Request) -> Body:
        """Read the image of a request, and give its bytes back to the budget by `release`.

        Args:
            request: whose body was not read.

        Raises:
            Problem: the type is no image's, the body is empty, malformed, too large or late, or
                too many bodies arrive at once.
        """
        multipart = self._check_headers(request)
        try:
            async with asyncio.timeout(self._timeout):
                if multipart:
                    return await self._read_parts(request)
                image = b"".join([chunk async for chunk in self._chunks(request)])
        except TimeoutError:
            raise Problem(
                408, f"The body did not arrive within {self._timeout:g} seconds; send it again."
            ) from None
        if not image:
            raise Problem(400, "The body is empty; send the bytes of an image file.")
        return Body(image, "the body")

    def release(self, request: Request) -> None:
        """Give the bytes of a request that was answered back to the budget."""
        self._left += request.scope.pop("salzoo.bytes", 0)

    def _check_headers(self, request: Request) -> bool:
        """Return whether the body is multipart; raise Problem for what is not read at all."""
        given = request.headers.get("content-type", "application/octet-stream")
        kind = given.split(";")[0].strip().lower()
        if kind != MULTIPART and not kind.startswith(RAW_TYPES):
            raise Problem(
                415,
                f"The body is of the type '{shorten(given)}'; send image/jpeg, image/png or "
                "another image, or multipart/form-data with the part image.",
            )
        encoding = request.headers.get("content-encoding", "identity").strip().lower()
        if encoding != "identity":
            raise Problem(
                415, f"The body is encoded as '{shorten(encoding)}'; send the image as it is."
            )
        length = request.headers.get("content-length", "")
        if length.isdecimal() and int(length[:20]) > self._limit:
            raise self._too_large()
        return kind == MULTIPART

    async def _chunks(self, request: Request) -> AsyncGenerator[bytes, None]:
        """Yield the body in pieces, counted."""
        received = 0
        async for chunk in request.stream():
            received += len(chunk)
            if received > self._limit:
                raise self._too_large()
            self._left -= len(chunk)
            request.scope["salzoo.bytes"] = received
            if self._left < 0:
                raise not_now(
                    "The server is receiving too much at once; send the request again.", 1, "bytes"
                )
            yield chunk

    async def _read_parts(self, request: Request) -> Body:
        """Read the parts image and regions of a multipart body."""
        parser = MultiPartParser(
            request.headers,
            self._chunks(request),
            max_files=2,
            max_fields=2,
            max_part_size=REGIONS_LIMIT,
        )
        parser.spool_max_size = self._limit + 1  # nothing is written to the disk
        try:
            form = await parser.parse()
        except MultiPartException as error:
            raise Problem(400, f"The multipart body is malformed: {shorten(error, 200)}") from error
        except (UnicodeError, LookupError, ValueError) as error:
            raise Problem(400, "The multipart body is malformed; send it again.") from error
        try:
            parts = form.multi_items()
            names = [name for name, _ in parts]
            for name in names:
                if name not in ("image", "regions") or names.count(name) > 1:
                    raise Problem(
                        400,
                        f"The multipart body has the part '{shorten(name)}'; send one part image, "
                        "and at most one part regions.",
                    )
            image = await _content(form.get("image"))
            if not image:
                raise Problem(400, "The multipart body has no file in the part image; send one.")
            regions = await _content(form.get("regions"))
        finally:
            await form.close()
        if regions is None:
            return Body(image, "the part image")
        if len(regions) > REGIONS_LIMIT:
            raise Problem(413, f"The part regions has more than {REGIONS_LIMIT:,} bytes.")
        try:
            return Body(image, "the part image", regions.decode("utf-8"))
        except UnicodeDecodeError:
            raise Problem(422, "The part regions is not UTF-8 text; send JSON.") from None

    def _too_large(self) -> Problem:
        return Problem(
            413,
            f"The body has more than {self._limit:,} bytes; send a smaller or more compressed "
            "image.",
        )


async def _content(part: UploadFile | str | None) -> bytes | None:
    if part is None or isinstance(part, str):
        return None if part is None else part.encode("utf-8", "surrogatepass")
    return await part.read()
