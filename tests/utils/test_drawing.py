"""Pictures of maps of any shape."""

import numpy as np
import pytest

from salzoo.utils.drawing import PANEL_HEIGHT, WIDEST, draw_grid, draw_overlay, draw_panel


@pytest.mark.parametrize("size", [(1, 20_000), (20_000, 1), (3, 400), (1, 1)])
def test_panels_of_very_wide_and_very_high_images_stay_small(size):
    map_ = np.random.default_rng(0).random(size)
    picture = draw_panel([(np.zeros((*size, 3)), map_, map_)], ["name"])
    assert picture.width < 4 * (WIDEST + 1) * PANEL_HEIGHT and picture.height < 2 * PANEL_HEIGHT
    assert draw_grid(map_[None]).width < 1000


def test_usual_images_have_the_same_height_and_their_aspect_ratio():
    map_ = np.ones((60, 90))
    picture = draw_panel([(np.zeros((60, 90, 3)), map_, map_)])
    assert picture.width == 4 * 270 + 5 * 6


def test_overlays_have_no_visible_steps_on_white():
    ramp = np.broadcast_to(np.linspace(0, 1, 2000), (50, 2000))
    overlay = draw_overlay(np.full((50, 2000, 3), 255, "uint8"), ramp, colour_bar=False)
    line = np.asarray(overlay)[0].astype(int)
    assert (line[0] == 255).all() and line[:, 1].min() < 130
    assert np.abs(np.diff(line, axis=0)).max() <= 4
