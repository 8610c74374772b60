"""The command line as a person meets it: output, messages, exit status."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import salzoo


def run(*arguments, cwd=None):
    command = [sys.executable, "-m", "salzoo", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300)


def test_help_needs_nothing_heavy():
    code = (
        "import sys; sys.argv = ['salzoo', '--help']\n"
        "from salzoo.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "heavy = {'tensorflow', 'keras', 'numpy', 'scipy', 'PIL'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    for name in ("models", "datasets", "summary", "train", "evaluate", "predict", "export"):
        assert name in result.stdout


def test_version():
    assert run("--version").stdout.strip() == f"salzoo {salzoo.__version__}"


@pytest.mark.parametrize("closed", ["2>&-", ">&- 2>&- <&-"])
def test_closed_standard_streams_are_no_failure(closed, tmp_path):
    command = f"{sys.executable} -m salzoo models {closed}"
    assert subprocess.run(command, shell=True, cwd=tmp_path, timeout=300).returncode == 0
    assert os.listdir(tmp_path) == []


def test_the_whole_walk(inside, tmp_path, monkeypatch):
    """train and predict as programs, evaluate and export, in an empty folder."""
    small = ["--model_options", "conv3_filters=1", "--input_size", "96x96"]
    small += ["--limit_train", "4", "--limit_val", "2", "--epochs", "1", "--export", "exports"]
    trained = run("train", "shallow_convnet", *small, cwd=tmp_path)
    assert trained.returncode == 0, trained.stderr
    assert "learning_rate     0.03" in trained.stdout
    assert "None" not in trained.stdout and "{" not in trained.stdout
    assert "mean map" in trained.stdout and "AUC-Judd" in trained.stdout
    assert "runs/shallow_convnet-synthetic-001/predictions.png" in trained.stdout
    assert trained.stdout.splitlines()[-1] == "export    exports/shallow_convnet/1"
    assert "Traceback" not in trained.stderr and "I0000" not in trained.stderr

    monkeypatch.chdir(tmp_path)
    for model in ("runs/shallow_convnet-synthetic-001", "exports/shallow_convnet"):
        status, out, err = inside("evaluate", model, "--split", "test", "--limit", "3")
        assert status == 0, err
        assert "synthetic test, 3 images, sigma 10 px, convention mit" in out
        folder = (tmp_path / out.splitlines()[-1]).parent
        summary = json.loads((folder / "evaluation.json").read_text())
        assert summary["means"]["mit"]["shallow_convnet"]["NSS"] is not None
        assert len((folder / "scores.csv").read_text().splitlines()) == 1 + 4 * 3

    Image.new("RGB", (90, 60), "red").save(tmp_path / "photo.jpg")
    (tmp_path / "broken.jpg").write_text("not a picture")
    images = ["photo.jpg", "broken.jpg", "missing.jpg"]
    predicted = run(
        "predict", *images, "--model", "exports/shallow_convnet/1", "--out", "p", cwd=tmp_path
    )
    assert predicted.returncode == 1
    assert "1 of 3 images" in predicted.stdout
    assert "broken.jpg is not an image" in predicted.stderr
    assert "missing.jpg does not exist" in predicted.stderr
    assert sorted(os.listdir(tmp_path / "p")) == [
        "photo_overlay.png",
        "photo_saliency.npy",
        "photo_saliency.png",
    ]
    assert np.load(tmp_path / "p" / "photo_saliency.npy").shape == (60, 90)
    for kind in ("overlay", "saliency"):
        assert Image.open(tmp_path / "p" / f"photo_{kind}.png").size == (90, 60)

    _, out, _ = inside("export", "runs/shallow_convnet-synthetic-001", "--images", "2")
    assert out.splitlines()[-1] == "exports/shallow_convnet/2" and "savedmodel float32" in out


@pytest.mark.parametrize("command", ["models", "datasets"])
@pytest.mark.parametrize("width", [80, 120])
def test_lists_fit_the_terminal(inside, monkeypatch, command, width):
    monkeypatch.setenv("COLUMNS", str(width))
    status, out, _ = inside(command)
    assert status == 0
    assert max(map(len, out.splitlines())) <= width
    assert len(out.splitlines()) < 35


def test_models(inside):
    status, out, _ = inside("models")
    assert status == 0 and "24,934,209" in out
    rows = [line.split() for line in out.splitlines() if line]
    assert {row[0]: row[-1] for row in rows[1:8]} == {
        **dict.fromkeys(salzoo.list_models(), "released"),
        "msinet_lite": "included",
    }
    _, out, _ = inside("models", "msinet_lite")
    assert "salzoo predict --model msinet_lite" in out and "osie+nus_scene" in out
    card = next(line for line in out.splitlines() if line.startswith("model card"))
    assert os.path.isfile(card.removeprefix("model card").strip())
    _, out, _ = inside("models", "deep_convnet")
    assert "option         zero_level: grey level" in out
    assert "schedule       printed: x0.5 every 100 steps" in out
    status, _, err = inside("models", "msinte")
    assert status == 2 and "did you mean 'msinet'?" in err


def test_datasets(inside, monkeypatch):
    _, out, _ = inside("datasets")
    assert "osie" in out and "700" in out
    _, out, _ = inside("datasets", "osie")
    assert "Journal of Vision" in out and "msinet (default): train 500, val 200" in out
    monkeypatch.setenv("COLUMNS", "60")
    _, narrow, _ = inside("datasets", "osie")
    assert narrow.split() == out.split()  # only the lines are others
    assert all(len(line) <= 60 or len(line.split()) <= 2 for line in narrow.splitlines())


def test_summary(inside):
    _, out, _ = inside(
        "summary", "msinet", "--input_size", "240x320", "--model_options", "aspp=false"
    )
    assert "30,177,089" in out and "30x40x1280" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["trian"], "invalid choice: 'trian'"),
        (["train", "--epoch", "3"], "no flag '--epoch' here; did you mean --epochs?"),
        (["train", "msi-net"], "no model 'msi-net'; did you mean 'msinet'?"),
        (["train", "--dataset", "osi"], "no dataset 'osi'; did you mean 'osie'?"),
        (["train", "--dataset", "osie"], "osie is not here"),
        (["train", "--dataset", "osie", "--data_dir", "/none"], "--data_dir /none does not exist"),
        (["train", "--input_size", "241x320"], "multiples of 8; the nearest is 240x320"),
        (["train", "--input_size", "large"], "'large' is not ROWSxCOLUMNS"),
        (["train", "--epochs", "0"], "'0' is not a whole number of 1 or more"),
        (["train", "--epochs", "many"], "'many' is not a whole number"),
        (["train", "--learning_rate", "0"], "a number above 0"),
        (["train", "--learning_rate", "nan"], "'nan' is not a number"),
        (
            ["train", "--model_options", "asp=false"],
            "no option of msinet 'asp'; did you mean 'aspp'?",
        ),
        (["train", "--model_options", "aspp"], "write NAME=VALUE"),
        (["train", "--model_options", "input_shape=5"], "no option of msinet 'input_shape'"),
        (["train", "--seed", "99999999999"], "'99999999999' is not a whole number of 0 to"),
        (["train", "--sigma", "1e9"], "is not a number of 0.1 to 1000"),
        (["train", "--run_dir", "/dev/null/run"], "null is a file; give a folder"),
        (["train", "--model_options", "aspp=maybe"], "aspp='maybe': give true or false"),
        (["train", "--backbone_weights", "none.npz"], "none.npz does not exist"),
        (["train", "--optimizer", "adm"], "no --optimizer 'adm'; did you mean 'adam'?"),
        (["train", "--loss", "kdl"], "no --loss 'kdl'; did you mean 'kld'?"),
        (["train", "asnet", "--loss", "kld"], "asnet predicts fixations + objects; choose from"),
        (["train", "--loss_options", "epsilon=x"], "--loss_options epsilon=x: give a number"),
        (["train", "--optimizer_options", "beta_1=x"], "--optimizer adam cannot take a step"),
        (["train", "--schedule", "slowly"], "--schedule slowly: give 'constant'"),
        (["train", "shallow_convnet", "--fit_mode", "native"], "takes only 96x96; choose pad or"),
        (
            ["train", "sam_vgg", "--model_options", "timesteps=2.0"],
            "timesteps=2.0: give 1, 2, 3 or 4",
        ),
        (
            ["train", "deep_convnet", "--model_options", "weight_decay=NaN"],
            "weight_decay='NaN': give a",
        ),
        (["train", "--fit_mode", "crop"], "invalid choice: 'crop'"),
        (["train", "--resume"], "--resume needs --run_dir"),
        (["train", "--resume", "--run_dir", "none"], "none is not a run: it has no config.json"),
        (["evaluate", "none"], "none does not exist; give a run folder or an exported model"),
        (["predict", "none.jpg", "--model", "x"], "none.jpg does not exist"),
        (["predict"], "give images (files, folders or patterns)"),
        (["predict", "--top", "0"], "'0' is not a whole number of 1 or more"),
        (["predict", "--crop", "wide"], "'wide' is no shape like 16:9, 1:1 or 4x5"),
        (["predict", "--crop", "16:0"], "'16:0' is no shape"),
        (["predict", "--model", "x"], "give images (files, folders or patterns)"),
        (["export", "none"], "none does not exist; give a run folder or an exported model"),
        (["summary", "msinet", "--input_size", "20x20"], "multiples of 8"),
        (["datasets", "osi"], "did you mean 'osie'?"),
    ],
)
def test_bad_input_is_one_sentence_and_status_2(inside, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    status, _, err = inside(*arguments)
    assert status == 2
    assert message in err
    assert len(err.strip().splitlines()) <= 2  # the sentence, and where help is
    assert os.listdir(tmp_path) == []  # nothing half-written stays behind


def test_a_model_is_missing_for_existing_images(inside, tmp_path):
    Image.new("RGB", (9, 9)).save(tmp_path / "photo.png")
    status, _, err = inside("predict", tmp_path / "photo.png", "--model", tmp_path / "none")
    assert status == 2 and "none does not exist" in err


def test_resume_refuses_other_settings(inside, small_run):
    arguments = ["train", "--resume", "--run_dir", small_run.folder]
    status, _, err = inside(*arguments, "--learning_rate", "0.5")
    assert status == 2 and "--learning_rate 0.5: this run was started with 0.0001" in err
    status, _, err = inside(*arguments, "--dataset", "osie")
    assert status == 2 and "--dataset osie: this run was started with synthetic" in err


def test_a_damaged_config(inside, tmp_path):
    (tmp_path / "config.json").write_text("{")
    status, _, err = inside("export", tmp_path)
    assert status == 2 and "config.json is not JSON that salzoo wrote" in err


@pytest.fixture
def own_data(tmp_path):
    """Four images of a person's own, with their fixations."""
    folder = tmp_path / "mine"
    (folder / "images").mkdir(parents=True)
    random = np.random.default_rng(0)
    lines = ["image,gaze_x,y"]
    for number in range(4):
        Image.new("RGB", (50, 40), (60 * number, 90, 20)).save(folder / f"images/{number}.png")
        lines += [f"{number}.png,{x:.1f},{y:.1f}" for x, y in random.random((5, 2)) * (50, 40)]
    (folder / "fixations.csv").write_text("\n".join(lines))
    return folder


def test_own_data_are_checked_trained_on_and_measured(inside, small_run, own_data, tmp_path):
    data = ["--data_dir", own_data, "--dataset_options", "x_column=gaze_x"]
    status, _, err = inside("train", "--dataset", "folder", "--data_dir", own_data)
    assert status == 2 and "x_column" in err
    assert inside("check", "folder", *data)[0] == 0
    status, _, err = inside(
        "check", "folder", "--data_dir", own_data, "--dataset_options", "units=1"
    )
    assert status == 2 and "units=1: give a text" in err
    run = tmp_path / "run"
    small = ["--input_size", "32x40", "--epochs", "1", "--init_from", small_run.folder]
    status, out, err = inside("train", "--dataset", "folder", *data, *small, "--run_dir", run)
    assert status == 0, err
    assert "folder val, 1 image, sigma 1.56" in out
    status, out, err = inside("evaluate", run, "--split", "train", "--out", tmp_path / "out")
    assert status == 0 and "folder train, 3 images" in out, err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "--mix", "1,2"], "--mix needs a number for each of the 1 datasets"),
        (["train", "--mix", "1,0"], "above 0"),
        (["train", "--dataset", "synthetic+synthetic"], "names a dataset twice"),
        (["train", "--protocol", "msi"], "no protocol of synthetic 'msi'"),
        (["train", "--dataset_options", "units"], "--dataset_options units: write NAME=VALUE"),
        (["train", "--dataset_options", "units=1"], "no option of synthetic 'units'"),
        (["train", "--init_from", "nothing"], "nothing is not a run"),
        (["check", "osi", "--data_dir", "."], "did you mean 'osie'?"),
        (["check", "osie"], "osie is not here"),
        (["download", "sod", "--data_dir", "x"], "cannot be fetched by a program"),
        (["train", "--dataset", "ecssd", "--data_dir", "."], "ecssd has no 'train' split"),
    ],
)
def test_bad_datasets_are_one_sentence(inside, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    status, _, err = inside(*arguments)
    assert status == 2 and message in err
    assert os.listdir(tmp_path) == []
