"""Report of designs: one page with the attention of each image and of its variants."""

from __future__ import annotations

import html as markup
import io
import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image

from salzoo.prediction.attention import Region
from salzoo.prediction.designs import Design, DesignSummary, difference
from salzoo.utils.drawing import overlay_opacity
from salzoo.utils.errors import InputError
from salzoo.utils.files import whole_file
from salzoo.utils.html_pages import render_figure, render_page
from salzoo.utils.printable import printable
from salzoo.utils.regular_files import open_regular
from salzoo.utils.table import Table, format_number
from salzoo.utils.wording import counted

# In the head of every report: other files are not written over.
_LEAD = "Attention, predicted by salzoo"
_MORE, _LESS = (214, 92, 0), (31, 111, 178)


def check_report(path: str, read: Sequence[str]) -> None:
    """Check that a report can be written.

    Args:
        path: of the report.
        read: files that are read.

    Raises:
        InputError: the path does not end in .html, or is of a file that is no report, is read
            here, or is no file.
    """
    if not path.lower().endswith((".html", ".htm")):
        raise InputError(f"`report` {path}: name a file that ends in .html.")
    if os.path.realpath(path) in {os.path.realpath(name) for name in read}:
        raise InputError(f"`report` {path} is read here; name another file.")
    if os.path.lexists(path):
        with open_regular(path) as file:
            ours = _LEAD.encode() in file.read(1 << 15)
        if not ours:
            raise InputError(f"`report` {path} is there and is no report; name another file.")


def write_report(path: str, designs: Sequence[Design], facts: Mapping[str, str]) -> None:
    """Write a report, self-contained and without scripts.

    Args:
        path: file to write.
        designs: from `group_variants`.
        facts: {term: text} about the model and the report.

    Raises:
        OSError: the file cannot be written.
    """
    with whole_file(path) as temporary, open(temporary, "w", encoding="utf-8") as file:
        file.write(render_report(designs, facts))


def render_report(designs: Sequence[Design], facts: Mapping[str, str]) -> str:
    """Return the page of a report.

    Args:
        designs: from `group_variants`.
        facts: {term: text} about the model and the report.
    """
    images = sum(len(design.variants) for design in designs)
    title = f"Where people look: {counted(images, 'image')}"
    sections = [(printable(design.title), _render_design(design)) for design in designs]
    pairs = "".join(
        f"<div><dt>{markup.escape(term)}</dt><dd>{markup.escape(printable(text))}</dd></div>"
        for term, text in {**facts, "How to read it": _LEGEND}.items()
    )
    return render_page(title, _LEAD, f"<dl>{pairs}</dl>", sections)


_LEGEND = (
    "Brighter colours attract more attention in the first seconds. Circles are the spots with most "
    "attention, in order. A share is that of all attention on the image; times even is 1 where a "
    "part gets as much attention as its area. All figures are predictions."
)


def _render_design(design: Design) -> str:
    several = len(design.variants) > 1
    columns = "".join(_render_variant(variant, several) for variant in design.variants)
    parts = [f'<div class="side">{columns}</div>']
    if several:
        parts.append(_render_comparison(design.variants))
    return "".join(parts)


def _render_variant(variant: DesignSummary, several: bool) -> str:
    """Return the overlay, the image with its boxes, and the tables of one image."""
    name = printable(variant.name)
    overlay = render_figure(f"{name}: attention", variant.overlay, _draw_spots(variant))
    tables = _spot_table(variant)
    if variant.regions:
        boxes = render_figure(f"{name}: regions", variant.image, _draw_regions(variant))
        tables += "" if several else _region_table([variant])
    else:
        boxes = render_figure(name, variant.image)
    heading = f"<h3>{markup.escape(name)}</h3>" if several else ""
    if several:
        return f"<div>{heading}{overlay}{boxes}{tables}</div>"
    return f"<div>{overlay}</div><div>{boxes}</div><div>{tables}</div>"


def _render_comparison(variants: Sequence[DesignSummary]) -> str:
    """Return the differences of variants to the first one: pictures and a table of regions."""
    first, *others = variants
    figures = []
    for other in others:
        change = difference(first, other)
        if change is not None:
            caption = (
                f"{printable(other.name)} beside {printable(first.name)}: orange gets more "
                "attention, blue less"
            )
            figures.append(f"<div>{render_figure(caption, _draw_difference(other, change))}</div>")
    if len(figures) < len(others):
        figures.append('<p class="hint">Maps of different aspect ratios are not compared.</p>')
    if any(variant.regions for variant in variants):
        figures.append(f"<div>{_region_table(variants)}</div>")
    return f'<h3>Difference</h3><div class="side">{"".join(figures)}</div>'


def _draw_difference(variant: DesignSummary, change: np.ndarray) -> bytes:
    """Return the image in grey with the change of attention over it, JPEG."""
    with Image.open(io.BytesIO(variant.image)) as opened:
        grey = np.asarray(opened.convert("L"), "float32")
    size = grey.shape[1], grey.shape[0]
    strength = np.asarray(Image.fromarray(change).resize(size, Image.Resampling.BICUBIC))
    # Changes of much less than an even share stay pale, and rounding errors unseen.
    strength = strength / max(float(np.abs(strength).max()), 1.0)
    opacity = overlay_opacity(np.abs(strength))[..., None]
    colour = np.where(strength[..., None] > 0, *np.array([_MORE, _LESS], "float32"))
    under = np.repeat(96 + grey[..., None] * (159 / 255), 3, axis=-1)  # light, so that colours show
    buffer = io.BytesIO()
    blended = Image.fromarray(np.uint8(np.round(under * (1 - opacity) + colour * opacity)))
    blended.save(buffer, "JPEG", quality=85, optimize=True)
    return buffer.getvalue()


def _layer(variant: DesignSummary, content: str) -> str:
    rows, columns = variant.size
    return (
        f'<svg viewBox="0 0 {columns} {rows}" preserveAspectRatio="none" aria-hidden="true">'
        f"{content}</svg>"
    )


def _draw_spots(variant: DesignSummary) -> str:
    line = max(variant.size) / 400
    size = max(0.7 * variant.radius, max(variant.size) / 45)
    marks = []
    for number, spot in enumerate(variant.spots, 1):
        place = f'cx="{spot.x + 0.5:g}" cy="{spot.y + 0.5:g}" r="{variant.radius}"'
        marks += [
            f'<circle class="under" {place} stroke-width="{3 * line:g}"/>',
            f'<circle class="over" {place} stroke-width="{line:g}"/>',
            f'<text x="{spot.x + 0.5:g}" y="{spot.y + 0.5:g}" dy=".36em" text-anchor="middle" '
            f'font-size="{size:g}" stroke-width="{size / 5:g}">{number}</text>',
        ]
    return _layer(variant, "".join(marks))


def _draw_regions(variant: DesignSummary) -> str:
    line, size = max(variant.size) / 400, max(variant.size) / 40
    marks = []
    for region in variant.regions:
        _, x, y, width, height = region.box
        place = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"'
        text = markup.escape(f"{printable(region.box.name)} {region.share:.0%}")
        # The label is above the box, which it would cover in part; inside where there is no room.
        baseline = y - 4 * line if y > 1.2 * size else y + 2 * line + 0.9 * size
        marks += [
            f'<rect class="under" {place} stroke-width="{3 * line:g}"/>',
            f'<rect class="over" {place} stroke-width="{line:g}"/>',
            f'<text x="{x + 2 * line:g}" y="{baseline:g}" font-size="{size:g}" '
            f'stroke-width="{size / 5:g}">{text}</text>',
        ]
    return _layer(variant, "".join(marks))


def _spot_table(variant: DesignSummary) -> str:
    rows = [
        [str(number), _where(spot.x, spot.y, variant.size), f"{spot.share:.1%}"]
        for number, spot in enumerate(variant.spots, 1)
    ]
    if not rows:
        return '<p class="hint">No spot stands out: the map is the same everywhere.</p>'
    return Table("Looked at most", ["spot", "place", "share"], rows).html()


def _where(x: float, y: float, size: tuple[int, int]) -> str:
    """Return in words in which ninth of the image a point is."""
    down = ("top", "", "bottom")[min(2, int(3 * y / size[0]))]
    across = ("left", "", "right")[min(2, int(3 * x / size[1]))]
    return " ".join(filter(None, (down, across))) or "centre"


def _region_table(variants: Sequence[DesignSummary]) -> str:
    """Return the shares of regions; of several variants beside one another, with differences."""
    several = len(variants) > 1
    columns: list[dict[str, Region]] = [
        {region.box.name: region for region in variant.regions} for variant in variants
    ]
    header = ["region", *([_short(variant) for variant in variants] if several else ["share"])]
    header += [f"{_short(variant)} - {_short(variants[0])}" for variant in variants[1:]]
    header += [] if several else ["times even"]
    rows: list[list[Any]] = []
    strong = set()
    for name in dict.fromkeys(name for column in columns for name in column):
        found = [column.get(name) for column in columns]
        row: list[Any] = [printable(name), *(_share(region) for region in found)]
        for region in found[1:]:
            if _is_clear(found[0], region):
                strong.add((len(rows), len(row)))
            row.append(_points(found[0], region))
        if not several and found[0] is not None:
            row.append(format_number(found[0].density, 2))
        rows.append(row)
    notes = []
    if any(map(_ends, (region for column in columns for region in column.values()))):
        notes.append(
            "small figures: 90 % interval; the share that a group of observers shows lies in it "
            "for 9 of 10 regions of photographs"
        )
    if strong:
        notes.append("bold: the intervals of both shares do not overlap")
    return Table("Attention by region", header, rows, strong, notes=notes).html()


def _short(variant: DesignSummary) -> str:
    """Return the letter of a variant, else its name."""
    match = re.search(r"[_-]([a-zA-Z])$", os.path.splitext(variant.name)[0])
    return match[1].upper() if match else printable(variant.name)


def _share(region: Region | None) -> Any:
    if region is None:
        return "-"
    return f"{region.share:.1%}", _interval(region)


def _interval(region: Region) -> str:
    ends = _ends(region)
    return f"{ends[0]:.0%} to {ends[1]:.0%}" if ends else ""


def _ends(region: Region) -> tuple[float, float] | None:
    """Return the 90 % interval of a share, None where the model has none."""
    return None if region.low is None or region.high is None else (region.low, region.high)


def _is_clear(first: Region | None, second: Region | None) -> bool:
    """Return whether the intervals of two shares do not overlap."""
    ends = [_ends(region) for region in (first, second) if region is not None]
    if len(ends) < 2 or ends[0] is None or ends[1] is None:
        return False
    return ends[0][1] < ends[1][0] or ends[1][1] < ends[0][0]


def _points(first: Region | None, second: Region | None) -> str:
    if first is None or second is None:
        return "-"
    return f"{100 * (second.share - first.share):+.1f} points"
