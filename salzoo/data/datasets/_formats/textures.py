"""Random textures as backgrounds of drawn scenes."""

import colorsys
import math

import numpy as np
import scipy.fft
from scipy.ndimage import gaussian_filter, zoom
from scipy.spatial import cKDTree


def draw_background(
    rng: np.random.Generator, size: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """Draw a texture.

    Args:
        rng: source of randomness.
        size: (rows, columns).

    Returns:
        image: float32 (rows, columns, 3), 0..255.
        palette: its three colours from dark to light, (3, 3).
    """
    field, palette = _texture(rng, size), _palette(rng)
    image = _colour(field, palette)
    if rng.random() < 0.4:  # a horizon: another texture of the same palette below it
        rows = size[0]
        line = rows * rng.uniform(0.3, 0.7) + rows * 0.15 * (_noise(rng, size, 2.2)[0] - 0.5)
        below = np.arange(rows)[:, None] > line
        image = np.where(below[..., None], _colour(_texture(rng, size), palette[::-1] * 0.8), image)
    return image.astype("float32"), palette


def _texture(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """Return a field 0..1 of a random kind with some noise in it."""
    kinds = np.array([_plain_noise, _gradient, _stripes, _cells, _tiles])
    kind = rng.choice(kinds)
    share = rng.uniform(0.15, 0.5)
    field = (1 - share) * kind(rng, size) + share * _noise(rng, size, rng.uniform(0.6, 1.4))
    return gaussian_filter(field.astype("float32"), 0.5)


def _noise(
    rng: np.random.Generator, size: tuple[int, int], slope: float, stretch: float = 1.0
) -> np.ndarray:
    """Noise 0..1 whose amplitude falls with frequency to the power of `slope`."""
    rows, columns = size
    across, down = scipy.fft.rfftfreq(columns), scipy.fft.fftfreq(rows)[:, None]
    power = ((across * stretch) ** 2 + (down / stretch) ** 2).astype("float32")
    power[0, 0] = np.inf
    gain = power ** (-slope / 2)
    spectrum = scipy.fft.rfft2(rng.standard_normal(size, "float32")) * gain
    field = scipy.fft.irfft2(spectrum, s=size)
    return np.clip(0.5 + 0.22 * field / field.std(), 0, 1)


def _plain_noise(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    return _noise(rng, size, rng.uniform(0.8, 2.2), stretch=math.exp(rng.uniform(-1, 1)))


def _along(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """Distance along a random direction, in pixels."""
    angle = rng.uniform(0, np.pi)
    y, x = np.arange(size[0], dtype="float32")[:, None], np.arange(size[1], dtype="float32")
    return x * math.cos(angle) + y * math.sin(angle)


def _gradient(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    along = _along(rng, size)
    return (along - along.min()) / np.ptp(along)


def _stripes(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    bend = rng.uniform(0, 60) * _noise(rng, size, 2.4)
    wave = np.sin(2 * np.pi * (_along(rng, size) + bend) / rng.uniform(10, 50))
    return 0.5 + 0.5 * np.tanh(wave * rng.uniform(0.5, 3))


def _cells(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """Random cells, each of its own grey, with dark seams."""
    half = (size[0] // 2, size[1] // 2)
    centres = rng.uniform(0, half, (rng.integers(25, 140), 2))
    pixels = np.indices(half).reshape(2, -1).T
    distance, nearest = cKDTree(centres).query(pixels, k=2)
    seam = np.clip((distance[:, 1] - distance[:, 0]) / 3, 0, 1)
    grey = rng.uniform(0.3, 1, len(centres))[nearest[:, 0]]
    return zoom((grey * seam).reshape(half), 2, order=1)


def _tiles(rng: np.random.Generator, size: tuple[int, int]) -> np.ndarray:
    """Bricks in rows that are shifted against each other, each of its own grey."""
    tall, wide = rng.uniform(14, 40), rng.uniform(20, 70)
    row, y = np.divmod(np.arange(size[0])[:, None], tall)
    column, x = np.divmod(np.arange(size[1]) + row % 2 * wide / 2, wide)
    row, column = row.astype(int), column.astype(int)
    grey = rng.uniform(0.35, 1, (row.max() + 1, column.max() + 1))[row, column]
    return np.where((y < 2) | (x < 2), 0.1, grey)


def _palette(rng: np.random.Generator) -> np.ndarray:
    """Three muted colours from dark to light, (3, 3) 0..255."""
    hue, dark = rng.random(), rng.uniform(0.2, 0.5)
    values = dark + np.array([0, 0.5, 1]) * rng.uniform(0.15, 0.4)
    return np.array([rgb_of(hue + rng.normal(0, 0.05), rng.uniform(0.05, 0.35), v) for v in values])


def rgb_of(hue: float, saturation: float, value: float) -> np.ndarray:
    """Return a colour as RGB 0..255.

    Args:
        hue: any number; its fraction counts.
        saturation: 0..1.
        value: 0..1.
    """
    return np.array(colorsys.hsv_to_rgb(hue % 1, saturation, value)) * 255


def _colour(field: np.ndarray, palette: np.ndarray) -> np.ndarray:
    """Colour a field 0..1 with a palette, dark to light."""
    stops = np.linspace(0, 1, len(palette))
    fine = np.linspace(0, 1, 1024)
    table = np.stack([np.interp(fine, stops, channel) for channel in palette.T], axis=-1)
    return np.take(table.astype("float32"), (field * 1023).astype("intp"), axis=0)
