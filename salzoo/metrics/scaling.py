"""Maps in any unit, brought to where float64 can square them."""

import numpy as np

# Squares of values up to 2**256, and their sums, are far from the ends of float64 (2**±1022).
EXPONENT = 256


def scaled(values: np.ndarray) -> np.ndarray:
    """Scale very large or very small values by a power of two, which changes no digit of them.

    No metric depends on the unit of a map, but squares of 1e155 are infinite, and those of
    1e-200 are 0.

    Args:
        values: float64, any shape, not empty.

    Returns:
        The same array if its largest magnitude lies within 2**±256, is 0 or is not finite;
        otherwise a scaled one, with the largest magnitude in 0.5..1.
    """
    largest = max(abs(values.max()), abs(values.min()))
    exponent = int(np.frexp(largest)[1]) if np.isfinite(largest) else 0
    return values if abs(exponent) <= EXPONENT else np.ldexp(values, -exponent)
