"""What both classical models see: intensity, two colour opponencies, four orientations.

Itti, Koch and Niebur, A model of saliency-based visual attention for rapid scene
analysis, PAMI 20(11), 1998: "the paper" below.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy.ndimage import correlate1d

# Images are brought to the paper's 640 pixels on the longer side, so that a
# scale means the same for every image.
LONGER_SIDE = 640
# Smaller spreads of a map than this are rounding, not contrast.
FLAT = 1e-5
SCALES = range(9)
ORIENTATIONS = (0, 45, 90, 135)

# Low-pass of the pyramid, of even length: a pixel of the next level lies in the
# middle of the two that it stands for, and levels of all scales are aligned.
_BINOMIAL = np.array([1, 5, 10, 10, 5, 1]) / 32

# The paper takes its oriented filters from elsewhere without their widths: these
# are of 7 pixels a period and a third of that as standard deviation.
_PERIOD = 7.0
_WIDTH = _PERIOD / 3


@dataclass
class Channels:
    """Pyramids, each a list of float32 maps, finest first, at the scales that were asked for.

    intensity: 0..1. red_green, blue_yellow: opponencies, about -1..1.
    orientations: {degrees: responses, at least 0}; 0 is a horizontal grating's
        direction of change, thus vertical bars.
    """

    intensity: list
    red_green: list
    blue_yellow: list
    orientations: dict


def channels(image, scales=SCALES):
    """Return the `Channels` of an image.

    Args:
        image: RGB 0..255, (rows, columns, 3).
        scales: those that are kept; scale s is 2**s times smaller than scale 0.
    """
    image = _at_working_size(np.asarray(image, "float32")) / 255.0
    red, green, blue = np.moveaxis(image, -1, 0)
    intensity = (red + green + blue) / 3
    red_green, blue_yellow = opponencies(image, intensity)
    pyramids = [gaussian_pyramid(map_, scales) for map_ in (intensity, red_green, blue_yellow)]
    orientations = {
        angle: [oriented(level, angle) for level in pyramids[0]] for angle in ORIENTATIONS
    }
    return Channels(*pyramids, orientations)


def opponencies(image, intensity):
    """Return red against green and blue against yellow, each (rows, columns).

    Colours are divided by intensity where it exceeds a tenth of its maximum, and
    are zero elsewhere; R, G, B and Y are the paper's four broadly tuned channels
    (section 2.1), negative values set to zero.
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


def gaussian_pyramid(map_, scales=SCALES):
    """Return the levels `scales` of a Gaussian pyramid: low-pass, then every second pixel.

    A side of n pixels has (n + 1) // 2 on the next level, hence never none.
    """
    levels = []
    for scale in range(max(scales) + 1):
        if scale > 0:
            for axis in (0, 1):
                map_ = correlate1d(map_, _BINOMIAL, axis, mode="reflect", origin=-1)
            map_ = map_[::2, ::2]
        levels.append(map_)
    return [levels[scale] for scale in scales]


def oriented(map_, angle):
    """Return the magnitude of a pair of Gabor filters, even and odd.

    A circular Gabor filter is the product of one for rows and one for columns.
    What the even one would answer to evenness is taken off.

    Args:
        map_: (rows, columns).
        angle: degrees, direction of change from the horizontal.
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


def _separable(map_, of_rows, of_columns):
    along = correlate1d(map_, of_rows, 0, mode="reflect")
    return correlate1d(along, of_columns, 1, mode="reflect")


def _at_working_size(image):
    rows, columns = image.shape[:2]
    scale = LONGER_SIDE / max(rows, columns)
    size = max(1, round(columns * scale)), max(1, round(rows * scale))
    bands = [
        Image.fromarray(np.ascontiguousarray(band)).resize(size, Image.Resampling.BILINEAR)
        for band in np.moveaxis(image, -1, 0)
    ]
    return np.stack([np.asarray(band) for band in bands], axis=-1)
