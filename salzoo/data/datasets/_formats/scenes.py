"""Drawn scenes and simulated gaze: what the `synthetic` dataset is made of.

A scene is a muted texture with shapes on it. Some shapes, the salient objects,
stand out by saturated colour or by light against dark, each with its own
strength; the others, the distractors, have the same outlines and sizes in the
colours of the texture. Observers look at the objects, the strongest most often,
and now and then anywhere near the centre.
"""

import colorsys
import math
from dataclasses import dataclass

import numpy as np
import scipy.fft
from scipy.ndimage import gaussian_filter, shift, zoom
from scipy.spatial import cKDTree

CATEGORIES = ("single", "several", "clutter", "faint")
SIZES = {(240, 320): 0.6, (320, 240): 0.15, (200, 320): 0.15, (240, 240): 0.1}
OBSERVERS = 12
SHAPES = ("ellipse", "polygon", "star", "blob")
PATTERNS = ("plain", "plain", "stripes", "spots", "rim")


@dataclass(frozen=True, eq=False)
class Scene:
    """One drawn image and its ground truth.

    image: uint8 (rows, columns, 3). mask: uint8 (rows, columns), 0 or 255.
    fixations: float64 (n, 2), x and y in pixels with two decimals, inside.
    observers: int32 (n,), 0 to OBSERVERS - 1. category: one of CATEGORIES.
    """

    image: np.ndarray
    mask: np.ndarray
    fixations: np.ndarray
    observers: np.ndarray
    category: str


@dataclass(frozen=True)
class Thing:
    """A shape's place: centre and radius in pixels; strength 0 for a distractor."""

    x: float
    y: float
    radius: float
    strength: float


def scene(seed, index):
    """Draw one scene; it depends on nothing but the two numbers."""
    rng = np.random.default_rng([seed, index])
    category = CATEGORIES[index % len(CATEGORIES)]
    size = list(SIZES)[rng.choice(len(SIZES), p=list(SIZES.values()))]
    image, palette = _background(rng, size)
    things = _place(rng, size, _strengths(rng, category))
    mask = np.zeros(size, bool)
    light = rng.uniform(0, 2 * math.pi)
    for thing in sorted(things, key=lambda thing: thing.strength):
        colours = _vivid(rng, image, thing) if thing.strength else _muted(rng, palette)
        covered = _paint(rng, image, thing, colours, light)
        if thing.strength:
            mask |= covered
    image = _photograph(rng, image, light)
    fixations, observers = _gaze(rng, size, things, free=0.25 if category == "faint" else 0.17)
    return Scene(image, mask.astype("uint8") * 255, fixations, observers, category)


# ---- background ----


def _background(rng, size):
    """Return a texture, float32 (rows, columns, 3) 0..255, and its three colours."""
    field, palette = _texture(rng, size), _palette(rng)
    image = _colour(field, palette)
    if rng.random() < 0.4:  # a horizon: another texture of the same palette below it
        rows = size[0]
        line = rows * rng.uniform(0.3, 0.7) + rows * 0.15 * (_noise(rng, size, 2.2)[0] - 0.5)
        below = np.arange(rows)[:, None] > line
        image = np.where(below[..., None], _colour(_texture(rng, size), palette[::-1] * 0.8), image)
    return image.astype("float32"), palette


def _texture(rng, size):
    """Return a field 0..1 of a random kind with some noise in it."""
    kind = rng.choice([_plain_noise, _gradient, _stripes, _cells, _tiles])
    share = rng.uniform(0.15, 0.5)
    field = (1 - share) * kind(rng, size) + share * _noise(rng, size, rng.uniform(0.6, 1.4))
    return gaussian_filter(field.astype("float32"), 0.5)


def _noise(rng, size, slope, stretch=1.0):
    """Noise 0..1 whose amplitude falls with frequency to the power of `slope`."""
    rows, columns = size
    across, down = scipy.fft.rfftfreq(columns), scipy.fft.fftfreq(rows)[:, None]
    power = ((across * stretch) ** 2 + (down / stretch) ** 2).astype("float32")
    power[0, 0] = np.inf
    gain = power ** (-slope / 2)
    spectrum = scipy.fft.rfft2(rng.standard_normal(size, "float32")) * gain
    field = scipy.fft.irfft2(spectrum, s=size)
    return np.clip(0.5 + 0.22 * field / field.std(), 0, 1)


def _plain_noise(rng, size):
    return _noise(rng, size, rng.uniform(0.8, 2.2), stretch=math.exp(rng.uniform(-1, 1)))


def _along(rng, size):
    """Distance along a random direction, in pixels."""
    angle = rng.uniform(0, np.pi)
    y, x = np.arange(size[0], dtype="float32")[:, None], np.arange(size[1], dtype="float32")
    return x * math.cos(angle) + y * math.sin(angle)


def _gradient(rng, size):
    along = _along(rng, size)
    return (along - along.min()) / np.ptp(along)


def _stripes(rng, size):
    bend = rng.uniform(0, 60) * _noise(rng, size, 2.4)
    wave = np.sin(2 * np.pi * (_along(rng, size) + bend) / rng.uniform(10, 50))
    return 0.5 + 0.5 * np.tanh(wave * rng.uniform(0.5, 3))


def _cells(rng, size):
    """Random cells, each of its own grey, with dark seams."""
    half = (size[0] // 2, size[1] // 2)
    centres = rng.uniform(0, half, (rng.integers(25, 140), 2))
    pixels = np.indices(half).reshape(2, -1).T
    distance, nearest = cKDTree(centres).query(pixels, k=2)
    seam = np.clip((distance[:, 1] - distance[:, 0]) / 3, 0, 1)
    grey = rng.uniform(0.3, 1, len(centres))[nearest[:, 0]]
    return zoom((grey * seam).reshape(half), 2, order=1)


def _tiles(rng, size):
    """Bricks in rows that are shifted against each other, each of its own grey."""
    tall, wide = rng.uniform(14, 40), rng.uniform(20, 70)
    row, y = np.divmod(np.arange(size[0])[:, None], tall)
    column, x = np.divmod(np.arange(size[1]) + row % 2 * wide / 2, wide)
    row, column = row.astype(int), column.astype(int)
    grey = rng.uniform(0.35, 1, (row.max() + 1, column.max() + 1))[row, column]
    return np.where((y < 2) | (x < 2), 0.1, grey)


def _palette(rng):
    """Three muted colours from dark to light, (3, 3) 0..255."""
    hue, dark = rng.random(), rng.uniform(0.2, 0.5)
    values = dark + np.array([0, 0.5, 1]) * rng.uniform(0.15, 0.4)
    return np.array([_rgb(hue + rng.normal(0, 0.05), rng.uniform(0.05, 0.35), v) for v in values])


def _rgb(hue, saturation, value):
    return np.array(colorsys.hsv_to_rgb(hue % 1, saturation, value)) * 255


def _colour(field, palette):
    """Colour a field 0..1 with a palette, dark to light."""
    stops = np.linspace(0, 1, len(palette))
    fine = np.linspace(0, 1, 1024)
    table = np.stack([np.interp(fine, stops, channel) for channel in palette.T], axis=-1)
    return np.take(table.astype("float32"), (field * 1023).astype("intp"), axis=0)


# ---- objects and distractors ----


def _strengths(rng, category):
    """Return the strength of each object, then 0 for each distractor."""
    strong = rng.uniform(0.8, 1)
    if category == "single":
        objects, distractors = [strong], rng.integers(0, 4)
    elif category == "several":
        objects = [strong, rng.uniform(0.5, 0.8), rng.uniform(0.35, 0.6)][: rng.integers(2, 4)]
        distractors = rng.integers(0, 4)
    elif category == "clutter":
        objects = [strong, rng.uniform(0.5, 0.8)][: rng.integers(1, 3)]
        distractors = rng.integers(7, 14)
    else:
        objects, distractors = [rng.uniform(0.3, 0.42)], rng.integers(1, 5)
    return objects + [0.0] * int(distractors)


def _place(rng, size, strengths):
    """Find places that do not touch each other; distractors without one are left out."""
    rows, columns = size
    things = []
    for strength in strengths:
        for _ in range(40):
            radius = rng.uniform(15, 36) if strength else rng.uniform(12, 32)
            centre = rng.beta(1.3, 1.3, 2) if strength else rng.random(2)
            x, y = radius * 0.9 + centre * (np.array([columns, rows]) - radius * 1.8)
            if all(np.hypot(x - t.x, y - t.y) > 1.2 * (radius + t.radius) for t in things):
                things.append(Thing(float(x), float(y), radius, strength))
                break
    return things


def _vivid(rng, image, thing):
    """Return two colours that stand out from the picture as far as the strength says."""
    around = image[::8, ::8].mean(axis=(0, 1))
    if rng.random() < 0.2:
        light = _rgb(rng.random(), rng.uniform(0, 0.15), 1.0)
        dark = _rgb(rng.random(), rng.uniform(0, 0.4), 0.06)
        pair = (light, dark) if around.mean() < 125 else (dark, light)
    else:
        warm = rng.random() < 0.65
        hue = rng.uniform(-0.06, 0.15) if warm else rng.uniform(0.15, 0.94)
        first = _rgb(hue, rng.uniform(0.75, 1), rng.uniform(0.75, 1))
        second = _rgb(hue + rng.choice([0.1, 0.5]), rng.uniform(0, 1), rng.uniform(0.2, 1))
        pair = (first, second)
    return [around + min(1.0, 0.1 + thing.strength) * (colour - around) for colour in pair]


def _muted(rng, palette):
    """Return two colours of the texture itself, a little lighter or darker."""
    first, second = rng.choice(len(palette), 2, replace=False)
    colour = palette[first] * rng.uniform(0.75, 1.15)
    return [colour, (colour + palette[second]) / 2]


def _paint(rng, image, thing, colours, light):
    """Draw a shaded shape with its shadow into `image`; return its pixels, bool."""
    rows, columns = image.shape[:2]
    reach = int(thing.radius * 1.6) + 8
    top, left = max(0, int(thing.y) - reach), max(0, int(thing.x) - reach)
    window = np.s_[top : int(thing.y) + reach, left : int(thing.x) + reach]
    patch = image[window]
    y, x = np.indices(patch.shape[:2], "float32")
    dx, dy = x + (left + 0.5 - thing.x), y + (top + 0.5 - thing.y)

    # Scalars of math, not numpy, so that the arrays stay float32.
    turn, aspect = rng.uniform(0, 2 * math.pi), math.exp(rng.uniform(-0.25, 0.25))
    u = (dx * math.cos(turn) + dy * math.sin(turn)) / (thing.radius * aspect)
    v = (dy * math.cos(turn) - dx * math.sin(turn)) / (thing.radius / aspect)
    edge = _outline(rng, np.arctan2(v, u))
    depth = (edge - np.hypot(u, v)) * thing.radius
    alpha = np.clip(depth + 0.5, 0, 1)[..., None]

    away = [round(-0.15 * thing.radius * part) for part in (math.sin(light), math.cos(light))]
    shadow = gaussian_filter(shift(alpha[..., 0], away, order=0, mode="nearest"), 2.5)[..., None]
    patch *= 1 - rng.uniform(0.2, 0.4) * shadow * (1 - alpha)

    first, second = np.array(colours, "float32")
    pattern = _pattern(rng, u, v, depth).astype("float32")[..., None]
    lit = (dx * math.cos(light) + dy * math.sin(light)) / thing.radius
    shade = 1 + rng.uniform(0.1, 0.35) * np.clip(lit, -1, 1)[..., None]
    surface = (first + pattern * (second - first)) * shade
    image[window] = patch * (1 - alpha) + np.clip(surface, 0, 255) * alpha
    covered = np.zeros((rows, columns), bool)
    covered[window] = alpha[..., 0] > 0.5
    return covered


def _outline(rng, angle):
    """Return the radius of a random shape in each direction, about 1."""
    shape = rng.choice(SHAPES)
    if shape == "ellipse":
        return np.ones_like(angle)
    if shape == "blob":
        edge = np.ones_like(angle)
        for k in range(2, 6):
            edge += rng.normal(0, 0.28 / k) * np.cos(k * angle + rng.uniform(0, 2 * math.pi))
        return np.clip(edge, 0.5, 1.25)
    corners = int(rng.integers(3, 7) if shape == "polygon" else rng.integers(4, 8))
    sector = np.abs((angle * (corners / (2 * math.pi))) % 1 - 0.5) * 2  # 1 at corners, 0 between
    if shape == "star":
        return 1.25 * (1 - rng.uniform(0.35, 0.55) * (1 - sector))
    half = math.pi / corners
    return 1.2 * math.cos(half) / np.cos(sector * half)


def _pattern(rng, u, v, depth):
    """Return where the second colour is, 0..1; the share of it is below one half."""
    kind = rng.choice(PATTERNS)
    if kind == "stripes":
        return np.sin(u * rng.uniform(6, 14)) > 0.3
    if kind == "spots":
        count = rng.uniform(5, 10)
        return np.sin(u * count) * np.sin(v * count) > 0.35
    if kind == "rim":
        return depth < rng.uniform(2, 5)
    return np.zeros_like(u)


def _photograph(rng, image, light):
    """Light the picture unevenly and add grain; uint8."""
    rows, columns = image.shape[:2]
    y, x = np.linspace(-1, 1, rows)[:, None], np.linspace(-1, 1, columns)
    lamp = 1 + rng.uniform(0, 0.3) * (x * np.cos(light) + y * np.sin(light)) / np.sqrt(2)
    lamp = (lamp - rng.uniform(0, 0.2) * (x**2 + y**2) / 2).astype("float32")
    grain = rng.standard_normal((rows, columns, 1), "float32") * np.float32(rng.uniform(0.5, 3))
    return np.clip(image * lamp[..., None] + grain, 0, 255).astype("uint8")


# ---- observers ----


def _gaze(rng, size, things, free):
    """Simulate what OBSERVERS people look at.

    Each starts near the centre; then each fixation is free with probability
    `free`, returns to an earlier point with 0.05, else goes to a thing.

    Returns:
        fixations (n, 2) and observers (n,), as in `Scene`.
    """
    extent = np.array(size[::-1], "float64")
    # A distractor draws a little gaze too: nothing is ignored by everybody.
    weights = np.array([thing.strength**1.5 or 0.012 for thing in things])
    shares = np.cumsum(weights / weights.sum())
    shares[-1] = 1.0
    fixations, observers = [], []
    for observer in range(OBSERVERS):
        path = [_inside(rng, extent / 2, extent * 0.06, extent)]
        for chance in rng.random(rng.integers(5, 12)):
            if chance < free:
                point = _inside(rng, extent / 2, extent * 0.22, extent)
            elif chance < free + 0.05:
                point = path[rng.integers(len(path))]
            else:
                thing = things[np.searchsorted(shares, rng.random())]
                centre = np.array([thing.x, thing.y])
                point = _inside(rng, centre, thing.radius * 0.4, extent)
            path.append(point)
        fixations += path
        observers += [observer] * len(path)
    # Down to two decimals: a point inside stays inside.
    return np.floor(np.array(fixations) * 100) / 100, np.array(observers, "int32")


def _inside(rng, mean, spread, extent):
    """Draw a point around `mean` that lies in the image."""
    while True:
        x, y = point = mean + spread * rng.standard_normal(2)
        if 0 <= x < extent[0] and 0 <= y < extent[1]:
            return point
