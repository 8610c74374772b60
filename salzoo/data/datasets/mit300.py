"""MIT300: the 300 images of the MIT saliency benchmark, whose fixations are not public.

Judd, Durand and Torralba, A benchmark of computational models of saliency to
predict human fixations, MIT technical report, 2012.

Layout as published: `BenchmarkIMAGES/i1.jpg` to `i300.jpg`, of many sizes. Only
the benchmark itself can evaluate predictions of them.
"""

from salzoo.data.dataset_record import Archive, DatasetRecord, Protocol
from salzoo.data.datasets._formats.checks import FileChecker
from salzoo.data.datasets._formats.splits import official
from salzoo.data.image_kinds import JPEG
from salzoo.data.sample import Sample
from salzoo.utils.task import Task

_ZIP = "http://saliency.mit.edu/BenchmarkIMAGES.zip"

RECORD = DatasetRecord(
    name="mit300",
    title="MIT300",
    task=Task.FIXATIONS,
    images=300,
    ground_truth="not public; https://saliency.tuebingen.ai evaluates",
    viewing="39 observers, eye tracker; free viewing, 3 s an image (unverified)",
    licence="no text found: treat it as for research, not to be redistributed",
    citation="Judd, Durand, Torralba: A benchmark of computational models of saliency to predict "
    "human fixations. MIT technical report, 2012 (unverified)",
    homepage="https://saliency.tuebingen.ai",
    layout="BenchmarkIMAGES/*.jpg",
    steps=(
        f"Download {_ZIP} (md5 03ed32bdf5e4289950cd28df89451260) and unpack it, which gives "
        "`BenchmarkIMAGES`; give the folder around it as `data_dir`.",
        "To have predictions evaluated, submit them as https://saliency.tuebingen.ai says.",
    ),
    archives=(Archive(_ZIP, "BenchmarkIMAGES.zip", "md5:03ed32bdf5e4289950cd28df89451260"),),
    markers=("BenchmarkIMAGES",),
    protocols={"official": Protocol({"test": 300}, official, "the publishers", False)},
)


def read(folder: str, checks: FileChecker) -> list[Sample]:
    """Read all samples of the folder, sorted by file name.

    Args:
        folder: of the dataset.
        checks: takes the problems of its files.

    Returns:
        Samples; images with a problem are left out.
    """
    images_folder = checks.folder(folder, "BenchmarkIMAGES")
    if images_folder is None:
        return []
    images = checks.stems(images_folder, JPEG)
    if not images:
        checks.problem(images_folder, "holds no .jpg image; take the set's own folder.")
    sizes = {path: checks.image(path) for path in images.values()}
    return [Sample(path, size, split="test") for path, size in sizes.items() if size is not None]
