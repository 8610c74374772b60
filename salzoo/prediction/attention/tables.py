"""Tables of spots and regions, as text and as .csv files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from salzoo.prediction.attention.calibration import ShareCalibration
from salzoo.prediction.attention.regions import Region
from salzoo.prediction.attention.spots import Spot
from salzoo.utils.files import whole_file
from salzoo.utils.printable import write_rows
from salzoo.utils.table import Table, format_number


def write_spots(path: str, image: str, spots: Sequence[Spot], radius: int) -> str:
    """Write spots as csv: spot (1 is the most salient), x, y, radius (pixels), share_percent.

    Args:
        path: file to write.
        image: name of the image.
        spots: from `find_spots`.
        radius: of the spots, pixels.

    Returns:
        The table as text.
    """
    lines: list[Sequence[Any]] = []
    rows: list[list[str]] = []
    for rank, spot in enumerate(spots, 1):
        lines.append((rank, spot.x, spot.y, radius, f"{100 * spot.share:.6g}"))
        rows.append([str(rank), str(spot.x), str(spot.y), f"{spot.share:.1%}"])
    _write(path, ("spot", "x", "y", "radius", "share_percent"), lines)
    if not spots:
        return f"{image}: no spot stands out, the map is the same everywhere."
    note = f"share: of all attention, within {radius} pixels of the spot"
    return Table(f"{image}: looked at most", ["spot", "x", "y", "share"], rows, notes=[note]).text()


def write_regions(
    path: str,
    image: str,
    regions: Sequence[Region],
    calibration: ShareCalibration | None = None,
) -> str:
    """Write the attention of regions as csv.

    Columns: name, x, y, width, height (of the part inside the image, pixels), share_percent,
    low_percent and high_percent (its 90 % interval, empty without a calibration), times_even
    (share of attention over share of the area).

    Args:
        path: file to write.
        image: name of the image.
        regions: from `region_shares`.
        calibration: that they were made with.

    Returns:
        The table as text.
    """
    lines: list[Sequence[Any]] = []
    rows: list[list[str]] = []
    notes: list[str] = []
    for region in regions:
        box = region.box
        sides = [f"{value:.10g}" for value in box[1:]]
        share, density = f"{region.share:.1%}", format_number(region.density, 2)
        interval, ends = [], ["", ""]
        if region.low is not None and region.high is not None:
            interval = [f"{region.low:.1%} to {region.high:.1%}"]
            ends = [f"{100 * end:.6g}" for end in (region.low, region.high)]
        lines.append(
            (box.name, *sides, f"{100 * region.share:.6g}", *ends, f"{region.density:.6g}")
        )
        rows.append([box.name, *sides, share, *interval, density])
        if region.clipped:
            notes.append(
                f"{box.name} reaches beyond the photo: counted is the part inside, "
                f"{box.width:g}x{box.height:g} pixels"
            )
    sides = ["x", "y", "width", "height"]
    percents = ("share_percent", "low_percent", "high_percent")
    _write(path, ("name", *sides, *percents, "times_even"), lines)
    title = []
    if calibration is not None:
        title = ["90 % interval"]
        least, most = calibration.observers
        notes.append(
            f"90 % interval: the share that {least} to {most} observers show lies in it for 9 of "
            "10 regions of photographs"
        )
    notes.append("times even: attention per area, 1 if attention were spread evenly")
    header = ["region", *sides, "share", *title, "times even"]
    return Table(f"{image}: attention by region", header, rows, notes=notes).text()


def _write(path: str, header: Sequence[str], lines: Iterable[Sequence[Any]]) -> None:
    with whole_file(path) as temporary, open(temporary, "w", encoding="utf-8", newline="") as file:
        write_rows(file, [header, *lines])
