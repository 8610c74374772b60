"""Self-contained HTML pages: no scripts, no external files."""

import base64
import html as markup
import io
from collections.abc import Iterable, Mapping
from typing import Any

from PIL import Image

from salzoo.utils.page_style import STYLE


def render_page(
    title: str, lead: str, introduction: str, sections: Iterable[tuple[str, str]]
) -> str:
    """Return a complete page.

    Args:
        title: plain text.
        lead: plain text above the title.
        introduction: markup.
        sections: (heading, markup) pairs; those without markup are left out.
    """
    body = "\n".join(
        f"<section><h2>{markup.escape(heading)}</h2>\n{content}\n</section>"
        for heading, content in sections
        if content
    )
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>{markup.escape(title)}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<header><p class="lead">{markup.escape(lead)}</p><h1>{markup.escape(title)}</h1></header>
{introduction}
{body}
</main>
</body>
</html>
"""


def render_terms(values: Mapping[Any, Any]) -> str:
    """Return {term: text} as a definition list."""
    if not values:
        return ""
    pairs = "".join(
        f"<div><dt>{markup.escape(str(term))}</dt><dd>{markup.escape(str(text))}</dd></div>"
        for term, text in values.items()
    )
    return f"<dl>{pairs}</dl>"


def render_figure(caption: str, picture: Image.Image | bytes, over: str = "") -> str:
    """Return a figure with the picture as a data URL.

    Args:
        caption: plain text.
        picture: PIL image, or the bytes of a PNG or JPEG file.
        over: markup of an SVG element that lies over the picture.
    """
    if not isinstance(picture, bytes):
        buffer = io.BytesIO()
        picture.save(buffer, "PNG", optimize=True)
        picture = buffer.getvalue()
    kind = "jpeg" if picture.startswith(b"\xff\xd8") else "png"
    data = base64.b64encode(picture).decode("ascii")
    caption = markup.escape(caption)
    image = f'<img alt="{caption}" src="data:image/{kind};base64,{data}">'
    if over:
        image = f'<div class="layers">{image}{over}</div>'
    return f"<figure>{image}<figcaption>{caption}</figcaption></figure>"
