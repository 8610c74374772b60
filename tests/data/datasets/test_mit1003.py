"""MIT1003: points found again behind JPEG, raw gaze, FixaTons, and files that are refused."""

import os
import shutil

import numpy as np
import pytest
import scipy.io

from salzoo import InputError
from salzoo.data.dataset import load_dataset
from salzoo.data.datasets import read_dataset
from salzoo.data.datasets._formats.checks import ProblemCollector
from salzoo.data.fixations import density_map
from salzoo.evaluation.descriptions import describe_truth
from salzoo.utils.task import Task
from tests.data.datasets.layouts import fixatons, mit1003
from tests.data.datasets.layouts.making import gaze_samples, map_picture, picture
from tests.data.datasets.test_datasets import refused

MARKS = "ALLFIXATIONMAPS/i1_fixPts.jpg"


@pytest.fixture
def folder(tmp_path):
    mit1003.make(str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(("quality", "share"), [(30, 0.9), (50, 1), (75, 1), (95, 1)])
def test_points_behind_jpeg(folder, quality, share):
    random = np.random.default_rng(quality)
    marked = random.uniform(size=mit1003.SIZE) < 0.01
    map_picture(str(folder / MARKS), 255 * marked, quality=quality)
    found = load_dataset("mit1003", folder)[1].fixations.astype(int)
    recovered = np.zeros(mit1003.SIZE, bool)
    recovered[found[:, 1], found[:, 0]] = True
    assert not (recovered & ~marked).any()
    assert (recovered & marked).sum() >= share * marked.sum()


def test_nested_unpacking(folder):
    expected = [sample.fixations.tolist() for sample in load_dataset("mit1003", folder)]
    for name in ("ALLSTIMULI", "ALLFIXATIONMAPS"):
        os.rename(folder / name, folder / "moved")
        os.makedirs(folder / name)
        os.rename(folder / "moved", folder / name / name)
    assert [sample.fixations.tolist() for sample in load_dataset("mit1003", folder)] == expected


def missing(folder):
    os.remove(folder / MARKS)


def extra(folder):
    shutil.copy(folder / MARKS, folder / "ALLFIXATIONMAPS/i99_fixPts.jpg")


def transposed(folder):
    map_picture(str(folder / MARKS), np.zeros(mit1003.SIZE[::-1]))


def empty(folder):
    map_picture(str(folder / MARKS), np.zeros(mit1003.SIZE))


def cut(folder):
    content = (folder / MARKS).read_bytes()
    (folder / MARKS).write_bytes(content[: len(content) // 2])


def damaged(folder):
    # Its quantisation table turns into a comment.
    (folder / MARKS).write_bytes((folder / MARKS).read_bytes().replace(b"\xff\xdb", b"\xff\xfe"))


@pytest.mark.parametrize(
    ("corrupt", "match"),
    [
        (missing, "i1.jpeg has no point map"),
        (extra, "i99_fixPts.jpg has a point map for 'i99', but there is no such image"),
        (transposed, "i1_fixPts.jpg is 64x96, but its image i1.jpeg is 96x64"),
        (empty, "i1_fixPts.jpg has no fixation for i1.jpeg"),
        (cut, "i1_fixPts.jpg is cut short"),
        (damaged, "i1_fixPts.jpg is damaged"),
    ],
)
def test_corruptions_are_named(folder, corrupt, match):
    corrupt(folder)
    refused("mit1003", folder, match)


# ---- raw gaze ----


@pytest.fixture
def gaze(tmp_path):
    mit1003.make(str(tmp_path))
    mit1003.make_gaze(str(tmp_path))
    shutil.rmtree(tmp_path / "ALLFIXATIONMAPS")
    return tmp_path


def test_gaze_gives_observers_and_durations(gaze):
    checks = ProblemCollector("mit1003")
    samples = read_dataset("mit1003", gaze, checks, points="gaze")
    # One of ajs is right of every image; i10 is smaller than where CNG and ajs look.
    assert len(samples) == 6 and checks.problems == [] and checks.dropped == 5 + 3
    for sample in samples:
        if "i10" in sample.image_path:
            assert sample.fixations.tolist() == [[0, 0]]
            continue
        for field, expected in mit1003.EXPECTED_OF_GAZE.items():
            np.testing.assert_allclose(getattr(sample, field), expected, atol=1e-9)
        assert sample.density_path is None and sample.density.sum() == pytest.approx(3, rel=1e-3)


def test_the_initial_fixations_of_gaze_may_stay(gaze):
    sample = load_dataset("mit1003", gaze, points="gaze", drop_first=False)[-1]
    assert sample.fixations[sample.observers == 0][0].tolist() == [47.5, 31]
    assert sample.fixations[sample.observers == 1].tolist() == [[89, 9], [9, 59]]


def test_the_published_points_have_no_first_fixations(folder):
    with pytest.raises(InputError, match="the published maps lack the first fixations"):
        load_dataset("mit1003", folder, drop_first=False)
    with pytest.raises(InputError, match="no kind of points 'gase'; did you mean 'gaze'"):
        load_dataset("mit1003", folder, points="gase")
    with pytest.raises(InputError, match="fixations=all: the published maps lack the later"):
        load_dataset("mit1003", folder, fixations="all")
    with pytest.raises(InputError, match="no choice of fixations 'five'"):
        load_dataset("mit1003", folder, fixations="five")


def test_the_first_five_of_gaze(gaze):
    corners = [(10.0, 10.0), (80.0, 50.0)] * 4
    for observer in mit1003.OBSERVERS:
        for stem in mit1003.STEMS:
            mit1003.write_gaze(gaze, stem, observer, gaze_samples(corners, [60] * 8, saccade=2))
    os.remove(gaze / "ALLSTIMULI/i10.jpeg")  # too small
    for observer in mit1003.OBSERVERS:
        os.remove(gaze / f"DATA/{observer}/i10.mat")
    five, whole = (
        load_dataset("mit1003", gaze, points="gaze", fixations=chosen)[-1]
        for chosen in ("first_five", "all")
    )
    assert five.observers.tolist() == [0] * 5 + [1] * 5
    assert whole.observers.tolist() == [0] * 7 + [1] * 7
    np.testing.assert_array_equal(five.fixations[:5], whole.fixations[:5])


def rewrite(samples, variable=None):
    return lambda folder: mit1003.write_gaze(folder, "i1", "ajs", samples, variable)


def no_gaze_file(folder):
    os.remove(folder / "DATA/ajs/i1.mat")


def extra_gaze_file(folder):
    shutil.copy(folder / "DATA/ajs/i1.mat", folder / "DATA/ajs/i99.mat")


def no_observer(folder):
    shutil.rmtree(folder / "DATA")
    os.makedirs(folder / "DATA")


def cut_gaze_file(folder):
    path = folder / "DATA/ajs/i1.mat"
    path.write_bytes(path.read_bytes()[:300])


def no_samples(folder):
    scipy.io.savemat(folder / "DATA/ajs/i1.mat", {"i1": np.ones(3)})


STILL = gaze_samples([(40.0, 30.0)], [100])


@pytest.mark.parametrize(
    ("corrupt", "match"),
    [
        (no_gaze_file, "i1.jpeg has no file of gaze in .*ajs"),
        (extra_gaze_file, "i99.mat has a file of gaze for 'i99', but there is no such image"),
        (no_observer, "DATA holds no folder of an observer"),
        (cut_gaze_file, "i1.mat is not a readable MATLAB 5 file"),
        (rewrite(STILL, "i2"), "ajs/i1.mat has no variable 'i1' but .'i2'"),
        (no_samples, "ajs/i1.mat has no samples of x and y in DATA.eyeData"),
    ],
)
def test_corruptions_of_gaze_are_named(gaze, corrupt, match):
    corrupt(gaze)
    refused("mit1003", gaze, match, points="gaze")


def test_an_image_nobody_looked_at(gaze):
    for observer in mit1003.OBSERVERS:
        mit1003.write_gaze(gaze, "i1", observer, np.full((700, 2), np.nan))
    refused("mit1003", gaze, "DATA has no fixation for i1.jpeg", points="gaze")


# ---- FixaTons ----


@pytest.fixture(params=["", "MIT1003"])
def unpacked(request, tmp_path):
    fixatons.make(str(tmp_path / request.param))
    return tmp_path, tmp_path / request.param


def test_fixatons_is_read(unpacked):
    given, folder = unpacked
    checks = ProblemCollector("mit1003")
    samples = read_dataset("mit1003", given, checks)
    assert checks.problems == [] and checks.dropped == 1
    assert len(samples) == len(fixatons.EXPECTED)
    for sample in samples:
        expected = fixatons.EXPECTED[os.path.basename(sample.image_path)]
        for field, value in expected.items():
            found = getattr(sample, field)
            if field == "density_path":
                found = os.path.relpath(found, folder)
            if isinstance(found, np.ndarray):
                np.testing.assert_allclose(found, value, atol=1e-9)
            else:
                assert found == value
    whole = load_dataset("mit1003", given, drop_first=False)
    assert whole[0].fixations.tolist()[0] == [32, 24] and len(whole[0].fixations) == 5


def cut_to(points, count):
    return [pair for pair in points[1 : 1 + count] if 0 <= pair[0] < 64 and 0 <= pair[1] < 48]


def test_points_and_densities_of_fixatons_are_of_the_same_fixations(tmp_path):
    """Its maps hold the first five fixations after the initial one, its scanpaths all."""
    random = np.random.default_rng(3)
    scanpaths = {name: random.uniform(1, (65, 49), (9, 2)) for name in ("CNG", "ajs", "emb")}
    first_five, later = (
        np.concatenate([cut_to(points - 1, count) for points in scanpaths.values()])
        for count in (5, 8)
    )
    picture(str(tmp_path / "STIMULI/i1.jpeg"), (48, 64))
    for name, points in scanpaths.items():
        rows = [(*point, time, time + 0.2) for time, point in enumerate(points)]
        fixatons.write_scanpath(str(tmp_path), "i1", name, rows)
    published = density_map(first_five, (48, 64), 24)
    map_picture(str(tmp_path / "SALIENCY_MAPS/i1.png"), 255 * published / published.max())
    for options, points, title in (
        ({}, first_five, "first five fixations of each observer after the initial one"),
        ({"fixations": "all"}, later, "all fixations of each observer after the initial one"),
    ):
        (sample,) = load_dataset("mit1003", tmp_path, **options)
        np.testing.assert_allclose(sample.fixations, points)
        blurred = density_map(points, (48, 64), 24)
        assert np.corrcoef(sample.density.ravel(), blurred.ravel())[0, 1] > 0.999
        assert title in describe_truth([sample], Task.FIXATIONS)
    (sample,) = load_dataset("mit1003", tmp_path, drop_first=False)
    assert sample.density_path is None and len(sample.fixations) == 15


def test_fixatons_without_density_maps(unpacked):
    given, folder = unpacked
    shutil.rmtree(folder / "SALIENCY_MAPS")
    assert all(sample.density_path is None for sample in load_dataset("mit1003", given))


def test_fixatons_has_no_raw_gaze(unpacked):
    with pytest.raises(InputError, match="points=gaze: .* is of FixaTons, without raw gaze"):
        load_dataset("mit1003", unpacked[0], points="gaze")


def extra_stimulus(folder):
    picture(f"{folder}/STIMULI/i3.jpeg", (20, 20))


def missing_map(folder):
    os.remove(folder / "SALIENCY_MAPS/i2.jpg")


def with_rows(*rows):
    return lambda folder: fixatons.write_scanpath(folder, "i1", "ajs", rows)


@pytest.mark.parametrize(
    ("corrupt", "match"),
    [
        (extra_stimulus, "i3.jpeg has no folder of scanpaths"),
        (missing_map, "i2.jpeg has no density map"),
        (with_rows((1, 2, 3)), "i1/ajs has lines that are not x, y, start, end .3 numbers"),
        (with_rows((1, 2, "x", 3)), "i1/ajs has lines that are not x, y, start, end"),
        (with_rows((5, 5, 0, 0.1), (5, 5, 0.5, 0.2)), "i1 has durations of i1.jpeg that are no"),
        (with_rows((5, 5, 0, 1), (5, "nan", 1, 2)), "i1 has fixations of i1.jpeg that are not"),
    ],
)
def test_corruptions_of_fixatons_are_named(unpacked, corrupt, match):
    corrupt(unpacked[1])
    refused("mit1003", unpacked[0], match)
