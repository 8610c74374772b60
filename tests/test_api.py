"""The public functions: `salzoo.train` and `salzoo.evaluate`."""

import csv
import os
import shutil
import sys
from collections import Counter

import numpy as np
import pytest

import salzoo
from salzoo import api
from salzoo.data.images import read_image
from salzoo.export import export_model
from salzoo.prediction.opening import open_run
from salzoo.prediction.predictor import Predictor
from salzoo.training import loop
from salzoo.training.compiling import compiled_model
from salzoo.training.config import new_config
from salzoo.training.parameters import check_parameters
from salzoo.training.run import start_weights
from salzoo.utils.errors import InputError
from tests.data.datasets.layouts import make_small
from tests.evaluation.small import make_folder, small_split
from tests.training.test_loop import shallow_config


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return make_folder(tmp_path_factory.mktemp("data") / "folder")


@pytest.fixture
def data(root):
    return {"dataset": "folder", "data_dir": root, "task": "fixations", "quiet": True}


def red(image):
    """A map of an image: its red channel."""
    assert image.dtype == np.float32 and image.shape[2] == 3
    return image[..., 0] / 255.0


@pytest.fixture
def again(small_run, tmp_path):
    """Give a copy of a run whose training is done, so that going on takes no time."""

    def copy(name):
        shutil.copytree(small_run.folder, tmp_path / name)
        return str(tmp_path / name)

    return copy


def test_train_does_what_the_command_does(inside, again, capsys):
    """The same printout and the same numbers; values by name."""
    theirs, ours = again("command"), again("python")
    status, printed, err = inside("train", "--resume", "--run_dir", theirs)
    assert status == 0, err
    trained = salzoo.train(run_dir=ours, resume=True)
    assert f"{capsys.readouterr().out}\n{trained}\n".replace(ours, theirs) == printed
    assert trained.folder == ours
    with open(os.path.join(theirs, "metrics.csv")) as file:
        scores = [float(row["NSS"]) for row in csv.DictReader(file) if row["model"] == "msinet"]
    assert trained["msinet"]["nss"] == pytest.approx(np.mean(scores))
    np.testing.assert_allclose(trained["MSINet"]["NSS"].values, scores)
    low, high = trained["msinet"]["NSS"].interval
    assert min(scores) - 1e-9 <= low <= trained["msinet"]["NSS"] <= high <= max(scores) + 1e-9


def test_quiet_is_quiet(small_run, again, capfd):
    salzoo.train(run_dir=again("run"), resume=True, quiet=True)
    salzoo.evaluate(small_run.folder, limit=2, quiet=True)
    assert capfd.readouterr() == ("", "")


def test_mistyped_keywords(small_run):
    with pytest.raises(InputError, match="salzoo.train 'epoch'; did you mean 'epochs'?"):
        salzoo.train("msinet", epoch=3)
    with pytest.raises(
        InputError, match="salzoo.evaluate 'conventoin'; did you mean 'convention'?"
    ):
        salzoo.evaluate(small_run.folder, conventoin="mit")
    with pytest.raises(InputError, match="`limit` 0: give a whole number of 1 to"):
        salzoo.evaluate(small_run.folder, limit=0)


def test_evaluate_does_what_the_command_does(inside, small_run, tmp_path):
    flags = ["--limit", "3", "--convention", "mit,tuebingen", "--metrics", "nss,CC"]
    status, printed, err = inside("evaluate", small_run.folder, *flags, "--out", tmp_path)
    assert status == 0, err
    result = salzoo.evaluate(
        small_run.folder, limit=3, convention=["mit", "tuebingen"], metrics="nss,CC", quiet=True
    )
    assert printed == f"{result}\n\n{tmp_path}/report.html\n"
    for convention in ("mit", "tuebingen"):
        with open(tmp_path / "scores.csv") as file:
            rows = [r for r in csv.DictReader(file) if r["convention"] == convention]
        scores = [float(row["CC"]) for row in rows if row["model"] == "msinet"]
        mean = result["msinet", convention]["cc"]
        assert mean == pytest.approx(np.mean(scores)) and list(mean.values) == scores
        assert mean.interval == result.intervals()[convention]["msinet"]["CC"]
    assert result["msinet"]["CC"] == result["msinet", "mit"]["CC"]
    with pytest.raises(InputError, match="no model here 'msinett'; did you mean 'msinet'?"):
        result["msinett"]
    with pytest.raises(InputError, match="no metric of msinet here 'KLD'"):
        result["msinet"]["KLD"]
    assert "KLD" not in result["msinet"] and result["msinet"].get("KLD") is None


def test_functions_maps_and_models_in_one_table(small_run, root, data, tmp_path):
    """A function of an image, the same maps as files, and a loaded model."""
    for sample, name in zip(*small_split(root), strict=True):
        image = read_image(sample.image_path)
        np.save(tmp_path / f"{os.path.basename(name)[:-4]}.npy", red(image))
    network = salzoo.load_model(small_run.folder)
    result = salzoo.evaluate([red, tmp_path, network, small_run.folder], name="a,b,c,d", **data)
    assert result.models[-4:] == ["a", "b", "c", "d"]
    for one, other in (("a", "b"), ("c", "d")):
        for metric, mean in result[one].items():
            np.testing.assert_array_equal(mean.values, result[other][metric].values)
    assert salzoo.evaluate(red, metrics="NSS", **data).models[-1] == "red"


def test_what_cannot_be_evaluated(small_run, data):
    with pytest.raises(InputError, match="3 is neither a path, a model nor a function"):
        salzoo.evaluate(3, **data)
    with pytest.raises(InputError, match="There is nothing to measure"):
        salzoo.evaluate([], **data)
    with pytest.raises(InputError, match="`dataset_options` units=pixels: give a dict"):
        salzoo.evaluate(red, dataset_options="units=pixels", **data)
    with pytest.raises(InputError, match="Two models are called red: give "):
        salzoo.evaluate([red, red], **data)
    with pytest.raises(InputError, match="`raw` cannot change"):
        salzoo.evaluate(red, raw=True, **data)
    with pytest.raises(InputError, match="on any data: say on which with `dataset`"):
        salzoo.evaluate(red)
    with pytest.raises(InputError, match=r"red gives a map of shape \(20, 36, 3\)"):
        salzoo.evaluate(lambda image: image, name="red", **data)
    with pytest.raises(InputError, match="that is not finite"):
        salzoo.evaluate(lambda image: image[..., 0] * np.nan, name="red", **data)
    with pytest.raises(InputError, match="does not exist; give a run folder or an exported model"):
        salzoo.evaluate("msinet_lit", **data)


def test_files_in_the_way_are_named_before_any_work(small_run, data, tmp_path):
    file = str(tmp_path / "file")
    open(file, "w").close()
    with pytest.raises(InputError, match="`out` .*file is a file; give a folder"):
        salzoo.evaluate(red, out=file, **data)
    for where in ({"run_dir": file}, {"export": os.path.join(file, "exports")}):
        with pytest.raises(InputError, match=f"`{next(iter(where))}` .*file is a file; give a fol"):
            salzoo.train(quiet=True, **where)
    with pytest.raises(InputError, match="`out` .*file is a file; give a folder"):
        export_model(small_run.folder, file)


def test_the_shipped_model_by_its_name(inside, root, data, tmp_path):
    result = salzoo.evaluate("msinet_lite", metrics="NSS,CC", **data)
    assert result.models[-1] == "msinet_lite"
    flags = ["--dataset", "folder", "--data_dir", root, "--task", "fixations"]
    status, printed, err = inside(
        "evaluate", "msinet_lite", *flags, "--metrics", "NSS,CC", "--out", tmp_path
    )
    assert status == 0, err
    assert printed.startswith(str(result))
    with pytest.raises(InputError, match="msinet comes without trained weights: train it"):
        salzoo.evaluate("msinet", **data)


def test_a_training_starts_from_the_shipped_weights(root):
    given = {"dataset": "folder", "data_dir": root, "input_size": (64, 64)}
    config = new_config(check_parameters(given))
    model = compiled_model(config, 1, start_weights(config.init_from), resumed=False)
    shipped = salzoo.models.trained_model("msinet_lite")
    for ours, theirs in zip(model.get_weights(), shipped.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.slow
def test_fine_tuning_of_the_pretrained_weights(root, tmp_path, monkeypatch):
    """A few steps; the run can be used, evaluated and exported like any other."""
    monkeypatch.chdir(tmp_path)
    small = {"epochs": 1, "input_size": (64, 64), "quiet": True}
    trained = salzoo.train(dataset="folder", data_dir=root, export="exports", **small)
    assert trained.folder == os.path.join("runs", "msinet_lite-folder-001")
    assert trained.export == os.path.join("exports", "msinet_lite", "1")
    result = salzoo.evaluate([trained.folder, trained.export], task="fixations", quiet=True)
    run, export = (result[name] for name in ("msinet_lite-folder-001", "1"))
    assert export["NSS"] == pytest.approx(run["NSS"], abs=1e-4)


def test_all_public_names_are_there():
    assert set(salzoo.__all__) == {"__version__", *api.__all__}
    for name in api.__all__:
        assert getattr(salzoo, name) is getattr(api, name)


# How often Python opened each file, while WATCHED has a folder above it.
OPENS: Counter = Counter()
WATCHED: list[str] = []


def count_opens(event, arguments):
    if event == "open" and WATCHED and str(arguments[0]).startswith(WATCHED[0]):
        OPENS[os.path.relpath(str(arguments[0]), WATCHED[0])] += 1


def test_a_training_reads_its_dataset_once(tmp_path, monkeypatch):
    """An image that is not used is opened once, for its size, and the fixations once."""
    folder = make_small("osie", tmp_path / "osie", monkeypatch)
    dataset = salzoo.open_dataset("osie", folder)
    images = {os.path.basename(sample.image_path) for sample in dataset.samples("all")}
    used = {
        os.path.basename(sample.image_path)
        for split in ("train", "val")
        for sample in dataset.samples(split, limit=1)
    }
    sys.addaudithook(count_opens)  # stays until Python ends
    WATCHED.append(str(folder))
    try:
        summary = salzoo.train(
            "shallow_convnet",
            "osie",
            data_dir=folder,
            model_options={"conv3_filters": 1},
            **{"input_size": (96, 96), "epochs": 1, "limit_train": 1, "limit_val": 1},
            run_dir=tmp_path / "run",
            export=tmp_path / "exports",
            quiet=True,
        )
    finally:
        WATCHED.clear()
    assert np.isfinite(summary["shallow_convnet"]["NSS"]) and os.path.isdir(summary.export)
    opens = {os.path.basename(path): count for path, count in OPENS.items()}
    assert opens["fixations.mat"] == 1
    assert len(used) == 2 and len(images) == 5
    assert {name: opens[name] for name in images - used} == dict.fromkeys(images - used, 1)


def test_the_model_in_memory_is_the_best_checkpoint(tmp_path):
    """Bit for bit: weights, maps, card and fingerprint."""
    result = loop.train(shallow_config(recipe={"epochs": 1}), tmp_path / "run", verbose=0)
    stored = result.run.load_model()
    for ours, theirs in zip(result.model.get_weights(), stored.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    image = np.random.default_rng(0).uniform(0, 255, (50, 60, 3)).astype("float32")
    in_memory = Predictor.from_opened(open_run(result.run, model=result.model))
    from_disk = Predictor(result.run.folder)
    assert in_memory.card == from_disk.card and in_memory.fingerprint == from_disk.fingerprint
    np.testing.assert_array_equal(in_memory(image), from_disk(image))
