"""Views that trained networks have labelled: what they show, and what is written of them."""

import os

import numpy as np
import pytest

from experiments import teacher_views
from salzoo.data.datasets import load_dataset
from salzoo.data.images import read_image
from salzoo.errors import InputError
from salzoo.quiet import load_tensorflow

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
            (each / each.sum())[:rows, :columns].reshape(rows // 8, 8, columns // 8, 8).sum((1, 3))
            for each in (np.float64(theirs), sample.density)
        ]
        assert np.corrcoef(*(each.ravel() for each in blocks))[0, 1] > 0.99
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


def test_a_network_at_several_sizes(random):
    """The mean of what it says at each; at its own size alone it is the network itself."""
    view = random.integers(0, 255, (90, 160, 3), dtype="uint8")
    own = teacher_views.open_teacher("msinet_lite")(view)
    alone = teacher_views.open_teacher("msinet_lite@320x416")(view)
    np.testing.assert_allclose(alone, np.float64(own) / np.float64(own).sum(), rtol=1e-4)
    other = teacher_views.open_teacher("msinet_lite@160x192")(view)
    both = teacher_views.open_teacher("msinet_lite@320x416,160x192")(view)
    np.testing.assert_allclose(both, (alone + other) / 2, rtol=1e-6)
    with pytest.raises(InputError, match="TEACHER msinet_lite@big: 'big' is not ROWSxCOLUMNS"):
        teacher_views.open_teacher("msinet_lite@big")


def test_whole_images_and_parts(random, monkeypatch):
    """Of a picture of numbered columns: what is left of them is what was cut out."""
    monkeypatch.setattr(teacher_views, "PAGES", 0.0)
    columns = np.arange(200, dtype="uint8")
    image = np.broadcast_to(columns[None, :, None], (150, 200, 3))
    for whole, least in ((1.0, 0.8), (0.0, 0.25)):
        monkeypatch.setattr(teacher_views, "WHOLE", whole)
        views = [teacher_views.draw_one([image], random) for _ in range(60)]
        widths = [np.ptp(np.asarray(view)[0, :, 0].astype(int)) / 200 for view in views]
        assert all(least < width < 1.01 for width in widths)
        if whole:
            assert all(view.size == (480, 360) for view in views)
        else:
            assert min(widths) < 0.5 and max(widths) > 0.7


def test_one_view_shines_through_another(random, monkeypatch):
    """Of a black and a white image: grey, from a fifth to four fifths."""
    monkeypatch.setattr(teacher_views, "PAGES", 0.0)
    images = [np.full((60, 80, 3), value, "uint8") for value in (0, 255)]
    for share, mixed in ((0.0, 0), (1.0, 40)):
        monkeypatch.setattr(teacher_views, "BLENDED", share)
        greys = [np.asarray(teacher_views.draw_view(images, random)) for _ in range(40)]
        assert all(np.ptp(grey) == 0 for grey in greys)
        between = [grey.max() for grey in greys if 0 < grey.max() < 255]
        assert len(between) > mixed / 4 if mixed else not between
        assert all(50 <= grey <= 205 for grey in between)


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
