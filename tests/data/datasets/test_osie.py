"""OSIE: MSI-Net's split, names, images and a file of fixations that do not fit; the real set."""

import h5py
import numpy as np
import pytest
import scipy.io

from salzoo import InputError, load_dataset
from salzoo.data.datasets import osie as reader
from salzoo.data.sample import Sample
from tests.data.datasets.layouts import make_small, osie
from tests.data.datasets.layouts.making import cell, picture, struct
from tests.data.datasets.layouts.osie import entry, write_fixations
from tests.data.datasets.test_datasets import names_of, refused

FIXATIONS = "data/eye/fixations.mat"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    return make_small("osie", tmp_path, monkeypatch)


def test_samples_are_sorted_and_hold_points(folder):
    samples = load_dataset("osie", folder)
    assert names_of(samples) == osie.NAMES
    sample = samples[0]
    assert sample.fixations.dtype == np.float64 and sample.sigma == 24
    assert sample.mask is None and sample.category is None
    assert sample.density.sum() == pytest.approx(len(sample.fixations), rel=1e-4)


def test_bytes_do_not_overflow(folder):
    picture(f"{folder}/data/stimuli/1002.jpg", (300, 400))
    largest = (np.array([[255]], "uint8"), np.array([[250]], "uint8"))
    write_fixations(folder, entries(second=[largest] * 3))
    np.testing.assert_array_equal(load_dataset("osie", folder)[1].fixations, [(255, 250)] * 3)


def test_first_fixations_can_be_dropped(folder):
    write_fixations(folder, entries(second=[osie.TRIALS[0][0]] * 3))
    samples = load_dataset("osie", folder, drop_first=False)
    with pytest.raises(InputError, match="no fixation for 1003.jpg"):
        load_dataset("osie", folder, drop_first=True)
    assert len(samples[1].fixations) == 6


def test_durations_that_are_none(folder):
    path = folder / FIXATIONS
    content = scipy.io.loadmat(path)["fixations"]
    subjects = content[1, 0]["subjects"][0, 0]
    subjects[0, 0]["fix_duration"][0, 0] = np.array([[np.nan]])
    scipy.io.savemat(path, {"fixations": content})
    refused("osie", folder, "fixations.mat has durations of 1002.jpg that are no numbers")


def test_the_split_is_msinets():
    # What MSI-Net's data.py does with the sorted list of 700 names.
    names = [f"{number}.jpg" for number in range(1001, 1701)]
    order = np.arange(700)
    np.random.RandomState(42).shuffle(order)
    samples = [Sample(name, (600, 800)) for name in names]
    splits = reader.RECORD.protocols["msinet"].divide(samples)
    for split, indices in (("train", order[:500]), ("val", order[500:])):
        assert names_of(splits[split]) == [names[index] for index in sorted(indices)]


def test_wrong_names_and_folders(folder):
    for place, match in (
        (
            None,
            "osie is not here; to fetch it .*MIT.* add --yes.* or give its folder as `data_dir`",
        ),
        ("/no/such/folder", "`data_dir` /no/such/folder does not exist"),
    ):
        with pytest.raises(InputError, match=match):
            load_dataset("osie", place)
    refused(
        "osie",
        folder / "data" / "eye",
        "stimuli is missing, and neither .* above it has data/stimuli; see `salzoo",
    )
    for options, match in (
        ({"split": "test"}, "no 'test' split; it has train \\(3\\), val \\(2\\)"),
        ({"split": "valid"}, "no split 'valid'; did you mean 'val'"),
        ({"protocol": "msi"}, "no protocol of osie 'msi'; did you mean 'msinet'"),
        ({"drop_frist": True}, "no option of osie 'drop_frist'; did you mean 'drop_first'"),
        ({"sigma": 0}, "`sigma`"),
    ):
        with pytest.raises(InputError, match=match):
            load_dataset("osie", folder, **options)
    with pytest.raises(InputError, match="no dataset 'oise'; did you mean 'osie'"):
        load_dataset("oise")


def entries(second=None, of_second="1002.jpg"):
    """The cell's entries, the second with other trials or another name."""
    trials = [osie.TRIALS[0], second or osie.TRIALS[1], *osie.TRIALS[2:]]
    names = [osie.NAMES[0], of_second, *osie.NAMES[2:]]
    return [entry(*pair) for pair in zip(names, trials, strict=True)]


def missing_image(folder):
    (folder / "data/stimuli/1002.jpg").unlink()


def renamed_image(folder):
    (folder / "data/stimuli/1002.jpg").rename(folder / "data/stimuli/photo.jpg")


def extra_image(folder):
    picture(f"{folder}/data/stimuli/1701.jpg", osie.SIZE)


def two_endings(folder):
    picture(f"{folder}/data/stimuli/1002.jpeg", osie.SIZE)


def cut_image(folder):
    path = folder / "data/stimuli/1002.jpg"
    path.write_bytes(path.read_bytes()[:300])


def empty_image(folder):
    (folder / "data/stimuli/1002.jpg").write_bytes(b"")


def wrong_size(folder):
    points = (np.full((1, 4), 70.0), np.full((1, 4), 50.0))
    write_fixations(folder, entries(second=[points] * 3))
    picture(f"{folder}/data/stimuli/1002.jpg", (30, 40))


def missing_file(folder):
    (folder / FIXATIONS).unlink()


def cut_file(folder):
    (folder / FIXATIONS).write_bytes((folder / FIXATIONS).read_bytes()[:100])


def hdf5(folder):
    with h5py.File(folder / FIXATIONS, "w", userblock_size=512) as file:
        file["fixations"] = np.ones(3)


def no_cell(folder):
    scipy.io.savemat(folder / FIXATIONS, {"fixations": np.zeros((osie.IMAGES, 1))})


def with_entries(made, variable="fixations"):
    return lambda folder: write_fixations(folder, made, variable)


LOST = (np.array([[np.nan]]), np.ones((1, 1)))
UNEVEN = (np.ones((1, 2)), np.ones((1, 1)))
NAMELESS = struct(picture="1002.jpg", subjects=cell([]))


@pytest.mark.parametrize(
    ("corrupt", "match"),
    [
        (missing_image, "fixations.mat has an entry for '1002.jpg', but there is no such image"),
        (renamed_image, "photo.jpg has no entry in .*fixations.mat.*renamed"),
        (extra_image, "1701.jpg has no entry in .*fixations.mat"),
        (two_endings, "1002.jpg differs from 1002.jpeg only in its ending"),
        (cut_image, "1002.jpg is cut short"),
        (empty_image, "1002.jpg is not an image"),
        (wrong_size, "has 12 of 12 fixations outside the 40x30 pixels of 1002.jpg"),
        (missing_file, "fixations.mat is missing; see `salzoo datasets osie`"),
        (cut_file, "fixations.mat is not a readable MATLAB 5 file"),
        (hdf5, "osie: [^ ]*fixations.mat is a MATLAB 7.3 .HDF5. file, not MATLAB 5; take the"),
        (no_cell, "type float64 and shape .5, 1., not a cell of 5 images"),
        (with_entries(entries()[:3]), "shape .3, 1., not a cell of 5 images"),
        (with_entries(entries(), "fixation"), "no variable 'fixations' but .'fixation'"),
        (with_entries([*entries()[:4], NAMELESS]), "entry 5 that is not a struct of .*'img'"),
        (with_entries(entries(of_second="1001.jpg")), "names 1001.jpg twice"),
        (with_entries(entries(second=[LOST] * 3)), "fixations of 1002.jpg that are not numbers"),
        (with_entries(entries(second=[UNEVEN] * 3)), "entry 2 .*fix_duration differ in length"),
    ],
)
def test_corruptions_are_named(folder, corrupt, match):
    corrupt(folder)
    refused("osie", folder, match)


def test_the_real_osie(osie_dir):
    samples = load_dataset("osie", osie_dir)
    assert len(samples) == 700
    assert sum(len(sample.fixations) for sample in samples) == 98_321
    assert {sample.size for sample in samples} == {(600, 800)}
    assert {len(set(sample.observers)) for sample in samples} == {15}
    assert len(load_dataset("osie", osie_dir, "val")) == 200
    durations = np.concatenate([sample.durations for sample in samples])
    assert durations.dtype == np.float64 and len(durations) == 98_321
    assert (durations.min(), durations.max(), np.median(durations)) == (20, 1975, 190)
    assert durations.mean() == pytest.approx(214.3, abs=0.05)
