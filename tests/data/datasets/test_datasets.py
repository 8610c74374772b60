"""One runner over every registered dataset, on its small twin in tests/data/datasets/layouts."""

import importlib
import itertools
import os
import sys
from collections import Counter

import numpy as np
import pytest

from salzoo.data.dataset import load_dataset, open_dataset
from salzoo.data.dataset_record import Protocol
from salzoo.data.datasets import (
    DATASETS,
    dataset_record,
    divide,
    list_datasets,
    read_dataset,
    reader_options,
)
from salzoo.data.datasets._formats.checks import ProblemCollector
from salzoo.data.datasets._formats.splits import shuffled, with_test
from salzoo.data.fixations import density_map
from salzoo.data.images import image_size, read_image
from salzoo.data.sample import Sample
from salzoo.utils.errors import InputError
from salzoo.utils.task import Task
from tests.data.datasets.layouts import layout_of, make_small, missing_parts
from tests.data.datasets.layouts.making import map_picture

DRAWN = {"synthetic"}  # has its own tests, needs no files
WITHOUT_TRUTH = {"mit300"}
FIELDS = ("title", "ground_truth", "viewing", "licence", "citation", "homepage", "protocols")


def missing_in_record(name):
    """Return what to correct in a dataset's file, a list of texts."""
    module = importlib.import_module(DATASETS[name])
    for part in ("RECORD", "read"):
        if not hasattr(module, part):
            return [f"{part} is missing"]
    record, options = module.RECORD, reader_options(name)
    fields = [*FIELDS, *([] if name in DRAWN else ["layout", "markers", "steps"])]
    wrong = [f"RECORD.{field} is empty" for field in fields if not getattr(record, field)]
    if record.name != name:
        wrong.append(f"RECORD.name is {record.name!r}, but DATASETS calls it {name!r}")
    if not isinstance(record.task, Task):
        wrong.append("RECORD.task is not a Task")
    if not record.images > 0:
        wrong.append("RECORD.images is not above 0")
    if list(options) != list(record.options):
        wrong.append(f"RECORD.options has {list(record.options)}, but read takes {list(options)}")
    if (record.sigma is None) != (record.sigma_source == ""):
        wrong.append("RECORD.sigma and sigma_source: give both or neither")
    for key, protocol in record.protocols.items():
        if not protocol.source:
            wrong.append(f"RECORD.protocols: {key} has no source")
        if sum(protocol.counts.values()) > record.images:
            wrong.append(f"RECORD.protocols: {key} has more images than RECORD.images")
    for archive in record.archives:
        kind = archive.checksum and archive.checksum.split(":")[0]
        if kind not in (None, "md5", "sha256"):
            wrong.append(f"RECORD.archives: {archive.name} has a checksum that is no md5 or sha256")
    return wrong


def missing_for(name):
    """Return all that is missing for a dataset, one text, "" if nothing is."""
    try:
        wrong = missing_in_record(name)
    except Exception as error:  # whatever a half-written module raises
        wrong = [f"it cannot be imported ({type(error).__name__}: {error})"]
    path = DATASETS[name].replace(".", "/") + ".py"
    wrong = [f"{path}: {text}" for text in wrong]
    if name not in DRAWN:
        wrong += missing_parts(name)
    return "\n  ".join([f"The dataset {name} is not complete:", *wrong]) if wrong else ""


MISSING = {name: missing_for(name) for name in list_datasets()}
# A dataset that is not complete fails in one test, and the other tests leave it out.
COMPLETE = [name for name, missing in MISSING.items() if not missing]
FROM_DISK = [name for name in COMPLETE if name not in DRAWN]


@pytest.fixture(params=FROM_DISK)
def small(request, tmp_path, monkeypatch):
    """Name, folder and layout module of a dataset in small; its record says so."""
    folder = tmp_path / request.param
    folder.mkdir()
    make_small(request.param, folder, monkeypatch)
    return request.param, folder, layout_of(request.param)


def names_of(samples):
    return [os.path.basename(sample.image_path) for sample in samples]


@pytest.mark.parametrize("name", list_datasets())
def test_records_are_complete(name):
    """The record is complete, and a layout of the dataset in small is there."""
    if MISSING[name]:
        pytest.fail(MISSING[name], pytrace=False)


def test_samples(small):
    name, folder, layout = small
    samples = load_dataset(name, folder)
    assert len(samples) == layout.IMAGES
    assert samples == sorted(samples, key=lambda sample: sample.image_path)
    task = dataset_record(name).task
    for sample in samples:
        assert sample.size == image_size(sample.image_path)
        if sample.fixations is not None:
            assert sample.fixations.dtype == np.float64
            assert ((sample.fixations >= 0) & (sample.fixations < sample.size[::-1])).all()
        if sample.observers is not None:
            assert len(sample.observers) == len(sample.fixations)
        if sample.durations is not None:
            assert sample.durations.dtype == np.float64
            assert len(sample.durations) == len(sample.fixations)
        if Task.FIXATIONS in task and name not in WITHOUT_TRUTH and sample.split != "test":
            assert sample.density.shape == sample.size and sample.density.dtype == np.float32
        if Task.OBJECTS in task:
            assert sample.mask.shape == sample.size
            assert sample.mask.min() >= 0 and sample.mask.max() <= 1


def test_hand_made_values(small):
    name, folder, layout = small
    found = {}
    for sample in load_dataset(name, folder):
        # Sets with categories repeat their names: those are "Category/001.jpg".
        found[os.path.basename(sample.image_path)] = sample
        found["/".join(sample.image_path.split(os.sep)[-2:])] = sample
    assert layout.EXPECTED
    for image, fields in layout.EXPECTED.items():
        for field, expected in fields.items():
            value = getattr(found[image], field)
            if isinstance(value, np.ndarray):
                np.testing.assert_allclose(value, expected, atol=1e-9)
            elif isinstance(value, str) and field.endswith("path"):
                assert os.path.relpath(value, folder) == expected
            else:
                assert value == expected, (image, field)


WITH_OBSERVERS = ["dut_omron", "eyecrowd", "folder", "isun", "nus_scene", "osie", "pascal_s"]


@pytest.mark.parametrize("name", [*WITH_OBSERVERS, "salicon", "salicon2015"])
def test_first_fixations_can_be_dropped(name, tmp_path, monkeypatch):
    make_small(name, tmp_path, monkeypatch)
    whole = {sample.image_path: sample for sample in load_dataset(name, tmp_path)}
    # Some images have only first fixations: an inspection leaves them out.
    less = read_dataset(name, tmp_path, ProblemCollector(name), drop_first=True)
    assert any(sample.fixations is not None for sample in less)
    for sample in less:
        all_of_it = whole[sample.image_path]
        if sample.fixations is None:
            assert all_of_it.fixations is None
            continue
        later = np.ones(len(all_of_it.fixations), bool)
        for observer in set(all_of_it.observers):
            later[list(all_of_it.observers).index(observer)] = False
        for field in ("fixations", "observers", "durations"):
            value = getattr(all_of_it, field)
            expected = None if value is None else value[later]
            np.testing.assert_array_equal(getattr(sample, field), expected)


def test_protocols_divide_without_overlap(small):
    name, folder, layout = small
    assert set(layout.COUNTS) == set(dataset_record(name).protocols)
    for protocol, counts in layout.COUNTS.items():
        paths = []
        for split, count in counts.items():
            samples = load_dataset(name, folder, split, protocol)
            assert len(samples) == count
            assert samples == sorted(samples, key=lambda sample: sample.image_path)
            paths += [sample.image_path for sample in samples]
        assert len(set(paths)) == len(paths)


# Number of times that Python opened each file below the folders in WATCHED.
OPENS: Counter = Counter()
WATCHED: list[str] = []


def count_opens(event, arguments):
    if event == "open" and str(arguments[0]).startswith(tuple(WATCHED)):
        OPENS[str(arguments[0])] += 1


sys.addaudithook(count_opens)  # stays until Python ends


@pytest.fixture
def opens():
    """Return the number of opens by path, counted while WATCHED has the folder."""
    OPENS.clear()
    yield OPENS
    WATCHED.clear()


def test_every_file_is_opened_once(small, opens):
    """Whatever splits are taken, an image, a map or a file of fixations is opened once."""
    name, folder, layout = small
    paths = [
        path
        for sample in load_dataset(name, folder)
        for path in (sample.image_path, sample.density_path, sample.mask_path)
        if path
    ]
    WATCHED.append(str(folder))
    dataset = open_dataset(name, folder)
    (protocol, *_) = layout.COUNTS
    for split in (*layout.COUNTS[protocol], "all"):
        for opened in (dataset, dataset.with_sigma(3.0), dataset.only_with("train")):
            if opened.has_split(split):
                opened.split(split, limit=1)
    assert set(paths) <= set(opens)
    assert [path for path, count in opens.items() if count > 1] == []


def test_a_sigma_that_is_given_blurs_the_points(small):
    name, folder, _ = small
    for sample in load_dataset(name, folder, sigma=3):
        if sample.fixations is None:
            continue
        assert sample.sigma == 3 and sample.density_path is None
        expected = density_map(sample.fixations, sample.size, 3)
        np.testing.assert_allclose(sample.density, expected, atol=1e-6)


CHOICES = {"points": ("fixations", "location"), "maps": (True, False), "drop_first": (False, True)}


@pytest.mark.parametrize("name", sorted(set(COMPLETE) - DRAWN - WITHOUT_TRUTH))
def test_points_and_densities_are_of_the_same_fixations(name, tmp_path, monkeypatch):
    """Whatever is chosen; the published maps are of the fixations that are read by default."""
    make_small(name, tmp_path, monkeypatch)
    for sample in load_dataset(name, tmp_path):
        if sample.density_path and sample.fixations is not None:
            levels = density_map(sample.fixations, sample.size, 3.0)
            map_picture(sample.density_path, 255 * levels / levels.max())
    options = reader_options(name)
    known = {
        option: choices
        for option, choices in CHOICES.items()
        if option in options and options[option] == choices[0]
    }
    for values in itertools.product(*known.values()):
        chosen = dict(zip(known, values, strict=True))
        # With few fixations an image, some images have only first ones: these are problems.
        for sample in read_dataset(name, tmp_path, ProblemCollector(name), **chosen):
            if sample.fixations is None:
                continue
            sigma = 3.0 if sample.density_path else sample.sigma
            blurred = density_map(sample.fixations, sample.size, sigma)
            difference = sample.density / sample.density.max() - blurred / blurred.max()
            assert np.abs(difference).max() < 0.06, (chosen, sample)  # JPEG


def divided(counts, there, shuffles):
    """Divide samples of these official splits by a rule of these counts."""
    samples = [
        Sample(f"{split}{number}", (1, 1), split=split)
        for split, count in there.items()
        for number in range(count)
    ]
    rule = Protocol(counts, with_test(shuffled(counts["train"])), "a test", shuffles)
    return divide(dataset_record("ecssd"), rule, samples)


COUNTS = {"train": 3, "val": 2, "test": 4}


@pytest.mark.parametrize("there", [{"train": 5, "test": 4}, {"train": 5}, {"test": 4}])
def test_a_part_that_is_absent_as_a_whole_does_not_matter(there, caplog):
    splits = divided(COUNTS, there, shuffles=True)
    assert len(splits["test"]) == there.get("test", 0)
    assert len(splits["train"] + splits["val"]) == there.get("train", 0)
    assert caplog.text == ""


@pytest.mark.parametrize("there", [{"train": 4, "test": 4}, {"train": 6}, {"train": 5, "test": 3}])
def test_a_part_that_is_there_in_part_is_not_shuffled(there, caplog):
    with pytest.raises(InputError, match="its shuffle would give other splits"):
        divided(COUNTS, there, shuffles=True)
    divided(COUNTS, there, shuffles=False)
    assert "ecssd: the protocol has train 3, val " in caplog.text


def test_a_folder_of_folders(small):
    name, folder, layout = small
    assert len(load_dataset(name, folder.parent)) == layout.IMAGES


def test_a_whole_folder_has_no_problem(small):
    name, folder, _ = small
    checks = ProblemCollector(name)
    read_dataset(name, folder, checks)
    assert checks.problems == []


def refused(name, folder, match, **options):
    """Check that a folder is refused in one sentence, and that an inspection goes on.

    Returns:
        the samples that are usable all the same, and all problems.
    """
    with pytest.raises(InputError, match=match) as caught:
        load_dataset(name, folder, **options)
    assert "\n" not in str(caught.value)
    checks = ProblemCollector(name)
    samples = read_dataset(name, folder, checks, **options)
    assert checks.problems
    return samples, checks.problems


def test_a_truncated_image_is_named(small):
    name, folder, _ = small
    path = load_dataset(name, folder)[-1].image_path
    content = open(path, "rb").read()  # noqa: SIM115
    for cut in (content[: len(content) // 2], b""):
        with open(path, "wb") as file:
            file.write(cut)
        _, problems = refused(name, folder, os.path.basename(path))
        assert [problem for problem in problems if problem[0] == path]


def test_a_missing_image_is_named(small):
    name, folder, _ = small
    samples = load_dataset(name, folder)
    path = samples[-1].image_path
    os.remove(path)
    if name in WITHOUT_TRUTH:
        return
    if samples[-1].split != "test" or samples[-1].mask_path:
        refused(name, folder, os.path.splitext(os.path.basename(path))[0])


def test_a_missing_mask_or_map_is_named(small):
    name, folder, _ = small
    for field in ("mask_path", "density_path"):
        paths = [getattr(sample, field) for sample in load_dataset(name, folder)]
        for path in [path for path in paths if path][:1]:
            content = open(path, "rb").read()  # noqa: SIM115
            os.remove(path)
            refused(name, folder, os.path.splitext(os.path.basename(path))[0].split("_fix")[0])
            with open(path, "wb") as file:
                file.write(content[: len(content) // 2])
            refused(name, folder, os.path.basename(path))
            with open(path, "wb") as file:
                file.write(content)


def test_an_empty_folder_says_what_is_missing(small, tmp_path):
    name, _, _ = small
    (tmp_path / "empty").mkdir()
    refused(name, tmp_path / "empty", "is missing|holds no")


def test_training_images_can_be_decoded(small):
    name, folder, _ = small
    for sample in load_dataset(name, folder):
        assert read_image(sample.image_path, exif=False).shape[:2] == sample.size


@pytest.mark.parametrize("name", COMPLETE)
def test_every_dataset_can_be_described(name, capsys):
    from salzoo import cli

    assert not cli._run(cli._parse(["salzoo", "datasets", name]))
    text = capsys.readouterr().out
    assert "licence" in text and "(default): " in text and "inf" not in text.split()
    assert (": ; " in text, "images         your own" in text) == (False, name == "folder")


@pytest.mark.skipif(len(COMPLETE) < len(DATASETS), reason="a dataset is not complete")
def test_datasets_are_listed(capsys):
    from salzoo import cli

    cli._run(cli._parse(["salzoo", "datasets"]))
    lines = capsys.readouterr().out.splitlines()
    listed = [line.split()[0] for line in lines[1 : lines.index("")]]
    assert listed == sorted(DATASETS)
    assert any(line.startswith("folder ") and " your own " in line for line in lines)
