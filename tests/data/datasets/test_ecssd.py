"""ECSSD: greyscale images, a part of the set, and the real images that are at hand."""

import logging

from salzoo import load_dataset
from salzoo.data.images import read_image
from tests.data.datasets.layouts import ecssd
from tests.real_data import require_data


def test_a_part_is_read_and_named_where_it_is_called_the_test_split(tmp_path, caplog):
    ecssd.make(str(tmp_path))
    with caplog.at_level(logging.WARNING, "salzoo"):
        assert len(load_dataset("ecssd", tmp_path)) == 5
        assert caplog.text == ""
        assert len(load_dataset("ecssd", tmp_path, "test")) == 5
    assert "ecssd: the protocol has test 1000, this folder gives test 5" in caplog.text


def test_greyscale_images_have_three_channels(tmp_path):
    ecssd.make(str(tmp_path))
    image = read_image(load_dataset("ecssd", tmp_path)[2].image_path)
    assert image.shape == (30, 40, 3) and (image == image[..., :1]).all()


def test_the_real_images():
    folder = require_data("data/ecssd")
    samples = load_dataset("ecssd", folder)
    assert len(samples) == 400
    training, validation = (load_dataset("ecssd", folder, s, "salzoo") for s in ("train", "val"))
    names = [[int(sample.image_path[-8:-4]) for sample in part] for part in (training, validation)]
    assert sorted(names[0] + names[1]) == sorted(int(each.image_path[-8:-4]) for each in samples)
    assert all(number % 5 for number in names[0]) and not any(number % 5 for number in names[1])
    assert max(max(sample.size) for sample in samples) == 400
    for sample in samples[::20]:
        assert sample.mask.shape == sample.size and sample.mask.max() == 1
