"""EyeCrowd: 500 images with many or few faces, eye movements of 16 observers.

Jiang, Xu and Zhao, Saliency in crowd, ECCV 2014.

Layout as published: `data/stimuli/*.jpg` (1024x768) and `data/eye/fixations.mat`,
built as OSIE's of the same laboratory (see `nus`): a 500x1 cell of structs {img,
subjects}, an observer's fields saved in the smallest type that holds them, and
an observer without a fixation is possible. Coordinates are 1-based.
"""

from salzoo.data.dataset_record import DatasetRecord, Protocol, commit_archive
from salzoo.data.datasets._formats.checks import FileChecker
from salzoo.data.datasets._formats.nus import read_samples
from salzoo.data.datasets._formats.points import DROP_FIRST
from salzoo.data.datasets._formats.splits import set_aside, shuffled
from salzoo.data.sample import Sample
from salzoo.utils.task import Task

RECORD = DatasetRecord(
    name="eyecrowd",
    title="EyeCrowd (saliency in crowd)",
    task=Task.FIXATIONS,
    images=500,
    ground_truth="fixation points by observer, with durations",
    viewing="16 observers, eye tracker, free viewing (unverified)",
    licence="MIT",
    citation="Jiang, Xu, Zhao: Saliency in crowd. European Conference on Computer Vision, 2014",
    homepage="https://github.com/NUS-VIP/saliency-in-crowd",
    layout="data/stimuli/*.jpg and data/eye/fixations.mat",
    steps=("Download the repository of the homepage and give its folder as `data_dir`.",),
    archives=(
        commit_archive(
            "NUS-VIP/saliency-in-crowd",
            "8bb0416ee9942346f0a990f87a1325742fe3293f",
            "data",
        ),
    ),
    markers=("data/stimuli",),
    protocols={
        "salzoo": Protocol(
            {"train": 400, "val": 100}, shuffled(400), "ours, no paper divides it; seed 42"
        ),
        "set_aside": Protocol(
            {"train": 360, "val": 40, "test": 100},
            set_aside(shuffled(400), 40),
            "ours: the other protocol's validation images are the test",
        ),
    },
    sigma=24.0,
    sigma_source="as OSIE, of the same laboratory; none is stated for this set",
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
    return read_samples(folder, checks, RECORD, base=1, drop_first=drop_first)
