"""SALICON of 2015 in small, in its JSON form: row before column, 1-based, workers' numbers."""

import json

from tests.data.datasets.layouts import salicon
from tests.data.datasets.layouts.making import map_picture, write

IMAGES, COUNTS, PROTOCOLS, SIZE = salicon.IMAGES, salicon.COUNTS, salicon.PROTOCOLS, salicon.SIZE
TRIALS = {7: [[1, 1], [48, 64], [48, 64]], 3: [], 1665: [[2, 3]]}
EXPECTED = {
    "COCO_train2014_000000000001.jpg": {
        "size": SIZE,
        "fixations": [(0, 0), (63, 47), (63, 47), (2, 1)],
        "observers": [7, 7, 7, 1665],
        "density_path": None,
        "split": "train",
    },
    "COCO_train2014_000000000002.JPG": {"fixations": [(4, 3)], "observers": [12]},
    "COCO_test2014_000000000001.jpg": {"split": "test", "fixations": None},
}


def make(root):
    salicon.make_images(root)
    for split in ("train", "val"):
        write_json(root, split, content(split))
    # The maps that people have are of the other release.
    map_picture(f"{root}/maps/train/COCO_train2014_000000000001.png", [[0, 1]])


def content(split):
    """The JSON of a split: a list of images and one of annotations."""
    numbers = range(1, salicon.SPLITS[split] + 1)
    annotations = [
        {"image_id": number, "worker_id": worker, "fixations": points}
        for number in numbers
        for worker, points in ({12: [[4, 5]]} if number == 2 else TRIALS).items()
    ]
    return {
        "info": {"version": "1.0"},
        "images": [{"id": number, "file_name": image_name(split, number)} for number in numbers],
        "licenses": [],
        "type": "fixations",
        "annotations": [{"id": key, **each} for key, each in enumerate(annotations, start=1)],
    }


def image_name(split, number):
    return f"COCO_{split}2014_{number:012d}.jpg"


def write_json(root, split, values):
    write(f"{root}/annotations/fixations_{split}2014.json", json.dumps(values))
