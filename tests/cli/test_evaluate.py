"""`salzoo evaluate` on the command line: runs, exports and maps of other programs."""

import csv
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from salzoo.evaluation import Evaluation
from tests.data.datasets.layouts import make_small
from tests.evaluation.small import make_folder, noisy, small_split, split_of


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return make_folder(tmp_path_factory.mktemp("data") / "folder")


@pytest.fixture(scope="module")
def maps(root, tmp_path_factory):
    """A folder with a map for each image of the val split."""
    folder = tmp_path_factory.mktemp("maps")
    for sample, name in zip(*small_split(root), strict=True):
        np.save(folder / f"{os.path.basename(name)[:-4]}.npy", noisy(sample))
    return folder


@pytest.fixture
def data(root):
    return ["--dataset", "folder", "--data_dir", root, "--task", "fixations"]


def test_a_run_and_its_maps_get_the_same_numbers(inside, small_run, root, data, tmp_path):
    """What the network says, and the same as numbers and in 8 bits; three rows of a table."""
    from salzoo.evaluation.evaluated_models import Network
    from salzoo.prediction.predictor import Predictor

    network = Network(Predictor(small_run.folder))
    for kind in ("npy", "png"):
        (tmp_path / kind).mkdir()
    for sample, name in zip(*small_split(root), strict=True):
        stem = os.path.basename(name)[:-4]
        np.save(tmp_path / f"npy/{stem}.npy", network(sample))
        levels = np.uint8(np.round(network(sample) * 255))
        Image.fromarray(levels).save(tmp_path / f"png/{stem}.png")
    sources = [small_run.folder, tmp_path / "npy", tmp_path / "png"]
    out = tmp_path / "out"
    status, table, err = inside("evaluate", *sources, *data, "--compare", "--out", out)
    assert status == 0, err
    evaluation = Evaluation.read(out)
    assert evaluation.models[-3:] == ["msinet", "npy", "png"]
    for by_model in evaluation.scores.values():
        for metric, values in by_model["msinet"].items():
            np.testing.assert_array_equal(by_model["npy"][metric], values)
            if metric in ("AUC", "NSS", "CC", "SIM"):
                np.testing.assert_allclose(by_model["png"][metric], values, atol=0.02)
    assert f"{out}/report.html" in table and "msinet  tuebingen" in table


def test_the_folder(inside, maps, data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, out, err = inside("evaluate", maps, *data, "--metrics", "nss,CC", "--name", "mine")
    assert status == 0, err
    [folder] = (tmp_path / "evaluations").iterdir()
    assert folder.name.endswith("-folder-folder-task-fixations-metrics-nss-CC")
    assert sorted(os.listdir(folder)) == [
        "evaluation.json",
        "report.html",
        "report.md",
        "scores.csv",
    ]
    summary = json.loads((folder / "evaluation.json").read_text())
    assert summary["models"] == ["uniform", "centre Gaussian", "mean map", "mine"]
    assert summary["metrics"] == ["NSS", "CC"] and summary["samples"] == 8
    assert set(summary["definitions"]["mit"]) == {"NSS", "CC"}
    assert summary["versions"]["numpy"] == np.__version__
    page = (folder / "report.html").read_text()
    assert f"salzoo evaluate {maps} --dataset folder" in page and summary["command"] in page
    assert page.count("data:image/jpeg") == 2 and "Best by NSS of mine" in page
    with open(folder / "scores.csv") as file:
        rows = [row for row in csv.DictReader(file) if row["model"] == "mine"]
    assert [row["image"] for row in rows] == [f"images/{number:02d}.png" for number in range(4, 12)]
    mean = np.mean([float(row["CC"]) for row in rows])
    assert summary["means"]["mit"]["mine"]["CC"] == pytest.approx(mean)
    assert out.splitlines()[-1] == os.path.join("evaluations", folder.name, "report.html")


def test_folders_may_have_dots(inside, maps, data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("maps-1.1", "maps-1.2"):
        os.symlink(maps, name)
        status, out, err = inside("evaluate", name, *data, "--metrics", "NSS")
        assert status == 0 and f"\n{name} " in out, err
    assert len(os.listdir("evaluations")) == 2


def test_options_of_the_data_are_named_and_not_compared_with_others(
    inside, maps, data, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    for option in ("false", "true"):
        arguments = [*data, "--dataset_options", f"drop_first={option}", "--metrics", "NSS,CC"]
        status, out, err = inside("evaluate", maps, *arguments)
        assert status == 0, err
    assert "drop_first True" in out
    folders = sorted((tmp_path / "evaluations").iterdir())
    assert len(folders) == 2 and "-drop_first-True-" in folders[1].name
    status, _, err = inside("compare", *folders)
    assert status == 2 and "measured against other fixations or masks" in err


def test_maps_need_no_tensorflow(maps, root, tmp_path):
    code = (
        "import sys; from salzoo.evaluation import evaluate\n"
        f"evaluate({str(maps)!r}, 'folder', {str(root)!r}, task='fixations', convention='mit',\n"
        f"         metrics=['NSS'], jobs=1, out={str(tmp_path / 'out')!r})\n"
        "assert not {'tensorflow', 'keras'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
    assert (tmp_path / "out/report.md").exists()


def test_masks_are_measured_as_objects(inside, small_run, tmp_path, monkeypatch):
    make_small("ecssd", tmp_path, monkeypatch)
    arguments = ["evaluate", small_run.folder, "--dataset", "ecssd", "--data_dir", tmp_path]
    out = tmp_path / "out"
    # The only split of the dataset need not be named.
    status, table, err = inside(*arguments, "--out", out, "--compare")
    assert status == 0, err
    assert "masks, conventions pysod, mean_pr, raw" in table and "mean mask  raw" in table
    assert "Fitted to the other evaluated images, for want of training images: mean mask." in table
    evaluation = Evaluation.read(out)
    curves = evaluation.curves["pysod"]["msinet"]
    assert curves["f"].shape == (len(evaluation.images), 256)
    assert evaluation.means()["pysod"]["msinet"]["maxF"] == pytest.approx(
        curves["f"].mean(axis=0).max()
    )
    status, _, err = inside(*arguments, "--split", "val", "--out", out)
    assert status == 2 and "ecssd has no 'val' split; it has test" in err
    status, _, err = inside(*arguments, "--split", "test", "--task", "fixations", "--out", out)
    assert status == 2 and "0001.jpg has neither fixations nor a density" in err


def test_a_dataset_without_truth(inside, small_run, tmp_path, monkeypatch):
    make_small("mit300", tmp_path, monkeypatch)
    arguments = ["--dataset", "mit300", "--data_dir", tmp_path, "--split", "test"]
    status, _, err = inside("evaluate", small_run.folder, *arguments, "--out", tmp_path / "out")
    assert status == 2 and "has neither fixations nor a density nor a mask" in err


def test_maps_in_category_folders(inside, tmp_path, monkeypatch):
    """CAT2000: the same stem in several categories; densities of its own, no observers."""
    make_small("cat2000", tmp_path / "data", monkeypatch)
    samples, images = split_of("cat2000", tmp_path / "data", "train")
    for sample, name in zip(samples, images, strict=True):
        category, stem = name.split("/")[-2:]
        (tmp_path / "maps" / category).mkdir(parents=True, exist_ok=True)
        np.save(tmp_path / "maps" / category / stem.replace(".jpg", ".npy"), noisy(sample))
    arguments = ["--dataset", "cat2000", "--data_dir", tmp_path / "data", "--split", "train"]
    out = tmp_path / "out"
    status, table, err = inside("evaluate", tmp_path / "maps", *arguments, "--out", out)
    assert status == 0, err
    assert "the set's own density" in table
    evaluation = Evaluation.read(out)
    assert set(evaluation.categories) == {"Action", "OutdoorManMade"}
    assert "By category" in (out / "report.md").read_text()
    os.remove(tmp_path / "maps/Action" / images[0].split("/")[-1].replace(".jpg", ".npy"))
    status, _, err = inside("evaluate", tmp_path / "maps", *arguments, "--out", out)
    assert status == 2 and f"lacks maps for 1 of 4 images: {images[0]}" in err


def test_resized_and_superfluous_maps_are_noted(inside, maps, data, tmp_path):
    for path in maps.iterdir():
        values = np.load(path)
        np.save(tmp_path / path.name, values if path.stem > "05" else values[::2, ::2])
    np.save(tmp_path / "elsewhere.npy", np.ones((4, 4)))
    arguments = [*data, "--metrics", "CC", "--convention", "mit,tuebingen", "--out"]
    status, out, err = inside("evaluate", tmp_path, *arguments, tmp_path / "out")
    assert status == 0, err
    assert (
        "had another size than their image and were resized (imresize for mit, bilinear for "
        "tuebingen)" in out
    )
    assert "2 of 8 maps" in out and "Left out 1 map of" in out and "elsewhere.npy" in out
    assert "bilinear for tuebingen" in (tmp_path / "out/report.md").read_text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--metrics", "NSSS"], "no metric of fixations 'NSSS'; did you mean 'NSS'?"),
        (["--metrics", "NSS,"], "'NSS,' is not a list like a,b"),
        (["--convention", "tubingen"], "did you mean 'tuebingen'?"),
        (["--convention", "mit", "--compare"], "leave out --convention"),
        (["--metrics", "KLD", "--convention", "salicon"], "take --convention mit or tuebingen"),
        (["--baselines", "GBVZ"], "did you mean 'GBVS'?"),
        (["--task", "things"], "no task 'things'"),
        (["--name", "a,b"], "2 names for 1 models"),
        (["--name", "mean map"], "called 'mean map' as a baseline is"),
        (["--raw"], "--raw cannot change the maps"),
        (["--tta"], "--tta cannot change the maps"),
        (["--jobs", "0"], "'0' is not a whole number of 1 or more"),
        (["--split", "valid"], "no split 'valid'; did you mean 'val'?"),
    ],
)
def test_bad_input_gives_one_message(inside, maps, data, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    status, _, err = inside("evaluate", maps, *data, *arguments)
    assert status == 2 and message in err, err
    assert len(err.strip().splitlines()) <= 2


def test_maps_do_not_say_what_they_are_of(inside, maps, root):
    status, _, err = inside("evaluate", maps)
    assert status == 2 and "holds maps: say of what with --dataset" in err
    status, _, err = inside("evaluate", maps, "--dataset", "folder", "--data_dir", root)
    assert status == 2 and "add --task fixations or objects" in err


@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c_and_on(inside, maps, data, tmp_path, monkeypatch, jobs):
    """Interrupted once something is done; the same command goes on."""
    from salzoo.evaluation import measurement
    from salzoo.evaluation.journal import Journal

    monkeypatch.setattr(measurement, "IMAGES_A_JOB", 1)
    command = ["evaluate", maps, *data, "--metrics", "NSS", "--jobs", jobs, "--out", tmp_path]
    with monkeypatch.context() as patched:
        add, added = Journal.add, []

        def interrupted(journal, *arguments):
            add(journal, *arguments)
            added.append(1)
            if len(added) == 3:
                raise KeyboardInterrupt

        patched.setattr(Journal, "add", interrupted)
        status, out, _ = inside(*command)
    assert status == 130 and "The same command goes on from here" in out
    assert len(list(tmp_path.glob(".unfinished-*"))) == 1
    status, out, err = inside(*command)
    assert status == 0, err
    assert len(Evaluation.read(tmp_path).images) == 8
    assert not list(tmp_path.glob(".unfinished-*"))


@pytest.mark.slow
def test_the_mean_map_of_osie_has_the_known_figures(inside, osie_dir, tmp_path):
    """Measured independently of this code: 200 validation images, all fixations, sigma 24."""
    for name in split_of("osie", osie_dir, "val")[1]:
        np.save(tmp_path / os.path.basename(name).replace(".jpg", ".npy"), np.ones((3, 4)))
    arguments = ["--dataset", "osie", "--data_dir", osie_dir, "--out", tmp_path / "out"]
    metrics = ["--convention", "tuebingen", "--metrics", "AUC,NSS,CC,SIM,KLD"]
    status, _, err = inside("evaluate", tmp_path, *arguments, *metrics)
    assert status == 0, err
    means = Evaluation.read(tmp_path / "out").means()["tuebingen"]["mean map"]
    expected = {"AUC": 0.743, "NSS": 0.89, "CC": 0.311, "SIM": 0.368, "KLD": 1.327}
    for metric, figure in expected.items():
        assert means[metric] == pytest.approx(figure, abs=0.0051 if metric == "NSS" else 0.00051)


def test_a_set_for_testing_beside_one_with_training_images(
    inside, small_run, tmp_path, monkeypatch
):
    from tests.data.datasets.layouts import make_small

    for name in ("osie", "toronto"):
        (tmp_path / name).mkdir()
        make_small(name, tmp_path / name, monkeypatch)
    arguments = ["--dataset", "osie+toronto", "--data_dir", tmp_path, "--out", tmp_path / "out"]
    status, out, err = inside("evaluate", small_run.folder, *arguments, "--split", "all")
    assert status == 0 and "mean map" in out, err


def test_log_maps_are_refused_or_read(inside, root, maps, data, tmp_path):
    """exp of log maps gets the numbers of the maps themselves; networks have none."""
    for kind in ("logs", "densities"):
        (tmp_path / kind).mkdir()
    for path in maps.glob("*.npy"):
        density = np.load(path) / np.load(path).sum()
        np.save(tmp_path / "densities" / path.name, density)
        np.save(tmp_path / "logs" / path.name, np.log(density))
    options = [*data, "--metrics", "NSS,KLD", "--baselines", "none", "--jobs", "1"]
    status, _, err = inside("evaluate", tmp_path / "logs", *options, "--out", tmp_path / "out")
    assert status == 2 and "give exp of them, or --log_maps." in err
    tables = []
    for kind, flags in (("logs", ["--log_maps"]), ("densities", [])):
        out = tmp_path / f"out_{kind}"
        status, _, err = inside("evaluate", tmp_path / kind, *options, *flags, "--out", out)
        assert status == 0, err
        tables.append(Evaluation.read(out))
    for metric, values in tables[0].scores["mit"]["logs"].items():
        np.testing.assert_allclose(values, tables[1].scores["mit"]["densities"][metric])
    assert tables[0].title.endswith("log_maps")
    status, _, err = inside("evaluate", "msinet_lite", *options, "--log_maps")
    assert status == 2 and "--log_maps is for folders of maps, and there is none" in err
