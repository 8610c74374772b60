"""Pages of text and interfaces, drawn at random: unlabelled images for distillation.

A page is an article, a website, a shop, the screen of an app, a poster, a
sign, a slide, source code, a form, a table, or nearly empty. Layout, colours and words are random
and the same for the same seed; pictures are inserted where such pages have them.
"""

import numpy as np

from experiments.drawn_pages import documents, screens

# Share of pages of which a part is shown, in larger type.
CUT = 0.3
# How often each kind is drawn, relative to the others.
KINDS = {
    documents.draw_article: 3,
    screens.draw_website: 3,
    screens.draw_shop: 2,
    screens.draw_app: 3,
    documents.draw_poster: 4,
    documents.draw_sign: 2,
    documents.draw_slide: 2,
    screens.draw_code: 1,
    screens.draw_form: 1.5,
    screens.draw_dashboard: 1.5,
    documents.draw_empty: 3,
}
# Kinds that are always shown whole.
WHOLE = (documents.draw_poster, documents.draw_sign, documents.draw_empty)


def draw_page(cut_picture, random, side=480):
    """Return a page.

    Args:
        cut_picture: function of an aspect ratio (width by height) to a PIL image of that aspect.
        random: numpy Generator, which decides everything.
        side: pixels of the longer side.
    """
    weights = np.array(list(KINDS.values()), "float64")
    kind = list(KINDS)[random.choice(len(weights), p=weights / weights.sum())]
    page = kind(cut_picture, random)
    if kind in WHOLE or not page.chance(CUT):
        return page.shown_at(side)
    share = random.uniform(0.5, 0.9)
    left, top = (random.uniform(0, 1 - share) * extent for extent in page.image.size)
    box = (left, top, left + share * page.width, top + share * page.height)
    page.image = page.image.crop(tuple(round(edge) for edge in box))
    return page.shown_at(side)
