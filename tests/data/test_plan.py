import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salzoo.data.plan import Plan
from salzoo.errors import InputError

COUNTS = st.lists(st.integers(1, 40), min_size=1, max_size=4).map(tuple)


@st.composite
def plans(draw):
    counts = draw(COUNTS)
    weights = draw(st.none() | st.tuples(*[st.floats(0.1, 5) for _ in counts]))
    return Plan(counts, draw(st.integers(1, 7)), weights)


@given(plans(), st.integers(0, 5), st.integers(0, 5))
def test_every_image_comes_and_none_too_often(plan, seed, epoch):
    order, mirrored, _ = plan.epoch(seed, epoch, flip=True)
    assert len(order) == len(mirrored) == sum(plan.draws)
    times = np.bincount(order, minlength=sum(plan.counts))
    start = 0
    for count, draw in zip(plan.counts, plan.draws, strict=True):
        mine = times[start : start + count]
        assert mine.min() >= 1 and mine.max() - mine.min() <= 1 and mine.sum() == draw
        start += count


@given(plans(), st.integers(0, 5))
def test_same_seed_same_epoch(plan, seed):
    for first, second in zip(plan.epoch(seed, 3, True), plan.epoch(seed, 3, True), strict=True):
        np.testing.assert_array_equal(first, second)
    if sum(plan.counts) > 10:
        assert not np.array_equal(plan.epoch(seed, 3)[0], plan.epoch(seed, 4)[0])
        assert not np.array_equal(plan.epoch(seed, 3)[0], plan.epoch(seed + 1, 3)[0])


@settings(max_examples=50)
@given(plans(), st.integers(2, 5))
def test_workers_share_the_batches_of_one(plan, workers):
    shares = [
        Plan(plan.counts, plan.batch_size, plan.weights, worker, workers)
        for worker in range(workers)
    ]
    alone = Plan(plan.counts, plan.batch_size * workers, plan.weights)
    whole = alone.epoch(1, 2)[0]
    parts = [share.epoch(1, 2)[0].reshape(share.steps, plan.batch_size) for share in shares]
    together = np.concatenate(parts, axis=1).ravel()
    assert {share.steps for share in shares} == {alone.steps}
    np.testing.assert_array_equal(together[: len(whole)], whole)
    assert set(whole) == set(range(sum(plan.counts)))


def test_weights_set_the_shares():
    assert Plan((100, 10)).draws == (100, 10)
    assert Plan((100, 10), weights=(1, 1)).draws == (100, 100)
    assert Plan((100, 10), weights=(3, 1)).draws == (100, 33)
    assert Plan((100, 90), weights=(1, 3)).draws == (100, 300)


def test_mirroring_is_about_half():
    mirrored = Plan((2000,)).epoch(0, 0, flip=True)[1]
    assert 0.45 < mirrored.mean() < 0.55
    assert not Plan((2000,)).epoch(0, 0)[1].any()


def test_bad_input():
    for wrong, match in (
        ({"counts": ()}, "empty"),
        ({"counts": (3, 0)}, "empty"),
        ({"counts": (3, 4), "weights": (1,)}, "--mix 1: give a number"),
        ({"counts": (3, 4), "weights": (1, 0)}, "--mix 1,0"),
        ({"counts": (3, 4), "weights": (1e300, 1e-300)}, "at most 1000 times"),
        ({"counts": (3,), "worker": 2, "workers": 2}, "count from 0"),
    ):
        with pytest.raises(InputError, match=match):
            Plan(**wrong)
