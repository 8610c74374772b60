"""The page that describes the HTTP interface: one file, without scripts and without assets."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Iterator
from typing import Any

_STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; }
code, pre { font: 0.9rem/1.4 ui-monospace, monospace; }
pre { overflow-x: auto; padding: 0.75rem; border: 1px solid #8886; border-radius: 4px; }
h2 { margin-top: 2.5rem; border-bottom: 1px solid #8886; }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 1rem 0.25rem 0; }
"""
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
# Nothing but this style is loaded or run.
CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_EXAMPLE = """curl -F image=@photo.jpg -o map.png HOST/v1/models/NAME:predict
curl -F image=@photo.jpg -H 'Accept: image/jpeg' -o overlay.jpg HOST/v1/models/NAME:predict
curl -F image=@photo.jpg 'HOST/v1/models/NAME:predict?output=attention&top=3&crop=16:9'"""


def write_api_page(description: dict[str, Any]) -> str:
    """Write the page.

    Args:
        description: of the interface, as OpenAPI.

    Returns:
        HTML.
    """
    info = description["info"]
    title = _text(f"{info['title']} {info['version']}")
    parts = [
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title>"
        f"<meta name=viewport content='width=device-width'><style>{_STYLE}</style>"
        f"<h1>{title}</h1><p>{_text(info['description'])} "
        "The same for programs: <a href=openapi.json>openapi.json</a>.</p>"
        f"<pre>{_text(_EXAMPLE)}</pre>"
    ]
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            parts += _describe_operation(method.upper(), path, operation)
    return "\n".join(parts)


def _describe_operation(method: str, path: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f"<h2><code>{_text(method)} {_text(path)}</code></h2>"
    yield f"<p>{_text(operation['summary'])}.</p>"
    rows: list[tuple[str, ...]] = [
        (entry["name"], entry["in"], entry.get("description", ""))
        for entry in operation.get("parameters", [])
    ]
    yield from _table(("parameter", "in", ""), rows)
    body = operation.get("requestBody")
    if body:
        yield f"<p>Body: {_text(body['description'])}</p>"
    answers: list[tuple[str, ...]] = [
        (status, answer["description"], ", ".join(answer.get("content", {})))
        for status, answer in sorted(operation["responses"].items())
    ]
    yield from _table(("status", "", "type"), answers)


def _table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> Iterator[str]:
    if rows:
        yield "<table>" + _row(header, "th") + "".join(_row(row, "td") for row in rows) + "</table>"


def _row(cells: tuple[str, ...], kind: str) -> str:
    return "<tr>" + "".join(f"<{kind}>{_text(cell)}</{kind}>" for cell in cells) + "</tr>"


def _text(text: str) -> str:
    return html.escape(text)
