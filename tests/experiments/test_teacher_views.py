"""Views that trained networks have labelled: what they show, and what is written of them."""

import os
import shutil

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

from experiments import teacher_views
from experiments import views as drawing
from salzoo.data.dataset import load_dataset
from salzoo.data.images import read_image
from salzoo.utils.errors import InputError
from tests.experiments.small_dataset import write_dataset

DATA = []


@pytest.fixture(scope="module", autouse=True)
def data(tmp_path_factory):
    """Some training images, in the folder that `arguments` names."""
    folder = tmp_path_factory.mktemp("data")
    write_dataset(folder, 5)
    DATA.append(str(folder))
    yield
    DATA.clear()


def arguments(out, *more):
    given = ["--dataset", "folder", "--data_dir", *DATA, "--views", "4"]
    return ["msinet_lite", *given, "--out", str(out), *more]


def look_at_light(pixels):
    """A teacher: more where it is bright."""
    return 1.0 + gaussian_filter(np.float64(pixels).mean(-1), 8)


@pytest.fixture
def fake(monkeypatch):
    monkeypatch.setattr(drawing, "RELIT", 0.0)
    monkeypatch.setattr(teacher_views, "load_teachers", lambda runs, tta: [look_at_light])


@pytest.fixture(scope="module")
def views(tmp_path_factory):
    """Four views, as they were seen, labelled by the teacher."""
    folder = tmp_path_factory.mktemp("views") / "folder"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawing, "RELIT", 0.0)
        patch.setattr(teacher_views, "load_teachers", lambda runs, tta: [look_at_light])
        assert teacher_views.main(arguments(folder)) == 0
    return folder


def test_a_dataset_for_training_alone(views):
    samples = load_dataset("folder", views, "train")
    assert len(samples) == 4 and all(max(sample.size) == 480 for sample in samples)
    assert all(sample.fixations is None for sample in samples)


def test_densities_are_the_teachers(views):
    """But for JPEG and the rounding, of which averages over neighbours are nearly free."""
    for sample in load_dataset("folder", views):
        theirs = look_at_light(read_image(sample.image_path))
        rows, columns = (extent // 8 * 8 for extent in theirs.shape)
        blocks = [
            (map_ / map_.sum())[:rows, :columns].reshape(rows // 8, 8, columns // 8, 8).sum((1, 3))
            for map_ in (np.float64(theirs), sample.density)
        ]
        assert np.corrcoef(*(block.ravel() for block in blocks))[0, 1] > 0.995
        assert abs(blocks[0] - blocks[1]).sum() < 0.1


def test_going_on_gives_the_same(views, tmp_path, monkeypatch, fake):
    """Interrupted before the third view; what is there is not made again."""
    made = teacher_views.mean_density
    calls = []

    def interrupted(teachers, view, weights):
        calls.append(view)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return made(teachers, view, weights)

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
    np.testing.assert_allclose(
        teacher_views.mean_density(teachers, np.zeros((1, 2, 3)), [3, 1]), [[0.625, 0.375]]
    )


def test_the_mirror_image_counts_as_much():
    """A teacher that looks at the left edge, however much it sees in all."""
    pixels = np.array([[[1.0], [2.0], [5.0]]])
    teacher = teacher_views.mirrored(lambda image: image[..., 0] * [1.0, 1.0, 0.0])
    # The image: [1, 2, 0] / 3; the mirror image: [5, 2, 0] / 7, turned back.
    expected = [[1 / 3, 2 / 3 + 2 / 7, 5 / 7]]
    np.testing.assert_allclose(teacher(pixels), expected, rtol=1e-12)


def test_each_teacher_has_its_own_augmentation(monkeypatch):
    import salzoo

    def load(run, tta):
        return lambda pixels: np.array([[3.0, 1.0 + tta]])

    monkeypatch.setitem(vars(salzoo), "load_model", load)
    for tta, expected in (
        (["full", "none", "mirror"], ([3, 2], [3, 1], [1, 1])),
        (["none"], ([3, 1], [3, 1], [3, 1])),
    ):
        for teacher, map_ in zip(teacher_views.load_teachers("abc", tta), expected, strict=True):
            np.testing.assert_allclose(teacher(np.zeros((1, 2, 3))), [map_])


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


@pytest.fixture
def sources(tmp_path):
    """Four training images in even colours, and a red photograph."""
    paths = []
    for number, value in enumerate((10, 90, 170, 250)):
        paths.append(str(tmp_path / f"{number}.png"))
        Image.new("RGB", (80, 60), (value, value, value)).save(paths[-1])
    photo = str(tmp_path / "photo.png")
    Image.new("RGB", (50, 90), (200, 0, 0)).save(photo)
    return drawing.Sources(paths, [photo], 0.5, 0.5)


def test_views_and_other_light(sources):
    """Sizes; other light changes neither size nor place."""
    for number in range(30):
        random = np.random.default_rng(number)
        view = drawing.draw_view(sources, random)
        assert max(view.size) == 480 and min(view.size) >= 480 / 2.6
        relit = drawing.relit(view, random)
        assert relit.size == view.size and relit.mode == "RGB"


def test_other_light_is_grey_flat_and_dark(sources, monkeypatch):
    """Edges stay where they are, whatever the light is."""
    monkeypatch.setattr(drawing, "RELIT", 1.0)
    pixels = np.zeros((60, 80, 3), "uint8")
    pixels[:, 40:] = (250, 160, 60)
    contrasts, levels, grey = [], [], 0
    for number in range(80):
        relit = np.float64(drawing.relit(Image.fromarray(pixels), np.random.default_rng(number)))
        left, right = relit[:, 5:35].mean((0, 1)), relit[:, 45:75].mean((0, 1))
        assert right.mean() > left.mean()
        contrasts.append(right.mean() - left.mean())
        levels.append(right.mean())
        grey += np.ptp(right) < 3
    contrasts, levels = np.array(contrasts), np.array(levels)
    assert (contrasts < 45).any() and (contrasts > 100).any()
    assert (levels < 60).any() and (levels > 180).any()
    assert 10 < grey < 45


def test_shares_of_the_sources(sources):
    """Of 200 views without pages, half are photographs, within four standard deviations."""
    reds = 0
    for number in range(200):
        view = drawing.draw_view(sources._replace(pages=0.0), np.random.default_rng(number))
        reds += np.asarray(view)[0, 0, 1] == 0
    assert abs(reds - 100) < 4 * np.sqrt(50)


def test_sources_are_training_images_and_photographs(tmp_path):
    (tmp_path / "b.png").touch()
    (tmp_path / "a.jpg").touch()
    (tmp_path / "notes.txt").touch()
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "c.jpg").touch()
    folders = ["--photos", str(tmp_path), str(tmp_path / "more")]
    given = arguments("out", *folders, "--photo_share", "0.3", "--pages", "0")
    found = drawing.find_sources(teacher_views._parser().parse_args(given))
    assert found.photos == [str(tmp_path / name) for name in ("a.jpg", "b.png", "more/c.jpg")]
    training = load_dataset("folder", *DATA, split="train")
    assert found.training == [sample.image_path for sample in training]
    assert (found.photo_share, found.pages) == (0.3, 0.0)
    without = drawing.find_sources(teacher_views._parser().parse_args(arguments("out")))
    assert not without.photos and without.photo_share == 0.0


def test_more_views_are_added(views, tmp_path, fake):
    shutil.copytree(views, tmp_path / "folder")
    assert teacher_views.main([*arguments(tmp_path / "folder"), "--views", "6"]) == 0
    assert len(load_dataset("folder", tmp_path / "folder", "train")) == 6
    for name in ("images/00003.jpg", "densities/00003.png"):
        assert (views / name).read_bytes() == (tmp_path / "folder" / name).read_bytes()


@pytest.mark.parametrize(
    "flags, message",
    [
        (["--tta", "ful"], "no test-time augmentation 'ful'; did you mean 'full'?"),
        (["--tta", "full,none"], "--tta: give one name, or 1, one for each teacher."),
        (["--teacher_weights", "1,2"], "--teacher_weights: give 1 numbers"),
        (["--photos", "missing"], "--photos missing is no folder."),
        (["--photos", "."], "has no images."),
    ],
)
def test_unusable_flags_are_one_sentence(flags, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert teacher_views.main(arguments(tmp_path / "out", *flags)) == 2
    assert message in capsys.readouterr().err and not (tmp_path / "out").exists()


def test_views_in_use_are_one_sentence(views, tmp_path, capsys, fake):
    assert teacher_views.main(arguments(views, "--seed", "1")) == 2
    assert "holds results of other arguments; choose another" in capsys.readouterr().err
    (tmp_path / "photo.jpg").touch()
    assert teacher_views.main(arguments(tmp_path)) == 2
    assert f"--out {tmp_path} is not empty; choose another folder." in capsys.readouterr().err
