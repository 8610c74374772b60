"""Resizing of maps: as the published evaluation codes do it, and bilinear with antialiasing."""

from collections.abc import Callable, Sequence

import numpy as np
from scipy.ndimage import zoom

# Function of distances, in pixels, to weights.
Kernel = Callable[[np.ndarray], np.ndarray]


def imresize(
    map_: np.ndarray, size: Sequence[int] | None = None, scale: float | None = None
) -> np.ndarray:
    """Resize a map as MATLAB's imresize does: bicubic, with antialiasing where it shrinks.

    Args:
        map_: (rows, columns), any real dtype. Unsigned integers, as of pictures, are rounded
            and keep the range of their type.
        size: (rows, columns) of the result; None: use `scale`.
        scale: factor for both axes; the size of the result is rounded up.

    Returns:
        Map of the new size, float64. The values of floats may exceed the range of `map_` on
        both sides.
    """
    dtype = np.asarray(map_).dtype
    values = np.asarray(map_, "float64")
    if size is None:
        size = [int(np.ceil(length * scale)) for length in values.shape]
    resized = _filtered(values, size, scale, _cubic, 2)
    if dtype.kind != "u":
        return resized
    return np.clip(np.floor(resized + 0.5), 0, np.iinfo(dtype).max)  # halves are rounded up


def resize_map(map_: np.ndarray, size: Sequence[int]) -> np.ndarray:
    """Resize a map bilinearly, with antialiasing where it shrinks.

    Args:
        map_: (rows, columns), any real dtype.
        size: (rows, columns) of the result.

    Returns:
        Map of the new size, float64, with values in the range of `map_`. A constant map
        stays exactly constant.
    """
    values = np.asarray(map_, "float64")
    if values.shape == tuple(size):
        return values
    if np.ptp(values) == 0:  # rounding errors of a constant map would be scored
        return np.full(size, values.flat[0])
    # Rounding may exceed the range by the last digit.
    return np.clip(_filtered(values, size, None, _linear, 1), values.min(), values.max())


def fit_to_size(
    map_: np.ndarray, size: tuple[int, int], method: str | None, name: str
) -> np.ndarray:
    """Return a map at a size, resized if it has another.

    Args:
        map_: (rows, columns), any real dtype.
        size: (rows, columns) of the result.
        method: "imresize", "zoom" (scipy's cubic spline) or None: never resize.
        name: what the map is, for the error message.

    Returns:
        Map of the size. A constant map stays exactly constant.

    Raises:
        ValueError: the size differs and `method` is None.
    """
    if map_.shape == size:
        return map_
    if method is None:
        raise ValueError(
            f"The {name} is {map_.shape} and should be {size}; this convention does not resize."
        )
    if np.ptp(map_) == 0:  # rounding errors of a constant map would be scored
        return np.full(size, map_.flat[0])
    if method == "imresize":
        return imresize(map_, size)
    return zoom(map_.astype("float64"), np.divide(size, map_.shape), order=3)


def _filtered(
    values: np.ndarray, size: Sequence[int], scale: float | None, kernel: Kernel, radius: int
) -> np.ndarray:
    """Resize by a kernel that is 0 beyond its radius, widened where the map shrinks."""
    rows, columns = (
        _weights(length, wanted, scale or wanted / length, kernel, radius)
        for length, wanted in zip(values.shape, size, strict=True)
    )
    return rows @ values @ columns.T


def _weights(length: int, wanted: int, scale: float, kernel: Kernel, radius: int) -> np.ndarray:
    """Return the matrix (wanted, length) that resizes one axis."""
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


def _linear(distance: np.ndarray) -> np.ndarray:
    """Return the values of the linear kernel."""
    return np.maximum(1 - np.abs(distance), 0)


def _cubic(distance: np.ndarray) -> np.ndarray:
    """Return the values of the cubic kernel with a = -0.5 (Keys, IEEE ASSP 1981)."""
    x = np.abs(distance)
    near = 1.5 * x**3 - 2.5 * x**2 + 1
    far = -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    return np.where(x <= 1, near, np.where(x <= 2, far, 0.0))
