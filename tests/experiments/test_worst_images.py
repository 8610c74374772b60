"""The picture of the images on which a model is worst."""

import io

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

import salzoo
from experiments import worst_images
from salzoo.data.dataset import load_dataset
from tests.experiments.small_dataset import write_dataset


def look_at_light(pixels):
    return gaussian_filter(np.float64(pixels).mean(-1) ** 3, 5)


@pytest.fixture
def shown(monkeypatch, tmp_path):
    """Ten images; "after" finds the bright spots, "before" looks above them."""
    write_dataset(tmp_path / "few", 10)

    def load(source, tta):
        shift = {"old": 12, "new": 0}[source]
        return lambda pixels: np.roll(look_at_light(pixels), -shift, 0) + 1e-3

    monkeypatch.setitem(vars(salzoo), "load_model", load)
    monkeypatch.setattr(worst_images, "load_tensorflow", lambda: None)
    return ["--dataset", "folder", "--data_dir", str(tmp_path / "few"), "--split", "all"]


def test_the_worst_are_shown(shown, tmp_path, capsys):
    out = tmp_path / "worst.jpg"
    assert worst_images.main(["old", "new", *shown, "--images", "3", "--out", str(out)]) == 0
    lines = [line.split() for line in capsys.readouterr().out.strip().splitlines()]
    # CC by numpy, from the densities of the dataset.
    expected = {}
    for sample in load_dataset("folder", tmp_path / "few"):
        light = look_at_light(np.asarray(Image.open(sample.image_path)))
        expected[sample.image_path[-6:]] = [
            np.corrcoef(np.roll(light, -shift, 0).ravel(), sample.density.ravel())[0, 1]
            for shift in (12, 0)
        ]
    worst = sorted(expected, key=lambda name: expected[name][0])[:3]
    assert [line[0] for line in lines[1:4]] == worst
    for name, *scores in lines[1:4]:
        np.testing.assert_allclose(np.float64(scores), expected[name], atol=2e-3)
    means = np.mean(list(expected.values()), axis=0)
    np.testing.assert_allclose(np.float64(lines[4][-2:]), means, atol=2e-3)
    # Two images side by side, with four pictures each; two rows.
    with Image.open(out) as picture:
        assert picture.width == 8 * 160 + 9 * 6 and picture.height == 20 + 6 + 2 * (120 + 6 + 20)
    assert out.stat().st_size < worst_images.LARGEST


def test_a_picture_is_small_enough():
    noise = np.random.default_rng(0).integers(0, 256, (900, 1300, 3), dtype="uint8")
    encoded = worst_images.encode(Image.fromarray(noise))
    assert len(encoded) <= worst_images.LARGEST and Image.open(io.BytesIO(encoded)).width == 1300


def test_bad_input_is_one_sentence(shown, tmp_path, capsys):
    flags = [*shown[:2], "--data_dir", str(tmp_path / "missing"), "--out", "worst.jpg"]
    assert worst_images.main(["old", "new", *flags]) == 2
    assert "missing" in capsys.readouterr().err
