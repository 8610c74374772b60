import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salzoo.data.sampling import Augmentation, Plan
from salzoo.utils.errors import InputError

COUNTS = st.lists(st.integers(1, 40), min_size=1, max_size=4).map(tuple)

ALL = Augmentation(flip=True, rotate=5.0, zoom=0.2, colour=0.3)


@st.composite
def plans(draw):
    counts = draw(COUNTS)
    weights = draw(st.none() | st.tuples(*[st.floats(0.1, 5) for _ in counts]))
    return Plan(counts, draw(st.integers(1, 7)), weights)


@given(plans(), st.integers(0, 5), st.integers(0, 5))
def test_every_image_comes_and_none_too_often(plan, seed, epoch):
    drawn = plan.epoch(seed, epoch, ALL)
    assert {len(values) for values in drawn.values()} == {sum(plan.draws)}
    times = np.bincount(drawn["index"], minlength=sum(plan.counts))
    start = 0
    for count, draw in zip(plan.counts, plan.draws, strict=True):
        mine = times[start : start + count]
        assert mine.min() >= 1 and mine.max() - mine.min() <= 1 and mine.sum() == draw
        start += count


@given(plans(), st.integers(0, 5))
def test_same_seed_same_epoch(plan, seed):
    first, second = plan.epoch(seed, 3, ALL), plan.epoch(seed, 3, ALL)
    for name in ("index", "mirror", "move", "colour"):
        np.testing.assert_array_equal(first[name], second[name])
    np.testing.assert_array_equal(first["index"], plan.epoch(seed, 3)["index"])
    if sum(plan.counts) > 10:
        assert not np.array_equal(first["index"], plan.epoch(seed, 4)["index"])
        assert not np.array_equal(first["index"], plan.epoch(seed + 1, 3)["index"])


@settings(max_examples=50)
@given(COUNTS, st.integers(1, 3), st.integers(1, 3), st.integers(1, 3))
def test_workers_share_the_batches_of_one(counts, workers, devices, images):
    """Each has so many devices, which get so many images each."""
    size = workers * devices * images
    alone = Plan(counts, size)
    shares = [
        Plan(counts, size, devices=workers * devices, worker=worker, workers=workers)
        for worker in range(workers)
    ]
    assert {share.steps for share in shares} == {alone.steps}
    assert {share.worker_batch_size for share in shares} == {devices * images}
    for draw in (lambda plan: plan.epoch(1, 2, ALL), lambda plan: plan.in_order()):
        whole, parts = draw(alone), [draw(share) for share in shares]
        for step in range(alone.steps):
            rows = slice(step * size, (step + 1) * size)
            mine = slice(step * devices * images, (step + 1) * devices * images)
            assert len({len(part["index"][mine]) for part in parts}) == 1
            for name, values in whole.items():
                together = np.concatenate([part[name][mine] for part in parts])
                assert len(together) % (workers * devices) == 0
                np.testing.assert_array_equal(together[: len(values[rows])], values[rows])


@given(COUNTS, st.integers(2, 4), st.integers(1, 3))
def test_images_that_fill_a_batch_up_do_not_count(counts, devices, images):
    plan = Plan(counts, devices * images, devices=devices)
    weights, count = plan.epoch(0, 0)["weight"], sum(counts)
    # Losses are divided by the images of a batch: the mean over those that were drawn remains.
    for start in range(0, len(weights), plan.batch_size):
        of_batch = weights[start : start + plan.batch_size]
        assert len(of_batch) % devices == 0
        assert of_batch.mean() == pytest.approx(1)
    assert (weights > 0).sum() == count and (weights[count:] == 0).all()
    assert weights[count - 1] == pytest.approx(plan.fill)
    # Over the whole split the mean of the batches' means, weighted by their sizes, is that of all.
    weights = plan.in_order()["weight"]
    assert weights.mean() == pytest.approx(1) and set(weights[count:]) <= {0}
    assert len(set(weights[:count])) == 1


def test_weights_set_the_shares():
    assert Plan((100, 10)).draws == (100, 10)
    assert Plan((100, 10), weights=(1, 1)).draws == (100, 100)
    assert Plan((100, 10), weights=(3, 1)).draws == (100, 33)
    assert Plan((100, 90), weights=(1, 3)).draws == (100, 300)


def test_mirroring_is_about_half():
    mirrored = Plan((2000,)).epoch(0, 0, Augmentation(flip=True))["mirror"]
    assert 0.45 < mirrored.mean() < 0.55


def test_only_what_is_switched_on_is_drawn():
    assert list(Plan((20,)).epoch(0, 0)) == ["index"]
    turned = Plan((2000,)).epoch(0, 0, Augmentation(rotate=10.0))["move"]
    assert np.abs(turned[:, 0]).max() <= 10 < 2 * turned[:, 0].std() * 2
    np.testing.assert_array_equal(turned[:, 1:], np.tile([1, 0, 0], (2000, 1)))


def test_zoomed_images_are_shifted_within_their_frame():
    degrees, zoom, *shift = Plan((2000,)).epoch(0, 0, Augmentation(zoom=0.25))["move"].T
    assert not degrees.any()
    assert 0.8 <= zoom.min() < 0.81 and 1.24 < zoom.max() <= 1.25
    for each in shift:
        # The frame's borders stay on the same side of the image's.
        assert (np.abs(each) <= np.abs(zoom - 1) / 2 + 1e-12).all()
        assert np.abs(each).max() > 0.1


def test_bad_input():
    for wrong, match in (
        ({"counts": ()}, "empty"),
        ({"counts": (3, 0)}, "empty"),
        ({"counts": (3, 4), "weights": (1,)}, "`mix` 1: give a number"),
        ({"counts": (3, 4), "weights": (1, 0)}, "`mix` 1,0"),
        ({"counts": (3, 4), "weights": (1e300, 1e-300)}, "at most 1000 times"),
        ({"counts": (3,), "worker": 2, "workers": 2}, "count from 0"),
        ({"counts": (3,), "batch_size": 6, "devices": 3, "workers": 2}, "divided by 2 workers"),
        ({"counts": (3,), "batch_size": 8, "devices": 3}, "`batch_size` 8 cannot .* of 3, or"),
    ):
        with pytest.raises(InputError, match=match):
            Plan(**wrong)
