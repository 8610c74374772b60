"""Killed, interrupted, on a full disk, without its folder: what a command leaves, and goes on from.

The same command, given again, ends with the result of one that was not disturbed. A limit on
the size of files stops writing as a full disk does.
"""

import filecmp
import hashlib
import io
import os
import shutil
import signal
import zipfile

import h5py
import numpy as np
import pytest

from salzoo.utils.files import PART
from tests.hostile.images import picture
from tests.hostile.maps import good_map
from tests.hostile.sandbox import Sandbox
from tests.hostile.tables import make_dataset
from tests.loopback import Hosts

DATA = ("--dataset", "folder", "--data_dir", "data")
KILL, INTERRUPT, TERMINATE = ({"signal": name} for name in ("SIGKILL", "SIGINT", "SIGTERM"))
STATUS = {"SIGKILL": -signal.SIGKILL, "SIGINT": 130, "SIGTERM": 143}


@pytest.fixture(scope="module")
def place(tmp_path_factory, server):
    """A sandbox with a dataset, its maps and photos."""
    root = tmp_path_factory.mktemp("interrupted")
    sandbox = Sandbox(root, server)
    make_dataset(root / "data")
    (root / "maps").mkdir()
    (root / "photos").mkdir()
    for seed, name in enumerate(("0", "1", "bad")):
        np.save(root / f"maps/{name}.npy", good_map(seed))
        picture((64, 48), seed=seed).save(root / f"photos/{name}.png")
    return sandbox


def train_command(folder):
    small = ["--model_options", "conv3_filters=1", "--input_size", "96x96", "--batch_size", 1]
    data = [*DATA, "--epochs", 2, "--validate_every", 1]
    return ["train", "shallow_convnet", *data, *small, "--run_dir", folder]


def evaluate_command(folder, jobs=1):
    options = ["--task", "fixations", "--split", "all", "--metrics", "NSS,CC", "--jobs", jobs]
    return ["evaluate", "maps", *DATA, *options, "--baselines", "uniform", "--out", folder]


@pytest.fixture(scope="module")
def trained(place):
    """An undisturbed run."""
    place.run(*train_command("out/trained"), statuses=[0])
    return place.root / "out/trained"


def arrays(path):
    found = {}

    def visit(name, item):
        if isinstance(item, h5py.Dataset):
            found[name] = item[()]

    with h5py.File(path) as file:
        file.visititems(visit)
    return found


def assert_same_run(first, second):
    for name in ("best.weights.h5", "last.weights.h5"):
        mine, theirs = arrays(first / name), arrays(second / name)
        assert set(mine) == set(theirs)
        for key in mine:
            np.testing.assert_array_equal(mine[key], theirs[key], str(key))
    for name in ("history.csv", "metrics.csv"):
        assert filecmp.cmp(first / name, second / name, shallow=False)
    assert sorted(os.listdir(first)) == sorted(os.listdir(second))


def disturb(place, command, call, count=1, **event):
    """Run a command that is stopped at a call; its result."""
    event = {"call": call, "count": count, **event}
    status = STATUS.get(event.get("signal"), 2)
    return place.run(*command, statuses=[status], event=event)


@pytest.mark.parametrize(
    ("call", "count", "event"),
    [
        ("salzoo.api:report_training", 1, TERMINATE),
        pytest.param("salzoo.api:report_training", 1, KILL, marks=pytest.mark.slow),
        pytest.param("salzoo.training.checkpoint:write_progress", 2, KILL, marks=pytest.mark.slow),
        pytest.param("salzoo.training.run:write_json", 1, KILL, marks=pytest.mark.slow),
        pytest.param("salzoo.training.loop:Board", 1, INTERRUPT, marks=pytest.mark.slow),
    ],
)
def test_train_goes_on(place, trained, tmp_path_factory, call, count, event):
    folder = f"out/{tmp_path_factory.mktemp('run').name}"
    result = disturb(place, train_command(folder), call, count, **event)
    if event is not KILL:
        assert f"salzoo train --resume --run_dir {folder}" in result.out
    command = ["train", "--resume", "--run_dir", folder]
    if not (place.root / folder / "config.json").read_bytes():
        result = place.run(*command, statuses=[2])
        assert "config.json" in result.err
        shutil.rmtree(place.root / folder)
        command = train_command(folder)
    place.run(*command, statuses=[0])
    assert_same_run(trained, place.root / folder)


@pytest.mark.slow
def test_train_on_a_full_disk(place, trained):
    """HDF5 may end the process on a full disk, so the room is asked for before."""
    full = {"call": "salzoo.utils.files:shutil.disk_usage", "count": 3, "free": 1000}
    result = place.run(*train_command("out/full"), statuses=[2], event=full)
    assert "out/full/" in result.err and "No space left on device" in result.err
    place.run("train", "--resume", "--run_dir", "out/full", statuses=[0])
    assert_same_run(trained, place.root / "out/full")


@pytest.mark.slow
def test_train_without_its_folder(place, trained):
    path = place.root / "out/removed"
    call = "salzoo.training.checkpoint:Progress.end_of_validation"
    result = disturb(place, train_command("out/removed"), call, 2, remove=str(path))
    assert "out/removed was removed or moved during the training" in result.err


@pytest.fixture(scope="module")
def evaluated(place):
    place.run(*evaluate_command("out/evaluated"), statuses=[0])
    return place.root / "out/evaluated"


def assert_same_evaluation(first, second):
    assert filecmp.cmp(first / "scores.csv", second / "scores.csv", shallow=False)
    assert sorted(os.listdir(first)) == sorted(os.listdir(second))


@pytest.mark.parametrize(
    ("call", "count", "event", "jobs"),
    [
        ("salzoo.evaluation.journal:Journal.add", 2, KILL, 1),
        pytest.param("salzoo.evaluation.journal:Journal.add", 2, KILL, 2, marks=pytest.mark.slow),
        ("salzoo.evaluation.storage:write_json", 1, KILL, 1),
        pytest.param(
            "salzoo.evaluation.storage:write_json", 1, INTERRUPT, 1, marks=pytest.mark.slow
        ),
    ],
)
def test_evaluate_goes_on(place, evaluated, call, count, event, jobs, tmp_path_factory):
    folder = f"out/{tmp_path_factory.mktemp('evaluation').name}"
    disturb(place, evaluate_command(folder, jobs), call, count, **event)
    place.run(*evaluate_command(folder, jobs), statuses=[0])
    assert_same_evaluation(evaluated, place.root / folder)


@pytest.mark.parametrize("size", [1000, pytest.param(100, marks=pytest.mark.slow)])
def test_evaluate_on_a_full_disk(place, evaluated, size):
    folder = f"out/full-evaluation-{size}"
    result = place.run(*evaluate_command(folder), statuses=[2], file_size=size)
    assert result.err.count("\n") <= 2 and folder in result.err, result
    place.run(*evaluate_command(folder), statuses=[0])
    assert_same_evaluation(evaluated, place.root / folder)


def test_evaluate_without_its_folder(place, evaluated):
    """The folder is made again, or the removal is named."""
    folder = place.root / "out/removed_evaluation"
    command = evaluate_command("out/removed_evaluation")
    event = {"call": "salzoo.evaluation.journal:Journal.add", "count": 2, "remove": str(folder)}
    result = place.run(*command, statuses=[0, 2], event=event)
    assert result.status == 0 or "out/removed_evaluation" in result.err
    place.run(*command, statuses=[0])
    assert_same_evaluation(evaluated, folder)


def files_of(folder):
    """Return {name: content}; what a killed process was writing stays, hidden, as it was."""
    shown = (path for path in folder.iterdir() if not path.name.startswith(PART))
    return {path.name: path.read_bytes() for path in shown}


@pytest.mark.slow
def test_predict_goes_on(place):
    command = ["predict", "photos", "--top", 2, "--out"]
    place.run(*command, "out/predicted", statuses=[0])
    expected = files_of(place.root / "out/predicted")
    event = {"call": "salzoo.prediction.photo_files:write_png", "count": 3, **KILL}
    place.run(*command, "out/killed-predicted", statuses=[-signal.SIGKILL], event=event)
    place.run(*command, "out/full-predicted", statuses=[1, 2], file_size=4000)
    removed = place.root / "out/removed-predicted"
    event = {"call": "salzoo.prediction.photos:save_picture", "count": 3, "remove": str(removed)}
    place.run(*command, "out/removed-predicted", statuses=[0, 1], event=event)
    for folder in ("out/killed-predicted", "out/full-predicted", "out/removed-predicted"):
        place.run(*command, folder, statuses=[0])
        assert files_of(place.root / folder) == expected


def exported_files(folder):
    paths = (path.relative_to(folder).as_posix() for path in folder.rglob("*"))
    return sorted(path for path in paths if PART not in path)


@pytest.fixture(scope="module")
def exports(place, trained):
    """The files of an undisturbed export."""
    place.run("export", "out/trained", "--out", "out/exports", statuses=[0])
    files = exported_files(place.root / "out/exports")
    assert "shallow_convnet/1/saved_model.pb" in files
    return files


@pytest.mark.parametrize(
    "kind",
    [
        "killed",
        pytest.param("interrupted", marks=pytest.mark.slow),
        "full",
        pytest.param("removed", marks=pytest.mark.slow),
    ],
)
def test_export_goes_on(place, exports, kind):
    folder = f"out/exports-{kind}"
    call = "salzoo.export.saved_model:os.remove"
    job = {
        "killed": {"event": {"call": call, **KILL}},
        "interrupted": {"event": {"call": call, **INTERRUPT}},
        "full": {"file_size": 20_000},
        "removed": {
            "event": {"call": call, "remove": str(place.root / folder / "shallow_convnet")}
        },
    }[kind]
    command = ["export", "out/trained", "--out", folder]
    result = place.run(*command, statuses=[2, 130, -9], **job)
    assert result.status < 0 or result.err.count("\n") <= 2, result
    place.run(*command, statuses=[0])
    assert exported_files(place.root / folder) == exports


URL = "https://example.org/images.zip"


@pytest.mark.slow
def test_download_goes_on(place):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("ecssd/notes.txt", os.urandom(3 << 20))
    begun = {"call": "salzoo.utils.transfer:_show_progress", "count": 3}
    removed = f"{place.root}/out/downloads-removed"
    module = "tests.hostile.download"
    with Hosts() as hosts:
        hosts.files[URL] = content.getvalue()
        command = [hosts.port, URL, hashlib.md5(content.getvalue()).hexdigest()]
        for kind, job in {
            "killed": {"event": {**begun, **KILL}},
            "interrupted": {"event": {**begun, **INTERRUPT}},
            "unpacking": {"event": {"call": "zipfile:ZipFile.open", **KILL}},
            "full": {"file_size": 2 << 20},
            "removed": {"event": {"call": "salzoo.data.fetching:_unpack", "remove": removed}},
        }.items():
            folder = f"out/downloads-{kind}"
            result = place.run(*command, folder, module=module, statuses=[2, 130, -9], **job)
            assert result.status < 0 or "ecssd" in result.err, result
            hosts.requests.clear()
            place.run(*command, folder, module=module, statuses=[0])
            first = max(hosts.starts(URL), default=None)
            assert (first is None) == (kind == "unpacking"), (kind, hosts.requests)
            assert kind == "removed" or first is None or first > 0, (kind, hosts.requests)
            assert [name for name in os.listdir(place.root / folder) if name[0] != "."] == ["ecssd"]
            assert (place.root / folder / "ecssd/ecssd/notes.txt").stat().st_size == 3 << 20
