"""Calibration of the shares of attention that `salzoo predict --regions` reports.

    python experiments/calibration.py msinet_lite --data_dir DATA --write
    python experiments/calibration.py RUN --dataset folder --data_dir my_data --write
    python experiments/calibration.py msinet_lite --data_dir DATA --split test

DATA has the folders osie, nus_scene and eyecrowd. On images that the model was not trained
on, rectangles are drawn: anywhere, around salient spots, and around parts of one colour,
as objects and signs have. The predicted share of attention in each is compared with the
share of the fixations there.

An exponent of the map is fitted by least squares of these shares. It is kept only if it
lowers the error of calibration on images that it was not fitted on. The 90 % intervals are
split-conformal with the image as the unit (Lee, Barber and Willett 2023, "Distribution-free
inference with hierarchical data"): quantiles of the differences between observed and
predicted shares, on the scale arcsin(sqrt(share)), which makes the spread of counts equal.
They are fitted on regions with similar predicted shares. All tables are cross-validated
over images.

--write stores the fit beside the weights, with and without test-time augmentation.
--split test checks what is stored, on the test images, and fits nothing.
"""

import argparse
import itertools
import os
import sys
from dataclasses import asdict, dataclass, field, replace

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage
from scipy.cluster.vq import kmeans2

from salzoo.cli.messages import render_message
from salzoo.cli.parsers import parse_seed
from salzoo.data.dataset import open_dataset
from salzoo.data.images import read_image
from salzoo.evaluation.statistics import bootstrap_interval
from salzoo.prediction.attention import ShareCalibration, find_spots, shares
from salzoo.prediction.attention.calibration import plain
from salzoo.prediction.sources import SourceKind, resolve_source, shares_file
from salzoo.utils.errors import InputError
from salzoo.utils.files import whole_file
from salzoo.utils.json_files import write_json
from salzoo.utils.table import Table
from salzoo.utils.tensorflow import load_tensorflow

DATASETS, PROTOCOL = "osie+nus_scene+eyecrowd", "set_aside"
COVERAGE = 0.9
FEWEST = 40  # images: a quantile of 5 % needs 20 at least
ENOUGH = 0.75  # of the images must have a region of a similar share; else less similar ones count
FOLDS = 10
EACH = 40  # rectangles of each kind in an image
KINDS = ("anywhere", "salient spots", "parts of one colour")
EXPONENTS = np.round(np.arange(0.8, 1.51, 0.05), 2)
# Predicted shares between which intervals are interpolated: even steps of arcsin(sqrt(share)).
STEPS = 40
KNOTS = np.round(np.sin(np.linspace(0, np.pi / 2, STEPS + 1)) ** 2, 4)
BINS = (0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
AREAS = (0, 0.01, 0.03, 0.1, 0.3, 1.0)
# Longer side of the maps that are kept, in pixels: shares change by less than 0.001.
SIDE = 512


@dataclass
class Observed:
    """Rectangles of one image.

    Attributes:
        dataset: of the image.
        kinds: (n,), index in KINDS of each rectangle.
        areas: (n,), share of the image's area.
        observed: (n,), share of the fixations.
        observers: number of them.
        fixations: number of them.
        predicted: {tta: (exponents, n)}, predicted share for each of EXPONENTS.
    """

    dataset: str
    kinds: np.ndarray
    areas: np.ndarray
    observed: np.ndarray
    observers: int
    fixations: int
    predicted: dict = field(default_factory=dict)


# Rectangles: (n, 4), left, upper, right and lower side, as fractions of the image.


def anywhere(random, count):
    """Return rectangles of 0.2 to 80 % of the area and aspects of 1:4 to 4:1 inside the image."""
    area, aspect = _log_uniform(random, 0.002, 0.8, count), _log_uniform(random, 0.25, 4, count)
    width = np.minimum(np.sqrt(area * aspect), 1)
    height = np.minimum(area / width, 1)
    left, top = random.uniform(size=(2, count)) * (1 - np.stack([width, height]))
    return np.stack([left, top, left + width, top + height], 1)


def around_spots(random, count, map_):
    """Return rectangles that contain one of the eight most salient spots, not in their middle."""
    spots = find_spots(map_, 8)
    if not spots:
        return anywhere(random, count)
    places = np.array([(spot.x + 0.5, spot.y + 0.5) for spot in spots]) / map_.shape[::-1]
    places = places[random.integers(len(places), size=count)]
    area, aspect = _log_uniform(random, 0.002, 0.3, count), _log_uniform(random, 1 / 3, 3, count)
    size = np.stack([np.sqrt(area * aspect), np.sqrt(area / aspect)], 1)
    left_top = places - size * random.uniform(0.2, 0.8, (count, 2))
    return np.clip(np.concatenate([left_top, left_top + size], 1), 0, 1)


def around_parts(random, count, image):
    """Return bounding boxes of connected parts of one colour, 0.3 to 60 % of the area."""
    picture = Image.fromarray(np.uint8(image))
    picture.thumbnail((160, 160), Image.Resampling.BOX)
    pixels = ndimage.gaussian_filter(np.asarray(picture, "float64"), (1.5, 1.5, 0))
    found = []
    for colours in (4, 8, 14):
        if len(np.unique(pixels.reshape(-1, 3), axis=0)) < colours:
            continue
        _, labels = kmeans2(pixels.reshape(-1, 3), colours, minit="++", seed=random)
        for colour in range(colours):
            parts, _ = ndimage.label(labels.reshape(pixels.shape[:2]) == colour)
            for down, across in ndimage.find_objects(parts):
                found.append((across.start, down.start, across.stop, down.stop))
    boxes = np.array(found, "float64").reshape(-1, 4) / (pixels.shape[1::-1] * 2)
    areas = _areas(boxes)
    boxes = boxes[(areas > 0.003) & (areas < 0.6)]
    if not len(boxes):
        return anywhere(random, count)
    return boxes[random.choice(len(boxes), count, replace=len(boxes) < count)]


def _log_uniform(random, low, high, count):
    return np.exp(random.uniform(np.log(low), np.log(high), count))


def _areas(boxes):
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def observe(sample, dataset, predictors, random):
    """Draw rectangles in an image; return predicted and observed shares as `Observed`.

    Args:
        sample: with fixations and observers.
        dataset: name.
        predictors: {tta: function of an image}.
        random: generator.
    """
    image = read_image(sample.image_path)
    maps = {tta: _reduced(predictor(image)) for tta, predictor in predictors.items()}
    boxes = np.concatenate(
        [
            anywhere(random, EACH),
            around_spots(random, EACH, maps[False]),
            around_parts(random, EACH, image),
        ]
    )
    rows, columns = sample.size
    points = sample.fixations / (columns, rows)
    inside = (points[None] >= boxes[:, None, :2]) & (points[None] < boxes[:, None, 2:])
    observers = 1 if sample.observers is None else len(np.unique(sample.observers))
    kinds = np.repeat(np.arange(len(KINDS)), EACH)
    observed = inside.all(2).mean(1)
    result = Observed(dataset, kinds, _areas(boxes), observed, observers, len(points))
    for tta, map_ in maps.items():
        result.predicted[tta] = np.stack(
            [predicted_shares(map_**exponent, boxes) for exponent in EXPONENTS]
        )
    return result


def predicted_shares(map_, boxes):
    """Return what `region_shares` does, of many boxes at once.

    Args:
        map_: (rows, columns).
        boxes: (n, 4), fractions of the image.
    """
    across, down = (
        np.clip(
            np.minimum(np.arange(size) + 1, size * boxes[:, axis + 2, None])
            - np.maximum(np.arange(size), size * boxes[:, axis, None]),
            0,
            1,
        )
        for axis, size in enumerate(map_.shape[::-1])
    )
    return np.minimum(((down @ shares(map_)) * across).sum(1), 1)


def _reduced(map_):
    """Return a map with a maximum of 1, and a longer side of SIDE pixels at most."""
    scale = min(1, SIDE / max(map_.shape))
    size = [max(1, round(side * scale)) for side in map_.shape[::-1]]
    small = np.asarray(Image.fromarray(map_).resize(size, Image.Resampling.BOX), "float64")
    return np.maximum(small, 0) / (small.max() or 1)


# The fit.


def fit_exponent(images, tta):
    """Return the index in EXPONENTS with the smallest mean squared error of shares."""
    return int(np.argmin(np.mean([_errors(image, tta) for image in images], axis=0)))


def _errors(image, tta):
    """Return the mean squared error of an image's shares for each of EXPONENTS."""
    return ((image.predicted[tta] - image.observed) ** 2).mean(1)


def _one():
    """Return the index of the exponent 1, which leaves the map as it is."""
    return int(np.argmin(np.abs(EXPONENTS - 1)))


def to_angle(share):
    """Return arcsin(sqrt(share)), on which the spread of counts does not depend on the share."""
    return np.arcsin(np.sqrt(np.clip(share, 0, 1)))


def conformal_ends(predicted, observed, image, coverage=COVERAGE):
    """Return lower and upper ends of the intervals at KNOTS.

    Args:
        predicted: (n,), shares.
        observed: (n,), shares.
        image: (n,), number of the image of each region.
        coverage: of the intervals.

    Returns:
        low, high: (len(KNOTS),), 0..1, not decreasing, with the knot between them.
    """
    angles, knots = to_angle(predicted), to_angle(KNOTS)
    differences = to_angle(observed) - angles
    ends = []
    enough = ENOUGH * len(np.unique(image))
    for knot in knots:
        reach = knots[-1] / STEPS
        near = np.abs(angles - knot) <= reach
        while len(np.unique(image[near])) < enough:
            reach *= 1.25
            near = np.abs(angles - knot) <= reach
        low, high = (
            _quantile(sign * differences[near], image[near], (1 + coverage) / 2) * sign
            for sign in (-1, 1)
        )
        ends.append(np.clip([knot + min(low, 0), knot + max(high, 0)], 0, np.pi / 2))
    low, high = np.sin(np.array(ends).T) ** 2
    low[-1] = 1  # the whole image has all fixations
    low, high = np.minimum.accumulate(low[::-1])[::-1], np.maximum.accumulate(high)
    return np.minimum(np.floor(low * 1e4) / 1e4, KNOTS), np.maximum(
        np.ceil(high * 1e4) / 1e4, KNOTS
    )


def _quantile(values, image, level):
    """Return the quantile of values for a new image; images count equally, as one does unseen."""
    _, inverse, counts = np.unique(image, return_inverse=True, return_counts=True)
    order = np.argsort(values, kind="stable")
    weights = 1 / counts[inverse] / (len(counts) + 1)
    reached = np.cumsum(weights[order]) >= level - 1e-12
    return values[order][np.argmax(reached)] if reached.any() else np.inf


def fit(images, tta, exponent=None):
    """Return a `ShareCalibration` without fingerprint.

    Args:
        images: list of `Observed`.
        tta: whether of the predictions with test-time augmentation.
        exponent: index in EXPONENTS; None: it is fitted.
    """
    chosen = fit_exponent(images, tta) if exponent is None else exponent
    predicted, observed, image = (
        np.concatenate(parts)
        for parts in zip(
            *((i.predicted[tta][chosen], i.observed, [n] * EACH * 3) for n, i in enumerate(images)),
            strict=True,
        )
    )
    low, high = conformal_ends(predicted, observed, image)
    observers, fixations = (
        [getattr(i, name) for i in images] for name in ("observers", "fixations")
    )
    return ShareCalibration(
        fingerprint=None,
        exponent=float(EXPONENTS[chosen]),
        shares=KNOTS.tolist(),
        low=low.tolist(),
        high=high.tolist(),
        images=len(images),
        observers=(min(observers), max(observers)),
        fixations=(min(fixations), max(fixations)),
        datasets="+".join(dict.fromkeys(image.dataset for image in images)),
    )


# Figures on regions that the calibration was not fitted on.


@dataclass
class Regions:
    """Regions of several images with their calibrated shares; arrays of one length.

    Attributes:
        image: number of the image.
        dataset: name.
        kind: index in KINDS.
        area: share of the image's area.
        observed: share of the fixations.
        before: predicted share of the map as it is.
        share: predicted share of the corrected map.
        low: lower end of its interval.
        high: upper end of its interval.
    """

    image: np.ndarray
    dataset: np.ndarray
    kind: np.ndarray
    area: np.ndarray
    observed: np.ndarray
    before: np.ndarray
    share: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def covered(self):
        """Return whether each interval contains the observed share."""
        return (self.low <= self.observed) & (self.observed <= self.high)

    def means(self, chosen, *values):
        """Return means over the chosen regions, in which images count equally."""
        _, inverse, counts = np.unique(self.image[chosen], return_inverse=True, return_counts=True)
        weights = 1 / counts[inverse]
        return [float(np.average(value[chosen], weights=weights)) for value in values]


def apply(images, tta, calibrations):
    """Return `Regions` of images.

    Args:
        images: list of `Observed`.
        tta: which of the predictions.
        calibrations: of each image.
    """
    parts = []
    for number, (image, known) in enumerate(zip(images, calibrations, strict=True)):
        count = len(image.observed)
        predicted = image.predicted[tta]
        share = predicted[int(np.argmin(np.abs(EXPONENTS - known.exponent)))]
        ends = np.array([known.interval(value) for value in share]).T
        same = np.full(count, number), np.full(count, image.dataset)
        own = (image.kinds, image.areas, image.observed, predicted[_one()], share)
        parts.append((*same, *own, *ends))
    return Regions(*map(np.concatenate, zip(*parts, strict=True)))


def cross_validate(images, tta, groups, exponent):
    """Return `Regions` of images, each with a calibration that was fitted without its group."""
    calibrations = [None] * len(images)
    for group in np.unique(groups):
        others = [images[number] for number in np.flatnonzero(groups != group)]
        known = fit(others, tta, exponent)
        for number in np.flatnonzero(groups == group):
            calibrations[number] = known
    return apply(images, tta, calibrations)


def reliability_table(regions, title):
    """Return the `Table` of mean predicted and observed shares, by predicted share."""
    rows, kinds = [], _kinds_of_shares(regions)
    for low, high in itertools.pairwise(BINS):
        row = [f"{low:.0%} to {high:.0%}"]
        for share in kinds.values():
            chosen = _between(share, low, high)
            if not chosen.any():
                row += ["-", "-", "-"]
                continue
            predicted, observed = share[chosen].mean(), regions.observed[chosen].mean()
            row += [f"{chosen.sum():,}", f"{predicted:.1%}", f"{observed:.1%}"]
        rows.append(row)
    header = ["predicted share"]
    for name in kinds:
        header += ["regions", f"{name}: mean predicted", "mean observed"]
    notes = [f"{name}: {summary(regions, share)}" for name, share in kinds.items()]
    return Table(title, header, rows, notes=notes)


def _kinds_of_shares(regions):
    """Return {name: shares}, of the map as it is and, if they differ, of the corrected one."""
    if np.allclose(regions.before, regions.share):
        return {"map as it is": regions.before}
    return {"map as it is": regions.before, "corrected": regions.share}


def summary(regions, share):
    """Return slope, mean absolute error and error of calibration as text."""
    slope = np.polyfit(share, regions.observed, 1)[0]
    error = np.abs(share - regions.observed).mean()
    return (
        f"slope {slope:.3f}, mean absolute error {error:.4f}, "
        f"calibration error {calibration_error(regions, share):.4f}"
    )


def calibration_error(regions, share, weights=None):
    """Return the mean over BINS of |mean predicted - mean observed|, weighted by their regions.

    Args:
        regions: `Regions`.
        share: the predicted ones.
        weights: of each image; None: equal ones.
    """
    own = np.ones(len(share)) if weights is None else weights[regions.image]
    excess = own * (share - regions.observed)
    rows = np.searchsorted(BINS[1:-1], share, side="right")
    return np.abs(np.bincount(rows, excess)).sum() / own.sum()


def gain_of_exponent(regions, seed):
    """Return the fall of the calibration error by the exponent, and its 95 % interval.

    The interval is of a bootstrap over images.
    """
    count = regions.image.max() + 1
    random = np.random.default_rng(seed)
    gains = []
    for weights in (np.ones(count), *random.multinomial(count, np.ones(count) / count, 1000)):
        before, after = (
            calibration_error(regions, share, weights) for share in (regions.before, regions.share)
        )
        gains.append(before - after)
    return gains[0], *np.quantile(gains[1:], (0.025, 0.975))


def coverage_table(regions, title):
    """Return the `Table` of the intervals' coverage: overall, by share, area, kind and dataset."""
    everything = np.full(len(regions.image), True)
    rows = [_coverage_row("all", regions, everything)]
    for low, high in ((0, 0.02), (0.02, 0.1), (0.1, 0.3), (0.3, 0.6), (0.6, 1)):
        name = f"predicted share {low:.0%} to {high:.0%}"
        rows.append(_coverage_row(name, regions, _between(regions.share, low, high)))
    for low, high in itertools.pairwise(AREAS):
        chosen = _between(regions.area, low, high)
        rows.append(_coverage_row(f"area {low:.0%} to {high:.0%} of the image", regions, chosen))
    visible, times_even = regions.share >= 0.02, regions.share / regions.area
    for name, chosen in (("below 1", times_even < 1), ("above 5", times_even > 5)):
        rows.append(_coverage_row(f"times even {name}, share above 2%", regions, chosen & visible))
    for number, kind in enumerate(KINDS):
        rows.append(_coverage_row(kind, regions, regions.kind == number))
    rows += dataset_rows(regions)
    header = ["regions", "number", "coverage", "observed is below", "above", "mean width"]
    return Table(title, header, rows)


def dataset_rows(regions, suffix=""):
    """Return the rows of the coverage table of each dataset."""
    names = dict.fromkeys(regions.dataset.tolist())
    return [_coverage_row(name + suffix, regions, regions.dataset == name) for name in names]


def _coverage_row(name, regions, chosen):
    if not chosen.any():
        return [name, "0", "-", "-", "-", "-"]
    values = (regions.covered(), regions.observed < regions.low, regions.observed > regions.high)
    inside, below, above, width = regions.means(chosen, *values, regions.high - regions.low)
    images = np.unique(regions.image[chosen])
    each = [regions.covered()[chosen & (regions.image == image)].mean() for image in images]
    text = f"{inside:.1%}"
    if len(each) > 1:
        low, high = bootstrap_interval(np.array(each), seed=0)
        text += f" [{low:.1%}, {high:.1%}]"
    return [name, f"{chosen.sum():,}", text, f"{below:.1%}", f"{above:.1%}", f"{width:.3f}"]


def _between(values, low, high):
    return (values >= low) & ((values < high) | (high == 1))


# The plot.

PLOT, MARGIN, SCALE = 420, 56, 2
GREY, BAND, DOTS = (150, 150, 150), (222, 234, 245), (170, 180, 190)
COLOURS = (217, 119, 6), (29, 78, 216)


def draw_plot(regions, calibration, title):
    """Return the reliability plot: observed over predicted shares, with the intervals.

    Args:
        regions: `Regions`.
        calibration: whose intervals are drawn.
        title: above the plot.
    """
    side = PLOT + 2 * MARGIN
    picture = Image.new("RGB", (side * SCALE, side * SCALE), "white")
    draw = ImageDraw.Draw(picture)

    def at(x, y):
        return ((MARGIN + x * PLOT) * SCALE, (MARGIN + (1 - y) * PLOT) * SCALE)

    line = np.linspace(0, 1, 201)
    ends = [calibration.interval(share) for share in line]
    upper = [at(x, high) for x, (_, high) in zip(line, ends, strict=True)]
    lower = [at(x, low) for x, (low, _) in zip(line, ends, strict=True)]
    draw.polygon(upper + lower[::-1], fill=BAND)
    chosen = np.random.default_rng(0).permutation(len(regions.share))[:4000]
    for x, y in zip(regions.share[chosen], regions.observed[chosen], strict=True):
        _dot(draw, at(x, y), 1, fill=DOTS)
    draw.line([at(0, 0), at(1, 1)], fill=GREY, width=SCALE)
    kinds = _kinds_of_shares(regions)
    for number, (colour, name) in enumerate(zip(COLOURS, kinds, strict=False)):
        share = kinds[name]
        for low, high in itertools.pairwise(BINS):
            inside = _between(share, low, high)
            if inside.any():
                place = at(share[inside].mean(), regions.observed[inside].mean())
                _dot(draw, place, 4, outline=colour, width=2 * SCALE)
        x, y = at(0.05, 0.94 - 0.06 * number)
        _dot(draw, (x, y), 4, outline=colour, width=2 * SCALE)
        draw.text((x + 10 * SCALE, y), f"mean, {name}", "black", _font(), "lm")
    _draw_axes(draw, at, title)
    return picture


def _dot(draw, place, radius, **style):
    (x, y), reach = place, radius * SCALE
    draw.ellipse((x - reach, y - reach, x + reach, y + reach), **style)


def _draw_axes(draw, at, title):
    font = _font()
    draw.rectangle((*at(0, 1), *at(1, 0)), outline="black", width=SCALE)
    for tick in np.linspace(0, 1, 6):
        text, (x, bottom), (left, y) = f"{tick:.0%}", at(tick, 0), at(0, tick)
        draw.line((x, bottom, x, bottom + 4 * SCALE), fill="black", width=SCALE)
        draw.line((left - 4 * SCALE, y, left, y), fill="black", width=SCALE)
        draw.text((x, bottom + 6 * SCALE), text, "black", font, "ma")
        draw.text((left - 7 * SCALE, y), text, "black", font, "rm")
    draw.text((at(0.5, 0)[0], at(0, 0)[1] + 26 * SCALE), "predicted share", "black", font, "ma")
    draw.text((at(0, 1)[0], 10 * SCALE), title, "black", font, "la")
    draw.text((at(0, 1)[0], 32 * SCALE), "observed share of fixations; 90 % band", "black", font)


def _font():
    return ImageFont.load_default(12 * SCALE)


# The command.


def main(argv=None):
    """Run the command line; return 0 or 2 (bad input)."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    try:
        load_tensorflow()
        run(arguments)
        return 0
    except InputError as error:
        sys.stderr.write(f"calibration: {render_message(str(error), parser)}\n")
        return 2


def run(arguments):
    """Observe, fit or check, print the tables, draw the plot."""
    import salzoo

    if arguments.write and arguments.split == "test":
        raise InputError("--write fits on held-out validation images; leave out --split test.")
    path = shares_file(resolve_source(arguments.model))
    if path is None:
        raise InputError(f"{arguments.model} keeps no calibration: give a run or a model's name.")
    predictors = {tta: salzoo.load_model(arguments.model, tta=tta) for tta in (False, True)}
    if predictors[False].card["task"] != "fixations":
        raise InputError(f"{arguments.model} predicts {predictors[False].card['task']}.")
    images = observe_datasets(arguments, predictors)
    written = []
    for tta, predictor in predictors.items():
        name = f"{arguments.model}{', --tta' if tta else ''}, {len(images)} images, "
        name += f"split {arguments.split}"
        if arguments.split == "test":
            known = predictor.calibration
            if known is None:
                raise InputError(f"{path} has no calibration of these weights: --write it first.")
            regions = apply(images, tta, [known] * len(images))
            coverage = coverage_table(regions, f"Coverage of the intervals: {name}")
        else:
            known, regions, coverage = calibrate(images, tta, arguments.seed, name)
            written.append(asdict(replace(known, fingerprint=plain(predictor.fingerprint))))
        print(f"{reliability_table(regions, f'Reliability: {name}').markdown()}\n")
        print(f"{coverage.markdown()}\n\nexponent {known.exponent:g}\n", flush=True)
        if not tta:
            _save_plot(draw_plot(regions, known, name), arguments)
    if arguments.write:
        write_json(path, written)
        print(path)


def calibrate(images, tta, seed, name):
    """Fit a calibration, and cross-validate it.

    Returns:
        Calibration, `Regions`, and the table of its coverage.
    """
    folds = np.random.default_rng(seed).permutation(len(images)) % FOLDS
    regions = cross_validate(images, tta, folds, None)
    gain, low, high = gain_of_exponent(regions, seed)
    exponent = None if low > 0 else _one()
    print(
        f"An exponent lowers the calibration error by {gain:.4f} [{low:.4f}, {high:.4f}], "
        f"cross-validated: {'left out' if exponent is not None else 'kept'}\n"
    )
    if exponent is not None:
        regions = cross_validate(images, tta, folds, exponent)
    coverage = coverage_table(regions, f"Coverage of the intervals: {name}")
    datasets = np.array([image.dataset for image in images])
    if len(np.unique(datasets)) > 1:
        across = cross_validate(images, tta, datasets, exponent)
        coverage.rows = [*coverage.rows, *dataset_rows(across, ", fitted on the others")]
    return fit(images, tta, exponent), regions, coverage


def observe_datasets(arguments, predictors):
    """Return `Observed` of all images of the datasets."""
    from tqdm import tqdm

    protocol = PROTOCOL if arguments.dataset == DATASETS else None
    dataset = open_dataset(
        arguments.dataset, arguments.data_dir, protocol=arguments.protocol or protocol
    )
    pairs = [
        (name, sample)
        for name, part in zip(dataset.names, dataset.split(arguments.split), strict=True)
        for sample in part
        if sample.has_points and len(sample.fixations)
    ]
    if len(pairs) < FEWEST:
        raise InputError(
            f"--split {arguments.split} of {arguments.dataset} has {len(pairs)} images with "
            f"fixations; give {FEWEST} or more."
        )
    return [
        observe(sample, name, predictors, np.random.default_rng([arguments.seed, number]))
        for number, (name, sample) in enumerate(tqdm(pairs, unit="image", disable=None))
    ]


def _save_plot(picture, arguments):
    """Write the plot where --out says, or where the card or the run has it."""
    source = resolve_source(arguments.model)
    ending = "shares-test.png" if arguments.split == "test" else "shares.png"
    place = f"experiments/pictures/{source.path}-{ending}"
    if source.kind is SourceKind.RUN:
        place = os.path.join(str(source.path), ending)
    with whole_file(arguments.out or place) as path:
        picture.quantize(64).save(path, "PNG", optimize=True)
    print(arguments.out or place)


def _parser():
    parser = argparse.ArgumentParser(
        prog="calibration", description=__doc__.split("\n\n")[0], allow_abbrev=False
    )
    parser.add_argument("model", help="name of a pretrained model, or a run folder")
    parser.add_argument("--dataset", default=DATASETS, help=f"default: {DATASETS}")
    parser.add_argument("--data_dir", help="the dataset's folder, of several that around theirs")
    parser.add_argument(
        "--protocol", help=f"default: that of the dataset, with the default datasets {PROTOCOL}"
    )
    parser.add_argument(
        "--split",
        choices=("val", "test", "all"),
        default="val",
        help="images that the model was not trained on; test: check what is stored (default: val)",
    )
    parser.add_argument("--write", action="store_true", help="store the calibration")
    parser.add_argument("--out", help="path of the plot, .png (default: see the card, or the run)")
    parser.add_argument("--seed", type=parse_seed, default=0, help="of the regions (default: 0)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
