"""Fixations outside their images: dropped and counted, or refused."""

import numpy as np
import pytest

from salzoo.data.datasets._formats.checks import ProblemCollector
from salzoo.data.datasets._formats.points import Fixations

SIZE = (120, 160)
RNG = np.random.default_rng(0)


def ordinary(count, outside=0):
    """Return points of which some lie off the image, alternately on each side."""
    points = RNG.uniform((0, 0), SIZE[::-1], (count, 2))
    beyond = np.array([(-9.0, 50), (165, 60), (70, -3), (80, 121)])
    points[:outside] = np.resize(beyond, (outside, 2))
    return points


def check(images, **options):
    """Return the kept points of each image, the problems and the number of those dropped."""
    checks = ProblemCollector("set")
    kept = [
        checks.points(Fixations(points), SIZE, "gaze.mat", f"{number}.png", **options)
        for number, points in enumerate(images)
    ]
    checks.judge_all_points()
    return kept, [sentence for _, sentence in checks.problems], checks.dropped


def test_few_are_dropped_and_counted():
    points = ordinary(40, outside=2)
    (kept,), problems, dropped = check([points])
    assert problems == [] and dropped == 2
    np.testing.assert_array_equal(kept.points, points[2:])


def test_an_image_of_which_most_lie_outside_is_refused():
    kept, problems, _ = check([ordinary(12, outside=7), ordinary(12)])
    assert kept[0] is None and kept[1] is not None
    assert len(problems) == 1 and "has 7 of 12 fixations outside the 160x120 pixels" in problems[0]


def test_exchanged_fixations_of_an_image_are_refused():
    points = RNG.uniform((0, 0), (160, 120), (30, 2))
    points[:8, 0] = 150
    _, problems, _ = check([points[:, ::-1]])
    assert len(problems) == 1 and "are x and y exchanged" in problems[0]


def test_a_few_below_a_narrow_image_are_not_taken_for_exchanged():
    points = RNG.uniform((0, 0), (100, 100), (12, 2))
    points[:2, 1] = 130
    assert check([points])[1:] == ([], 2)


@pytest.mark.parametrize(
    ("move", "looks"),
    [
        (lambda points: points - (80, 60), "from the centre"),
        (lambda points: points * 10 + 200, "a screen larger"),
        (lambda points: points[:, ::-1], "x and y exchanged"),
    ],
)
def test_few_an_image_are_judged_together(move, looks):
    images = [move(RNG.uniform((0, 0), (160, 120), (8, 2))) for _ in range(20)]
    # An image without any inside is a problem of its own.
    _, problems, _ = check(images, may_be_none=True)
    assert len(problems) == 1 and looks in problems[0]
    assert "of 160 fixations outside" in problems[0]
    assert check(images, may_be_none=True, judge=False)[1] == []


def test_gaze_beside_the_images_of_a_published_set_is_no_problem():
    images = [np.vstack([ordinary(8), [(170, 50), (180, 60)]]) for _ in range(20)]
    assert check(images)[1:] == ([], 40)
