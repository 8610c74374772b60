"""Shards: every image is in one, the same images give the same names, parts add up."""

import math

from hypothesis import given
from hypothesis import strategies as st

from salzoo.prediction.batch.planning import TRIES, divide, plan, shard_name

addresses = st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=9), unique=True)


@given(addresses, st.integers(1, 7), st.sets(st.integers(0, 9)))
def test_shards_are_a_division(images, size, taken):
    shards = plan(images, size, "model", frozenset(taken))
    assert [image for shard in shards for image in shard.images] == images
    assert len({shard.name for shard in shards}) == len(shards) == math.ceil(len(images) / size)
    assert all(len(shard.images) <= size for shard in shards)
    slots = [shard.start // size for shard in shards]
    assert all(shard.start % size == 0 for shard in shards)
    assert len({*slots, *taken}) == len(slots) + len(taken)


@given(addresses, st.integers(1, 7))
def test_what_is_left_after_whole_shards_is_planned_as_before(images, size):
    """So that an interrupted command and the next one write the same files."""
    shards = plan(images, size, "model")
    done = shards[::2]
    known = {image for shard in done for image in shard.images}
    left = [image for image in images if image not in known]
    taken = frozenset(shard.start // size for shard in done)
    assert plan(left, size, "model", taken) == shards[1::2]


@given(addresses)
def test_names_depend_on_everything(images):
    name = shard_name("model", images)
    assert name == shard_name("model", list(images))
    assert name != shard_name("other", images)
    assert name != shard_name("model", [*images, "one more"])
    assert len(images) < 2 or name != shard_name("model", images[::-1])
    if len(images) > 1:  # where one ends and the next begins counts
        assert name != shard_name("model", [images[0] + images[1], *images[2:]])


@given(st.integers(1, 600))
def test_parts_of_parts_are_single_images(count):
    (shard,) = plan([str(number) for number in range(count)], 1000, "model", frozenset({0}))
    parts = divide(shard)
    assert [image for part in parts for image in part.images] == list(shard.images)
    assert len(parts) <= math.sqrt(count) + 1 and parts[0].start == shard.start == 1000
    singles = [single for part in parts for single in divide(part)]
    assert [single.images for single in singles] == [(image,) for image in shard.images]
    assert [single.start for single in singles] == list(range(1000, 1000 + count))
    assert {single.tries for single in singles} == {TRIES - 1}
    assert len({s.name for s in (shard, *parts, *singles)}) == 1 + len(parts) + count
