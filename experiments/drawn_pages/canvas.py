"""Parts of drawn pages: words, paragraphs, pictures, buttons, icons and charts."""

import colorsys
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

# Pixels of the longer side of the canvas.
LONG = 960
# Width by height of the screens of desktops and telephones, and of sheets of paper.
DESKTOP, PHONE, SHEET = (1.25, 1.9), (0.46, 0.62), (0.65, 0.8)
WORDS = (Path(__file__).parent / "words.txt").read_text(encoding="utf-8").split()


@lru_cache(maxsize=64)
def load_font(size):
    """Return Pillow's own font: the same on every machine."""
    return ImageFont.load_default(size)


def draw_colour(random, lightness=(0.25, 0.75), saturation=(0.3, 1.0)):
    """Return a random RGB colour."""
    shades = colorsys.hls_to_rgb(
        random.random(), random.uniform(*lightness), random.uniform(*saturation)
    )
    return tuple(round(255 * shade) for shade in shades)


def mix(first, second, share):
    """Return a colour between two."""
    return tuple(round(a + (b - a) * share) for a, b in zip(first, second, strict=True))


class Page:
    """A canvas with a theme, on which parts of pages are drawn.

    Boxes are (left, top, right, bottom), sizes are in pixels of the canvas.

    Args:
        aspect: width by height.
        cut_picture: function of an aspect ratio to a picture.
        random: numpy Generator.
        dark: share of pages with light text on a dark ground.
    """

    def __init__(self, aspect, cut_picture, random, dark=0.3):
        self.random, self.cut_picture = random, cut_picture
        # The canvas is drawn wider or narrower than it is shown, for other proportions of type.
        self.stretch = 1.15 ** random.uniform(-1, 1)
        self.shown = (LONG, round(LONG / aspect)) if aspect > 1 else (round(LONG * aspect), LONG)
        self.width, self.height = round(self.shown[0] * self.stretch), self.shown[1]
        tint, self.accent = draw_colour(random), draw_colour(random, (0.35, 0.6), (0.5, 1))
        if random.random() < dark:
            self.paper = mix((18, 18, 20), tint, random.uniform(0, 0.25))
            self.ink = mix((240, 240, 240), tint, random.uniform(0, 0.2))
        else:
            paper = (255, 255, 255) if random.random() < 0.6 else (240, 238, 232)
            self.paper = mix(paper, tint, random.choice([0, 0, random.uniform(0, 0.3)]))
            self.ink = mix((20, 20, 25), tint, random.uniform(0, 0.2))
        self.faint, self.panel = (mix(self.paper, self.ink, share) for share in (0.5, 0.07))
        self.image = Image.new("RGB", (self.width, self.height), self.paper)
        self.draw = ImageDraw.Draw(self.image)

    def chance(self, share):
        """Return True for a share of the calls."""
        return self.random.random() < share

    def words(self, least, most, capitals=0.0):
        """Return some words; a share of the calls in capital letters."""
        text = " ".join(self.random.choice(WORDS, self.random.integers(least, most + 1)))
        return text.upper() if self.chance(capitals) else text[0].upper() + text[1:]

    def text(self, x, y, text, size, colour=None, bold=False, anchor="la", width=None):
        """Write a line; of one that is wider than `width` the first words."""
        stroke = max(1, round(size / 35)) if bold else 0
        colour, font = colour or self.ink, load_font(max(6, round(size)))
        while width and " " in text and font.getlength(text) > width:
            text = text.rsplit(" ", 1)[0]
        self.draw.text((x, y), text, colour, font, anchor, stroke_width=stroke)

    def fitted(self, box, text, colour=None, bold=True, largest=400):
        """Write a line as large as a box permits, in its middle."""
        left, top, right, bottom = box
        length = load_font(100).getlength(text) * 1.05
        size = min((right - left) / length * 100, (bottom - top) * 0.8, largest)
        middle = ((left + right) / 2, (top + bottom) / 2)
        self.text(*middle, text, size, colour, bold, "mm")

    def paragraph(self, box, size, colour=None, bold=False, breaks=0.1, words=10**6):
        """Fill a box with lines; return where they end."""
        left, top, right, bottom = box
        font, step = load_font(max(6, round(size))), size * 1.4
        while top + size <= bottom and words > 0:
            line = self.random.choice(WORDS)
            last = self.chance(breaks)
            length = (right - left) * (self.random.uniform(0.2, 0.9) if last else 1)
            words -= 1
            while words > 0:
                word = self.random.choice(WORDS)
                if font.getlength(f"{line} {word}") > length:
                    break
                line, words = f"{line} {word}", words - 1
            self.text(left, top, line, size, colour, bold)
            top += step * (1.6 if last else 1)
        return top

    def picture(self, box, radius=0.0):
        """Paste a picture, with round corners."""
        left, top, right, bottom = (round(edge) for edge in box)
        width, height = max(right - left, 4), max(bottom - top, 4)
        picture = self.cut_picture(min(max(width / self.stretch / height, 0.25), 4))
        picture = picture.resize((width, height), Image.Resampling.LANCZOS)
        mask = Image.new("L", picture.size)
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, width - 1, height - 1), radius, 255)
        self.image.paste(picture, (left, top), mask)

    def block(self, box, colour=None, radius=0.0, outline=None):
        """Draw a rectangle with round corners."""
        left, top, right, bottom = box
        box = (left, top, max(left, right), max(top, bottom))
        self.draw.rounded_rectangle(box, radius, colour, outline, 2 if outline else 0)

    def button(self, box, text=None, colour=None):
        """Draw a button."""
        height = box[3] - box[1]
        colour = colour or self.accent
        self.block(box, colour, self.random.choice([0, height / 5, height / 2]))
        ink = (255, 255, 255) if sum(colour) < 450 else (10, 10, 10)
        left, top, right, bottom = box
        inside = (left + height / 3, top, right - height / 3, bottom)
        self.fitted(inside, text or self.words(1, 2, 0.3), ink, largest=height / 2)

    def icon(self, x, y, size, colour=None):
        """Draw a sign around a point."""
        colour, half = colour or self.draw_ink(), size / 2
        box = (x - half, y - half, x + half, y + half)
        line = max(2, round(size / 8))
        kind = self.random.integers(7)
        if kind == 0:
            self.draw.ellipse(box, colour)
        elif kind == 1:
            self.draw.ellipse(box, None, colour, line)
        elif kind == 2:
            self.block(box, colour, size / 4)
        elif kind == 3:
            corners = self.random.integers(3, 9)
            self.draw.regular_polygon((x, y, half), int(corners), -90, colour)
        elif kind == 4:
            for row in (-0.6, 0, 0.6):
                self.draw.line((x - half, y + row * half, x + half, y + row * half), colour, line)
        elif kind == 5:
            self.draw.line((x - half, y, x + half, y), colour, line)
            self.draw.line((x, y - half, x, y + half), colour, line)
        else:
            self.draw.ellipse(box, colour)
            self.text(x, y, chr(self.random.integers(65, 91)), size * 0.6, self.paper, True, "mm")

    def draw_ink(self):
        """Return the colour of a sign: that of the text, of the theme, or any."""
        inks = (self.ink, self.faint, self.accent, draw_colour(self.random))
        return inks[self.random.integers(len(inks))]

    def chart(self, box):
        """Draw bars, lines or a pie."""
        left, top, right, bottom = box
        kind, count = self.random.integers(3), self.random.integers(4, 12)
        values = self.random.uniform(0.1, 1, count)
        xs = np.linspace(left, right, count + 1)
        if kind == 2:
            side = min(right - left, bottom - top)
            ends = np.cumsum(values[:4]) / values[:4].sum() * 360
            for start, end in zip((0, *ends), ends, strict=False):
                colour = mix(self.accent, self.paper, start / 450)
                self.draw.pieslice((left, top, left + side, top + side), start, end, colour)
            return
        ys = bottom - values * (bottom - top)
        self.draw.line((left, top, left, bottom, right, bottom), self.faint, 2)
        if kind == 0:
            for start, end, y in zip(xs, xs[1:], ys, strict=False):
                self.draw.rectangle((start + 3, y, max(end - 3, start + 3), bottom), self.accent)
        else:
            points = [float(value) for pair in zip(xs, ys, strict=False) for value in pair]
            self.draw.line(points, self.accent, 4)
            self.draw.line([points[0], bottom - (points[1] - top) / 2, *points[2:4]], self.faint, 3)

    def shown_at(self, side):
        """Return the finished page with a longer side of so many pixels."""
        scale = side / max(self.shown)
        size = tuple(max(1, round(extent * scale)) for extent in self.shown)
        return self.image.resize(size, Image.Resampling.LANCZOS)


def draw_gradient(page, first, second):
    """Fill the page with a gradient from the top or from the left."""
    shares = np.linspace(0, 1, page.height)[:, None, None]
    if page.chance(0.5):
        shares = np.linspace(0, 1, page.width)[None, :, None]
    colours = np.array(first) + (np.subtract(second, first)) * shares
    colours = np.broadcast_to(colours, (page.height, page.width, 3))
    page.image.paste(Image.fromarray(np.uint8(colours)))
