"""Answers to requests that are refused: a status and one sentence, as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse

from salzoo.utils.printable import printable

# What each status means, for the description of the interface.
MEANINGS = {
    400: "The request is malformed: an empty body, broken multipart or unknown parameters.",
    401: "The token is missing or wrong.",
    404: "There is no such model or address.",
    405: "The address has other methods.",
    406: "The answer has none of the accepted types.",
    408: "The body did not arrive in time.",
    413: "The body has too many bytes, or the image too many pixels.",
    415: "The body is of a type that is no image.",
    422: "The image, a box or a parameter cannot be used.",
    500: "The server failed; its log has the request's id.",
    503: "The server is loading, busy or stopping; Retry-After says when to try again.",
}


class Problem(Exception):
    """A request that cannot be answered.

    Args:
        status: of HTTP.
        sentence: says what is wrong and what to do.
        headers: of the answer, besides the usual ones.
        reason: one word for the metrics; "" where the status says enough.
    """

    def __init__(
        self, status: int, sentence: str, headers: Mapping[str, str] | None = None, reason: str = ""
    ) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.reason = status, sentence, reason
        self.headers = dict(headers or {})


def not_now(sentence: str, seconds: float, reason: str) -> Problem:
    """Make the answer to a request that may be sent again.

    Args:
        sentence: says why.
        seconds: to wait before that.
        reason: for the metrics.
    """
    return Problem(503, sentence, {"Retry-After": str(max(1, round(seconds)))}, reason)


def problem_response(problem: Problem) -> JSONResponse:
    """Return the response of a problem: {"error": sentence}."""
    return JSONResponse(
        {"error": printable(problem.sentence)}, problem.status, headers=problem.headers
    )


def described_problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a FastAPI route.

    Args:
        statuses: that the route may have, besides success.
    """
    schema = {
        "type": "object",
        "required": ["error"],
        "properties": {"error": {"type": "string"}},
    }
    content = {"application/json": {"schema": schema}}
    return {status: {"description": MEANINGS[status], "content": content} for status in statuses}
