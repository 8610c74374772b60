"""The gain of a few images of one's own: what is learned from, and what is measured."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from experiments import fine_tuning
from salzoo.data.dataset import load_dataset


def test_a_part_of_a_dataset_as_a_persons_own_images(tmp_path):
    """The same images and points, whoever made them; the rest is measured."""
    arguments = fine_tuning._parser().parse_args(["--images", "3,6"])
    training, test = fine_tuning.split_samples(arguments, max(arguments.images))
    names = [[sample.image_path for sample in part] for part in (training, test)]
    assert len(training) == 6 and len(set(names[0] + names[1])) == 360
    fine_tuning.write_folder(training[:3], tmp_path / "own")
    own = load_dataset("folder", tmp_path / "own")
    assert len(own) == 3
    for ours, theirs in zip(own, training, strict=False):
        assert ours.size == theirs.size
        np.testing.assert_array_equal(ours.fixations, theirs.fixations)


def test_images_of_the_same_name_stay_apart(tmp_path):
    samples = load_dataset("synthetic", split="val")[:2]
    for number, sample in enumerate(samples):
        (tmp_path / str(number)).mkdir()
        copy = shutil.copy(sample.image_path, tmp_path / str(number) / "same.png")
        samples[number] = replace(sample, image_path=copy)
    fine_tuning.write_folder(samples, tmp_path / "own")
    own = load_dataset("folder", tmp_path / "own")
    assert [len(sample.fixations) for sample in own] == [
        len(sample.fixations) for sample in samples
    ]


def test_a_folder_in_use_is_one_sentence(tmp_path, capsys):
    (tmp_path / "20-images").mkdir()
    assert fine_tuning.main(["--out", str(tmp_path)]) == 2
    assert f"--out {tmp_path} is not empty; choose another folder." in capsys.readouterr().err


def test_too_many_images_are_one_sentence(capsys):
    assert fine_tuning.main(["--images", "20,200"]) == 2
    assert "synthetic has 360 images that are unseen" in capsys.readouterr().err


@pytest.mark.slow
def test_the_gain_is_printed(monkeypatch, capsys, tmp_path):
    import salzoo

    train = salzoo.train
    small = {"epochs": 1, "input_size": (64, 64)}
    monkeypatch.setattr(salzoo, "train", lambda **given: train(**given, **small), raising=False)
    split_samples = fine_tuning.split_samples

    def split_fewer(*arguments):
        training, test = split_samples(*arguments)
        return training, test[:4]

    monkeypatch.setattr(fine_tuning, "split_samples", split_fewer)
    assert fine_tuning.main(["--images", "5", "--out", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert "synthetic unseen, 4 images" in printed and "\nafter 5 images: NSS " in printed
