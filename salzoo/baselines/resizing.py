"""Maps at another size, in numpy and Pillow."""

import numpy as np
from PIL import Image


def resized(map_, size):
    """Resize a map (rows, columns) to `size`, within the range of its values, float64.

    Bilinear where a side grows; where it shrinks each value is an average of the
    area it stands for.
    """
    if map_.shape == tuple(size):
        return np.asarray(map_, "float64")
    picture = Image.fromarray(np.ascontiguousarray(map_, "float32"))
    return np.asarray(picture.resize(tuple(size)[::-1], Image.Resampling.BILINEAR), "float64")
