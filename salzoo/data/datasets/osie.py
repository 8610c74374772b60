"""OSIE: 700 images, eye movements of 15 observers.

Xu, Jiang, Wang, Kankanhalli and Zhao, Predicting human gaze beyond pixels,
Journal of Vision 14 (2014).

Layout as published: `data/stimuli/1001.jpg` to `1700.jpg` and
`data/eye/fixations.mat`, whose variable `fixations` is a 700x1 cell of structs
{img, subjects}; `subjects` is a 15x1 cell of structs {fix_x, fix_y,
fix_duration}. The values are saved in the smallest type that holds them, uint8
at times.

The coordinates are taken unchanged as 0-based points; the file does not tell
its base (the authors' MATLAB code rounds them to 1-based pixels, a difference
of at most one pixel).
"""

from salzoo.data.dataset_record import DatasetRecord, Protocol, commit_archive
from salzoo.data.datasets._formats.checks import FileChecker
from salzoo.data.datasets._formats.nus import read_samples
from salzoo.data.datasets._formats.points import DROP_FIRST
from salzoo.data.datasets._formats.splits import set_aside, shuffled
from salzoo.data.sample import Sample
from salzoo.utils.task import Task

RECORD = DatasetRecord(
    name="osie",
    title="OSIE",
    task=Task.FIXATIONS,
    images=700,
    ground_truth="fixation points by observer, with durations",
    viewing="15 observers, 3 s an image, eye tracker, free viewing (unverified)",
    licence="MIT",
    citation="Xu, Jiang, Wang, Kankanhalli, Zhao: Predicting human gaze beyond pixels. "
    "Journal of Vision 14(1), 2014",
    homepage="https://github.com/NUS-VIP/predicting-human-gaze-beyond-pixels",
    layout="data/stimuli/*.jpg and data/eye/fixations.mat",
    steps=("Download the repository of the homepage and give its folder as `data_dir`.",),
    archives=(
        commit_archive(
            "NUS-VIP/predicting-human-gaze-beyond-pixels",
            "63223a0dba3b521861cb7f356ad13400ef4b3d03",
            "data",
        ),
    ),
    markers=("data/stimuli",),
    protocols={
        "msinet": Protocol({"train": 500, "val": 200}, shuffled(500), "MSI-Net's code, seed 42"),
        "set_aside": Protocol(
            {"train": 450, "val": 50, "test": 200},
            set_aside(shuffled(500), 50),
            "ours: MSI-Net's validation images are the test",
        ),
    },
    sigma=24.0,
    sigma_source="the authors' own fixation maps",
    options={"drop_first": f"{DROP_FIRST} (the authors keep it)"},
)


def read(folder: str, checks: FileChecker, drop_first: bool = False) -> list[Sample]:
    """Read all samples of the folder, sorted by file name.

    Args:
        folder: of the dataset.
        checks: takes the problems of its files.
        drop_first: see RECORD.options.

    Returns:
        Samples; images with a problem are left out.
    """
    return read_samples(folder, checks, RECORD, drop_first=drop_first)
