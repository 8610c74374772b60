"""Known failures of msinet_lite on synthetic pop-out displays.

    python experiments/known_failures.py [--out experiments/pictures/msinet_lite-failures.jpg]

One item differs from all others in colour, orientation, size or a missing part, and
attracts the first fixations of observers (Treisman and Gelade, Cognitive Psychology 12,
1980). Prints the share of the map in the cell of this item, and its ratio to that of a
uniform map, which is far above 1 if a model detects the item. Writes displays and overlays
side by side.
"""

import argparse

import numpy as np
from PIL import Image, ImageDraw

import salzoo
from salzoo.prediction.attention import Box, region_shares
from salzoo.utils.drawing import draw_overlay

ROWS, COLUMNS, CELL = 6, 8, 80
SIZE = (COLUMNS * CELL, ROWS * CELL)
# Cell of the odd item, away from the centre, where the centre bias does not help.
ODD = (1, 6)
GREY, RED, GREEN = (128, 128, 128), (200, 40, 40), (40, 140, 60)


def display(draw_item):
    """Return a display.

    Args:
        draw_item: function (draw, x, y, odd) that draws an item around a point.
    """
    image = Image.new("RGB", SIZE, GREY)
    draw = ImageDraw.Draw(image)
    for row in range(ROWS):
        for column in range(COLUMNS):
            draw_item(draw, (column + 0.5) * CELL, (row + 0.5) * CELL, (row, column) == ODD)
    return image


def colour(draw, x, y, odd):
    draw.ellipse((x - 18, y - 18, x + 18, y + 18), fill=RED if odd else GREEN)


def tilt(draw, x, y, odd):
    angle = np.deg2rad(45 if odd else 90)
    across, up = 26 * np.cos(angle), 26 * np.sin(angle)
    draw.line((x - across, y + up, x + across, y - up), fill="white", width=8)


def size(draw, x, y, odd):
    radius = 30 if odd else 14
    draw.rectangle((x - radius, y - radius, x + radius, y + radius), fill="black")


def gap(draw, x, y, odd):
    draw.arc((x - 22, y - 22, x + 22, y + 22), 30 if odd else 0, 330 if odd else 360, "white", 6)


DISPLAYS = {"colour": colour, "tilt": tilt, "size": size, "gap": gap}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--out", default="experiments/pictures/msinet_lite-failures.jpg")
    out = parser.parse_args().out
    row, column = ODD
    box = Box("odd", column * CELL, row * CELL, CELL, CELL)
    picture = Image.new("RGB", (2 * SIZE[0], len(DISPLAYS) * SIZE[1]))
    print("odd in    share   times even")
    for number, (name, draw_item) in enumerate(DISPLAYS.items()):
        image = display(draw_item)
        map_ = salzoo.predict(image)
        (found,) = region_shares(map_, [box])
        print(f"{name:<8}{found.share:7.1%}{found.density:12.1f}")
        picture.paste(image, (0, number * SIZE[1]))
        picture.paste(draw_overlay(np.asarray(image, "float32"), map_), (SIZE[0], number * SIZE[1]))
    picture.resize((picture.width // 3, picture.height // 3), Image.Resampling.LANCZOS).save(
        out, quality=85
    )


if __name__ == "__main__":
    main()
