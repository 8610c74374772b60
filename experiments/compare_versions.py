"""Comparison of two versions of salzoo, bit for bit: maps, scores, training, export.

    python experiments/compare_versions.py BEFORE AFTER --data_dir DATA [--items predict,export]

BEFORE and AFTER are roots of repositories. Both run the same commands as subprocesses with the
same Python, on the CPU; only the folder on `PYTHONPATH` differs. DATA holds a folder `osie`.
One line is printed for each comparison: equal, or different with the largest difference. The
exit status is 1 if anything differs, else 0.

The items:

    predict           three images: maps, grey pictures, overlays
    predict_tta       the same with test-time augmentation
    predict_tables    one image with --top 3 --crop 16:9 --regions
    evaluate          scores of ten images, convention tuebingen
    evaluate_compare  the same under all conventions, with all baselines
    train             msinet_lite on OSIE for a few steps: weights, history, metrics
    train_asnet       a model with several outputs on the synthetic set, one epoch
    export            maps of the SavedModel's two signatures

With `--work FOLDER` the files of both versions are kept, and those of BEFORE serve again in the
next comparison as long as BEFORE and its commands stay the same.

Pictures and tables must have the same bytes. Of weights the arrays are compared, of JSON files
the means alone, as other fields hold command lines and dates.
"""

import argparse
import csv
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

# Flags that changed their names: {before: after}. Items use the names before.
RENAMED = {
    "--thorough": "--tta",
    "--fit": "--fit_mode",
    "--option": "--model_options",
    "--dataset_option": "--dataset_options",
}
MODEL = "msinet_lite"
REGIONS = "name,x,y,width,height\nleft,0,0,400,600\ncentre,300,200,200,200\n"
# Runs without salzoo: an export needs nothing but TensorFlow.
SERVE = """
import sys
import numpy as np
import tensorflow as tf

folder, image = sys.argv[1:]
signatures = tf.saved_model.load(folder).signatures
content = tf.io.read_file(image)
pixels = tf.cast(tf.io.decode_jpeg(content, channels=3), tf.float32)[None]
np.save("tensor.npy", signatures["tensor"](images=pixels)["saliency"].numpy())
served = signatures["serving_default"](images=content[None])
with open("serving_default.png", "wb") as file:
    file.write(served.get("maps_bytes", served.get("maps")).numpy()[0])
np.save("sizes.npy", served["sizes"].numpy())
"""


@dataclass(frozen=True)
class Item:
    """Commands that both versions run, and the files that are compared.

    Attributes:
        commands: arguments of `python`, a tuple each; one that begins with "salzoo" is run as
            `python -m salzoo`.
        files: patterns of the files to compare, relative to the folder that the commands run in.
    """

    commands: tuple[tuple[str, ...], ...]
    files: tuple[str, ...]


def make_items(data_dir: pathlib.Path, backbone_weights: str) -> dict[str, Item]:
    """Return the items by name.

    Args:
        data_dir: folder that holds OSIE as `osie`.
        backbone_weights: "none" or a file of the encoder's ImageNet weights, for the training.
    """
    osie = data_dir / "osie"
    images = sorted(str(path) for path in (osie / "data" / "stimuli").glob("*.jpg"))
    if not images:
        raise SystemExit(f"{osie / 'data' / 'stimuli'} holds no .jpg; give --data_dir.")
    three, one = (images[0], images[len(images) // 2], images[-1]), images[len(images) // 3]
    on_osie = ("--dataset", "osie", "--data_dir", str(osie), "--protocol", "set_aside")
    predict = ("salzoo", "predict", "--out", "out")
    evaluate = ("salzoo", "evaluate", MODEL, *on_osie, "--split", "test", "--limit", "10")
    written = ("out/scores.csv", "out/evaluation.json")
    run = ("run/best.weights.h5", "run/history.csv", "run/*metrics.csv", "run/*metrics.json")
    few = ("--limit_train", "16", "--limit_val", "4", "--epochs", "2", "--batch_size", "4")
    fewer = ("--limit_train", "4", "--limit_val", "2", "--epochs", "1", "--batch_size", "2")
    scratch = ("--backbone_weights", "none")
    commands = {
        "predict": ((*predict, *three), ("out/*",)),
        "predict_tta": ((*predict, "--thorough", *three), ("out/*",)),
        "predict_tables": (
            (*predict, "--top", "3", "--crop", "16:9", "--regions", "regions.csv", one),
            ("out/*",),
        ),
        "evaluate": ((*evaluate, "--convention", "tuebingen", "--out", "out"), written),
        "evaluate_compare": (
            (*evaluate, "--compare", "--baselines", "all", "--out", "out"),
            written,
        ),
        "train": (
            (
                *("salzoo", "train", MODEL, *on_osie, *few, "--input_size", "96x128"),
                *("--seed", "0", "--backbone_weights", backbone_weights, "--run_dir", "run"),
            ),
            (*run, "run/*predictions.png"),
        ),
        "train_asnet": (
            (
                *("salzoo", "train", "asnet", "--dataset", "synthetic", *fewer, *scratch),
                *("--input_size", "32x32", "--option", "output_level=3", "--fit", "stretch"),
                *("--seed", "0", "--run_dir", "run"),
            ),
            (*run, "run/*predictions.png"),
        ),
    }
    items = {name: Item((command,), files) for name, (command, files) in commands.items()}
    export = ("salzoo", "export", MODEL, "--out", "exports")
    serve = ("-c", SERVE, f"exports/{MODEL}/1", one)
    items["export"] = Item((export, serve), ("tensor.npy", "serving_default.png", "sizes.npy"))
    return items


@dataclass(frozen=True)
class Version:
    """One of the two versions.

    Attributes:
        tree: root of its repository.
        work: folder of its outputs, one subfolder for each item.
    """

    tree: pathlib.Path
    work: pathlib.Path

    def python(self, arguments: tuple[str, ...], here: pathlib.Path) -> str:
        """Run Python with this version's salzoo in a folder; return what it prints.

        Raises:
            RuntimeError: it failed; the message is the end of what it wrote to stderr.
        """
        environment = {
            **os.environ,
            "PYTHONPATH": str(self.tree),
            "PYTHONDONTWRITEBYTECODE": "1",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "CUDA_VISIBLE_DEVICES": "-1",
            "SALZOO_CACHE": str(here / "cache"),  # of versions before SALZOO_HOME
            "SALZOO_HOME": str(here / "home"),
            "COLUMNS": "200",  # of --help
        }
        command = [sys.executable, *arguments]
        result = subprocess.run(command, cwd=here, env=environment, capture_output=True, text=True)
        if result.returncode:
            last = (result.stderr.strip() or "nothing on stderr").splitlines()[-1]
            raise RuntimeError(f"exit status {result.returncode}, {last}")
        return result.stdout

    def check(self) -> None:
        """Refuse to go on if salzoo is not imported from this version's tree."""
        statement = "import salzoo; print(salzoo.__file__)"
        found = self.python(("-c", statement), self.work).strip()
        if pathlib.Path(found).parents[1].resolve() != self.tree:
            raise SystemExit(f"{self.tree} holds no salzoo: Python imports {found}.")

    def spelled(self, command: tuple[str, ...], here: pathlib.Path) -> tuple[str, ...]:
        """Return a command with the flags that this version has, as arguments of Python."""
        if command[0] != "salzoo":
            return command
        if not any(word in RENAMED for word in command):
            return ("-m", *command)
        text = self.python(("-m", "salzoo", command[1], "--help"), here)
        known = set(re.findall(r"--\w+", text))
        after = {word: name for word, name in RENAMED.items() if name in known}
        return ("-m", *(after.get(word, word) for word in command))

    def run(self, name: str, item: Item, reuse: bool) -> pathlib.Path:
        """Run an item's commands; return the folder of its files.

        Args:
            name: of the item.
            item: what to run.
            reuse: whether files of an earlier run of the same commands on the same tree serve.
        """
        here = self.work / name
        commands = [self.spelled(command, self.work) for command in item.commands]
        done, mark = here / "done.json", json.dumps([str(self.tree), commands])
        if reuse and done.exists() and done.read_text() == mark:
            return here
        shutil.rmtree(here, ignore_errors=True)
        here.mkdir(parents=True)
        (here / "regions.csv").write_text(REGIONS)
        for command in commands:
            self.python(command, here)
        done.write_text(mark)
        return here


def compare_folders(
    before: pathlib.Path, after: pathlib.Path, patterns: tuple[str, ...]
) -> Iterator[tuple[str, str | None]]:
    """Yield (file, None if it is equal in both folders, else what differs)."""
    names = {
        str(path.relative_to(folder))
        for folder in (before, after)
        for pattern in patterns
        for path in folder.glob(pattern)
    }
    if not names:
        yield ", ".join(patterns), "neither version wrote such a file"
    for name in sorted(names):
        missing = [
            side
            for side, folder in (("before", before), ("after", after))
            if not (folder / name).exists()
        ]
        if missing:
            yield name, f"missing {missing[0]}"
        else:
            yield name, compare_files(before / name, after / name)


def compare_files(before: pathlib.Path, after: pathlib.Path) -> str | None:
    """Return what differs between two files, None if nothing does."""
    if before.read_bytes() == after.read_bytes():
        return None
    read = READERS.get(before.suffix)
    if read is None:
        return "other bytes"
    try:
        difference = compare_values(read(before), read(after))
    except (OSError, KeyError, ValueError) as error:
        return f"other bytes, and one cannot be read ({error!r})"
    if difference is None and before.suffix not in (".h5", ".json"):
        return "the same values in other bytes"
    return difference


def compare_values(before: dict, after: dict) -> str | None:
    """Return what differs between two dicts of arrays, None if they are equal bit for bit."""
    if list(before) != list(after):
        changed = sorted(set(before) ^ set(after)) or ["the order"]
        return f"other entries: {', '.join(changed[:3])}"
    largest, where = 0.0, None
    for name, first in before.items():
        first, second = np.asarray(first), np.asarray(after[name])
        if (first.dtype, first.shape) != (second.dtype, second.shape):
            kinds = (f"{array.dtype} {array.shape}" for array in (first, second))
            return f"{name} is {' before, '.join(kinds)} after"
        if first.tobytes() == second.tobytes():
            continue
        if first.dtype.kind not in "fiub":
            return f"{name} is {first} before, {second} after"
        difference = np.abs(first.astype("float64") - second.astype("float64"))
        if np.isnan(difference).any():
            return f"{name} is not finite in one or both"
        if where is None or difference.max() > largest:
            largest, where = float(difference.max()), name
    return None if where is None else f"largest difference {largest:.3g} in {where}"


def read_array(path: pathlib.Path) -> dict:
    """Read an .npy file."""
    return {"the array": np.load(path)}


def read_picture(path: pathlib.Path) -> dict:
    """Read the pixels of a PNG or JPEG file."""
    from PIL import Image

    with Image.open(path) as image:
        return {"the pixels": np.asarray(image)}


def read_table(path: pathlib.Path) -> dict:
    """Read the cells of a CSV file by row and column; numbers as float64, the others as text."""
    with open(path, newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    return {
        f"row {number}, {column}": _cell(text)
        for number, row in enumerate(rows, 1)
        for column, text in zip(header, row, strict=True)
    }


def _cell(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def read_weights(path: pathlib.Path) -> dict:
    """Read all arrays of an HDF5 file by name."""
    import h5py

    found = {}

    def add(name: str, entry: "h5py.Dataset | h5py.Group") -> None:
        if isinstance(entry, h5py.Dataset):
            found[name] = entry[()]

    with h5py.File(path) as file:
        file.visititems(add)
    return found


def read_means(path: pathlib.Path) -> dict:
    """Read the means of evaluation.json or metrics.json by convention, model and metric."""
    found = {}

    def add(tree: dict, name: str) -> None:
        for key, value in tree.items():
            if isinstance(value, dict):
                add(value, f"{name} {key}")
            else:
                found[f"{name} {key}"] = "none" if value is None else value

    add(json.loads(path.read_text())["means"], "the mean of")
    return found


READERS = {
    ".npy": read_array,
    ".png": read_picture,
    ".jpg": read_picture,
    ".csv": read_table,
    ".h5": read_weights,
    ".json": read_means,
}


def compare(before: Version, after: Version, items: dict[str, Item]) -> int:
    """Run and compare items; print a line for each file and return how many differ."""
    different = 0
    for name, item in items.items():
        folders, failures = [], []
        for version, side in ((before, "before"), (after, "after")):
            try:
                folders.append(version.run(name, item, reuse=side == "before"))
            except RuntimeError as error:
                failures.append((f"the command {side}", str(error)))
        lines = failures or compare_folders(*folders, item.files)
        for file, problem in lines:
            different += problem is not None
            result = "equal" if problem is None else f"different: {problem}"
            print(f"{name:<18}{file:<36}{result}", flush=True)
    return different


def main(argv: list[str] | None = None) -> int:
    """Compare two versions; return 1 if anything differs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("before", type=pathlib.Path, help="root of a repository")
    parser.add_argument("after", type=pathlib.Path, help="root of another")
    parser.add_argument("--data_dir", type=pathlib.Path, required=True, help="holds OSIE as osie")
    parser.add_argument(
        "--backbone_weights", default="none", help="file of ImageNet weights, for `train`"
    )
    parser.add_argument("--items", help="names of items, like predict,export (default: all)")
    parser.add_argument("--work", type=pathlib.Path, help="folder to keep the outputs in")
    arguments = parser.parse_args(argv)
    weights = arguments.backbone_weights
    if weights != "none":
        weights = os.path.abspath(weights)
    items = make_items(arguments.data_dir.absolute(), weights)
    names = arguments.items.split(",") if arguments.items else list(items)
    for name in names:
        if name not in items:
            parser.error(f"there is no item '{name}'; the items are {', '.join(items)}.")
    with tempfile.TemporaryDirectory() as temporary:
        work = (arguments.work or pathlib.Path(temporary)).absolute()
        versions = []
        for side, tree in (("before", arguments.before), ("after", arguments.after)):
            (work / side).mkdir(parents=True, exist_ok=True)
            versions.append(Version(tree.resolve(), work / side))
            versions[-1].check()
        different = compare(*versions, {name: items[name] for name in names})
    if not different:
        print("Everything is equal, bit for bit.")
        return 0
    print(f"{different} comparison{'s differ' if different > 1 else ' differs'}.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
