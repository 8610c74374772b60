"""Feature channels of both classical models: intensity, two colour opponencies, orientations.

"The paper" is Itti, Koch and Niebur, A model of saliency-based visual attention for
rapid scene analysis, PAMI 20(11), 1998.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy.ndimage import correlate1d

# Images are resized to the paper's 640 pixels on the longer side, so that a scale has the
# same meaning for every image.
LONGER_SIDE = 640
# A map with a smaller range than this is constant up to rounding.
FLAT = 1e-5
SCALES = range(9)
ORIENTATIONS = (0, 45, 90, 135)

# Low-pass of the pyramid. Its length is even: a pixel of the next level lies between the
# two that it replaces, so the levels of all scales are aligned.
_BINOMIAL = np.array([1, 5, 10, 10, 5, 1]) / 32

# The paper does not state the widths of its oriented filters. These have a period of 7
# pixels and a standard deviation of a third of that.
_PERIOD = 7.0
_WIDTH = _PERIOD / 3


@dataclass
class Channels:
    """Pyramids: lists of float32 maps, finest first, at the requested scales.

    Attributes:
        intensity: 0..1.
        red_green: colour opponency, about -1..1.
        blue_yellow: colour opponency, about -1..1.
        orientations: {degrees: responses of 0 or more}. The angle is the direction of
            change: 0 stands for vertical bars.
    """

    intensity: list[np.ndarray]
    red_green: list[np.ndarray]
    blue_yellow: list[np.ndarray]
    orientations: dict[int, list[np.ndarray]]


def channels(image: np.ndarray, scales: Sequence[int] = SCALES) -> Channels:
    """Return the feature channels of an image.

    Args:
        image: RGB 0..255, (rows, columns, 3).
        scales: scales to return; scale s is 2**s times smaller than scale 0.
    """
    image = _at_working_size(np.asarray(image, "float32")) / 255.0
    red, green, blue = np.moveaxis(image, -1, 0)
    intensity = (red + green + blue) / 3
    red_green, blue_yellow = opponencies(image, intensity)
    pyramid = gaussian_pyramid(intensity, scales)
    orientations = {angle: [oriented(level, angle) for level in pyramid] for angle in ORIENTATIONS}
    return Channels(
        pyramid,
        gaussian_pyramid(red_green, scales),
        gaussian_pyramid(blue_yellow, scales),
        orientations,
    )


def opponencies(image: np.ndarray, intensity: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the red-green and the blue-yellow opponency, both (rows, columns).

    Colours are divided by intensity where it exceeds a tenth of its maximum, and
    are zero elsewhere; R, G, B and Y are the paper's four broadly tuned channels
    (section 2.1), negative values set to zero.

    Args:
        image: RGB 0..1, (rows, columns, 3).
        intensity: 0..1, (rows, columns).
    """
    bright = intensity > intensity.max() / 10
    hues = image * np.divide(1, intensity, where=bright, out=np.zeros_like(intensity))[..., None]
    r, g, b = np.moveaxis(hues, -1, 0)
    red, green, blue, yellow = (
        np.maximum(tuned, 0)
        for tuned in (
            r - (g + b) / 2,
            g - (r + b) / 2,
            b - (r + g) / 2,
            (r + g) / 2 - np.abs(r - g) / 2 - b,
        )
    )
    return red - green, blue - yellow


def gaussian_pyramid(map_: np.ndarray, scales: Sequence[int] = SCALES) -> list[np.ndarray]:
    """Return the levels `scales` of a Gaussian pyramid: low-pass, then every second pixel.

    A side of n pixels has (n + 1) // 2 pixels on the next level, so at least 1.

    Args:
        map_: (rows, columns).
        scales: scales to return.
    """
    levels = []
    for scale in range(max(scales) + 1):
        if scale > 0:
            for axis in (0, 1):
                map_ = correlate1d(map_, _BINOMIAL, axis, mode="reflect", origin=-1)
            map_ = map_[::2, ::2]
        levels.append(map_)
    return [levels[scale] for scale in scales]


def oriented(map_: np.ndarray, angle: float) -> np.ndarray:
    """Return the magnitude of the responses of an even and an odd Gabor filter.

    A circular Gabor filter is the product of one for rows and one for columns. The
    response of the even filter to a constant map is subtracted.

    Args:
        map_: (rows, columns).
        angle: direction of change, degrees from the horizontal.
    """
    radius = int(np.ceil(3 * _WIDTH))
    steps = np.arange(-radius, radius + 1)
    envelope = np.exp(-0.5 * (steps / _WIDTH) ** 2)
    envelope /= envelope.sum()
    waves = [
        envelope * np.exp(2j * np.pi / _PERIOD * share * steps)
        for share in (np.sin(np.radians(angle)), np.cos(np.radians(angle)))
    ]
    evenness = waves[0].sum() * waves[1].sum()
    response = _separable(map_, *waves) - evenness * _separable(map_, envelope, envelope)
    return np.abs(response).astype("float32")


def _separable(map_: np.ndarray, of_rows: np.ndarray, of_columns: np.ndarray) -> np.ndarray:
    along = correlate1d(map_, of_rows, 0, mode="reflect")
    return correlate1d(along, of_columns, 1, mode="reflect")


def _at_working_size(image: np.ndarray) -> np.ndarray:
    rows, columns = image.shape[:2]
    scale = LONGER_SIDE / max(rows, columns)
    size = max(1, round(columns * scale)), max(1, round(rows * scale))
    bands = [
        Image.fromarray(np.ascontiguousarray(band)).resize(size, Image.Resampling.BILINEAR)
        for band in np.moveaxis(image, -1, 0)
    ]
    return np.stack([np.asarray(band) for band in bands], axis=-1)
