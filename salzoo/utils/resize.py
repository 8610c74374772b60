"""Maps brought to another size, by the published evaluation codes' ways and by our own."""

import numpy as np
from scipy.ndimage import zoom


def imresize(map_, size=None, scale=None):
    """Resize as MATLAB's imresize: bicubic, with antialiasing where it shrinks.

    Args:
        map_: (rows, columns).
        size: (rows, columns) of the result; or None, then
        scale: a factor for both axes; the result's size is rounded up.

    Returns:
        float64 map of the new size. May overshoot the range of the values, below as
        well as above.
    """
    values = np.asarray(map_, "float64")
    if size is None:
        size = [int(np.ceil(length * scale)) for length in values.shape]
    return _filtered(values, size, scale, _cubic, 2)


def resized(map_, size):
    """Resize a map bilinearly, within the range of its values, float64.

    Where a side shrinks each value is an average of the area it stands for. A constant
    map stays exactly constant.
    """
    values = np.asarray(map_, "float64")
    if values.shape == tuple(size):
        return values
    if np.ptp(values) == 0:  # or its rounding errors would be scored
        return np.full(size, values.flat[0])
    # Rounding could leave the range by a last digit.
    return np.clip(_filtered(values, size, None, _linear, 1), values.min(), values.max())


def to_size(map_, size, method, name):
    """Return the map at that size, resized if need be.

    method: "imresize", "zoom" (scipy's cubic spline), or None: ValueError that calls
    the map by its name. A constant map stays exactly constant.
    """
    if map_.shape == size:
        return map_
    if method is None:
        raise ValueError(
            f"The {name} is {map_.shape} and should be {size}; this convention does not resize."
        )
    if np.ptp(map_) == 0:  # or its rounding errors would be scored
        return np.full(size, map_.flat[0])
    return (
        imresize(map_, size)
        if method == "imresize"
        else zoom(map_, np.divide(size, map_.shape), order=3)
    )


def _filtered(values, size, scale, kernel, radius):
    """Resize by a kernel that is 0 beyond its radius, widened where the map shrinks."""
    rows, columns = (
        _weights(length, wanted, scale or wanted / length, kernel, radius)
        for length, wanted in zip(values.shape, size, strict=True)
    )
    return rows @ values @ columns.T


def _weights(length, wanted, scale, kernel, radius):
    """Matrix (wanted, length) that resizes one axis."""
    widening = max(1.0, 1 / scale)  # the kernel grows where the map shrinks
    centres = (np.arange(wanted) + 0.5) / scale - 0.5
    taps = int(np.ceil(2 * radius * widening)) + 2
    positions = np.floor(centres - radius * widening)[:, None] + np.arange(taps)
    values = kernel((centres[:, None] - positions) / widening)
    values /= values.sum(axis=1, keepdims=True)
    # Beyond the border the axis is mirrored, the outermost pixel repeated.
    mirrored = positions.astype(int) % (2 * length)
    mirrored = np.minimum(mirrored, 2 * length - 1 - mirrored)
    weights = np.zeros((wanted, length))
    np.add.at(weights, (np.arange(wanted)[:, None], mirrored), values)
    return weights


def _linear(distance):
    return np.maximum(1 - np.abs(distance), 0)


def _cubic(distance):
    """Keys's kernel with a = -0.5 (IEEE ASSP 1981)."""
    x = np.abs(distance)
    near = 1.5 * x**3 - 2.5 * x**2 + 1
    far = -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    return np.where(x <= 1, near, np.where(x <= 2, far, 0.0))
