"""Shaded shapes of drawn scenes: salient objects and distractors."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter, shift

from salzoo.data.datasets._formats.textures import rgb_of

OUTLINES = ("ellipse", "polygon", "star", "blob")
PATTERNS = ("plain", "plain", "stripes", "spots", "rim")


@dataclass(frozen=True)
class Shape:
    """Place of a shape.

    Attributes:
        x: column of its centre, pixels.
        y: row of its centre, pixels.
        radius: pixels.
        strength: how much it stands out, 0..1; 0 is a distractor.
    """

    x: float
    y: float
    radius: float
    strength: float


def choose_vivid_colours(
    rng: np.random.Generator, image: np.ndarray, shape: Shape
) -> list[np.ndarray]:
    """Choose two colours that stand out from the image.

    Args:
        rng: source of randomness.
        image: float32 (rows, columns, 3), 0..255.
        shape: its strength says how far they stand out.
    """
    around = image[::8, ::8].mean(axis=(0, 1))
    if rng.random() < 0.2:
        light = rgb_of(rng.random(), rng.uniform(0, 0.15), 1.0)
        dark = rgb_of(rng.random(), rng.uniform(0, 0.4), 0.06)
        pair = (light, dark) if around.mean() < 125 else (dark, light)
    else:
        warm = rng.random() < 0.65
        hue = rng.uniform(-0.06, 0.15) if warm else rng.uniform(0.15, 0.94)
        first = rgb_of(hue, rng.uniform(0.75, 1), rng.uniform(0.75, 1))
        second = rgb_of(hue + rng.choice([0.1, 0.5]), rng.uniform(0, 1), rng.uniform(0.2, 1))
        pair = (first, second)
    return [around + min(1.0, 0.1 + shape.strength) * (colour - around) for colour in pair]


def choose_muted_colours(rng: np.random.Generator, palette: np.ndarray) -> list[np.ndarray]:
    """Choose two colours of the texture, a little lighter or darker.

    Args:
        rng: source of randomness.
        palette: of the texture, (3, 3), 0..255.
    """
    first, second = rng.choice(len(palette), 2, replace=False)
    colour = palette[first] * rng.uniform(0.75, 1.15)
    return [colour, (colour + palette[second]) / 2]


def paint_shape(
    rng: np.random.Generator,
    image: np.ndarray,
    shape: Shape,
    colours: list[np.ndarray],
    light: float,
) -> np.ndarray:
    """Draw a shaded shape with its shadow.

    Args:
        rng: source of randomness.
        image: float32 (rows, columns, 3), 0..255; it is changed.
        shape: place and size.
        colours: two, RGB 0..255.
        light: direction of the light, radians.

    Returns:
        Pixels of the shape, bool (rows, columns).
    """
    rows, columns = image.shape[:2]
    reach = int(shape.radius * 1.6) + 8
    top, left = max(0, int(shape.y) - reach), max(0, int(shape.x) - reach)
    window = np.s_[top : int(shape.y) + reach, left : int(shape.x) + reach]
    patch = image[window]
    y, x = np.indices(patch.shape[:2], "float32")
    dx, dy = x + (left + 0.5 - shape.x), y + (top + 0.5 - shape.y)

    # Scalars of math, not numpy, so that the arrays stay float32.
    turn, aspect = rng.uniform(0, 2 * math.pi), math.exp(rng.uniform(-0.25, 0.25))
    u = (dx * math.cos(turn) + dy * math.sin(turn)) / (shape.radius * aspect)
    v = (dy * math.cos(turn) - dx * math.sin(turn)) / (shape.radius / aspect)
    edge = _outline(rng, np.arctan2(v, u))
    depth = (edge - np.hypot(u, v)) * shape.radius
    alpha = np.clip(depth + 0.5, 0, 1)[..., None]

    away = [round(-0.15 * shape.radius * part) for part in (math.sin(light), math.cos(light))]
    shadow = gaussian_filter(shift(alpha[..., 0], away, order=0, mode="nearest"), 2.5)[..., None]
    patch *= 1 - rng.uniform(0.2, 0.4) * shadow * (1 - alpha)

    first, second = np.array(colours, "float32")
    pattern = _pattern(rng, u, v, depth).astype("float32")[..., None]
    lit = (dx * math.cos(light) + dy * math.sin(light)) / shape.radius
    shade = 1 + rng.uniform(0.1, 0.35) * np.clip(lit, -1, 1)[..., None]
    surface = (first + pattern * (second - first)) * shade
    image[window] = patch * (1 - alpha) + np.clip(surface, 0, 255) * alpha
    covered = np.zeros((rows, columns), bool)
    covered[window] = alpha[..., 0] > 0.5
    return covered


def _outline(rng: np.random.Generator, angle: np.ndarray) -> np.ndarray:
    """Return the radius of a random shape in each direction, about 1."""
    outline = rng.choice(OUTLINES)
    if outline == "ellipse":
        return np.ones_like(angle)
    if outline == "blob":
        edge = np.ones_like(angle)
        for k in range(2, 6):
            edge += rng.normal(0, 0.28 / k) * np.cos(k * angle + rng.uniform(0, 2 * math.pi))
        return np.clip(edge, 0.5, 1.25)
    corners = int(rng.integers(3, 7) if outline == "polygon" else rng.integers(4, 8))
    sector = np.abs((angle * (corners / (2 * math.pi))) % 1 - 0.5) * 2  # 1 at corners, 0 between
    if outline == "star":
        return 1.25 * (1 - rng.uniform(0.35, 0.55) * (1 - sector))
    half = math.pi / corners
    return 1.2 * math.cos(half) / np.cos(sector * half)


def _pattern(
    rng: np.random.Generator, u: np.ndarray, v: np.ndarray, depth: np.ndarray
) -> np.ndarray:
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
