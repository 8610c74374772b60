from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from salzoo.data.geometry import Geometry
from salzoo.data.images import read_image
from salzoo.data.pipeline import Pipeline, name_damaged_files
from salzoo.data.sample import Sample
from salzoo.data.sampling import Augmentation, Plan
from salzoo.utils.errors import InputError
from salzoo.utils.task import Task

GEOMETRY = Geometry("pad", (24, 32), 8, 126.0)
FLIPPED = Augmentation(flip=True)
TURNED = Augmentation(flip=True, rotate=30.0, zoom=0.2)


@pytest.fixture
def samples(tmp_path, random):
    made = []
    for number in range(7):
        path = tmp_path / f"{number}.png"
        levels = random.integers(0, 256, (48, 64, 3), dtype="uint8")
        Image.fromarray(levels).save(path)
        fixations = random.random((number, 2)) * (64, 48)
        made.append(Sample(str(path), (48, 64), fixations, sigma=4.0))
    return made


def arrays(dataset):
    return [(images.numpy(), targets.numpy()) for images, targets in dataset]


def assert_same(first, second):
    assert len(first) == len(second)
    for one, other in zip(first, second, strict=True):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a, b)


def test_batches_hold_images_densities_and_counts(samples):
    (images, targets), *_, last = arrays(Pipeline(samples, GEOMETRY, 3).in_order())
    assert images.shape == (3, 24, 32, 3) and targets.shape == (3, 24, 32, 2)
    assert last[0].shape[0] == 1
    expected = GEOMETRY.fit_image(read_image(samples[1].image_path))
    np.testing.assert_allclose(images[1], expected, atol=1e-4)
    assert targets[2, ..., 1].sum() == 2
    assert targets[2, ..., 0].sum() == pytest.approx(2, rel=1e-3)


def test_same_seed_same_batches_whatever_is_cached(samples):
    batches = [
        arrays(Pipeline(samples, GEOMETRY, 2, cache=cache).epoch(5, 1, FLIPPED))
        for cache in ("all", "targets", "nothing")
    ]
    assert_same(batches[0], batches[1])
    assert_same(batches[0], batches[2])


def test_epochs_see_every_image_in_another_order(samples):
    pipeline = Pipeline(samples, GEOMETRY, 2)
    orders = [
        [name for step in range(pipeline.plan.steps) for name in pipeline.names(0, epoch, step)]
        for epoch in range(3)
    ]
    assert all(sorted(order) == [s.image_path for s in samples] for order in orders)
    assert len({tuple(order) for order in orders}) == 3


def test_names_are_those_of_the_batch(samples):
    pipeline = Pipeline(samples, GEOMETRY, 3)
    for step, (images, _) in enumerate(pipeline.epoch(seed=1, epoch=4)):
        for image, name in zip(images, pipeline.names(1, 4, step), strict=True):
            np.testing.assert_allclose(image, GEOMETRY.fit_image(read_image(name)), atol=1e-4)


def test_going_on_within_an_epoch(samples):
    pipeline = Pipeline(samples, GEOMETRY, 2)
    whole = arrays(pipeline.epoch(3, 2, FLIPPED))
    assert_same(whole[2:], arrays(pipeline.epoch(3, 2, FLIPPED, first_step=2)))


def test_mirroring_turns_image_and_target_together(samples):
    pipeline = Pipeline(samples, GEOMETRY, 1)
    plain, mirrored = pipeline.epoch(0, 1), pipeline.epoch(0, 1, FLIPPED)
    flips = 0
    for (image, target), (image2, target2) in zip(arrays(plain), arrays(mirrored), strict=True):
        flipped = not np.array_equal(image, image2)
        flips += flipped
        step = -1 if flipped else 1
        np.testing.assert_array_equal(image[:, :, ::step], image2)
        np.testing.assert_array_equal(target[:, :, ::step], target2)
    assert 0 < flips < len(samples)


@pytest.mark.parametrize("fit_mode", ["native", "within"])
def test_sizes_that_differ_need_batches_of_one(samples, fit_mode):
    native = Geometry(fit_mode, (24, 32), 8)
    assert len(arrays(Pipeline(samples, native).in_order())) == len(samples)
    with pytest.raises(InputError, match="`batch_size` 1"):
        Pipeline(samples, native, 2)


def test_nothing_to_read():
    with pytest.raises(InputError, match="empty"):
        Pipeline([], GEOMETRY)


def test_a_damaged_image_is_named(samples):
    path = samples[4].image_path
    with open(path, "r+b") as file:
        file.truncate(3000)
    with pytest.raises(InputError, match=r"4.png is damaged"):
        Pipeline(samples, GEOMETRY, cache="all")
    with pytest.raises(InputError, match=r"4.png is damaged"), name_damaged_files(samples):
        arrays(Pipeline(samples, GEOMETRY, cache="nothing").in_order())


def grey(path, levels):
    Image.fromarray(np.asarray(levels, "uint8")).save(path)
    return str(path)


def test_stored_densities_and_points_of_one_sample(samples, tmp_path, random):
    stored = random.integers(0, 256, (48, 64))
    first = Sample(
        samples[3].image_path,
        (48, 64),
        samples[3].fixations,
        density_path=grey(tmp_path / "map.png", stored),
    )
    ((_, targets),) = arrays(Pipeline([first], GEOMETRY).in_order())
    expected = stored.reshape(24, 2, 32, 2).mean(axis=(1, 3))
    np.testing.assert_allclose(targets[0, ..., 0], expected, atol=1e-3)
    assert targets[0, ..., 1].sum() == 3


@pytest.mark.parametrize("cache", ["all", "targets", "nothing"])
def test_stored_densities_beside_points(samples, tmp_path, cache):
    """A mixed dataset: some densities from files, some from points."""
    levels = np.full((48, 64), 80)
    levels[:24] = 40
    path = grey(tmp_path / "map.png", levels)
    stored = Sample(samples[0].image_path, (48, 64), density_path=path)
    mixed = arrays(Pipeline([stored, *samples[1:3]], GEOMETRY, 3, cache=cache).in_order())
    targets = mixed[0][1]
    np.testing.assert_allclose(targets[0, ..., 0], levels[::2, ::2], atol=1e-3)
    assert targets[..., 1].sum(axis=(1, 2)).tolist() == [0, 1, 2]


def test_masks(samples, tmp_path):
    mask = np.zeros((48, 64))
    mask[:24] = 255
    path = grey(tmp_path / "mask.png", mask)
    objects = [Sample(each.image_path, (48, 64), mask_path=path) for each in samples]
    for _, targets in arrays(Pipeline(objects, GEOMETRY, 4, targets=Task.OBJECTS).in_order()):
        assert targets.shape[1:] == (24, 32, 1)
        assert (targets[:, :12] == 1).all() and (targets[:, 12:] == 0).all()
    with pytest.raises(InputError, match="has no fixations"):
        Pipeline(objects, GEOMETRY)
    with pytest.raises(InputError, match="has no mask"):
        Pipeline(samples, GEOMETRY, targets=Task.OBJECTS)


def test_formats_that_tensorflow_does_not_read(samples, tmp_path):
    others = []
    for sample, ending in zip(samples, ("bmp", "webp", "tif"), strict=False):
        path = str(tmp_path / f"other.{ending}")
        Image.open(sample.image_path).save(path, **({"lossless": True} if ending == "webp" else {}))
        others.append(Sample(path, sample.size, sample.fixations, sigma=4.0))
    for (image, _), (expected, _) in zip(
        arrays(Pipeline(others, GEOMETRY).in_order()),
        arrays(Pipeline(samples[:3], GEOMETRY).in_order()),
        strict=True,
    ):
        np.testing.assert_array_equal(image, expected)


def test_a_plan_of_two_datasets(samples):
    plan = Plan((2, 5), 3, weights=(1, 1))
    pipeline = Pipeline(samples, GEOMETRY, plan)
    names = [name for step in range(plan.steps) for name in pipeline.names(0, 0, step)]
    assert len(names) == 10 and names.count(samples[0].image_path) in (2, 3)
    assert sum(len(images) for images, _ in pipeline.epoch(0, 0)) == 10


def test_many_fixations_of_one_pixel(samples):
    crowd = Sample(samples[0].image_path, (48, 64), np.full((700, 2), 9.5), sigma=4.0)
    for cache in ("all", "nothing"):
        ((_, targets),) = arrays(Pipeline([crowd], GEOMETRY, cache=cache).in_order())
        assert targets[..., 1].max() == 700


def test_mixed_sizes(tmp_path, random):
    mixed = []
    for number, size in enumerate([(48, 64), (30, 20), (9, 200)]):
        path = str(tmp_path / f"{number}.png")
        Image.fromarray(random.integers(0, 256, (*size, 3), dtype="uint8")).save(path)
        mixed.append(Sample(path, size, random.random((5, 2)) * size[::-1], sigma=2.0 + number))
    for cache in ("all", "nothing"):
        ((images, targets),) = arrays(Pipeline(mixed, GEOMETRY, 3, cache=cache).in_order())
        for sample, image, target in zip(mixed, images, targets, strict=True):
            expected = GEOMETRY.fit_image(read_image(sample.image_path))
            np.testing.assert_allclose(image, expected, atol=1e-3)
            density, counts = GEOMETRY.fit_fixations(sample.fixations, sample.size, sample.sigma)
            np.testing.assert_allclose(target[..., :1], density, atol=1e-6)
            np.testing.assert_array_equal(target[..., 1:], counts)


@pytest.fixture
def mixed(samples, tmp_path):
    """The first three have fixations only, the next two a mask only, the last two both."""
    mask = tmp_path / "mask.png"
    levels = np.zeros((48, 64), "uint8")
    levels[10:20, 30:50] = 255
    Image.fromarray(levels).save(mask)
    made = [replace(sample, mask_path=str(mask)) for sample in samples[3:]]
    made[:2] = [replace(sample, fixations=None) for sample in made[:2]]
    return [*samples[:3], *made]


def test_both_kinds_of_target_with_what_is_missing(mixed):
    pipeline = Pipeline(mixed, GEOMETRY, 7, Task.FIXATIONS | Task.OBJECTS)
    ((images, targets, present),) = list(pipeline.in_order())
    assert images.shape == (7, 24, 32, 3) and targets.shape == (7, 24, 32, 3)
    np.testing.assert_array_equal(present, [[1, 0], [1, 0], [1, 0], [0, 1], [0, 1], [1, 1], [1, 1]])
    density, counts, mask = np.moveaxis(targets.numpy(), -1, 0)
    assert not mask[:3].any() and not density[3:5].any() and not counts[3:5].any()
    alone = Pipeline(mixed[5:], GEOMETRY, 2, Task.FIXATIONS).in_order()
    np.testing.assert_array_equal(targets[5:, ..., :2], next(iter(alone))[1])
    objects = Pipeline(mixed[3:], GEOMETRY, 4, Task.OBJECTS).in_order()
    np.testing.assert_array_equal(targets[3:, ..., 2:], next(iter(objects))[1])
    assert mask[3].max() == 1 and mask[3, 5:10, 15:25].all()


def test_what_a_task_needs_is_demanded(mixed):
    with pytest.raises(InputError, match=r"3\.png has no fixations: take a dataset of fixations"):
        Pipeline(mixed, GEOMETRY)
    with pytest.raises(InputError, match=r"0\.png has no mask: take a dataset of salient objects"):
        Pipeline(mixed, GEOMETRY, targets=Task.OBJECTS)
    bare = [replace(mixed[0], fixations=None)]
    with pytest.raises(InputError, match="neither fixations nor a mask"):
        Pipeline(bare, GEOMETRY, targets=Task.FIXATIONS | Task.OBJECTS)


@pytest.mark.parametrize("cache", ["all", "targets", "disk", "nothing"])
def test_targets_at_another_scale(samples, cache):
    pipeline = Pipeline(samples, GEOMETRY, 7, cache=cache, target_scale=2.0)
    ((images, targets),) = arrays(pipeline.in_order())
    assert images.shape == (7, 24, 32, 3) and targets.shape == (7, 48, 64, 2)
    expected = GEOMETRY.scaled(2.0).fit_fixations(samples[6].fixations, (48, 64), 4.0)
    np.testing.assert_allclose(targets[6], np.concatenate(expected, axis=-1), atol=1e-6)


def test_images_and_maps_turn_together(samples, tmp_path):
    path = tmp_path / "spot.png"
    levels = np.zeros((48, 64, 3), "uint8")
    levels[10:13, 20:23] = 255
    Image.fromarray(levels).save(path)
    spot = Sample(str(path), (48, 64), np.array([[21.5, 11.5]]), sigma=2.0)
    pipeline = Pipeline([spot], Geometry("stretch", (48, 64)))
    turned = set()
    for epoch in range(5):
        ((image, target),) = arrays(pipeline.epoch(0, epoch, TURNED))
        places = [
            np.array(np.unravel_index(map_.argmax(), map_.shape))
            for map_ in (image[0, ..., 1], target[0, ..., 0], target[0, ..., 1])
        ]
        assert target[0, ..., 1].sum() == 1
        assert all(np.abs(place - places[0]).max() <= 2 for place in places)
        turned.add(tuple(places[2]))
    assert len(turned) > 2
    again = pipeline.epoch(0, 4, TURNED)
    assert_same(arrays(again), [(image, target)])
