"""Views that trained networks have labelled: what they show, and what is written of them."""

import os

import numpy as np
import pytest

from experiments import teacher_views
from salzoo.data.dataset import load_dataset
from salzoo.data.images import read_image
from salzoo.utils.errors import InputError
from salzoo.utils.tensorflow import load_tensorflow

load_tensorflow()


def arguments(out, *more):
    return ["msinet_lite", "--dataset", "synthetic", "--views", "4", "--out", str(out), *more]


@pytest.fixture(scope="module")
def views(tmp_path_factory):
    """Four views, as they were seen, labelled by the model that comes with salzoo."""
    folder = tmp_path_factory.mktemp("views") / "folder"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(teacher_views, "RELIT", 0.0)
        assert teacher_views.main(arguments(folder)) == 0
    return folder


def test_a_dataset_for_training_alone(views):
    samples = load_dataset("folder", views, "train")
    assert len(samples) == 4 and all(max(sample.size) == 480 for sample in samples)
    assert all(sample.fixations is None for sample in samples)


def test_densities_are_the_networks(views):
    """But for JPEG and the rounding, of which averages over neighbours are nearly free."""
    import salzoo

    for sample in load_dataset("folder", views):
        theirs = salzoo.predict(read_image(sample.image_path))
        rows, columns = (extent // 8 * 8 for extent in theirs.shape)
        blocks = [
            (map_ / map_.sum())[:rows, :columns].reshape(rows // 8, 8, columns // 8, 8).sum((1, 3))
            for map_ in (np.float64(theirs), sample.density)
        ]
        assert np.corrcoef(*(block.ravel() for block in blocks))[0, 1] > 0.995
        assert abs(blocks[0] - blocks[1]).sum() < 0.1


def test_going_on_gives_the_same(views, tmp_path, monkeypatch):
    """Interrupted before the third view; what is there is not made again."""
    monkeypatch.setattr(teacher_views, "RELIT", 0.0)
    made = teacher_views.mean_density
    calls = []

    def interrupted(teachers, view):
        calls.append(view)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return made(teachers, view)

    monkeypatch.setattr(teacher_views, "mean_density", interrupted)
    with pytest.raises(KeyboardInterrupt):
        teacher_views.main(arguments(tmp_path))
    assert teacher_views.main(arguments(tmp_path)) == 0
    assert len(calls) == 5
    for folder in ("images", "densities", "."):
        for name in os.listdir(views / folder):
            if (views / folder / name).is_file():
                ours, theirs = (path / folder / name for path in (views, tmp_path))
                assert ours.read_bytes() == theirs.read_bytes(), name


def test_the_mean_of_several_densities():
    """Each counts alike, however its network scales its maps."""
    one = np.array([[3.0, 1.0]])
    teachers = [lambda view: one, lambda view: np.array([[5.0, 15.0]])]
    np.testing.assert_allclose(
        teacher_views.mean_density(teachers, np.zeros((1, 2, 3))), [[0.5, 0.5]], rtol=1e-12
    )


def test_an_empty_map_is_one_sentence():
    with pytest.raises(InputError, match="empty map: train it for longer"):
        teacher_views.mean_density([lambda view: np.zeros((2, 3))], np.zeros((2, 3, 3)))


def test_rounding_keeps_the_mean():
    density = np.full((100, 100), 0.001)
    density[0, 0] = 1.0
    grey = teacher_views.dithered(density, np.random.default_rng(0))
    assert grey.max() == 255 and grey.dtype == np.uint8
    # 255 / 1000 of the pixels are 1: four standard deviations of their mean.
    assert grey[1:].mean() == pytest.approx(0.255, abs=4 * np.sqrt(0.255 * 0.745 / 9900))


def test_views_and_other_light():
    """Pages have several pictures on them; other light changes neither size nor place."""
    images = [np.full((60, 80, 3), value, "uint8") for value in (10, 90, 170, 250)]
    for number in range(30):
        random = np.random.default_rng(number)
        view = teacher_views.draw_view(images, random)
        assert max(view.size) == 480 and 1 <= view.width / view.height * 1.65 <= 1.65**2
        relit = teacher_views.relit(view, random)
        assert relit.size == view.size and relit.mode == "RGB"


def test_views_in_use_are_one_sentence(views, tmp_path, capsys):
    assert teacher_views.main(arguments(views, "--seed", "1")) == 2
    assert "holds views of other arguments; choose another" in capsys.readouterr().err
    (tmp_path / "photo.jpg").touch()
    assert teacher_views.main(arguments(tmp_path)) == 2
    assert f"--out {tmp_path} is not empty; choose another folder." in capsys.readouterr().err
