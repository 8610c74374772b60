import numpy as np
import pytest

from salzoo.data.fixations import density_map


def test_density_map_counts_repeated_points_and_drops_points_outside():
    map_ = density_map([(2.5, 1.5), (2.5, 1.5), (9.0, 1.0)], (4, 8), 0.6)
    assert map_.sum() == pytest.approx(2)
    assert np.unravel_index(map_.argmax(), map_.shape) == (1, 2)
