"""Spots and regions as tables to print and as .csv files."""

import csv

from salzoo.utils.files import whole_file
from salzoo.utils.table import Table, number


def write_spots(path, photo, spots, radius):
    """Write `find_spots` spots as csv and return them as a text to print.

    Columns: spot (1 is looked at most), x, y, radius in pixels, share_percent.
    """
    lines, rows = [], []
    for rank, spot in enumerate(spots, 1):
        lines.append((rank, spot.x, spot.y, radius, f"{100 * spot.share:.6g}"))
        rows.append([str(rank), str(spot.x), str(spot.y), f"{spot.share:.1%}"])
    _write(path, ("spot", "x", "y", "radius", "share_percent"), lines)
    if not spots:
        return f"{photo}: no spot stands out, the map is the same everywhere."
    note = f"share: of all attention, within {radius} pixels of the spot"
    return Table(f"{photo}: looked at most", ["spot", "x", "y", "share"], rows, notes=[note]).text()


def write_regions(path, photo, regions):
    """Write `region_shares` as csv and return them as a text to print.

    Columns: name, x, y, width, height (of the part inside the photo, pixels), share_percent,
    times_even (share over the share of the area).
    """
    lines, rows, notes = [], [], []
    for region in regions:
        box = region.box
        sides = [f"{value:.10g}" for value in box[1:]]
        lines.append((box.name, *sides, f"{100 * region.share:.6g}", f"{region.density:.6g}"))
        rows.append([box.name, *sides, f"{region.share:.1%}", number(region.density, 2)])
        if region.clipped:
            notes.append(
                f"{box.name} reaches beyond the photo: counted is the part inside, "
                f"{box.width:g}x{box.height:g} pixels"
            )
    sides = ["x", "y", "width", "height"]
    _write(path, ("name", *sides, "share_percent", "times_even"), lines)
    notes.append("times even: attention per area, 1 if attention were spread evenly")
    header = ["region", *sides, "share", "times even"]
    return Table(f"{photo}: attention by region", header, rows, notes=notes).text()


def _write(path, header, lines):
    with whole_file(path) as temporary, open(temporary, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(lines)
