"""Exports of eye-tracking programs, read with the options that the documentation names."""

import logging
import pathlib
import re
import shlex

import numpy as np
import pytest

from salzoo import load_dataset
from salzoo.cli.arguments import pairs_to_dict
from salzoo.data.validation import inspect_dataset
from tests.data.datasets.layouts.making import picture, write

PAGE = pathlib.Path(__file__).parents[3] / "docs" / "eye-trackers.md"
ROWS, COLUMNS = 120, 160
# Pixels of the images in order of time, by image and observer.
TRUTH = {
    "a": {"Ann": [(10.5, 20.5), (80.5, 60.5), (150.5, 30.5)], "Bo": [(40.5, 100.5)]},
    "b": {"Ann": [(5.5, 5.5), (120.5, 110.5)], "Bo": [(70.5, 10.5), (90.5, 90.5)]},
}


def commands():
    """Return {folder: dataset options} of the page's commands."""
    found = {}
    for block in re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL):
        words = shlex.split(block.replace("\\\n", " "))
        assert words[:4] == ["salzoo", "check", "folder", "--data_dir"]
        assert set(words[5::2]) == {"--dataset_options"}
        found[words[4]] = pairs_to_dict("--dataset_options", words[6::2])
    return found


def fixations():
    """Yield image, observer, number of the observer's fixation, x and y."""
    for observer in ("Ann", "Bo"):
        number = 0
        for image, trials in TRUTH.items():
            for x, y in trials[observer]:
                number += 1
                yield image, observer, number, x, y


def on_screen(x, y, screen=(1920, 1080), scale=9.0):
    """Return where a pixel was: scaled, in the middle of the screen."""
    return (
        (screen[0] - COLUMNS * scale) / 2 + x * scale,
        (screen[1] - ROWS * scale) / 2 + y * scale,
    )


def tobii():
    """A line a sample, tab-separated; samples of saccades, of no image, and events between."""
    yield (
        "Recording timestamp\tParticipant name\tPresented Stimulus name\tEye movement type\t"
        "Gaze event duration\tEye movement type index\tFixation point X\tFixation point Y"
    )
    time = 0
    for image, observer, number, x, y in fixations():
        x, y = (f"{value:g}" for value in on_screen(x, y))
        for _ in range(3):
            time += 16
            yield f"{time}\t{observer}\t{image}.png\tFixation\t50\t{number}\t{x}\t{y}"
            yield f"{time + 1}\t{observer}\t\t\t\t\t\t"
        yield f"{time + 2}\t{observer}\t{image}.png\tSaccade\t16\t{number}\t\t"
        yield f"{time + 3}\t{observer}\t\tFixation\t50\t{number}\t{x}\t{y}"


def eyelink():
    yield (
        "RECORDING_SESSION_LABEL\tTRIAL_INDEX\timage\tCURRENT_FIX_INDEX\tCURRENT_FIX_X\t"
        "CURRENT_FIX_Y\tCURRENT_FIX_DURATION\tCURRENT_FIX_START"
    )
    for image, observer, number, x, y in fixations():
        x, y = on_screen(x, y, (1024, 768), 1)
        yield f"{observer}\t1\t{image}.png\t{number}\t{x:.2f}\t{y:.2f}\t50\t{250 * number}"
    yield "Ann\t3\ta.png\t9\t.\t.\t50\t9000"


def pupil():
    """A line a frame of the video; observers are not named, and their numbers begin anew."""
    yield (
        "world_timestamp,world_index,fixation_id,start_timestamp,duration,dispersion,norm_pos_x,"
        "norm_pos_y,x_scaled,y_scaled,on_surf,image"
    )
    for image, observer, number, x, y in fixations():
        start = number + 100 * (observer == "Bo")
        x, y = x / COLUMNS, 1 - y / ROWS
        for frame in range(4):
            yield f"9.{frame},{frame},{number},{start},50,1.2,{x!r},{y!r},{x},{y},True,{image}"
        yield f"9.9,9,{number},{start},50,1.2,{1 + x!r},{y!r},{x},{y},False,{image}"


def pupil_cloud():
    yield (
        "section id,recording id,fixation id,start timestamp [ns],end timestamp [ns],duration [ms],"
        "fixation detected in reference image,fixation x [px],fixation y [px],image"
    )
    for image, observer, number, x, y in fixations():
        start = 1_700_000_000_000_000_000 + number * 10**9
        yield f"s,{observer},{number},{start},{start + 9},50,True,{x},{y},{image}"
        yield f"s,{observer},{number + 500},{start},{start + 9},50,False,,,{image}"


def psychopy():
    """Heights of the screen from its centre, y upwards; a trailing comma, lines without gaze."""
    yield "image,trials.thisN,gaze_x,gaze_y,participant,expName,"
    for image, observer, number, x, y in fixations():
        x, y = (x - COLUMNS / 2) / ROWS, (ROWS / 2 - y) / ROWS
        yield f"stimuli/{image}.png,{number},{x!r},{y!r},{observer},gaze,"
        yield f"stimuli/{image}.png,{number},,,{observer},gaze,"


def webgazer():
    yield "participant,image,t,x,y"
    for image, observer, number, x, y in fixations():
        yield f"{observer},{image}.png,{number * 33.3},{320 + 8 * x},{90 + 8 * y}"


EXPORTS = {
    "tobii": tobii,
    "eyelink": eyelink,
    "pupil": pupil,
    "pupil_cloud": pupil_cloud,
    "psychopy": psychopy,
    "webgazer": webgazer,
}
OBSERVERS = {"tobii", "eyelink", "pupil_cloud", "psychopy", "webgazer"}
DURATIONS = {"tobii", "eyelink", "pupil", "pupil_cloud"}


@pytest.fixture
def root(tmp_path):
    for image in TRUTH:
        picture(f"{tmp_path}/images/{image}.png", (ROWS, COLUMNS))
    return tmp_path


def test_the_page_has_a_command_for_each_export():
    assert commands().keys() == EXPORTS.keys()


@pytest.mark.parametrize("name", EXPORTS)
def test_the_command_of_the_page_reads_the_export(root, name, caplog):
    write(f"{root}/fixations.csv", "\n".join(EXPORTS[name]()) + "\n")
    options = commands()[name]
    with caplog.at_level(logging.WARNING, "salzoo"):
        samples, checks = inspect_dataset("folder", root, **options)
    assert checks.problems == [] and checks.dropped == 0
    for sample, trials in zip(samples, TRUTH.values(), strict=True):
        expected = trials["Ann"] + trials["Bo"]
        np.testing.assert_allclose(sample.fixations, expected, rtol=0, atol=0.01)
        if name in OBSERVERS:
            assert sample.observers.tolist() == [0] * len(trials["Ann"]) + [1] * len(trials["Bo"])
        if name in DURATIONS:
            assert sample.durations.tolist() == [50] * len(expected)
    without = {"tobii": 0, "eyelink": 1, "psychopy": 8}.get(name, 0)
    if without:
        lines = "line" if without == 1 else "lines"
        assert f"left out {without} {lines} without x and y" in caplog.text
    if name == "tobii":
        assert "left out 8 lines without an image" in caplog.text


@pytest.mark.parametrize(
    ("name", "left_out", "match"),
    [
        ("tobii", ("screen", "image_on_screen"), "set screen"),
        ("pupil", ("units", "origin"), "set units=fractions, and origin=lower_left"),
        ("psychopy", ("units", "screen", "image_on_screen"), "units=heights where y ends"),
        ("webgazer", ("image_on_screen",), "set screen, such as"),
    ],
)
def test_without_its_options_an_export_is_refused(root, name, left_out, match):
    write(f"{root}/fixations.csv", "\n".join(EXPORTS[name]()))
    options = {key: value for key, value in commands()[name].items() if key not in left_out}
    _, checks = inspect_dataset("folder", root, **options)
    assert len(checks.problems) == 1 and match in checks.problems[0][1]


def test_decimal_commas_in_utf_16(root):
    text = re.sub(r"(\d)\.(\d)", r"\1,\2", "\n".join(tobii()))
    write(f"{root}/fixations.csv", text.encode("utf-16"))
    first = load_dataset("folder", root, **commands()["tobii"])[0]
    np.testing.assert_allclose(first.fixations[0], TRUTH["a"]["Ann"][0], atol=0.01)
