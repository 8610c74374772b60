"""Baselines of salient objects."""

import numpy as np
import pytest
from PIL import Image

from salzoo.data.sample import Sample
from salzoo.evaluation.baselines import DEFAULTS, make
from salzoo.utils.task import Task


@pytest.fixture
def samples(tmp_path, random):
    """Four images with masks of one size, a multiple of none."""
    samples = []
    for index in range(4):
        mask = np.zeros((256, 256), "uint8")
        top, left = random.integers(0, 150, 2)
        mask[top : top + 90, left : left + 70] = 255
        path = tmp_path / f"{index}.png"
        Image.fromarray(mask).save(path)
        samples.append(Sample(f"{index}.jpg", (256, 256), mask_path=str(path)))
    return samples


def test_mean_mask(samples):
    training, evaluated = samples[:3], samples[3:]
    made = make(DEFAULTS[Task.OBJECTS], training, evaluated)
    masks = [sample.mask for sample in training]
    np.testing.assert_allclose(made["mean mask"](evaluated[0]), np.mean(masks, axis=0))
    np.testing.assert_array_equal(made["constant mask"](evaluated[0]), 0.5)
    other = made["mean mask"](Sample("other.jpg", (64, 100)))
    assert other.shape == (64, 100)
    assert other.mean() == pytest.approx(np.mean(masks), abs=1e-3)


def test_mean_mask_leaves_the_image_itself_out(samples):
    baseline = make(["mean mask"], [], samples)["mean mask"]
    others = [sample.mask for sample in samples[1:]]
    np.testing.assert_allclose(baseline(samples[0]), np.mean(others, axis=0), atol=1e-12)
    assert "mean mask" not in make(["mean mask"], [], samples[:1])
