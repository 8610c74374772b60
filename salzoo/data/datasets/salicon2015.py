"""SALICON, release of 2015: the images of `salicon` with fixations found in another way.

Jiang, Huang, Duan and Zhao, SALICON: Saliency in context, CVPR 2015.

Layout: as `salicon`, with that release's .mat files; or the JSON form,
`annotations/fixations_{train,val}2014.json` beside `images`, also of the
publishers' ten examples (`images/train2014examples`). In the JSON form points
are [row, column], 1-based, and an observer is the worker's number.

The published density maps are of the release of 2017, so none is taken here: densities
are made from the points.
"""

import json
import os
from dataclasses import replace
from typing import Any

import numpy as np

from salzoo.data.datasets import salicon
from salzoo.data.datasets._formats.checks import FileChecker
from salzoo.data.datasets._formats.points import Fixations, points_of_matrix
from salzoo.data.sample import Sample
from salzoo.utils.errors import InputError
from salzoo.utils.regular_files import read_bytes

_FIXATIONS = salicon.fixations_archive(
    "1WVEiXba-I4GN33f0uUl4KhaN1rK7qzs6", "9a22db9d718200fb90252e5010c004c4"
)
RECORD = replace(
    salicon.RECORD,
    name="salicon2015",
    title="SALICON (2015)",
    ground_truth="fixation points and raw mouse samples by observer; none for the 5000 test images",
    layout="images/{train,val,test}/*.jpg, and fixations/{train,val}/*.mat "
    "or annotations/fixations_{train,val}2014.json",
    steps=(
        salicon.IMAGES_STEP,
        salicon.fixations_step(_FIXATIONS),
        "Or download Training (818 MB) and Validation (459 MB) under Annotations on "
        "http://salicon.net/download and put the two .json files in a folder `annotations` "
        "beside `images`.",
        "Give the folder that holds `images` as `data_dir`.",
    ),
    archives=(salicon.IMAGES, _FIXATIONS),
    options={name: text for name, text in salicon.RECORD.options.items() if name != "maps"},
)

# Of a JSON file, which has 818 MB as published.
FILE_LIMIT = 2**30


def read(
    folder: str,
    checks: FileChecker,
    points: str = "fixations",
    drop_first: bool = False,
) -> list[Sample]:
    """Read all samples of the folder, sorted by file name.

    Args:
        folder: of the dataset.
        checks: takes the problems of its files.
        points: see RECORD.options.
        drop_first: see RECORD.options.

    Returns:
        Samples; images with a problem are left out.
    """
    return salicon.read_release(folder, checks, points, False, drop_first, _read_json)


def _read_json(path: str, checks: FileChecker) -> dict[str, Fixations] | None:
    """Read a file of the JSON form, COCO style.

    {images: [{id, file_name}], annotations: [{image_id, worker_id, fixations:
    [[row, column], ...]}]}; an annotation is an observer of an image.

    Returns:
        {stem: `Fixations`}, 0-based, observers being the workers' numbers; None if the
        file is unusable.
    """
    try:
        content = json.loads(read_bytes(path, FILE_LIMIT), object_hook=_compact)
    except InputError as error:
        checks.refused(path, error)
        return None
    except (ValueError, RecursionError) as error:
        checks.problem(path, f"is not a readable JSON file ({error}).")
        return None
    try:
        images = content["images"]
        stem_of = {image["id"]: os.path.splitext(image["file_name"])[0] for image in images}
        found: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {}
        for stem in stem_of.values():
            found[stem] = []
        for entry in content["annotations"]:
            if entry["fixations"] is None:
                raise ValueError("fixations are not [row, column] pairs")
            workers = np.full(len(entry["fixations"]), int(entry["worker_id"]), "int32")
            found[stem_of[entry["image_id"]]].append((entry["fixations"], workers))
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
        reason = f"no {error}" if isinstance(error, KeyError) else error
        checks.problem(
            path,
            f"is not a list of images and their fixations ({reason}); take the set's own file.",
        )
        return None
    trials = {}
    for stem, of_workers in found.items():
        points = np.concatenate([np.empty((0, 2)), *(own for own, _ in of_workers)])
        workers = np.concatenate([np.empty(0, "int32"), *(own for _, own in of_workers)])
        trials[stem] = Fixations(points[:, ::-1] - 1, workers)
    return trials


def _compact(entry: dict[str, Any]) -> dict[str, Any]:
    """Turn an annotation's points into an array as soon as it is parsed, None if they are none.

    As lists of lists the 70 million points of the training set would take 9 GB, so
    it is 2 GB.
    """
    if "fixations" in entry:
        try:
            entry["fixations"] = points_of_matrix(np.asarray(entry["fixations"], "float32"))
        except (TypeError, ValueError):
            entry["fixations"] = None
    return entry
