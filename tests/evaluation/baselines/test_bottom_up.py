"""Itti-Koch-Niebur and GBVS on displays with known answers, and their parts by hand."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from salzoo import load_dataset, metrics
from salzoo.data.sample import evenly
from salzoo.evaluation.baselines import make
from salzoo.evaluation.baselines.channels import gaussian_pyramid, opponencies, oriented
from salzoo.evaluation.baselines.gbvs import activation, closeness, concentration, gbvs
from salzoo.evaluation.baselines.itti import itti_koch_niebur, normalised

MODELS = (itti_koch_niebur, gbvs)
SIZE = (480, 640)
GREEN, RED = (60, 200, 60), (200, 60, 60)


def bars(odd, colour=GREEN, tilt=0):
    """Upright green bars, 80 pixels apart, one of them of another colour or direction."""
    image = Image.new("RGB", SIZE[::-1], (90, 90, 90))
    draw = ImageDraw.Draw(image)
    for y in range(40, SIZE[0], 80):
        for x in range(40, SIZE[1], 80):
            angle = np.radians(tilt if (x, y) == odd else 0)
            turn = np.array([(np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))])
            corners = np.array([(-6, -24), (6, -24), (6, 24), (-6, 24)]) @ turn + (x, y)
            draw.polygon([tuple(c) for c in corners], fill=colour if (x, y) == odd else GREEN)
    return np.asarray(image, "float32")


def blob(odd):
    """A bright spot on a dark ground."""
    y, x = np.indices(SIZE)
    spot = np.exp(-((x - odd[0]) ** 2 + (y - odd[1]) ** 2) / (2 * 15**2))
    return np.repeat(60 + 150 * spot[..., None], 3, axis=-1)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("odd", [(200, 200), (440, 120), (360, 280)])
def test_the_odd_one_pops_out(model, odd):
    displays = {
        "colour": bars(odd, colour=RED),
        "orientation": bars(odd, tilt=45),
        "intensity": blob(odd),
    }
    for name, image in displays.items():
        map_ = model(image)
        y, x = np.unravel_index(map_.argmax(), map_.shape)
        # A place on the lattice of GBVS is 20 pixels wide, and 80 lie between bars.
        assert np.hypot(x - odd[0], y - odd[1]) < 20, name


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("size", [(1, 1), (3, 500), (500, 3), (37, 53), (2, 2)])
def test_any_size_and_grey(model, size, random):
    colours = random.random((*size, 3)) * 255
    grey = np.repeat(colours[..., :1], 3, axis=-1)
    for image in (colours, grey, grey.astype("uint8")):
        map_ = model(image)
        assert map_.shape == size and map_.dtype == np.float64
        assert np.isfinite(map_).all() and map_.min() >= 0


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("level", [0, 77, 255])
def test_nothing_stands_out_of_a_uniform_image(model, level):
    map_ = model(np.full((48, 64, 3), level, "float32"))
    np.testing.assert_array_equal(map_, map_[0, 0])


@pytest.mark.parametrize("model", MODELS)
def test_mirrored_images_have_mirrored_maps(model, random, monkeypatch):
    # A size that halves evenly down to the coarsest scale.
    monkeypatch.setattr("salzoo.evaluation.baselines.channels.LONGER_SIDE", 512)
    coarse = Image.fromarray(random.integers(0, 256, (12, 16, 3), "uint8"))
    image = np.asarray(coarse.resize((512, 512), Image.Resampling.BICUBIC), "float32")
    map_ = model(image)
    for axis in (0, 1):
        mirrored = model(np.flip(image, axis))
        np.testing.assert_allclose(mirrored, np.flip(map_, axis), atol=map_.max() * 1e-3)


def test_pyramid_level_by_level(random):
    map_ = random.random((11, 6))
    taps = np.array([1, 5, 10, 10, 5, 1]) / 32
    expected = [map_]
    for _ in range(3):
        finer = expected[-1]
        rows, columns = finer.shape
        around = np.pad(finer, 3, mode="symmetric")
        coarser = np.zeros(((rows + 1) // 2, (columns + 1) // 2))
        for y in range(coarser.shape[0]):
            for x in range(coarser.shape[1]):
                for i in range(6):
                    for j in range(6):
                        value = around[2 * y + i + 1, 2 * x + j + 1]
                        coarser[y, x] += taps[i] * taps[j] * value
        expected.append(coarser)
        if min(coarser.shape) < 3:
            break
    levels = gaussian_pyramid(map_, range(len(expected)))
    assert [level.shape for level in levels] == [(11, 6), (6, 3), (3, 2)]
    for level, direct in zip(levels, expected, strict=True):
        np.testing.assert_allclose(level, direct)
    np.testing.assert_array_equal(gaussian_pyramid(map_, [2])[0], levels[2])


def test_filters_answer_to_their_own_direction():
    x = np.arange(60) * 2 * np.pi / 7
    across, along = np.cos(x)[None, :], np.cos(x)[:, None]
    for angle, other, grating in ((0, 90, across), (90, 0, along)):
        image = np.broadcast_to(grating, (60, 60)) + 3.0
        middle = np.s_[20:40, 20:40]
        own = oriented(image, angle)[middle]
        assert own.std() < 0.15 * own.mean()  # the same at every phase
        assert own.mean() > 10 * oriented(image, other)[middle].mean()
    rising = np.cos((np.add.outer(np.arange(60), np.arange(60))) * 2 * np.pi / 7 / np.sqrt(2))
    assert oriented(rising, 45)[30, 30] > 10 * oriented(rising, 135)[30, 30]


def test_opponent_colours():
    image = np.array([[(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (0.5, 0.5, 0.5), (0, 0, 0)]])
    red_green, blue_yellow = opponencies(image, image.mean(axis=-1))
    np.testing.assert_allclose(red_green, [[3, -3, 0, 0, 0, 0]])
    np.testing.assert_allclose(blue_yellow, [[0, 0, 3, -1.5, 0, 0]])


def test_normalisation_promotes_the_single_peak():
    map_ = np.full((9, 12), 2.0)
    map_[4, 2] = 6
    single = normalised(map_)
    assert single[4, 2] == 1 and single.sum() == 1
    map_[4, 9] = 4  # half as high: the rest is weighted with (1 - 1/2) squared
    assert normalised(map_)[4, 2] == 0.25 and normalised(map_)[4, 9] == 0.125
    map_[4, 9] = 6
    assert not normalised(map_).any()
    assert not normalised(np.full((3, 3), 5.0)).any()


def stationary(weights):
    """The equilibrium of a walk by its weights (from, to): an eigenvector."""
    steps = weights / weights.sum(axis=1, keepdims=True)
    values, vectors = np.linalg.eig(steps.T)
    vector = np.real(vectors[:, np.abs(values - 1).argmin()])
    return vector / vector.sum()


def test_equilibria_are_the_eigenvectors(random):
    size, sigma = (4, 5), 1.3
    map_ = random.random(size)
    places = [(y, x) for y in range(4) for x in range(5)]
    unlike, towards = np.zeros((2, 20, 20))
    near = np.zeros((20, 20))
    for i, (y, x) in enumerate(places):
        for j, (v, u) in enumerate(places):
            near[i, j] = np.exp(-((y - v) ** 2 + (x - u) ** 2) / (2 * sigma**2))
            unlike[i, j] = abs(map_[y, x] - map_[v, u]) * near[i, j]
            towards[i, j] = map_[v, u] * near[i, j]
    np.testing.assert_allclose(closeness(size, sigma), near)
    np.testing.assert_allclose(activation(map_, near).ravel(), stationary(unlike))
    np.testing.assert_allclose(concentration(map_, near).ravel(), stationary(towards))


@pytest.mark.slow
def test_on_real_images_graphs_beat_differences_and_both_beat_chance(osie_dir):
    samples = evenly(load_dataset("osie", osie_dir, "val"), 20)
    scores = {
        name: np.mean([metrics.nss(model(sample), sample.fixations) for sample in samples])
        for name, model in make(["IKN", "GBVS"], [], samples).items()
    }
    assert 0.6 < scores["IKN"] < scores["GBVS"] < 1.6
