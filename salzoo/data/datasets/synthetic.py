"""Synthetic: 360 drawn scenes, simulated gaze of 12 observers; needs no files.

The scenes come from `salzoo.data.datasets._formats.scenes`. They are written once, as a dataset
that was downloaded would lie on disk, and read from there:

    images/0001.png, masks/0001.png    the scene; 255 on its salient objects
    fixations.csv                      image,observer,x,y
    scenes.json                        version, seed; category and split by image

They lie in `synthetic-<VERSION>` of the cache folder, see `salzoo.utils.home`, or in
`data_dir` if one is given.
"""

import json
import os

import numpy as np
from PIL import Image
from tqdm import tqdm

from salzoo.data.dataset_record import DatasetRecord, Protocol
from salzoo.data.datasets._formats import scenes
from salzoo.data.datasets._formats.checks import FileChecker
from salzoo.data.datasets._formats.splits import official
from salzoo.data.images import check_image_file
from salzoo.data.sample import Sample
from salzoo.utils.errors import InputError
from salzoo.utils.files import whole_folder
from salzoo.utils.home import cache_folder
from salzoo.utils.json_files import check_type, read_json
from salzoo.utils.task import Task

# To be raised whenever the same seed gives other scenes than before.
VERSION = 1
SEED = 1

_SPLITS = {"train": 240, "val": 60, "test": 60}

RECORD = DatasetRecord(
    name="synthetic",
    title="Synthetic scenes",
    task=Task.FIXATIONS | Task.OBJECTS,
    images=360,
    ground_truth="fixation points by observer, masks, categories",
    licence="Apache-2.0",
    citation="part of salzoo",
    homepage="salzoo/data/datasets/_formats/scenes.py",
    layout="",
    sigma=10.0,
    sigma_source="one degree of the visual angle, if 320 pixels fill 32 degrees",
    viewing="12 simulated observers, 6 to 12 fixations each, centre bias",
    protocols={"salzoo": Protocol(_SPLITS, official, "by number", False)},
)


def read(folder: str | None, checks: FileChecker) -> list[Sample]:
    """Read all samples, sorted by file name; draw the scenes first where there are none.

    Args:
        folder: where the scenes lie or shall lie; None: the cache.
        checks: not needed; what is wrong here is deleted and drawn again.
    """
    return _read_or_draw(folder or _cache_folder(), _SPLITS)


def _cache_folder() -> str:
    return os.path.join(cache_folder(), f"synthetic-{VERSION}")


def _read_or_draw(folder: str, splits: dict[str, int]) -> list[Sample]:
    """Do what `read` does for the given numbers of scenes."""
    # A link stays, and its target is what is filled.
    folder = os.path.realpath(folder)
    if os.path.exists(folder) and not os.path.isdir(folder):
        raise InputError(f"synthetic: {folder} is a file; give a new or empty folder.")
    if not os.path.isdir(folder) or not os.listdir(folder):
        _draw(folder, splits)
    entries = _read_entries(folder, splits)
    trials = _read_trials(folder)
    return [_sample(folder, name, trials.get(name), entries[name]) for name in sorted(entries)]


# ---- writing ----


def _draw(folder: str, splits: dict[str, int]) -> None:
    """Write all scenes so that `folder` is seen either whole or not at all."""
    if folder == os.path.realpath(os.curdir) or os.path.ismount(folder):
        raise InputError(f"synthetic: {folder} cannot be replaced; name a new folder inside it.")
    try:
        with whole_folder(folder) as draft:
            _write(draft, splits)
    except OSError as error:
        # Another process may have been faster; its scenes are the same.
        if not os.path.exists(os.path.join(folder, "scenes.json")):
            raise InputError(
                f"synthetic: no scenes can be written to {folder} ({error.strerror}); "
                f"set SALZOO_HOME or `data_dir` to another folder."
            ) from error


def _write(folder: str, splits: dict[str, int]) -> None:
    for kind in ("images", "masks"):
        os.makedirs(os.path.join(folder, kind))
    split_of = [split for split, count in splits.items() for _ in range(count)]
    entries, lines = {}, ["image,observer,x,y\n"]
    progress = tqdm(split_of, desc="drawing synthetic scenes", unit="image", disable=None)
    for index, split in enumerate(progress):
        name = f"{index + 1:04d}.png"
        drawn = scenes.draw_scene(SEED, index)
        # Level 1 is five times as fast as the default and 8 % larger.
        Image.fromarray(drawn.image).save(os.path.join(folder, "images", name), compress_level=1)
        Image.fromarray(drawn.mask).save(os.path.join(folder, "masks", name), compress_level=1)
        entries[name] = {"category": drawn.category, "split": split}
        rows = zip(drawn.observers.tolist(), drawn.fixations.tolist(), strict=True)
        lines += [f"{name},{observer},{x!r},{y!r}\n" for observer, (x, y) in rows]
    with open(os.path.join(folder, "fixations.csv"), "w", encoding="ascii", newline="") as file:
        file.writelines(lines)
    with open(os.path.join(folder, "scenes.json"), "w", encoding="ascii", newline="") as file:
        json.dump({"version": VERSION, "seed": SEED, "images": entries}, file, indent=1)


# ---- reading ----


def _read_entries(folder: str, splits: dict[str, int]) -> dict[str, dict[str, str]]:
    """Return {image name: {"category", "split"}} from scenes.json."""
    path = os.path.join(folder, "scenes.json")
    if not os.path.exists(path):
        raise InputError(
            f"synthetic: {folder} holds other files and no scenes.json; give a new or empty "
            f"folder, or none."
        )
    try:
        content = read_json(path)
        found = (content["version"], content["seed"])
        entries = check_type(dict[str, dict[str, str]], content["images"], path, "images")
        listed = [(entry["split"], entry["category"]) for entry in entries.values()]
        counts = {split: [entry for entry, _ in listed].count(split) for split in splits}
        if any(os.path.basename(name) != name for name in entries):
            raise ValueError("names of images are no paths")
    except (ValueError, KeyError, TypeError):
        found, entries, counts = None, {}, {}
    if found != (VERSION, SEED) or counts != splits or len(entries) != sum(splits.values()):
        raise InputError(
            f"synthetic: {path} is not of scenes of version {VERSION}; give a new or empty "
            f"folder, or delete {folder} to have them drawn again."
        )
    return entries


def _read_trials(folder: str) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return {image name: (fixations (n, 2), observers (n,))} from fixations.csv."""
    path = os.path.join(folder, "fixations.csv")
    if not os.path.exists(path):
        raise _incomplete(folder, path)
    columns = [("image", "U16"), ("observer", "int32"), ("x", "float64"), ("y", "float64")]
    try:
        table = np.loadtxt(path, columns, delimiter=",", skiprows=1, ndmin=1)
    except (OSError, ValueError) as error:
        raise InputError(
            f"synthetic: {path} is damaged ({error}); delete {folder} to have it drawn again."
        ) from error
    table = table[np.argsort(table["image"], kind="stable")]
    names, starts = np.unique(table["image"], return_index=True)
    return {
        str(name): (np.stack([rows["x"], rows["y"]], axis=1), rows["observer"].copy())
        for name, rows in zip(names, np.split(table, starts[1:]), strict=True)
    }


def _sample(
    folder: str, name: str, trial: tuple[np.ndarray, np.ndarray] | None, entry: dict[str, str]
) -> Sample:
    image, mask = (os.path.join(folder, kind, name) for kind in ("images", "masks"))
    sizes = []
    for path in (image, mask):
        if not os.path.exists(path):
            raise _incomplete(folder, path)
        sizes.append(check_image_file(path).size)
    rows, columns = size = sizes[0]
    if sizes[1] != size:
        raise InputError(f"synthetic: {mask} has not the size of its image; delete {folder}.")
    if trial is None:
        raise InputError(f"synthetic: fixations.csv has no line for {image}; delete {folder}.")
    fixations, observers = trial
    if not ((fixations >= 0) & (fixations < (columns, rows))).all():
        raise InputError(f"synthetic: fixations of {image} lie outside it; delete {folder}.")
    return Sample(
        image,
        size,
        fixations=fixations,
        observers=observers,
        sigma=RECORD.sigma,
        mask_path=mask,
        category=entry["category"],
        split=entry["split"],
    )


def _incomplete(folder: str, path: str) -> InputError:
    return InputError(
        f"synthetic: {path} is missing; delete {folder} to have the scenes drawn again."
    )
