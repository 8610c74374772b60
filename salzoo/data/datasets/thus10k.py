"""THUS10000, also called MSRA10K: 10000 images, masks of the one salient object.

Cheng, Mitra, Huang, Torr and Hu, Global contrast based salient region detection,
TPAMI 2015.

Layout as published: `MSRA10K_Imgs_GT/Imgs/<id>.jpg` with the mask `<id>.png` in the
same folder, and `MSRA10K_Imgs_GT/Readme.txt`; some unpackings nest the outer folder
twice. The ids are plain numbers.
"""

from salzoo.data.dataset_record import Archive, DatasetRecord, Protocol
from salzoo.data.datasets._formats.checks import FileChecker
from salzoo.data.datasets._formats.masks import read_masked_images
from salzoo.data.datasets._formats.splits import only, shuffled
from salzoo.data.image_kinds import JPEG
from salzoo.data.sample import Sample
from salzoo.utils.task import Task

RECORD = DatasetRecord(
    name="thus10k",
    title="THUS10000 (MSRA10K)",
    task=Task.OBJECTS,
    images=10000,
    ground_truth="masks of the salient object",
    viewing="masks drawn of the objects that several people had marked with a box (unverified)",
    licence="none known here: see its Readme.txt and homepage before any use but research",
    citation="Cheng, Mitra, Huang, Torr, Hu: Global contrast based salient region detection. "
    "IEEE TPAMI 37(3), 2015",
    homepage="https://mmcheng.net/msra10k/",
    layout="MSRA10K_Imgs_GT/Imgs/*.jpg and *.png side by side",
    steps=(
        "Download and unpack MSRA10K_Imgs_GT.zip (195 MB).",
        "Give the folder that holds MSRA10K_Imgs_GT/ as `data_dir`.",
    ),
    archives=(
        Archive(
            "http://mftp.mmcheng.net/Data/MSRA10K_Imgs_GT.zip",
            "MSRA10K_Imgs_GT.zip",
            size=195_000_000,
        ),
    ),
    markers=("MSRA10K_Imgs_GT", "Imgs"),
    protocols={
        "official": Protocol({"train": 10000}, only("train"), "papers train on all of it", False),
        "salzoo": Protocol(
            {"train": 9000, "val": 1000}, shuffled(9000), "ours, no paper divides it; seed 42"
        ),
    },
)


def read(folder: str, checks: FileChecker) -> list[Sample]:
    """Read all samples of the folder, sorted by file name.

    Args:
        folder: of the dataset.
        checks: takes the problems of its files.

    Returns:
        Samples; images with a problem are left out.
    """
    inner = "MSRA10K_Imgs_GT/Imgs"
    pairs = checks.folder(folder, inner, f"MSRA10K_Imgs_GT/{inner}")
    return read_masked_images(pairs, JPEG, pairs, (".png",), checks)
