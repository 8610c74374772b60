"""Websites, apps, editors, forms and dashboards."""

import numpy as np
from PIL import Image

from experiments.drawn_pages.canvas import DESKTOP, PHONE, Page, draw_colour, mix


def draw_website(cut_picture, random):
    """Navigation, a large picture with words and a button, and cards."""
    page = Page(random.uniform(*DESKTOP), cut_picture, random)
    size = random.uniform(13, 20)
    top = _draw_bar(page, size)
    hero = top + page.height * random.uniform(0.25, 0.7)
    if page.chance(0.7):
        page.picture((0, top, page.width, hero))
        ink = (255, 255, 255) if page.chance(0.7) else page.accent
    else:
        page.block((0, top, page.width, hero), mix(page.accent, page.paper, random.uniform(0, 0.8)))
        ink = page.ink if page.chance(0.5) else (255, 255, 255)
        if page.chance(0.6):
            page.picture((page.width * 0.55, top + size, page.width - 2 * size, hero - size), size)
    x = page.width * (0.08 if page.chance(0.6) else 0.3)
    y = top + (hero - top) * random.uniform(0.15, 0.4)
    y = page.paragraph((x, y, x + page.width * 0.42, hero), size * 2.6, ink, True, words=5)
    y = page.paragraph((x, y, x + page.width * 0.35, min(y + size * 3, hero)), size, ink)
    page.button((x, y, x + size * 9, y + size * 2.4))
    _draw_cards(page, (2 * size, hero + 1.5 * size, page.width - 2 * size, page.height), size)
    if page.chance(0.35):
        _draw_notice(page, size)
    return page


def draw_shop(cut_picture, random):
    """A search field, a column of filters, and goods with prices."""
    page = Page(random.uniform(*DESKTOP), cut_picture, random, 0.15)
    size = random.uniform(13, 18)
    top, left = _draw_bar(page, size) + size, 2 * size
    if page.chance(0.3):
        page.block((0, top - size, page.width, top + size * 3), page.accent)
        page.fitted(
            (0, top - size, page.width, top + size * 3), page.words(2, 5, 0.6), (255, 255, 255)
        )
        top += size * 4
    if page.chance(0.5):
        for row in range(int((page.height - top) / (size * 2))):
            y = top + row * size * 2
            if row % 6 == 0:
                page.text(left, y, page.words(1, 1), size * 1.1, bold=True)
            else:
                page.block((left, y, left + size, y + size), None, 2, page.faint)
                page.text(left + 1.5 * size, y, page.words(1, 1), size * 0.9)
        left += page.width * 0.18
    _draw_cards(page, (left, top, page.width - 2 * size, page.height), size, price=True)
    return page


def draw_app(cut_picture, random):
    """The screen of a telephone: a list, a conversation, a feed or a menu of signs."""
    page = Page(random.uniform(*PHONE), cut_picture, random, 0.4)
    size = page.width / random.uniform(20, 30)
    page.text(size, size * 0.4, f"{random.integers(24)}:{random.integers(10, 60)}", size * 0.9)
    page.icon(page.width - 1.5 * size, size, size * 0.8, page.ink)
    top, bottom = size * 2, page.height - size * (3.5 if page.chance(0.7) else 0)
    if page.chance(0.5):
        page.block((0, top, page.width, top + 3 * size), page.accent)
    page.text(size, top + size * 0.7, page.words(1, 2), size * 1.5, bold=True)
    top += size * 4
    draw_content = (_draw_list, _draw_conversation, _draw_feed, _draw_signs)[random.integers(4)]
    draw_content(page, (0, top, page.width, bottom), size)
    if bottom < page.height:
        page.block((0, bottom, page.width, page.height), page.panel)
        for number in range(5):
            x = page.width * (number + 0.5) / 5
            page.icon(x, bottom + 1.4 * size, size * 1.2, page.accent if not number else page.faint)
    if page.chance(0.3):
        page.icon(page.width - 3 * size, bottom - 3 * size, size * 3.4, page.accent)
    if page.chance(0.2):
        _draw_notice(page, size)
    return page


def draw_code(cut_picture, random):
    """An editor or a terminal: short coloured lines, indented."""
    page = Page(random.uniform(*DESKTOP), cut_picture, random, 0.7)
    size = random.uniform(11, 20)
    left, top = size * 3, size
    if page.chance(0.5):
        page.block((0, 0, page.width * 0.18, page.height), page.panel)
        for row in range(random.integers(5, 30)):
            page.text(
                size * (1 + row % 3),
                row * size * 1.8 + size,
                page.words(1, 1),
                size * 0.9,
                page.faint,
            )
        left += page.width * 0.18
    if page.chance(0.4):
        page.block((left - size * 2, 0, page.width, size * 2.2), page.panel)
        top += size * 2
    colours = [page.ink, *(mix(draw_colour(random, (0.5, 0.5)), page.ink, 0.3) for _ in range(4))]
    indent, empty = 0, random.uniform(0, 0.3)
    for line in range(int((page.height - top) / (size * 1.4) * random.choice([0.3, 1, 1]))):
        y = top + line * size * 1.4
        page.text(left - size * 2, y, str(line + 1), size * 0.8, page.faint)
        indent = max(0, min(indent + int(random.integers(-2, 3)), 6))
        x = left + indent * size * 1.2
        for _ in range(0 if page.chance(empty) else random.integers(1, 8)):
            word = page.words(1, 1).lower() + random.choice(
                ["", "(", ")", " =", ":", ".", "()", ","]
            )
            colour = colours[random.integers(len(colours))]
            for letter in word:  # each takes the same width
                page.text(x, y, letter, size, colour)
                x += size * 0.58
            x += size * 0.58
    return page


def draw_form(cut_picture, random):
    """Labels with fields, and a button; on a panel in the middle or over the whole page."""
    page = Page(random.uniform(*(DESKTOP if random.random() < 0.6 else PHONE)), cut_picture, random)
    size = min(page.width, page.height) / random.uniform(28, 40)
    width = min(page.width - 2 * size, size * random.uniform(18, 40))
    left, top = (page.width - width) / 2 * random.choice([0.2, 1]), size * 3
    if page.chance(0.2):
        page.picture((0, 0, page.width, page.height))
    page.block(
        (left - size, size, left + width + size, page.height - size),
        page.paper,
        size / 2,
        page.panel,
    )
    page.icon(left + size, top, size * 2)
    page.text(left + 3 * size, top - size, page.words(1, 3), size * 1.6, bold=True)
    top += size * 2
    for _ in range(random.integers(1, 8)):
        if top > page.height - 6 * size:
            break
        page.text(left, top, page.words(1, 2), size * 0.9, page.faint)
        if page.chance(0.8):
            page.block(
                (left, top + size * 1.2, left + width, top + size * 3), page.panel, 4, page.faint
            )
            if page.chance(0.5):
                page.text(left + size / 2, top + size * 1.6, page.words(1, 3), size * 0.9)
            top += size * 3.8
        else:
            page.block((left + width - size, top, left + width, top + size), None, 3, page.faint)
            top += size * 1.8
    page.button((left, top, left + width * random.choice([0.3, 1]), top + size * 2.2))
    return page


def draw_dashboard(cut_picture, random):
    """A table, numbers and charts."""
    page = Page(random.uniform(*DESKTOP), cut_picture, random)
    size = random.uniform(12, 17)
    top, gap = _draw_bar(page, size) + size, size
    columns = int(random.integers(2, 5))
    width = (page.width - gap * (columns + 1)) / columns
    if page.chance(0.75):
        height = page.height * random.uniform(0.15, 0.4)
        for column in range(columns):
            x = gap + column * (width + gap)
            page.block((x, top, x + width, top + height), page.panel, size / 2)
            page.text(x + size, top + size, page.words(1, 2), size, page.faint)
            if page.chance(0.5):
                page.chart((x + size, top + 3 * size, x + width - size, top + height - size))
            else:
                number = f"{random.integers(1, 10**5):,}"
                page.fitted(
                    (x + size, top + 3 * size, x + width - size, top + height - size), number
                )
        top += height + gap
    cells = int(random.integers(3, 9))
    step = (page.width - 2 * gap) / cells
    for row in range(int((page.height - top) / (size * 2))):
        y = top + row * size * 2
        if row % 2 == 0:
            page.block((gap, y, page.width - gap, y + size * 2), page.panel)
        for cell in range(cells):
            text = page.words(1, 1) if cell == 0 or not row else f"{random.uniform(0, 999):.1f}"
            page.text(gap * 1.5 + cell * step, y + size / 2, text, size, bold=not row)
    return page


def _draw_bar(page, size):
    """Draw the navigation of a website; return where it ends."""
    height = size * page.random.uniform(2.2, 4)
    dark = page.chance(0.35)
    if dark:
        page.block((0, 0, page.width, height), page.accent)
    ink = (255, 255, 255) if dark else page.ink
    page.icon(size * 2, height / 2, size * 1.6, ink if dark else page.accent)
    page.text(size * 3.5, height / 2, page.words(1, 1, 0.3), size * 1.4, ink, True, "lm")
    x = page.width - size
    for _ in range(page.random.integers(3, 7)):
        page.text(x, height / 2, page.words(1, 1), size, ink, anchor="rm")
        x -= size * 6
    if page.chance(0.4):
        box = (size * 12, height / 2 - size, min(size * 28, x), height / 2 + size)
        page.block(box, page.paper, size / 2, page.faint)
    return height


def _draw_cards(page, box, size, price=False):
    """Draw cards with pictures and text in rows."""
    left, top, right, bottom = box
    columns = int(page.random.integers(2, 6))
    gap = size * page.random.uniform(0.7, 2)
    width = (right - left - gap * (columns - 1)) / columns
    height = width * page.random.uniform(0.5, 1.1)
    radius = page.random.choice([0, size / 2])
    framed, drawn = page.chance(0.5), page.chance(0.25)
    while top < bottom:
        for column in range(columns):
            x, end = left + column * (width + gap), top + height + size * 4.5
            if framed:
                page.block((x - 5, top - 5, x + width + 5, end - 4), page.panel, radius)
            if drawn:
                page.icon(x + width / 2, top + height / 2, height / 2)
            else:
                page.picture((x, top, x + width, top + height), radius)
            title = page.words(1, 3)
            page.text(x, top + height + size / 2, title, size * 1.1, bold=True, width=width)
            if price:
                amount = f"{page.random.uniform(1, 300):.2f}"
                page.text(x, top + height + size * 2.2, amount, size * 1.3, page.accent, True)
                if page.chance(0.15):
                    page.button((x, top, x + size * 4, top + size * 1.8), "SALE", (200, 20, 30))
            else:
                page.paragraph((x, top + height + 2 * size, x + width, end - size / 2), size * 0.9)
        top += height + size * 5.5


def _draw_notice(page, size):
    """Draw a window over the page, or a banner at its bottom."""
    width, height = page.width, page.height
    if page.chance(0.5):
        page.image.paste(Image.blend(page.image, Image.new("RGB", page.image.size), 0.5))
        box = (width * 0.25, height * 0.3, width * 0.75, height * 0.7)
    else:
        box = (0, height - size * 6, width, height)
    page.block(box, page.paper, size / 2, page.faint)
    left, top, right, bottom = box
    y = page.paragraph((left + size, top + size, right - size, bottom - 3 * size), size, words=20)
    page.button((right - size * 8, max(y, bottom - size * 3), right - size, bottom - size * 0.6))


def _draw_list(page, box, size):
    left, top, right, bottom = box
    height = size * page.random.uniform(2.6, 5)
    kind = page.random.integers(3)
    while top + height < bottom:
        middle = top + height / 2
        x = left + size * 1.2
        if kind == 0:
            page.picture(
                (x, top + size * 0.4, x + height - size * 0.8, top + height - size * 0.4), height
            )
        elif kind == 1:
            page.icon(x + size, middle, size * 1.5)
        x += height if kind < 2 else 0
        page.text(x, top + size * 0.5, page.words(1, 3), size, bold=True)
        page.text(x, top + size * 1.7, page.words(2, 4), size * 0.8, page.faint)
        page.icon(right - size * 1.5, middle, size * 0.7, page.faint)
        page.draw.line((x, top + height, right, top + height), page.panel, 2)
        top += height


def _draw_conversation(page, box, size):
    left, top, right, bottom = box
    while top + 3 * size < bottom:
        count = page.random.integers(1, 22)
        height, width = size * (1.4 * np.ceil(count / 4) + 1), size * min(count * 3 + 2, 14)
        own = page.chance(0.5)
        x = right - width - size if own else left + size
        page.block(
            (x, top, x + width, min(top + height, bottom)), page.accent if own else page.panel, size
        )
        ink = (255, 255, 255) if own else page.ink
        page.paragraph(
            (x + size / 2, top + size / 2, x + width, min(top + height, bottom)), size, ink
        )
        top += height + size * 0.7


def _draw_feed(page, box, size):
    left, top, right, bottom = box
    while top < bottom:
        page.picture((left + size, top, left + 3.4 * size, top + 2.4 * size), 2 * size)
        page.text(left + 4 * size, top + size * 0.5, page.words(1, 2), size, bold=True)
        height = (right - left) / page.random.uniform(0.8, 1.8)
        page.picture((left, top + 3 * size, right, min(top + 3 * size + height, bottom)))
        top += 3 * size + height
        for number in range(3):
            page.icon(left + size * (1.5 + 2.4 * number), top + size * 1.2, size * 1.3)
        top = page.paragraph((left + size, top + 2.6 * size, right - size, bottom), size, words=12)
        top += size


def _draw_signs(page, box, size):
    left, top, right, bottom = box
    columns = int(page.random.integers(2, 5))
    step = (right - left) / columns
    while top + step < bottom:
        for column in range(columns):
            x = left + (column + 0.5) * step
            page.block(
                (x - step * 0.35, top, x + step * 0.35, top + step * 0.7), page.panel, step / 6
            )
            page.icon(x, top + step * 0.35, step * 0.4)
            page.text(x, top + step * 0.8, page.words(1, 1), size * 0.8, anchor="ma")
        top += step * 1.1
