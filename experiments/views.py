"""Unlabelled views for distillation: crops of pictures and pages, in changed light."""

import io
import os
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageFilter

from experiments.drawn_pages import draw_page
from salzoo.data.dataset import open_dataset
from salzoo.data.image_kinds import is_image
from salzoo.data.images import read_image
from salzoo.utils.errors import InputError

# Pixels of a view's longer side, the largest input size of the teachers and the student.
SIDE = 480
# Aspect ratios of the views of one picture are between 1 / ASPECT and ASPECT, of a share LONG
# of them between 1 / LONGEST and LONGEST.
ASPECT, LONGEST, LONG = 1.6, 2.5, 0.2
# Share of pages with several pictures, (rows, columns) of the pictures, and their gap.
COLLAGES = 0.25
PICTURES = ((1, 2), (2, 1), (1, 3), (2, 2))
GAP = 0.08
# Share of the views that are written with other light, and shares of these.
RELIT = 0.5
FLAT, DARK, GREY, COMPRESSED = 0.25, 0.2, 0.3, 0.25


class Sources(NamedTuple):
    """Where pictures and pages are taken from.

    Attributes:
        training: paths of the training images.
        photos: paths of other photographs.
        photo_share: share of the photographs among the pictures.
        pages: share of the pages among the views.
    """

    training: list
    photos: list
    photo_share: float
    pages: float


def find_sources(arguments):
    """Return the `Sources` that the arguments name."""
    dataset = open_dataset(arguments.dataset, arguments.data_dir, protocol=arguments.protocol)
    training = [sample.image_path for sample in dataset.samples("train")]
    if arguments.photos is None:
        return Sources(training, [], 0.0, arguments.pages)
    photos = [path for folder in arguments.photos for path in _images_of(folder)]
    return Sources(training, photos, arguments.photo_share, arguments.pages)


def _images_of(folder):
    if not os.path.isdir(folder):
        raise InputError(f"--photos {folder} is no folder.")
    names = sorted(filter(is_image, os.listdir(folder)))
    if not names:
        raise InputError(f"--photos {folder} has no images.")
    return [os.path.join(folder, name) for name in names]


def draw_view(sources, random):
    """Return a view of one picture, or a page, as a PIL image."""
    if random.random() >= sources.pages:
        longest = LONGEST if random.random() < LONG else ASPECT
        return cut_out(sources, longest ** random.uniform(-1, 1), random)
    if random.random() >= COLLAGES:
        return draw_page(lambda aspect: cut_out(sources, aspect, random), random, SIDE)
    rows, columns = PICTURES[random.integers(len(PICTURES))]
    page = Image.new("RGB", _extent(1.5 ** random.uniform(-1, 1)), _paper(random))
    width, height = page.width / columns, page.height / rows
    gap = random.uniform(0, GAP) * min(width, height)
    for row in range(rows):
        for column in range(columns):
            picture = cut_out(sources, (width - gap) / (height - gap), random)
            picture = picture.resize((round(width - gap), round(height - gap)), Image.LANCZOS)
            place = (column * width + gap / 2, row * height + gap / 2)
            page.paste(picture, (round(place[0]), round(place[1])))
    return page


def cut_out(sources, aspect, random):
    """Return a random part of a random picture, with a longer side of SIDE.

    Args:
        sources: `Sources`.
        aspect: width by height of the part.
        random: numpy Generator.
    """
    paths = sources.photos if random.random() < sources.photo_share else sources.training
    path = paths[random.integers(len(paths))]
    picture = Image.fromarray(np.uint8(read_image(path, exif=False)))
    # The largest part of this aspect, or down to a quarter of its area.
    width = min(picture.width, picture.height * aspect) * random.uniform(0.5, 1.0)
    height = width / aspect
    left = random.uniform(0, picture.width - width)
    top = random.uniform(0, picture.height - height)
    if random.random() < 0.5:
        picture = picture.transpose(Image.FLIP_LEFT_RIGHT)
    return picture.resize(_extent(aspect), Image.LANCZOS, (left, top, left + width, top + height))


def relit(view, random):
    """Change brightness, contrast, colour, sharpness and noise of some views at random."""
    if random.random() >= RELIT:
        return view
    light = 255.0 * (np.asarray(view, "float64") / 255.0) ** (2.0 ** random.uniform(-1, 1))
    flat = random.random() < FLAT
    contrast = random.uniform(0.1, 0.5) if flat else random.uniform(0.5, 1.2)
    middle, level = (light.mean(), random.uniform(40, 215)) if flat else (127.5, 127.5)
    light = level + (light - middle) * contrast
    if not flat and random.random() < DARK:
        light *= random.uniform(0.1, 0.5)
    if random.random() < GREY:
        light = np.repeat(light.mean(axis=-1, keepdims=True), 3, axis=-1)
    else:
        light *= random.uniform(0.8, 1.2, 3)
    light += random.normal(0, random.uniform(0, 12) * min(contrast, 1), light.shape)
    image = Image.fromarray(np.uint8(np.clip(light, 0, 255)))
    image = image.filter(ImageFilter.GaussianBlur(max(random.uniform(-1.5, 1.5), 0)))
    return compressed(image, random) if random.random() < COMPRESSED else image


def compressed(image, random):
    """Return an image with the artefacts of JPEG, at its size or at a smaller one."""
    scale, quality = random.uniform(0.4, 1), int(random.integers(5, 50))
    small = image.resize([max(1, round(extent * scale)) for extent in image.size], Image.LANCZOS)
    file = io.BytesIO()
    small.save(file, "JPEG", quality=quality)
    return Image.open(file).resize(image.size, Image.BICUBIC)


def _extent(aspect):
    """Return (width, height) of an aspect ratio; the longer side is SIDE."""
    return (SIDE, round(SIDE / aspect)) if aspect > 1 else (round(SIDE * aspect), SIDE)


def _paper(random):
    """Return the background colour of a page: white or a random colour."""
    if random.random() < 0.5:
        return (255, 255, 255)
    return tuple(int(value) for value in random.integers(0, 256, 3))
