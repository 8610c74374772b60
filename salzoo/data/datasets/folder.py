"""Folder: the user's own images with where people looked, or what stands out.

Layout: the images in `images/` (or directly in the folder) and at least one of

    fixations.csv         a line each: image, x, y, and if known observer, timestamp
    densities/ or maps/   grey pictures of the images' names and sizes
    masks/                the same, bright on the salient objects
    splits.csv            optional: image, split (train, val or test) of every image

The tables are UTF-8 with a line of column names, separated by commas, semicolons or
tabs; further columns are ignored. Images are named with or without their ending. x and
y are pixels of the image as stored, 0-based from its upper left corner, or fractions
0..1 of its width and height. Observers are any text, numbered in sorted order. With
timestamps, fixations are sorted by observer and timestamp; else they stay as in the file.

An image that nobody fixated is left out, and so logged. sigma is 1/32 of the image's
longer side unless one is given: a degree of the visual angle if that side fills 32, and
near what SALICON (19 of 640 pixels) and OSIE (24 of 800) use.
"""

import csv
import io
import logging
import os
import unicodedata

import numpy as np
from PIL import ExifTags, Image

from salzoo.data.datasets.record import ANY_NUMBER, DatasetRecord, Protocol
from salzoo.data.datasets.splits import official_or, shuffled_share
from salzoo.data.images import EXTENSIONS
from salzoo.data.sample import Sample
from salzoo.errors import unknown_name

LOG = logging.getLogger("salzoo")
UNITS = ("pixels", "fractions")
SIGMA_SHARE = 1 / 32
_SPLITS = ("train", "val", "test")

RECORD = DatasetRecord(
    name="folder",
    title="Your own images",
    task="fixations + objects",
    images=ANY_NUMBER,
    ground_truth="whatever the folder has: fixation points, density maps, masks",
    viewing="known to you",
    licence="known to you",
    citation="your own data",
    homepage="salzoo/data/datasets/folder.py",
    layout="images/ and fixations.csv, densities/ or masks/",
    steps=(
        "Put the images into images/ of a folder of your own.",
        "Points: fixations.csv with a line 'image,x,y' (or 'image,observer,timestamp,x,y') and "
        "below it a line for each fixation. Their sigma is 1/32 of the image's longer side "
        "unless you give one.",
        "Maps: grey pictures of the same names and sizes in densities/; objects: in masks/.",
        "Splits: splits.csv with 'image,split', train, val or test; without it 80 % train, 20 % "
        "val.",
    ),
    protocols={
        "salzoo": Protocol(
            {},
            official_or(shuffled_share(0.8)),
            "splits.csv; without it ours, 80 % train and 20 % val, seed 42",
        )
    },
    options={
        "image_column": "name of the column of image names in fixations.csv (image)",
        "x_column": "of the column of x (x)",
        "y_column": "of the column of y (y)",
        "observer_column": "of the column of observers, which may be missing (observer)",
        "timestamp_column": "of the column of times, which may be missing (timestamp)",
        "units": "of x and y: pixels or fractions (pixels)",
    },
)


def read(
    folder,
    border,
    image_column="image",
    x_column="x",
    y_column="y",
    observer_column="observer",
    timestamp_column="timestamp",
    units="pixels",
):
    """Read all samples of the folder, sorted by file name; options as in RECORD.options."""
    if units not in UNITS:
        raise unknown_name("unit of coordinates", units, UNITS)
    images = _find_images(folder, border)
    densities = _find_maps(folder, ("densities", "maps"), images, "density map", border)
    masks = _find_maps(folder, ("masks",), images, "mask", border)
    path = os.path.join(folder, "fixations.csv")
    trials = None
    if os.path.exists(path):
        columns = (image_column, x_column, y_column, observer_column, timestamp_column)
        trials = _read_fixations(path, columns, units, images, border)
    elif images and densities is None and masks is None:
        border.problem(
            folder, "holds images but no ground truth; add fixations.csv, densities/ or masks/."
        )
    path = os.path.join(folder, "splits.csv")
    needed = images if trials is None else trials
    split_of = _read_splits(path, images, needed, border) if os.path.exists(path) else {}

    samples, unseen = [], []
    for stem, path in images.items():
        size = _checked_size(path, stem, densities, masks, border)
        if size is None:
            continue
        points = observers = sigma = None
        if trials is not None:
            points, observers = trials.get(stem, (np.empty((0, 2)), None))
            points = _in_pixels(points, size, units)
            points, observers = border.inside(points, size, path, observers)
            sigma = max(size) * SIGMA_SHARE
            if not len(points):
                unseen.append(os.path.basename(path))
                continue
        density, mask = ((maps or {}).get(stem) for maps in (densities, masks))
        split = split_of.get(stem)
        samples.append(Sample(path, size, points, observers, sigma, density, mask, split=split))
    if unseen:
        LOG.warning(
            "folder: left out %d of %d images that nobody fixated (%s)",
            len(unseen),
            len(images),
            _some(unseen),
        )
    return samples


# ---- pictures ----


def _find_images(folder, border):
    """Return {stem: path} of images/, or of the folder itself."""
    inner = os.path.join(folder, "images")
    loose = _pictures(folder, border)
    if not os.path.isdir(inner):
        images, where = loose, folder
    else:
        images, where = _pictures(inner, border), inner
        if loose:
            border.problem(
                folder,
                "has images in images/ and beside it: "
                f"{_some(map(os.path.basename, loose.values()))}; move them into it or away.",
            )
    if not images:
        border.problem(
            where, f"holds no images ({', '.join(EXTENSIONS)}); sub-folders are not searched."
        )
    return images


def _find_maps(folder, names, images, what, border):
    """Return {stem: path} of the maps or masks that have an image, None without a folder."""
    folders = [path for name in names if os.path.isdir(path := os.path.join(folder, name))]
    if not folders:
        return None
    if len(folders) > 1:
        border.problem(folder, f"has both {names[0]}/ and {names[1]}/; keep one of them.")
    maps = _pictures(folders[0], border)
    border.pair(images, maps, what, folders[0])
    return maps


def _pictures(folder, border):
    """Return {stem: path} of the pictures of a folder, sorted by name."""
    found = {}
    for name in sorted(os.listdir(folder)):
        stem, ending = os.path.splitext(_composed(name))
        path = os.path.join(folder, name)
        if ending.lower() not in EXTENSIONS or name.startswith(".") or not os.path.isfile(path):
            continue
        if stem in found:
            border.problem(
                path,
                f"differs from {os.path.basename(found[stem])} only in its ending; rename or "
                "remove one of them.",
            )
        found.setdefault(stem, path)
    return found


def _checked_size(path, stem, densities, masks, border):
    """Return (rows, columns) of an image, None if it or its map or mask cannot be used."""
    size = border.image(path)
    if size is None:
        return None
    if _is_turned(path):
        border.problem(
            path,
            "carries an EXIF rotation, so its pixels are not where viewers show them; save it "
            "upright and see that its ground truth fits.",
        )
        return None
    for maps in (densities, masks):
        if maps is not None and not (stem in maps and border.same_size(maps[stem], size, path)):
            return None
    return size


def _is_turned(path):
    try:
        with Image.open(path) as image:
            return image.getexif().get(ExifTags.Base.Orientation, 1) not in (0, 1)
    except (OSError, SyntaxError, ValueError):
        return False  # what its EXIF part says cannot be known


# ---- tables ----


class _Table:
    """A CSV file.

    names: of its columns. columns: their texts, a list each. lines: of the rows in the file.
    """

    def __init__(self, path, names, rows, lines):
        self.path, self.names, self.lines = path, names, lines
        self.columns = [[row[index].strip() for row in rows] for index in range(len(names))]

    def index(self, name):
        """Return which column has a name, in capital letters or not; None if none has."""
        names = [each.casefold() for each in self.names]
        return names.index(name.casefold()) if name.casefold() in names else None

    def texts(self, name):
        """Return a column as a list of texts."""
        return self.columns[self.index(name)]

    def numbers(self, name, border):
        """Return a column as float64 (rows,), not finite where there is no number: a problem."""
        texts = self.texts(name)
        values = np.array([_number(text) for text in texts], "float64")
        wrong = np.flatnonzero(~np.isfinite(values))
        if len(wrong):
            text, line = texts[wrong[0]], self.lines[wrong[0]]
            more = f" (one of {len(wrong)} such lines)" if len(wrong) > 1 else ""
            border.problem(
                self.path,
                f"has {name} '{text}' in line {line}, which is no number{more}; "
                f"{'write decimals with a point' if ',' in text else 'correct or delete it'}.",
            )
        return values


def _read_table(path, required, options, border):
    """Return the `_Table` of a CSV file that has the required columns, None if it is unusable.

    options: what the person can give to name the columns otherwise, for the message.
    """
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            text = file.read()
        separator = max(",;\t", key=text.partition("\n")[0].count)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        filled = [(reader.line_num, row) for row in reader if any(each.strip() for each in row)]
    except UnicodeDecodeError:
        border.problem(path, "is not UTF-8 text; save it as 'CSV UTF-8'.")
        return None
    except (OSError, csv.Error) as error:
        border.problem(path, f"is not a readable CSV file ({error}).")
        return None
    if len(filled) < 2:
        border.problem(
            path,
            f"{'has no line below its column names' if filled else 'is empty'}; it needs a line "
            f"'{separator.join(required)}' and below it a line for each entry.",
        )
        return None
    names = [name.strip() for name in filled[0][1]]
    rows = []
    for line, row in filled[1:]:
        if any(each.strip() for each in row[len(names) :]):
            border.problem(
                path,
                f"has {len(row)} values in line {line}, but {len(names)} columns; put texts that "
                f"contain the separator '{separator}' in quotes.",
            )
            return None
        rows.append(row[: len(names)] + [""] * (len(names) - len(row)))
    table = _Table(path, names, rows, [line for line, _ in filled[1:]])
    lacking = [name for name in required if table.index(name) is None]
    if lacking:
        border.problem(
            path,
            f"has no column {_some(lacking)} but {_some(names, 12)}; correct its first line"
            f"{f' or name your columns with {options}' if options else ''}.",
        )
        return None
    return table


def _read_fixations(path, columns, units, images, border):
    """Return {stem: (points (n, 2) in `units`, observers (n,) or None)}, None if unusable."""
    image, x, y, observer, timestamp = columns
    required = [image, x, y]
    # One that was asked for by another name than the usual must be there.
    required += [observer] * (observer != "observer") + [timestamp] * (timestamp != "timestamp")
    table = _read_table(path, required, "image_column=, x_column=, y_column=", border)
    if table is None:
        return None
    stems = _stems_named(table, image, images, border)
    points = np.stack([table.numbers(name, border) for name in (x, y)], axis=1)
    usable = np.isfinite(points).all(axis=1) & [stem is not None for stem in stems]
    order, observers = np.arange(len(points)), None
    if table.index(observer) is not None:
        observers = np.unique(table.texts(observer), return_inverse=True)[1].astype("int32")
    if table.index(timestamp) is not None:
        times = table.numbers(timestamp, border)
        usable &= np.isfinite(times)
        order = np.lexsort((times,) if observers is None else (times, observers))
    _check_units(table, points[usable], np.array(table.lines)[usable], units, border)
    rows_of = {}
    for row in order[usable[order]]:
        rows_of.setdefault(stems[row], []).append(row)
    return {
        stem: (points[rows], None if observers is None else observers[rows])
        for stem, rows in rows_of.items()
    }


def _check_units(table, points, lines, units, border):
    """Report pixels that were given as fractions, and fractions as pixels."""
    beyond = np.flatnonzero((points > 1).any(axis=1))
    if units == "fractions" and len(beyond) > len(points) / 2:
        x, y = points[beyond[0]]
        border.problem(
            table.path,
            f"has x {x:g}, y {y:g} in line {lines[beyond[0]]}, and {len(beyond)} of {len(points)} "
            "lines are above 1, which fractions are not; did you mean units=pixels?",
        )
    within = len(points) and ((points >= 0) & (points <= 1)).all()
    if units == "pixels" and within and (points % 1).any():
        border.problem(
            table.path, "has no x or y above 1, as fractions; did you mean units=fractions?"
        )


def _in_pixels(points, size, units):
    if units == "pixels":
        return points
    extent = np.array(size[::-1], "float64")
    # The far border belongs to the last pixel.
    return np.where(points == 1, np.nextafter(extent, 0), points * extent)


def _read_splits(path, images, needed, border):
    """Return {stem: split} of splits.csv, which must name at least the needed stems."""
    table = _read_table(path, ["image", "split"], "", border)
    if table is None:
        return {}
    split_of = {}
    stems = _stems_named(table, "image", images, border)
    for stem, split, line in zip(stems, table.texts("split"), table.lines, strict=True):
        if split not in _SPLITS:
            border.problem(path, f"has split '{split}' in line {line}; write train, val or test.")
        elif stem is not None and split_of.setdefault(stem, split) != split:
            border.problem(path, f"puts '{stem}' into '{split}' in line {line}, and elsewhere.")
    lacking = [os.path.basename(images[stem]) for stem in sorted(needed.keys() - set(stems))]
    if lacking:
        border.problem(
            path,
            f"has no line for {len(lacking)} of {len(needed)} images ({_some(lacking)}); give "
            "each a split or take it out of the folder.",
        )
    return split_of


def _stems_named(table, column, images, border):
    """Return the stem of the image that each row names, None where there is no such image."""
    known = {stem: stem for stem in images}
    known |= {_composed(os.path.basename(path)): stem for stem, path in images.items()}
    names = [_composed(name.replace("\\", "/").rsplit("/")[-1]) for name in table.texts(column)]
    stems = [known.get(name) for name in names]
    unknown = {}
    for name, stem, line in zip(names, stems, table.lines, strict=True):
        if stem is None:
            unknown.setdefault(name, line)
    if unknown and images:
        border.problem(
            table.path,
            f"names images that are not there: {_some(unknown)} (first in line "
            f"{min(unknown.values())}); add them or delete their lines.",
        )
    return stems


def _number(text):
    try:
        return float(text)
    except ValueError:
        return np.nan


def _composed(name):
    """Return a name as most systems spell it; macOS writes accents apart from letters."""
    return unicodedata.normalize("NFC", name)


def _some(names, most=3):
    """Return the first few names, quoted, and how many there are besides."""
    names = list(names)
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(f"'{name}'" for name in names[:most]) + more
