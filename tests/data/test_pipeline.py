import numpy as np
import pytest
from PIL import Image

from salzoo.data.geometry import Geometry
from salzoo.data.images import read_image
from salzoo.data.pipeline import Pipeline, explained
from salzoo.data.sample import Sample
from salzoo.errors import InputError

GEOMETRY = Geometry("pad", (24, 32), 8, 126.0)


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
    (images, targets), *_, last = arrays(Pipeline(samples, GEOMETRY, batch_size=3).in_order())
    assert images.shape == (3, 24, 32, 3) and targets.shape == (3, 24, 32, 2)
    assert last[0].shape[0] == 1
    expected = GEOMETRY.fit_image(read_image(samples[1].image_path))
    np.testing.assert_allclose(images[1], expected, atol=1e-4)
    assert targets[2, ..., 1].sum() == 2
    assert targets[2, ..., 0].sum() == pytest.approx(2, rel=1e-5)


def test_same_seed_same_batches_whatever_is_cached(samples):
    cached = Pipeline(samples, GEOMETRY, 2, cache=True)
    loaded = Pipeline(samples, GEOMETRY, 2, cache=False)
    assert_same(
        arrays(cached.epoch(seed=5, epoch=1, flip=True)),
        arrays(loaded.epoch(seed=5, epoch=1, flip=True)),
    )


def test_epochs_see_every_image_in_another_order(samples):
    pipeline = Pipeline(samples, GEOMETRY, 2)
    orders = [
        [name for step in range(pipeline.steps) for name in pipeline.names(0, epoch, step)]
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
    whole = arrays(pipeline.epoch(seed=3, epoch=2, flip=True))
    assert_same(whole[2:], arrays(pipeline.epoch(seed=3, epoch=2, flip=True, first_step=2)))


def test_mirroring_turns_image_and_target_together(samples):
    pipeline = Pipeline(samples, GEOMETRY, 1)
    plain, mirrored = pipeline.epoch(0, 1), pipeline.epoch(0, 1, flip=True)
    flips = 0
    for (image, target), (image2, target2) in zip(arrays(plain), arrays(mirrored), strict=True):
        flipped = not np.array_equal(image, image2)
        flips += flipped
        step = -1 if flipped else 1
        np.testing.assert_array_equal(image[:, :, ::step], image2)
        np.testing.assert_array_equal(target[:, :, ::step], target2)
    assert 0 < flips < len(samples)


def test_native_sizes_need_batches_of_one(samples):
    native = Geometry("native", (24, 32), 8)
    assert len(arrays(Pipeline(samples, native).in_order())) == len(samples)
    with pytest.raises(InputError, match="--batch_size 1"):
        Pipeline(samples, native, batch_size=2)


def test_nothing_to_read():
    with pytest.raises(InputError, match="empty"):
        Pipeline([], GEOMETRY)


def test_a_damaged_image_is_named(samples):
    path = samples[4].image_path
    with open(path, "r+b") as file:
        file.truncate(3000)
    with pytest.raises(InputError, match=r"4.png is damaged"):
        Pipeline(samples, GEOMETRY, cache=True)
    with pytest.raises(InputError, match=r"4.png is damaged"), explained(samples):
        arrays(Pipeline(samples, GEOMETRY, cache=False).in_order())
