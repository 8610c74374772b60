"""Pages that are drawn at random: the same for the same seed, varied, of the promised size."""

import numpy as np
import pytest
from PIL import Image

from experiments import drawn_pages
from experiments.drawn_pages import canvas


def cut_picture(aspect):
    """A picture in a colour that no page has otherwise."""
    assert 0.2 < aspect < 5
    return Image.new("RGB", (round(100 * aspect), 100), (1, 254, 3))


def draw(seed, side=480):
    return drawn_pages.draw_page(cut_picture, np.random.default_rng(seed), side)


@pytest.mark.parametrize("kind", drawn_pages.KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_is_drawn(kind, monkeypatch):
    """Inside the canvas, in the size asked for, with something on it on most pages."""
    monkeypatch.setattr(drawn_pages, "KINDS", {kind: 1})
    drawn = 0
    for seed in range(12):
        page = draw(seed, 200)
        assert page.mode == "RGB" and max(page.size) == 200 and min(page.size) >= 80
        drawn += np.ptp(np.asarray(page), axis=(0, 1)).max() > 20
    assert drawn >= 8


def test_a_seed_decides_everything():
    for seed in range(4):
        assert np.array_equal(draw(seed), draw(seed))
    assert len({draw(seed, 64).tobytes() for seed in range(10)}) == 10


def test_all_kinds_occur(monkeypatch):
    seen, originals = [], list(drawn_pages.KINDS)

    def recorded(kind):
        def draw_kind(*given):
            seen.append(kind)
            return canvas.Page(1.5, *given)

        return draw_kind

    kinds = {recorded(kind): share for kind, share in drawn_pages.KINDS.items()}
    monkeypatch.setattr(drawn_pages, "KINDS", kinds)
    for seed in range(150):
        draw(seed, 32)
    assert set(seen) == set(originals)


def test_pictures_are_inserted_where_they_should():
    page = canvas.Page(1.5, cut_picture, np.random.default_rng(0))
    page.picture((100, 200, 300, 400))
    green = (np.asarray(page.image) == (1, 254, 3)).all(-1)
    rows, columns = np.nonzero(green)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (200, 399, 100, 299)
    assert green.sum() == 200 * 200


def test_text_stays_in_its_box():
    page = canvas.Page(1.5, cut_picture, np.random.default_rng(0))
    before = np.asarray(page.image).copy()
    end = page.paragraph((100, 100, 400, 300), 14)
    rows, columns = np.nonzero((np.asarray(page.image) != before).any(-1))
    assert 100 <= rows.min() and rows.max() < 310 and 98 <= columns.min() and columns.max() < 402
    assert 250 < end < 330
    page.fitted((500, 10, 700, 60), "A line of words")
    rows, columns = np.nonzero((np.asarray(page.image)[:, 450:] != before[:, 450:]).any(-1))
    assert 10 <= rows.min() and rows.max() <= 60 and 50 <= columns.min() and columns.max() <= 250
