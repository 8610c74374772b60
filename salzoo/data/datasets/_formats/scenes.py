"""Drawn scenes with simulated fixations, the content of the `synthetic` dataset.

A scene is a muted texture with shapes on it. The salient objects have saturated colours
or contrast in lightness, each with its own strength. The distractors have the same
outlines and sizes in the colours of the texture. Most fixations fall on the objects, by
strength, the others anywhere, with a centre bias.
"""

import math
from dataclasses import dataclass

import numpy as np

from salzoo.data.datasets._formats.shapes import (
    Shape,
    choose_muted_colours,
    choose_vivid_colours,
    paint_shape,
)
from salzoo.data.datasets._formats.simulated_gaze import simulate_gaze
from salzoo.data.datasets._formats.textures import draw_background

CATEGORIES = ("single", "several", "clutter", "faint")
SIZES = {(240, 320): 0.6, (320, 240): 0.15, (200, 320): 0.15, (240, 240): 0.1}


@dataclass(frozen=True, eq=False)
class Scene:
    """One drawn image and its ground truth.

    Attributes:
        image: uint8 (rows, columns, 3).
        mask: uint8 (rows, columns), 0 or 255.
        fixations: float64 (n, 2), x and y in pixels with two decimals, inside the image.
        observers: int32 (n,), numbered from 0.
        category: one of CATEGORIES.
    """

    image: np.ndarray
    mask: np.ndarray
    fixations: np.ndarray
    observers: np.ndarray
    category: str


def draw_scene(seed: int, index: int) -> Scene:
    """Draw one scene; the same numbers give the same scene.

    Args:
        seed: of the whole dataset.
        index: number of the scene.
    """
    rng = np.random.default_rng([seed, index])
    category = CATEGORIES[index % len(CATEGORIES)]
    size = list(SIZES)[rng.choice(len(SIZES), p=list(SIZES.values()))]
    image, palette = draw_background(rng, size)
    shapes = _place(rng, size, _strengths(rng, category))
    mask = np.zeros(size, bool)
    light = rng.uniform(0, 2 * math.pi)
    for shape in sorted(shapes, key=lambda shape: shape.strength):
        colours = (
            choose_vivid_colours(rng, image, shape)
            if shape.strength
            else choose_muted_colours(rng, palette)
        )
        covered = paint_shape(rng, image, shape, colours, light)
        if shape.strength:
            mask |= covered
    image = _photograph(rng, image, light)
    fixations, observers = simulate_gaze(
        rng, size, shapes, free=0.25 if category == "faint" else 0.17
    )
    return Scene(image, mask.astype("uint8") * 255, fixations, observers, category)


def _strengths(rng: np.random.Generator, category: str) -> list[float]:
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


def _place(rng: np.random.Generator, size: tuple[int, int], strengths: list[float]) -> list[Shape]:
    """Find places that do not touch each other; distractors without one are left out."""
    rows, columns = size
    shapes: list[Shape] = []
    for strength in strengths:
        for _ in range(40):
            radius = rng.uniform(15, 36) if strength else rng.uniform(12, 32)
            centre = rng.beta(1.3, 1.3, 2) if strength else rng.random(2)
            x, y = radius * 0.9 + centre * (np.array([columns, rows]) - radius * 1.8)
            if all(np.hypot(x - t.x, y - t.y) > 1.2 * (radius + t.radius) for t in shapes):
                shapes.append(Shape(float(x), float(y), radius, strength))
                break
    return shapes


def _photograph(rng: np.random.Generator, image: np.ndarray, light: float) -> np.ndarray:
    """Return the image as uint8 with uneven light and grain."""
    rows, columns = image.shape[:2]
    y, x = np.linspace(-1, 1, rows)[:, None], np.linspace(-1, 1, columns)
    lamp = 1 + rng.uniform(0, 0.3) * (x * np.cos(light) + y * np.sin(light)) / np.sqrt(2)
    lamp = (lamp - rng.uniform(0, 0.2) * (x**2 + y**2) / 2).astype("float32")
    grain = rng.standard_normal((rows, columns, 1), "float32") * np.float32(rng.uniform(0.5, 3))
    return np.clip(image * lamp[..., None] + grain, 0, 255).astype("uint8")
