"""Every command and the Python API over hostile files, under 6 GB of address space.

No traceback, no hang, no control characters on the terminal, nothing touched outside the
output folder, exit statuses as documented: 0, 1 (some inputs failed) or 2 (bad input).
"""

import json
import os
import re

import numpy as np
import pytest

from tests.hostile.images import GOOD, NAMES

# Hostile images that have pixels nevertheless.
USABLE = {
    *GOOD,
    *("png_called.jpg", "jpeg_called.png", "bomb_allowed.png", "wide.png"),
    *("tall.png", "one_pixel.png", "sixteen_bits.png", "cmyk.jpg", "profile.png"),
    *("exif_rubbish.jpg", "exif_loop.jpg"),
}
ALL = slice(None)
QUICK_METRICS = ("--metrics", "NSS,CC", "--baselines", "none", "--jobs", "1")


def run_all(corpus, commands, statuses):
    """Run commands; report all that break a rule at once."""
    failures, results = [], []
    for command in commands:
        try:
            results.append(corpus.run(*command, statuses=statuses))
        except AssertionError as error:
            failures.append(str(error)[:1500])
    assert not failures, f"{len(failures)} of {len(commands)}:\n" + "\n\n".join(failures)
    return results


def test_a_folder_of_images(corpus):
    options = ["--top", 2, "--crop", "1:1", "--regions", "boxes/good.csv", "--out", "out/images"]
    result = corpus.run("predict", "images", *options, statuses=[1])
    written = {name for name in os.listdir(corpus.root / "out/images") if "_saliency.npy" in name}
    assert len(written) == len(USABLE), (sorted(written), result.err)
    for name in written:
        map_ = np.load(corpus.root / "out/images" / name)
        assert map_.dtype == "float32" and np.isfinite(map_).all() and map_.min() >= 0
    refused = {line.split()[2].rstrip(":") for line in result.err.splitlines() if "images/" in line}
    named = {f"images/{name}" for name in {*os.listdir(corpus.root / "images")} - USABLE}
    assert refused == {name for name in named if not name.endswith(".svg")}, result.err
    assert "left out 2 files that are no images known here" in result.out


def test_names_of_images(corpus):
    result = corpus.run("predict", "names", "--top", 1, "--out", "out/names")
    files = os.listdir(corpus.root / "out/names")
    refused = [line for line in result.err.splitlines() if "names/" in line]
    assert sum(name.endswith(".npy") for name in files) == len(NAMES) - len(refused)
    for name in files:
        if name.endswith(".csv"):
            text = (corpus.root / "out/names" / name).read_text(errors="surrogateescape")
            assert not [
                cell for cell in re.split("[\n,]", text) if cell.startswith(("=", "+", "@"))
            ]


@pytest.mark.parametrize("kind", ["images", "models", "maps", "datasets", "evaluations"])
def test_the_python_interface(corpus, kind):
    result = corpus.run_freely(kind, corpus.root, module="tests.hostile.api_calls", seconds=600)
    assert result.status == 0, result
    failures = json.loads(result.out.splitlines()[-1])
    assert not failures, "\n".join(map(str, failures))


def model_commands(names):
    image = "good_data/images/0.png"
    data = ["--dataset", "folder", "--data_dir", "good_data", "--task", "fixations"]
    for name in names:
        path = f"models/{name}"
        yield "predict", image, "--model", path, "--out", "out/predicted"
        yield "evaluate", path, *data, *QUICK_METRICS, "--out", f"out/evaluated-{name}"
        yield "export", path, "--out", "out/exported"
        yield "summary", path
        if name.startswith("run-"):
            yield "train", "--resume", "--run_dir", path, "--export", "out/exported"
            start = ("--init_from", path, "--run_dir", f"out/{name}", "--limit_train", 2)
            small = ("--input_size", "96x96", "--epochs", 1, "--limit_val", 2)
            yield "train", *start, *data[:4], *small


def box_commands(names):
    for name in names:
        yield (
            "predict",
            "good_data/images/0.png",
            "--regions",
            f"boxes/{name}",
            "--out",
            "out/boxes",
        )


def map_commands(names):
    data = ["--dataset", "folder", "--data_dir", "good_data", "--task", "fixations"]
    for name in names:
        options = ["--split", "all", *QUICK_METRICS, "--out", f"out/{name}"]
        yield "evaluate", name, *data, *options


def dataset_commands(names):
    for name in names:
        data = ["--data_dir", f"datasets/{name}"]
        yield "check", "folder", *data
        options = ["--task", "fixations", *QUICK_METRICS, "--out", f"out/data-{name}"]
        yield "evaluate", "good_maps", "--dataset", "folder", *data, *options
        small = ["--model_options", "conv3_filters=1", "--input_size", "96x96", "--epochs", 1]
        options = [*small, "--run_dir", f"out/run-{name}"]
        yield "train", "shallow_convnet", "--dataset", "folder", *data, *options


def comparison_commands(names):
    for name in names:
        places = ["evaluations/good", f"evaluations/{name}"]
        yield "compare", *places, "--out", f"out/compared-{name}"


# One of each kind, the rest being slow: what was executed, followed or printed before.
@pytest.mark.parametrize(
    ("commands", "names"),
    [
        (box_commands, ["surrogate.json"]),
        (map_commands, ["maps/outside.h5"]),
        (dataset_commands, ["specials"]),
        (comparison_commands, ["names"]),
        (model_commands, ["export-writes"]),
    ],
)
def test_commands(corpus, commands, names):
    run_all(corpus, list(commands(names)), [0, 1, 2])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("commands", "kind", "files"),
    [
        # In eight parts, for several processes: half an hour in all.
        *((model_commands, "models", slice(first, None, 8)) for first in range(8)),
        (dataset_commands, "datasets", ALL),
        (comparison_commands, "evaluations", ALL),
        (map_commands, "maps", ALL),
        (map_commands, "special_maps", ALL),
        (box_commands, "boxes", ALL),
    ],
)
def test_all_commands(corpus, commands, kind, files):
    prefix = f"{kind}/" if commands is map_commands else ""
    names = [prefix + name for name in sorted(os.listdir(corpus.root / kind))[files]]
    run_all(corpus, list(commands(names)), [0, 1, 2])
