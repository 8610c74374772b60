"""DUTS in small: two halves of two folders each."""

from salzoo.data.dataset_record import Protocol
from salzoo.data.datasets._formats.splits import shuffled, within
from tests.data.datasets.layouts.making import mask_picture, picture, write

STEMS = {
    "TR": ("ILSVRC2012_test_00000004", "n01440764_10042", "sun_aabeufsxqktbilzp", "sun_b"),
    "TE": ("ILSVRC2012_test_00000003", "sun_z"),
}
IMAGES = 6
COUNTS = {"official": {"train": 4, "test": 2}, "salzoo": {"train": 3, "val": 1}}
PROTOCOLS = {"salzoo": Protocol(COUNTS["salzoo"], within("train", shuffled(3)), "as the real one")}
EXPECTED = {
    "n01440764_10042.jpg": {
        "size": (30, 40),
        "split": "train",
        "mask_path": "DUTS-TR/DUTS-TR-Mask/n01440764_10042.png",
    },
    "sun_z.jpg": {"split": "test", "mask_path": "DUTS-TE/DUTS-TE-Mask/sun_z.png"},
}


def make(root, halves=("TR", "TE")):
    for half in halves:
        for seed, stem in enumerate(STEMS[half]):
            folder = f"{root}/DUTS-{half}/DUTS-{half}"
            picture(f"{folder}-Image/{stem}.jpg", (30, 40), seed=seed)
            mask_picture(f"{folder}-Mask/{stem}.png", (30, 40))
        write(f"{root}/__MACOSX/DUTS-{half}/._DUTS-{half}-Image")
