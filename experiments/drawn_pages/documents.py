"""Articles, posters, signs in photographs, slides and nearly empty images."""

import numpy as np
from PIL import Image, ImageFilter

from experiments.drawn_pages.canvas import DESKTOP, SHEET, Page, draw_colour, draw_gradient, mix


def draw_article(cut_picture, random):
    """A headline and columns with a figure: a newspaper, a book, a paper or a blog."""
    page = Page(random.uniform(*(SHEET if random.random() < 0.5 else DESKTOP)), cut_picture, random)
    size, margin = random.uniform(11, 20), page.width * random.uniform(0.04, 0.14)
    left, right, bottom = margin, page.width - margin, page.height - margin / 2
    top = margin / 2
    if page.chance(0.4):  # the name of the paper
        page.fitted((left, top, right, top + size * 4), page.words(1, 2, 0.7))
        top += size * 5
        page.draw.line((left, top - size / 2, right, top - size / 2), page.ink, 2)
    head = size * random.uniform(1.8, 3.5)
    if page.chance(0.85):
        top = page.paragraph(
            (left, top, right, bottom), head, bold=True, words=random.integers(3, 10)
        )
        page.text(left, top, page.words(2, 5), size, page.faint)
        top += size * 2.5
    columns = random.integers(1, 4 if page.width > page.height / 2 else 3)
    gap = size * 1.5
    width = (right - left - gap * (columns - 1)) / columns
    figures = random.integers(0, 3)
    spots = [int(spot) for spot in random.choice(columns, min(figures, columns), replace=False)]
    if page.chance(0.3):  # a wide figure above the columns
        height = (bottom - top) * random.uniform(0.25, 0.5)
        page.picture((left, top, right, top + height))
        top += height + size
    for column in range(columns):
        x, y = left + column * (width + gap), top
        if column in spots:
            y = page.paragraph(
                (x, y, x + width, top + (bottom - top) * random.uniform(0, 0.5)), size
            )
            height = min(width / random.uniform(0.8, 1.8), bottom - y)
            if page.chance(0.75):
                page.picture((x, y, x + width, y + height))
            else:
                page.chart((x + size, y, x + width - size, y + height - size))
            y = page.paragraph(
                (x, y + height + 4, x + width, bottom), size * 0.8, page.faint, words=8
            )
        page.paragraph((x, y + size / 2, x + width, bottom), size)
    return page


def draw_poster(cut_picture, random):
    """Large words on a picture, a colour or a gradient: a poster, a cover or an advertisement."""
    page = Page(1.8 ** random.uniform(-1, 0.8), cut_picture, random, 0.5)
    whole = (0, 0, page.width, page.height)
    ground = random.integers(4)
    if ground < 2:
        page.picture(whole)
    elif ground == 2:
        draw_gradient(page, draw_colour(random), draw_colour(random))
    else:
        page.block(whole, draw_colour(random, (0.1, 0.9)))
        box = random.uniform((0.05, 0.05, 0.5, 0.5), (0.4, 0.4, 0.95, 0.95)) * (page.image.size * 2)
        page.picture(box, random.choice([0, page.width / 10]))
    ink = ((255, 255, 255), (255, 255, 255), (10, 10, 10), page.accent)[random.integers(4)]
    lines, y = random.integers(1, 4), page.height * random.choice([0.04, 0.1, 0.35, 0.6])
    height = page.height * random.uniform(0.08, 0.2)
    margin = page.width * random.choice([0.06, 0.06, 0.25])
    if page.chance(0.25):
        page.block(
            (margin / 2, y, page.width - margin / 2, y + height * lines), mix(ink, (128,) * 3, 0.8)
        )
    for _ in range(lines):
        page.fitted((margin, y, page.width - margin, y + height), page.words(1, 3, 0.7), ink)
        y += height
    small = page.width * random.uniform(0.018, 0.035)
    if page.chance(0.7):
        box = (margin, y + small, page.width * random.uniform(0.5, 0.9), y + 6 * small)
        y = page.paragraph(box, small, ink, words=random.integers(3, 25))
    if page.chance(0.4):
        x, y = random.uniform(margin, page.width * 0.7), min(y + 2 * small, page.height * 0.9)
        page.button((x, y, x + 9 * small, y + 2.4 * small))
    if page.chance(0.4):
        page.icon(page.width * random.uniform(0.8, 0.92), page.height * 0.93, small * 2.5, ink)
    return page


def draw_sign(cut_picture, random):
    """A photograph with a sign or a caption in it, slightly turned."""
    page = Page(1.7 ** random.uniform(-1, 1), cut_picture, random)
    page.picture((0, 0, page.width, page.height))
    for _ in range(random.integers(1, 3)):
        width = round(page.width * random.uniform(0.12, 0.5))
        height = round(width * random.uniform(0.2, 0.7))
        plate = Page(width / height, cut_picture, random, 0.5)
        ground, ink = (
            (plate.accent, (255, 255, 255)) if page.chance(0.5) else (plate.paper, plate.ink)
        )
        box = (0, 0, plate.width, plate.height)
        plate.block(box, ground)
        lines = random.integers(1, 4)
        for line in range(lines):
            share = plate.height / lines
            row = (plate.width * 0.06, line * share, plate.width * 0.94, (line + 1) * share)
            plate.fitted(row, plate.words(1, 2, 0.8), ink)
        mask = Image.new("L", plate.image.size, 255)
        angle = random.normal(0, 4)
        parts = []
        for part in (plate.image, mask):
            small = part.resize((width, height), Image.Resampling.LANCZOS)
            parts.append(small.rotate(angle, Image.Resampling.BICUBIC, expand=True))
        place = random.uniform(0, 1, 2) * np.subtract(page.image.size, parts[0].size).clip(0)
        page.image.paste(parts[0], tuple(round(edge) for edge in place), parts[1])
    return page


def draw_slide(cut_picture, random):
    """A title with points, a chart or a picture."""
    page = Page(random.choice([4 / 3, 16 / 9]), cut_picture, random)
    size, margin = page.width / random.uniform(25, 45), page.width * 0.06
    if page.chance(0.3):
        draw_gradient(page, page.paper, mix(page.paper, page.accent, 0.4))
    if page.chance(0.4):
        page.block((0, 0, page.width, size * 3), page.accent)
    y = page.paragraph(
        (margin, size, page.width - margin, size * 4), size * 1.5, bold=True, words=6
    )
    y += size
    right = page.width * (0.5 if page.chance(0.65) else 0.95)
    for _ in range(random.integers(0, 7)):
        page.icon(margin, y + size / 2, size / 3, page.accent)
        y = page.paragraph(
            (margin + size, y, right, page.height), size, words=random.integers(3, 12)
        )
        y += size * 0.6
    if right < page.width * 0.6:
        box = (right + margin / 2, size * 5, page.width - margin, page.height - 2 * size)
        (page.picture if page.chance(0.6) else page.chart)(box)
    elif y < page.height * 0.6:
        box = (margin, y, page.width - margin, page.height - 2 * size)
        (page.picture if page.chance(0.5) else page.chart)(box)
    return page


def draw_empty(cut_picture, random):
    """One small item on an even, shaded or noisy ground, or nothing."""
    page = Page(1.9 ** random.uniform(-1, 1), cut_picture, random, 0.4)
    grey = tuple([int(random.integers(0, 256))] * 3)
    ground = (grey, grey, page.paper, draw_colour(random, (0.1, 0.9)))[random.integers(4)]
    page.block((0, 0, page.width, page.height), ground)
    if page.chance(0.3):
        draw_gradient(page, ground, mix(ground, grey, random.uniform(0.2, 1)))
    if page.chance(0.25):
        noise = random.normal(0, random.uniform(2, 20), (page.height, page.width, 1))
        page.image.paste(Image.fromarray(np.uint8(np.clip(page.image + noise, 0, 255))))
        if page.chance(0.5):
            page.image.paste(page.image.filter(ImageFilter.GaussianBlur(random.uniform(1, 8))))
    strength = random.uniform(0.1, 1)
    ink = mix(ground, (255, 255, 255) if sum(ground) < 380 else (0, 0, 0), strength)
    ink = mix(ground, draw_colour(random), strength) if page.chance(0.4) else ink
    for _ in range(random.choice([0, 1, 1, 1, 1, 2, 3])):
        spread = random.choice([0, 0.12, 0.3])
        x, y = (random.normal(0.5, spread, 2).clip(0.1, 0.9) * page.image.size).tolist()
        size = max(page.image.size) * random.uniform(0.02, 0.12)
        item = random.integers(4)
        if item == 0:
            page.icon(x, y, size, ink)
        elif item == 1:
            page.text(x, y, page.words(1, 3, 0.3), size * 0.6, ink, page.chance(0.5), "mm")
        elif item == 2:
            page.picture((x - size, y - size, x + size, y + size), random.choice([0, size]))
        else:
            page.button((x - 2 * size, y - size / 2, x + 2 * size, y + size / 2), colour=ink)
    return page
