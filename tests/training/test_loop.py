"""Runs: what they write, that they can be interrupted, that they repeat exactly."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import h5py
import keras
import numpy as np
import pytest

from salzoo import api
from salzoo.data import pipeline
from salzoo.training import config as configs
from salzoo.training import loop
from salzoo.training.callbacks import Watch
from salzoo.training.checkpoint import Progress
from salzoo.training.run import Run
from salzoo.training.tensorboard import Board
from salzoo.utils.errors import InputError
from salzoo.utils.json_files import read_json
from tests.conftest import small_config
from tests.data.datasets.layouts.making import density_picture, picture, write


def shallow_config(recipe=None, **fields):
    """Trains in half the time, and with everything that moves: rate, momentum, Dropout, images."""
    moving = {
        "loss": "l2",
        "optimizer": "moving_momentum_sgd",
        "learning_rate": 0.01,
        "schedule": "x0.5 every 2 steps",
        "input_size": (96, 96),
        "flip": True,
        "rotate": 10.0,
        "validate_every": 2,
        "patience": 9,
    }
    defaults = {
        "model": "shallow_convnet",
        "model_options": {"conv3_filters": 1, "dropout": 0.5},
        "fit_mode": "stretch",
    }
    return small_config(recipe={**moving, **(recipe or {})}, **{**defaults, **fields})


@pytest.fixture(scope="module")
def shallow_run(tmp_path_factory):
    return train(shallow_config(), tmp_path_factory.mktemp("shallow") / "run", verbose=0)


def train(*arguments, **named):
    """Train and return the run."""
    return loop.train(*arguments, **named).run


def weights_of(run, which="last"):
    return run.load_model(which).get_weights()


def assert_same_history(first, second):
    with open(first.path("history.csv")) as mine, open(second.path("history.csv")) as other:
        assert mine.read() == other.read()


def assert_same_weights(first, second):
    for which in ("best", "last"):
        for a, b in zip(weights_of(first, which), weights_of(second, which), strict=True):
            np.testing.assert_array_equal(a, b)


def test_a_run_holds_everything(small_run):
    names = sorted(os.listdir(small_run.folder))
    assert names == [
        "best.weights.h5",
        "config.json",
        "history.csv",
        "last.weights.h5",
        "metrics.csv",
        "metrics.json",
        "predictions.png",
        "tensorboard",
    ]
    with open(small_run.path("history.csv")) as file:
        history = list(csv.DictReader(file))
    assert [row["epoch"] for row in history] == ["1", "2"]
    names = ["loss", "nss", "cc", "sim", "kld"]
    assert list(history[0]) == ["epoch", "step", *names, *(f"val_{name}" for name in names)]
    assert all(np.isfinite(float(value)) for row in history for value in row.values())
    assert small_run.config == small_config()
    assert read_json(small_run.path("config.json"))["versions"]["keras"]


def test_best_weights_hold_no_optimizer(small_run):
    with h5py.File(small_run.path("best.weights.h5")) as best:
        assert "optimizer" not in best
    with h5py.File(small_run.path("last.weights.h5")) as last:
        assert "optimizer" in last


def test_metrics_stand_beside_the_baselines(small_run):
    means = read_json(small_run.path("metrics.json"))["means"]
    assert list(means) == ["uniform", "centre Gaussian", "mean map", "msinet"]
    with open(small_run.path("metrics.csv")) as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4 * 3
    mine = [float(row["NSS"]) for row in rows if row["model"] == "msinet"]
    assert means["msinet"]["NSS"] == pytest.approx(np.mean(mine))


def test_tensorboard_has_losses_metrics_and_pictures(small_run):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    board = EventAccumulator(small_run.path("tensorboard/val"), {"tensors": 0})
    board.Reload()
    tags = board.Tags()["tensors"]
    assert {"loss", "nss", "cc", "sim", "kld", "image_truth_prediction/0"} <= set(tags)
    assert [event.step for event in board.Tensors("loss")] == [1, 2]


def test_same_config_same_weights(shallow_run, tmp_path):
    assert_same_weights(shallow_run, train(shallow_config(), tmp_path / "again", verbose=0))


def test_another_seed_gives_other_weights(shallow_run, tmp_path):
    other = train(shallow_config(seed=1, recipe={"epochs": 1}), tmp_path / "other", verbose=0)
    assert not np.array_equal(weights_of(other)[0], weights_of(shallow_run)[0])


KILLED = """
import sys, os, signal
from salzoo.training import callbacks, checkpoint
from salzoo.data.dataset import load_dataset
from tests.training.test_loop import shallow_config, train

callbacks.SAVE_EVERY_SECONDS = -1  # after every step
watched, saves = checkpoint.Progress.save_last, []

def save_last(self):
    watched(self)
    saves.append(1)
    if len(saves) == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

checkpoint.Progress.save_last = save_last
train(shallow_config(), sys.argv[1], verbose=0)
"""


@pytest.mark.parametrize(
    "save", [pytest.param(1, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow), 5]
)
def test_resume_after_kill_9_gives_the_same_weights_bit_for_bit(shallow_run, tmp_path, save):
    """Killed within the first epoch of three steps, at its end, and within the second."""
    folder = str(tmp_path / "killed")
    process = subprocess.run([sys.executable, "-c", KILLED, folder, str(save)], timeout=300)
    assert process.returncode == -signal.SIGKILL
    assert len(Run(folder).config.recipe.input_size) == 2
    resumed = train(shallow_config(), folder, resume=True, verbose=0)
    assert_same_weights(shallow_run, resumed)
    assert_same_history(shallow_run, resumed)
    assert not [name for name in os.listdir(folder) if name.startswith(".part")]


@pytest.mark.slow
def test_resume_of_a_run_that_saved_nothing_starts_over(shallow_run, tmp_path):
    run = Run(tmp_path / "empty")
    run.write_config(shallow_config())
    assert_same_weights(shallow_run, train(shallow_config(), run.folder, resume=True, verbose=0))


def test_the_progress_bar_counts_the_epochs_of_the_run(tmp_path, capsys):
    epochs = shallow_config().recipe.epochs
    train(shallow_config(recipe={"validate_every": None}), tmp_path / "run", verbose=2)
    printed = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Epoch")]
    assert printed == [f"Epoch {number}/{epochs}" for number in range(1, epochs + 1)]


@pytest.mark.slow
def test_a_finished_run_can_be_resumed_for_more_epochs(small_run, tmp_path):
    one = train(small_config(recipe={"epochs": 1}), tmp_path / "run", verbose=0)
    assert_same_weights(small_run, train(small_config(), one.folder, resume=True, verbose=0))


def interrupted(folder, monkeypatch, where, name, config=None, after=0, **options):
    """Train until a call of a method, the first or `after` some, is interrupted as by Ctrl-C."""
    original, calls = getattr(where, name), []

    def interrupt(*arguments, **named):
        if len(calls) == after:
            raise KeyboardInterrupt
        calls.append(1)
        return original(*arguments, **named)

    with monkeypatch.context() as patched:
        patched.setattr(where, name, interrupt)
        with pytest.raises(KeyboardInterrupt):
            train(config or small_config(), folder, verbose=0, **options)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("where", "name", "steps"),
    [
        (Watch, "on_train_batch_end", 1),
        (Progress, "end_of_validation", 3),
        (keras.Model, "save_weights", None),
    ],
)
def test_resume_after_ctrl_c_anywhere(small_run, tmp_path, monkeypatch, where, name, steps):
    """After a step, after the validation, and while the best weights are written."""
    folder = tmp_path / "run"
    interrupted(folder, monkeypatch, where, name)
    if steps is not None:
        with h5py.File(folder / "last.weights.h5") as file:
            assert file["optimizer/vars/0"][()] == steps
    (folder / ".part-1-last.weights.h5").touch()
    resumed = train(small_config(), folder, resume=True, verbose=0)
    assert_same_weights(small_run, resumed)
    assert_same_history(small_run, resumed)
    assert not [name for name in os.listdir(folder) if name.startswith(".part")]


def test_validations_come_between_and_at_the_end_of_epochs(shallow_run):
    with open(shallow_run.path("history.csv")) as file:
        rows = list(csv.DictReader(file))
    # Three steps an epoch.
    assert [row["step"] for row in rows] == ["2", "3", "4", "6"]
    assert [float(row["epoch"]) for row in rows] == pytest.approx([2 / 3, 1, 4 / 3, 2])


@pytest.mark.slow
@pytest.mark.parametrize("steps", [1, 4])
def test_resume_draws_and_moves_on_as_if_nothing_had_happened(
    shallow_run, tmp_path, monkeypatch, steps
):
    """Interrupted between two validations, and before the validation within the second epoch."""
    folder = tmp_path / "run"
    interrupted(folder, monkeypatch, Watch, "on_train_batch_end", shallow_config(), steps - 1)
    with h5py.File(folder / "last.weights.h5") as file:
        assert file["optimizer/vars/0"][()] == steps
    resumed = train(shallow_config(), folder, resume=True, verbose=0)
    assert_same_weights(shallow_run, resumed)
    assert_same_history(shallow_run, resumed)


def test_patience_ends_a_run():
    recipe = small_config(recipe={"epochs": 9, "patience": 2}).recipe
    pipeline = SimpleNamespace(plan=SimpleNamespace(steps=3))
    progress = Progress(None, None, pipeline, recipe)
    losses, ended = (3.0, 2.0, 2.5, 1.0, 1.0, 1.5), []
    for number, loss in enumerate(losses, start=1):
        progress.history.append({"step": 3 * number, "val_loss": loss})
        ended.append(progress.finished)
    # An equal loss is not a better one.
    assert ended == [False] * 5 + [True]


def test_a_validation_loss_that_is_not_finite_stops(tmp_path, monkeypatch):
    from salzoo.losses import L2

    monkeypatch.setattr(L2, "call", lambda self, y, p: p[:, 0, 0, 0] * 0 + float("inf"))
    monkeypatch.setattr(Watch, "on_train_batch_end", lambda *_, **__: None)
    with pytest.raises(InputError, match=r"validation loss is inf at epoch 1, step 2"):
        train(shallow_config(), tmp_path / "run", verbose=0)
    assert not os.path.exists(tmp_path / "run" / "last.weights.h5")


def test_fewer_epochs_than_done(shallow_run):
    with pytest.raises(InputError, match="`epochs` 1: .* has finished 2 already"):
        train(shallow_config(recipe={"epochs": 1}), shallow_run.folder, resume=True, verbose=0)
    assert shallow_run.config == shallow_config()


def test_ctrl_c_tells_how_to_go_on(tmp_path):
    command = [sys.executable, "-m", "salzoo", "train", "shallow_convnet", "--run_dir", "run"]
    small = ["--epochs", "9999", "--model_options", "conv3_filters=1", "--limit_train", "4"]
    process = subprocess.Popen(
        [*command, *small],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Tests that run in the background of a shell inherit that Ctrl-C is ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    for _ in range(600):
        if (tmp_path / "run" / "history.csv").exists():
            break
        time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "salzoo train --resume --run_dir run" in stdout
    assert "Traceback" not in stderr


def test_a_loss_that_is_not_finite_stops_and_names_step_and_images(tmp_path):
    with pytest.raises(
        InputError, match=r"loss is (nan|inf) at epoch 1, step \d, .*\.png"
    ) as caught:
        train(shallow_config(recipe={"learning_rate": 1e30}), tmp_path / "run", verbose=0)
    assert "`learning_rate`" in str(caught.value)
    assert not os.path.exists(tmp_path / "run" / "best.weights.h5")


@pytest.fixture
def own_images(tmp_path):
    """Five images of a person's own, the last for validation; the config of their training."""
    folder = tmp_path / "own"
    rows, splits = ["image,x,y"], ["image,split"]
    for number in range(5):
        picture(f"{folder}/images/{number}.jpg", (48, 64), seed=number)
        rows += [f"{number},{x},{x / 2}" for x in (5, 20, 50)]
        splits.append(f"{number},{'val' if number == 4 else 'train'}")
    write(f"{folder}/fixations.csv", "\n".join(rows))
    write(f"{folder}/splits.csv", "\n".join(splits))
    return folder, shallow_config(dataset="folder", data_dir=str(folder))


def damage(path):
    """Make a JPEG lose its last rows, but not its end: only decoding finds that."""
    whole = path.read_bytes()
    path.write_bytes(whole[:-100] + b"\xff\xd9")
    return whole


@pytest.mark.parametrize("number", [0, 4])
def test_damaged_images_are_named_before_the_first_step(own_images, tmp_path, number):
    folder, config = own_images
    damage(folder / "images" / f"{number}.jpg")
    with pytest.raises(InputError, match=rf"images/{number}.jpg is damaged or cut short"):
        train(config, tmp_path / "run", verbose=0)
    assert not os.path.exists(tmp_path / "run")


@pytest.mark.parametrize("number", [0, 4])
def test_a_black_density_is_named_before_the_first_step(own_images, tmp_path, number):
    folder, config = own_images
    os.remove(folder / "fixations.csv")
    for each in range(5):
        density_picture(f"{folder}/densities/{each}.png", (48, 64), 0 if each == number else 9)
    with pytest.raises(InputError, match=rf"densities/{number}.png is black everywhere, so "):
        train(config, tmp_path / "run", verbose=0)
    assert not os.path.exists(tmp_path / "run")


def test_an_image_lost_meanwhile_costs_no_step(own_images, tmp_path, monkeypatch):
    folder, config = own_images
    path = folder / "images" / "4.jpg"
    whole = path.read_bytes()
    monkeypatch.setattr(pipeline, "affordable_cache", lambda *_: "targets")
    with monkeypatch.context() as during:
        during.setattr(Board, "write", lambda *_: path.write_bytes(b"\xff\xd8"))
        with pytest.raises(InputError, match=r"4.jpg is .* --resume --run_dir .*run$"):
            train(config, tmp_path / "run", verbose=0)
    run = Run(tmp_path / "run")
    with h5py.File(run.weights("last")) as file:
        assert file["optimizer/vars/0"][()] == 4
    assert os.path.exists(run.weights("best"))
    path.write_bytes(whole)
    run = train(config, run.folder, resume=True, verbose=0)
    assert_same_weights(run, train(config, tmp_path / "again", verbose=0))


def test_a_report_that_fails_leaves_the_run_and_tells_how_to_go_on(
    own_images, tmp_path, monkeypatch
):
    folder, config = own_images
    path = folder / "images" / "4.jpg"
    run_dir = str(tmp_path / "run")
    wholes = []

    def train_and_damage(*arguments):
        result = trained(*arguments)
        wholes.append(damage(path))
        return result

    trained = loop.train
    monkeypatch.setattr(configs, "new_config", lambda _: config)
    monkeypatch.setattr(loop, "train", train_and_damage)
    with pytest.raises(InputError, match=f"4.jpg is damaged.* --resume --run_dir {run_dir}$"):
        api.train(run_dir=run_dir, quiet=True)
    monkeypatch.undo()
    path.write_bytes(wholes[0])
    done = api.train(run_dir=run_dir, resume=True, quiet=True)
    assert np.isfinite(done["shallow_convnet"]["NSS"])


def test_an_existing_run_is_not_overwritten(shallow_run):
    with pytest.raises(InputError, match="holds a run already: add `resume`"):
        train(shallow_config(), shallow_run.folder)


def test_weights_of_another_model(shallow_run, tmp_path):
    import shutil

    shutil.copytree(shallow_run.folder, tmp_path / "run")
    other = Run(tmp_path / "run")
    other.write_config(shallow_config(model_options={"conv3_filters": 2}), resume=True)
    with pytest.raises(
        InputError, match="best.weights.h5 does not hold weights of shallow_convnet"
    ):
        other.load_model()
    (tmp_path / "run" / "best.weights.h5").write_text("no weights")
    with pytest.raises(InputError, match="best.weights.h5 cannot be read as HDF5"):
        other.load_model()


def test_mixed_precision_trains_and_leaves_the_global_policy(tmp_path):
    config = shallow_config(mixed_precision=True, recipe={"epochs": 1})
    run = train(config, tmp_path / "run", verbose=0)
    assert keras.config.dtype_policy().name == "float32"
    assert all(np.isfinite(weight).all() for weight in weights_of(run))


def test_init_from_starts_at_another_runs_best_weights(shallow_run, tmp_path):
    recipe = {"epochs": 1, "learning_rate": 1e-12}
    run = train(
        shallow_config(init_from=shallow_run.folder, recipe=recipe), tmp_path / "run", verbose=0
    )
    for mine, theirs in zip(weights_of(run), weights_of(shallow_run, "best"), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-6)


@pytest.mark.slow
def test_a_start_that_no_epoch_beats_stays_the_best(small_run, tmp_path):
    """A rate far too high ruins the weights; the first row of the history is the start."""
    recipe = {"epochs": 2, "learning_rate": 0.1}
    config = small_config(init_from=small_run.folder, recipe=recipe)
    run = train(config, tmp_path / "run", verbose=0)
    for mine, theirs in zip(weights_of(run, "best"), weights_of(small_run, "best"), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    with open(run.path("history.csv")) as file:
        first, *others = csv.DictReader(file)
    assert (first["epoch"], first["step"], first["loss"]) == ("0", "0", "")
    assert [row["epoch"] for row in others] == ["1", "2"]
    with open(small_run.path("history.csv")) as file:
        losses = [float(row["val_loss"]) for row in csv.DictReader(file)]
    assert float(first["val_loss"]) == pytest.approx(min(losses), rel=1e-6)
    assert all(float(row["val_loss"]) > float(first["val_loss"]) for row in others)


def test_two_datasets_are_mixed(tmp_path, monkeypatch):
    """OSIE and NUS Scene in small: a training of both, and a table over both."""
    from tests.data.datasets.layouts import make_small

    for name in ("osie", "nus_scene"):
        (tmp_path / name).mkdir()
        make_small(name, tmp_path / name, monkeypatch)
    fields = {"dataset": "osie+nus_scene", "data_dir": str(tmp_path), "mix": (2, 1)}
    config = shallow_config(**fields, limit_train=None, limit_val=None, recipe={"epochs": 1})
    result = loop.train(config, tmp_path / "run", verbose=0)
    run = result.run
    assert run.config == config
    with h5py.File(run.path("last.weights.h5")) as file:
        assert file["optimizer/vars/0"][()] == 5  # 3 images twice and 3 once: 9, by 2
    assert "osie+nus_scene val, 3 images, sigma 1.8/24 px" in api.report_training(result)[0].table()


def test_resume_with_other_images_is_refused(shallow_run):
    with pytest.raises(InputError, match="started with other training images"):
        train(shallow_config(limit_train=4), shallow_run.folder, resume=True, verbose=0)


def test_resume_of_another_versions_run_is_refused(shallow_run, tmp_path):
    folder = shutil.copytree(shallow_run.folder, tmp_path / "run")
    with h5py.File(folder / "last.weights.h5", "r+") as file:
        known = json.loads(bytes(file["progress"][()]))
        del file["progress"], known["random"]
        file["progress"] = np.frombuffer(json.dumps(known).encode(), "uint8")
    with pytest.raises(InputError, match="written by another version of salzoo"):
        train(shallow_config(), folder, resume=True, verbose=0)


def test_resume_needs_no_other_run(shallow_run, tmp_path):
    config = shallow_config(init_from=str(tmp_path / "gone"))
    assert train(config, shallow_run.folder, resume=True, verbose=0).exists
    shallow_run.write_config(shallow_config(), resume=True)


def averaging_config():
    recipe = {
        "loss": "l2",
        "optimizer_options": {"use_ema": True, "ema_momentum": 0.5},
        "validate_every": 1,
        "epochs": 1,
        "input_size": (96, 96),
        "zoom": 0.2,
        "colour": 0.2,
    }
    options = {"conv3_filters": 1}
    return small_config(
        model="shallow_convnet", model_options=options, fit_mode="stretch", recipe=recipe
    )


def test_averages_of_the_weights_are_validated_and_saved_as_the_best(tmp_path, monkeypatch):
    raw, averaged, shown = {}, {}, {}

    def recording(keep, then):
        def record(progress):
            then(progress)
            keep[progress.steps] = [each.numpy() for each in progress.model.trainable_variables]

        return record

    monkeypatch.setattr(Progress, "save_last", recording(raw, Progress.save_last))
    monkeypatch.setattr(Progress, "average", recording(averaged, Progress.average))
    monkeypatch.setattr(
        Board, "write", lambda _, model, progress, rate: recording(shown, id)(progress)
    )
    run = train(averaging_config(), tmp_path / "run", verbose=0)
    assert list(raw) == list(averaged) == list(shown) == [1, 2, 3]
    expected = raw[1]
    for step, weights in raw.items():
        expected = [0.5 * e + 0.5 * w for e, w in zip(expected, weights, strict=True)]
        for mine, theirs in zip(averaged[step], expected, strict=True):
            np.testing.assert_allclose(mine, theirs, rtol=1e-4, atol=1e-7)
        for mine, theirs in zip(shown[step], averaged[step], strict=True):
            np.testing.assert_array_equal(mine, theirs)
    with open(run.path("history.csv")) as file:
        losses = [float(row["val_loss"]) for row in csv.DictReader(file)]
    best = averaged[1 + int(np.argmin(losses))]
    for mine, theirs in zip(weights_of(run, "best"), best, strict=True):
        np.testing.assert_array_equal(mine, theirs)


@pytest.mark.slow
def test_averages_go_on_after_an_interruption(tmp_path, monkeypatch):
    whole = train(averaging_config(), tmp_path / "whole", verbose=0)
    # In the middle of the second validation, when the averages are in the model.
    interrupted(tmp_path / "run", monkeypatch, Watch, "on_test_begin", averaging_config(), 1)
    resumed = train(averaging_config(), tmp_path / "run", resume=True, verbose=0)
    assert_same_weights(whole, resumed)
    assert_same_history(whole, resumed)
