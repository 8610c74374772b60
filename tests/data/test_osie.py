"""OSIE in its published layout: made up here in full, and the real one where it is."""

import io

import numpy as np
import pytest
import scipy.io
from PIL import Image

from salzoo import InputError, load_dataset

NAMES = [f"{number}.jpg" for number in range(1001, 1701)]
SUBJECTS = 15


def cell(items):
    array = np.empty((len(items), 1), object)
    array[:, 0] = items
    return array


def struct(**fields):
    """A MATLAB 1x1 struct."""
    array = np.empty((1, 1), [(name, object) for name in fields])
    for name, value in fields.items():
        array[0, 0][name] = value
    return array


def subject(random):
    count = random.integers(1, 12)
    x, y = random.integers(10, 7990, count) / 10, random.integers(10, 5990, count) / 10
    return struct(fix_x=x[None], fix_y=y[None], fix_duration=np.full((1, count), 200, "uint8"))


def entry(random, name):
    return struct(img=name, subjects=cell([subject(random) for _ in range(SUBJECTS)]))


@pytest.fixture(scope="module")
def entries():
    random = np.random.default_rng(0)
    return [entry(random, name) for name in NAMES]


@pytest.fixture
def folder(tmp_path, entries):
    stimuli = tmp_path / "data" / "stimuli"
    stimuli.mkdir(parents=True)
    (tmp_path / "data" / "eye").mkdir()
    buffer = io.BytesIO()
    Image.new("RGB", (800, 600), "grey").save(buffer, "JPEG")
    for name in NAMES:
        (stimuli / name).write_bytes(buffer.getvalue())
    write(tmp_path, fixations=cell(entries))
    return tmp_path


def write(folder, **variables):
    scipy.io.savemat(folder / "data" / "eye" / "fixations.mat", variables)


def test_samples(folder, entries):
    samples = load_dataset("osie", folder)
    assert [sample.image_path for sample in samples] == [
        str(folder / "data" / "stimuli" / name) for name in NAMES
    ]
    sample, subjects = samples[3], entries[3][0, 0]["subjects"][:, 0]
    expected = np.concatenate(
        [np.stack([s[0, 0]["fix_x"][0], s[0, 0]["fix_y"][0]], axis=1) for s in subjects]
    )
    np.testing.assert_array_equal(sample.fixations, expected)
    assert sample.fixations.dtype == np.float64
    assert sample.size == (600, 800) and sample.sigma == 24
    assert set(sample.observers) == set(range(SUBJECTS))
    assert sample.mask is None and sample.category is None
    assert sample.density.shape == (600, 800)
    assert sample.density.sum() == pytest.approx(len(expected), rel=1e-4)


def test_split_is_msinets(folder):
    order = np.arange(700)
    np.random.RandomState(42).shuffle(order)
    expected = {"train": sorted(order[:500]), "val": sorted(order[500:])}
    for split, indices in expected.items():
        names = [sample.image_path[-8:] for sample in load_dataset("osie", folder, split)]
        assert names == [NAMES[index] for index in indices]


def test_folder_of_folders_and_sigma(folder, tmp_path_factory):
    parent = tmp_path_factory.mktemp("all")
    (parent / "osie").symlink_to(folder)
    assert {sample.sigma for sample in load_dataset("osie", parent, sigma=16)} == {16.0}


def refused(folder, match, **options):
    with pytest.raises(InputError, match=match) as caught:
        load_dataset("osie", folder, **options)
    assert "\n" not in str(caught.value)


def test_wrong_names_and_folders(folder, tmp_path):
    refused(None, "osie needs --data_dir")
    refused("/no/such/folder", "--data_dir /no/such/folder does not exist")
    refused(folder, "no 'test' split; it has train \\(500\\), val \\(200\\)", split="test")
    refused(folder, "no split 'valid'; did you mean 'val'", split="valid")
    refused(folder, "--sigma", sigma=0)
    refused(folder / "data", "stimuli is missing")
    with pytest.raises(InputError, match="no dataset 'oise'; did you mean 'osie'"):
        load_dataset("oise")


def test_images_missing_renamed_extra_cut(folder):
    stimuli = folder / "data" / "stimuli"
    image = stimuli / "1234.jpg"
    content = image.read_bytes()
    image.rename(stimuli / "photo.jpg")
    refused(folder, "1234.jpg is missing .1 of 700.*photo.jpg.*renamed")
    (stimuli / "photo.jpg").unlink()
    refused(folder, "1234.jpg is missing")
    image.write_bytes(content[: len(content) // 2])
    refused(folder, "1234.jpg is cut short")
    image.write_bytes(b"")
    refused(folder, "1234.jpg is not an image")
    image.write_bytes(content)
    (stimuli / "1701.jpg").write_bytes(content)
    refused(folder, "1701.jpg is not among")


def test_an_image_of_another_size(folder):
    Image.new("RGB", (400, 300)).save(folder / "data" / "stimuli" / "1500.jpg")
    refused(folder, "fixations of .*1500.jpg lie outside its 400x300")


def test_damaged_fixations(folder, entries):
    path = folder / "data" / "eye" / "fixations.mat"
    write(folder, fixation=cell(entries))
    refused(folder, "no variable 'fixations'")
    write(folder, fixations=cell(entries[:10]))
    refused(folder, "not a cell of 700 images")
    write(folder, fixations=np.zeros((700, 1)))
    refused(folder, "not a cell of 700 images")
    write(folder, fixations=cell([*entries[:-1], struct(picture="1700.jpg")]))
    refused(folder, "entry 700 is not a struct with img and subjects")
    write(folder, fixations=cell([*entries[:-1], entries[0]]))
    refused(folder, "names an image twice")
    lost = struct(fix_x=np.array([[np.nan]]), fix_y=np.ones((1, 1)), fix_duration=np.ones((1, 1)))
    write(folder, fixations=cell([struct(img="1001.jpg", subjects=cell([lost])), *entries[1:]]))
    refused(folder, "entry 1 .*not a number")
    path.write_bytes(path.read_bytes()[:100])
    refused(folder, "not a readable MATLAB 5 file")
    path.unlink()
    refused(folder, "fixations.mat is missing")


def test_the_real_osie(osie_dir):
    samples = load_dataset("osie", osie_dir)
    assert len(samples) == 700
    assert sum(len(sample.fixations) for sample in samples) == 98_321
    assert {sample.size for sample in samples} == {(600, 800)}
    assert {len(set(sample.observers)) for sample in samples} == {15}
