"""The answer that a client asks for: by the parameter `output` and the header Accept."""

from __future__ import annotations

from typing import NamedTuple

from salzoo.serving.problems import Problem
from salzoo.utils.errors import shorten, unknown_name

PNG, JPEG, NPY, JSON = "image/png", "image/jpeg", "application/x-npy", "application/json"
# {output: its media types, the default first}.
OUTPUTS = {
    "map": (PNG, NPY),
    "overlay": (PNG, JPEG),
    "crop": (JPEG, PNG),
    "attention": (JSON,),
}
# Without `output` each media type stands for one, the default first.
IMPLIED = {PNG: "map", NPY: "map", JSON: "attention", JPEG: "overlay"}


class Answer(NamedTuple):
    """An answer.

    Attributes:
        output: a name in OUTPUTS.
        media_type: one of its media types.
    """

    output: str
    media_type: str


def choose_answer(output: str | None, accept: str | None) -> Answer:
    """Choose the answer that fits a request best.

    Args:
        output: of the query; None: the media type decides.
        accept: header of the request; None: any type is accepted.

    Raises:
        Problem: there is no such output (422), or none of its types is accepted (406).
    """
    if output is not None and output not in OUTPUTS:
        raise Problem(422, str(unknown_name("output", output, OUTPUTS)))
    types = IMPLIED if output is None else OUTPUTS[output]
    ranges = _parse(accept or "*/*")
    # Of equal ones the first.
    best = max(types, key=lambda media_type: _quality(media_type, ranges))
    if _quality(best, ranges) <= 0:
        what = f"the output {output}" if output else "a map"
        raise Problem(
            406,
            f"Accept '{shorten(accept)}' has no type of {what}; accept {' or '.join(types)}.",
        )
    return Answer(output or IMPLIED[best], best)


def _parse(accept: str) -> list[tuple[str, float]]:
    """Return (media range, quality) of each range; those that are malformed are left out."""
    ranges = []
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip() == "q":
                try:
                    quality = float(value)
                except ValueError:
                    quality = -1.0
        if name.count("/") == 1 and 0 <= quality <= 1:
            ranges.append((name, quality))
    return ranges


def _quality(media_type: str, ranges: list[tuple[str, float]]) -> float:
    """Return the quality of the most specific range that a media type is in; 0 without one."""
    kind = media_type.split("/")[0]
    for wanted in (media_type, f"{kind}/*", "*/*"):
        found = [quality for name, quality in ranges if name == wanted]
        if found:
            return max(found)
    return 0.0
