"""Recognition of coordinates of other systems from a whole file, without false alarms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salzoo.data.datasets._formats.checks import ProblemCollector
from salzoo.data.datasets._formats.coordinate_checks import (
    CoordinateCounts,
    Trial,
    is_many,
    judge_trials,
)
from salzoo.data.datasets._formats.coordinate_system import parse_system
from salzoo.data.datasets._formats.points import Fixations

WIDTH, HEIGHT = 160, 120


def points_on(seed, count, width=WIDTH, height=HEIGHT):
    """Return points of an image, around its centre."""
    rng = np.random.default_rng(seed)
    return rng.beta(2, 2, (count, 2)) * (width, height)


def kind(points, size=(HEIGHT, WIDTH)):
    """Return what the points look like, as images of 8 fixations."""
    counts = CoordinateCounts()
    for start in range(0, len(points), 8):
        counts.add(points[start : start + 8], size)
    return counts.kind()


SYSTEMS = {
    "fractions": lambda p: p / (WIDTH, HEIGHT),
    "norm": lambda p: (p / (WIDTH, HEIGHT) * 2 - 1) * (1, -1),
    "heights": lambda p: (p - (WIDTH / 2, HEIGHT / 2)) / HEIGHT * (1, -1),
    "centre": lambda p: (p - (WIDTH / 2, HEIGHT / 2)) * (1, -1),
    "centre, y down": lambda p: p - (WIDTH / 2, HEIGHT / 2),
    "exchanged": lambda p: p[:, ::-1],
    "y_up": lambda p: p * (1, -1),
    "screen, stretched": lambda p: p * 10,
    "screen, centred": lambda p: np.add(p, (880, 480)),
    "screen, a little larger": lambda p: np.add(p, (60, 45)),
    "reduced": lambda p: p / 2,
}


@pytest.mark.parametrize("name", SYSTEMS)
@given(seed=st.integers(0, 10**6), count=st.integers(40, 200))
@settings(max_examples=40)
def test_every_system_is_recognised(name, seed, count):
    # A sixth of exchanged fixations lie outside; of 40 that may be as few as of ordinary ones.
    count *= 5 if name == "exchanged" else 1
    expected = {"heights": "norm"}.get(name, name.partition(",")[0])
    assert kind(SYSTEMS[name](points_on(seed, count))) == expected


@pytest.mark.parametrize("name", ["fractions", "norm"])
def test_a_few_off_the_screen_change_nothing(name):
    points = SYSTEMS[name](points_on(0, 60))
    points[:3] = [(1.2, 0.5), (-0.1, 0.3), (40, 40)]
    assert kind(points) == name


@given(
    seed=st.integers(0, 10**6),
    count=st.integers(1, 400),
    share=st.floats(0, 0.05),
    whole=st.booleans(),
    size=st.sampled_from([(120, 160), (160, 120), (100, 100), (1080, 1920)]),
)
@settings(max_examples=300)
def test_no_false_alarm(seed, count, share, whole, size):
    """Ordinary data, of which up to 5 % lie off the image, on any side."""
    rng = np.random.default_rng(seed)
    extent = np.array(size[::-1])
    points = rng.uniform(0.01, 0.99, (count, 2)) * extent
    off = rng.permutation(count)[: int(share * count)]
    side = rng.integers(0, 2, len(off))
    points[off, side] = rng.choice([-0.2, 1.2], len(off)) * extent[side]
    assert kind(np.floor(points) if whole else points, size) is None


@given(seed=st.integers(0, 10**6))
@settings(max_examples=50)
def test_no_false_alarm_if_each_is_off_by_chance(seed):
    rng = np.random.default_rng(seed)
    points = rng.uniform(0, 1, (60, 2)) * (WIDTH, HEIGHT)
    points[rng.random(60) < 0.03] = (WIDTH + 5, 3)
    assert kind(points) is None


def test_a_value_for_lost_eyes_is_no_system():
    for lost in ((-1, -1), (-32768, -32768), (1e8, 1e8)):
        points = points_on(1, 100)
        points[::3] = lost
        assert kind(points) is None


def test_square_images_do_not_show_an_exchange():
    assert kind(points_on(0, 60, 100, 100)[:, ::-1], (100, 100)) is None


def test_few_fixations():
    assert not is_many(0, 0) and not is_many(1, 2) and not is_many(2, 10)
    assert is_many(1, 1) and is_many(11, 40)
    assert kind(np.empty((0, 2))) is None
    assert kind(np.array([[0.3, 0.7]])) == "fractions"
    assert kind(np.array([[300.0, 7]])) == "outside"


# ---- the message ----


def judge(points, columns=("", "", "", False), units="pixels"):
    """Return the problems of a file of four fixations an image."""
    system = parse_system(units, *columns)
    checks = ProblemCollector("folder")
    parts = [points[start : start + 4] for start in range(0, len(points), 4)]
    trials = {
        str(n): Trial(Fixations(part), np.arange(2 + 4 * n, 2 + 4 * n + len(part)))
        for n, part in enumerate(parts)
    }
    sizes = dict.fromkeys(trials, (HEIGHT, WIDTH))
    images = {stem: f"images/{stem}.png" for stem in trials}
    fine = judge_trials(trials, sizes, images, system, "fixations.csv", checks)
    assert fine == (checks.problems == [])
    return [sentence for _, sentence in checks.problems]


@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("fractions", "units=fractions"),
        ("norm", "units=norm"),
        ("heights", "units=heights"),
        ("centre", "origin=centre where y points upwards"),
        ("exchanged", "x_column=y"),
        ("y_up", "without its sign"),
        ("screen, centred", "set screen, such as screen=1920x1080, and image_on_screen"),
        ("reduced", "image_on_screen=fitted"),
    ],
)
def test_the_problem_names_numbers_a_line_and_the_option(name, option):
    points = SYSTEMS[name](points_on(3, 48))
    (sentence,) = judge(points)
    assert option in sentence and "check_coordinates=false" in sentence
    line = int(sentence.partition("(line ")[2].partition(":")[0])
    x, y = points[line - 2]
    image = f"{(line - 2) // 4}.png, 160x120"
    assert f"line {line}: x {x:g}, y {y:g} on {image}" in sentence
    assert f"of {len(points)} fixations" in sentence


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("fractions", {"units": "fractions"}),
        ("norm", {"units": "norm"}),
        ("heights", {"units": "heights"}),
        ("centre", {"columns": ("centre", "", "", False)}),
        ("centre, y down", {"columns": ("centre_y_down", "", "", False)}),
        ("screen, centred", {"columns": ("", "1920x1080", "", False)}),
        ("screen, stretched", {"columns": ("", "1600x1200", "stretched", False)}),
        ("screen, a little larger", {"columns": ("", "", "60,45", False)}),
        ("reduced", {"columns": ("", "80x60", "fitted", False)}),
    ],
)
def test_the_right_option_is_no_problem(name, options):
    assert judge(SYSTEMS[name](points_on(3, 48)), **options) == []


@pytest.mark.parametrize(
    ("name", "options", "advice"),
    [
        ("pixels", {"units": "fractions"}, "leave these options out"),
        ("pixels", {"columns": ("centre", "", "", False)}, "leave these options out"),
        ("fractions", {"units": "norm"}, "no x below 0 with units=norm"),
        ("norm", {"units": "fractions"}, "correct these options"),
        ("norm", {"units": "heights"}, "set units=norm, not heights"),
        ("heights", {"units": "norm"}, "set units=heights, not norm"),
        ("fractions", {"columns": ("", "1920x1080", "", False)}, "set units=fractions"),
    ],
)
def test_wrong_options_are_named(name, options, advice):
    points = SYSTEMS.get(name, lambda p: p)(points_on(3, 48))
    (sentence,) = judge(points, **options)
    assert advice in sentence


def test_y_upwards_is_recognised_beside_the_place_on_the_screen():
    points = np.add(points_on(3, 48), (20, 0))  # at the upper border of the screen
    (sentence,) = judge((0, 600) - points * (-1, 1), ("", "800x600", "20,0", False))
    assert "set origin=lower_left, y seems to point the other way" in sentence
