"""The runner: with trainings and measurements that are only noted down, and once for real."""

import csv
import statistics

import keras
import numpy as np
import pytest
from scipy import stats

from experiments import __main__ as command
from experiments import all_tables, writing
from experiments.entries import find, select
from experiments.measuring import cost
from experiments.runner import Runner
from experiments.settings import Settings
from experiments.trainings import write_part
from salzoo.models import build_model, model_record
from salzoo.training.config import RunConfig
from salzoo.training.run import Run
from salzoo.utils.errors import InputError

TABLES = all_tables()
METRICS = ("AUC-Judd", "SIM", "EMD", "AUC-Borji", "sAUC", "CC", "NSS", "KLD", "AUC", "maxF", "MAE")


class Noted:
    """A training and a measurement that take no time."""

    def __init__(self):
        self.trained, self.resumed, self.measured = [], [], []
        self.interrupt_after = None

    def train(self, config, folder, resume):
        self.resumed.append(resume)
        if not resume:
            Run(folder).write_config(config)
        if self.interrupt_after == len(self.trained):
            self.interrupt_after = None
            raise KeyboardInterrupt
        self.trained.append((folder, config))

    def measure(self, run, column, table, metrics, settings, sigma, folder):
        self.measured.append((run, column, sigma))
        values = np.random.default_rng(len(self.measured)).uniform(0, 1, len(METRICS))
        by_metric = {m: v for m, v in zip(METRICS, values.tolist(), strict=True) if m in metrics}
        categories = {"Noisy": by_metric, "Pattern": dict.fromkeys(metrics)}
        return {"metrics": by_metric, "categories": categories, "images": 7}


@pytest.fixture
def noted():
    return Noted()


@pytest.fixture
def runner(tmp_path, noted):
    for name in (
        "salicon",
        "salicon2015",
        "mit1003",
        "cat2000",
        "thus10k",
        "dut_omron",
        "ecssd",
        "osie",
    ):
        (tmp_path / "data" / name).mkdir(parents=True)

    def make(**settings):
        settings = {
            "out": str(tmp_path / "out"),
            "data_dir": str(tmp_path / "data"),
            **settings,
        }
        return Runner(TABLES, Settings(**settings), train=noted.train, measure=noted.measure)

    return make


def folders(noted, out):
    return [folder.removeprefix(f"{out}/trained/") for folder, _ in noted.trained]


def test_trains_on_salicon_first_and_goes_on_from_there(runner, noted, tmp_path):
    runner(datasets=("mit1003",)).run(select(TABLES, "sam/table2/dcn/vgg"))
    assert folders(noted, tmp_path / "out") == [
        "sam/table2/dcn/vgg/salicon2015/seed-0",
        "sam/table2/dcn/vgg/salicon2015-mit1003/seed-0",
    ]
    first, second = (config for _, config in noted.trained)
    assert (first.dataset, first.protocol, first.init_from) == ("salicon2015", None, None)
    assert (second.dataset, second.protocol) == ("mit1003", "sam")
    assert second.init_from == noted.trained[0][0]
    assert second.model_options == {"convlstm": False, "priors": None}
    assert second.recipe == model_record("sam_vgg").recipe
    ((run, column, _),) = noted.measured
    assert run == noted.trained[1][0]
    assert (column.test, column.split, column.protocol) == ("mit1003", "val", "sam")


def test_what_is_done_is_not_done_again(runner, noted):
    for _ in range(2):
        runner(datasets=("salicon2015", "mit1003")).run(select(TABLES, "sam/table2/dcn/vgg"))
    assert len(noted.trained) == 2 and len(noted.measured) == 2


def test_an_interrupted_training_is_resumed(runner, noted):
    noted.interrupt_after = 1
    with pytest.raises(KeyboardInterrupt):
        runner(datasets=("mit1003",)).run(select(TABLES, "sam/table2/dcn/vgg"))
    runner(datasets=("mit1003",)).run(select(TABLES, "sam/table2/dcn/vgg"))
    assert noted.resumed == [False, False, True]
    assert [config.dataset for _, config in noted.trained] == ["salicon2015", "mit1003"]


def test_other_settings_are_refused(runner):
    entry = select(TABLES, "pan/table3")
    runner().run(entry)
    with pytest.raises(InputError, match=r"\(epochs 1000, now 3\)"):
        runner(recipe={"epochs": 3}).run(entry)
    runner(data_dir="elsewhere").run(entry)  # folders may move


def test_entries_share_a_training_and_its_measurement(runner, noted):
    for name in ("sam/table2/dcn_convlstm_priors/vgg", "sam/table3/learned_priors/vgg"):
        runner(datasets=("salicon2015",)).run(select(TABLES, name))
    runner(datasets=("salicon2015",)).run(select(TABLES, "sam/figure5/weighted_sum/vgg"))
    assert len(noted.trained) == 1 and len(noted.measured) == 1


def test_without_fixation_learns_without_the_images_that_have_fixations_only(runner, noted):
    names = ("asnet/table5/without_fixation", "asnet/table5/without_mae")
    for name in names:
        runner(datasets=("ecssd",)).run(select(TABLES, name))
    dropped, all_sets = (config for _, config in noted.trained)
    assert dropped.dataset == "thus10k+dut_omron" and dropped.model_options == {"fixation": False}
    assert all_sets.dataset == "salicon+thus10k+dut_omron"
    assert all_sets.recipe.loss_options == {"mae": 0.0}
    assert {column.split for _, column, _ in noted.measured} == {"test"}


def test_a_set_outside_the_table_is_trained_and_measured_on(runner, noted):
    runner(datasets=("mit1003",)).run(select(TABLES, "sam/figure6/cosine/vgg"))
    ((_, config),), ((_, column, _),) = noted.trained, noted.measured
    assert config.dataset == "mit1003" and config.recipe.loss == "cosine"
    # Measured on the images that its own protocol holds out.
    assert config.protocol == column.protocol == "sam"
    with pytest.raises(InputError, match="ecssd has no fixations"):
        runner(datasets=("ecssd",)).run(select(TABLES, "sam/figure6/cosine/vgg"))


def test_the_truth_has_the_width_that_was_trained_on(runner, noted):
    runner(datasets=("osie",), repetitions=1).run(select(TABLES, "msinet/table6/aspp"))
    assert noted.measured[-1][2] == 16.0


def test_direct_and_init_from_leave_out_salicon(runner, noted, tmp_path):
    entry = select(TABLES, "sam/table2/dcn/vgg")
    runner(datasets=("mit1003",), direct=True).run(entry)
    runner(datasets=("mit1003",), init_from="somewhere").run(entry)
    assert [folder.split("/")[-2] for folder, _ in noted.trained] == ["mit1003", "given-mit1003"]
    assert noted.trained[0][1].init_from is None
    assert noted.trained[1][1].init_from.endswith("somewhere")
    with pytest.raises(InputError, match="init_from"):
        runner(datasets=("mit1003",), init_from="elsewhere").run(entry)


def test_missing_folders_are_refused_before_anything_is_trained(runner, noted, tmp_path):
    (tmp_path / "data" / "mit1003").rmdir()
    with pytest.raises(InputError, match=r"missing: mit1003; or add --init_from RUN or --direct"):
        runner(datasets=("mit1003",)).run(select(TABLES, "sam/table2/dcn/vgg"))
    assert not noted.trained


def test_tables_are_written(runner, noted, tmp_path):
    runs = runner(datasets=("salicon2015",))
    chosen = select(TABLES, "sam/table2/dcn")
    runs.run(chosen)
    table = chosen[0][0]
    writing.write(runs, table)
    with open(tmp_path / "out/tables/sam-table2.csv") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 10 * 3 * 4
    (row,) = (
        row
        for row in rows
        if (row["row"], row["column"], row["metric"])
        == ("sam/table2/dcn/vgg", "salicon2015", "NSS")
    )
    expected = np.random.default_rng(1).uniform(0, 1, len(METRICS))[METRICS.index("NSS")]
    assert float(row["obtained"]) == expected and row["published"] == "3.122"
    assert (row["repetitions"], row["images"], row["measured_on"]) == ("1", "7", "salicon2015 val")
    text = (tmp_path / "out/tables/sam-table2.md").read_text()
    section = text[text.index("**salicon2015**") : text.index("**mit1003**")]
    (line,) = (line for line in section.splitlines() if "SAM-VGG, dilated network  " in line)
    cells = [cell.strip() for cell in line.split("|")]
    assert cells[2::2] == ["0.801", "0.786", "0.876", "3.122", ""]
    assert cells[9] == f"{expected:.3f}"


def test_repetitions_have_mean_spread_and_a_paired_test(runner, noted):
    runs = runner(datasets=("osie",), repetitions=4, direct=True)
    chosen = select(TABLES, "msinet/table6")
    runs.run(chosen)
    ((table, (first, second)),) = chosen
    assert [config.seed for _, config in noted.trained] == [0, 0, 1, 1, 2, 2, 3, 3]
    for metric, alternative in (("NSS", "greater"), ("KLD", "less")):
        mine, theirs = (
            [runs.figures(table, entry, "osie", seed)[metric] for seed in range(4)]
            for entry in (first, second)
        )
        cell = writing.Cell(runs, table, first, "osie", metric)
        assert cell.mean == pytest.approx(np.mean(mine))
        assert cell.spread == pytest.approx(statistics.stdev(mine))
        expected = stats.ttest_rel(mine, theirs, alternative=alternative).pvalue
        assert cell.p == pytest.approx(expected)


def test_a_change_of_categories_needs_both_entries(runner, noted):
    runs = runner(datasets=("cat2000",), repetitions=1, direct=True)
    chosen = select(TABLES, "msinet/table7/noisy")
    runs.run(chosen)
    assert [config.model_options for _, config in noted.trained] == [{}, {"aspp": False}]
    ((table, (entry,)),) = chosen
    with_aspp, without = (
        np.random.default_rng(n).uniform(0, 1, len(METRICS))[METRICS.index("CC")] for n in (1, 2)
    )
    assert runs.figures(table, entry, "cat2000", 0)["CC"] == pytest.approx(with_aspp - without)
    pattern = find(TABLES, "msinet/table7/pattern")[1]
    assert runs.figures(table, pattern, "cat2000", 0) == {}


def test_a_coarser_output_is_read_from_the_whole_network(tmp_path):
    whole = build_model("asnet")
    recipe = model_record("asnet").recipe
    run = Run(tmp_path / "whole")
    run.write_config(RunConfig("asnet", {}, "synthetic", None, recipe, "stretch"))
    whole.save_weights(run.path("best.weights.h5"))
    write_part(run.folder, {"output_level": 3}, str(tmp_path / "part"))
    part = Run(tmp_path / "part")
    assert part.config.model_options == {"output_level": 3}
    images = np.random.default_rng(0).uniform(0, 255, (1, 32, 48, 3)).astype("float32")
    found, expected = part.load_model()(images), whole(images)
    assert set(found) == {"fixation", "object_5", "object_4", "object_3"}
    for name, maps in found.items():
        np.testing.assert_allclose(maps, expected[name], atol=1e-6)


@pytest.mark.slow
def test_an_earlier_step_is_read_from_the_whole_network(tmp_path):
    whole = build_model("sam_vgg")
    run = Run(tmp_path / "whole")
    recipe = model_record("sam_vgg").recipe
    run.write_config(RunConfig("sam_vgg", {}, "synthetic", None, recipe, "pad"))
    whole.save_weights(run.path("best.weights.h5"))
    write_part(run.folder, {"timesteps": 2}, str(tmp_path / "part"))
    part = Run(tmp_path / "part").load_model()
    layer = part.get_layer("attentive_conv_lstm")
    assert layer.timesteps == 2
    for mine, theirs in zip(part.weights, whole.weights, strict=True):
        np.testing.assert_array_equal(keras.ops.convert_to_numpy(mine), theirs)


def test_memory_of_pans_networks():
    """Their Table 1; the shallow net's parameters put right, its outputs added up by hand."""
    table, deep = find(TABLES, "pan/table1/deep")
    found = cost(deep, table.metrics)["metrics"]
    printed = (123.65, 98.44, 345.74, 222.09)
    assert tuple(found[metric] for metric in table.metrics) == pytest.approx(printed, abs=0.01)
    shallow = cost(find(TABLES, "pan/table1/shallow")[1], table.metrics)["metrics"]
    outputs = 96**2 * 3 + (92**2 + 46**2) * 32 + (44**2 + 22**2) * 64 + (20**2 + 10**2) * 128
    data = 4 * (outputs + 4608 + 2304 + 2304) / 2**20
    parameters = 4 * 64_392_512 / 2**20
    expected = (data, parameters, 2 * data + parameters, data + parameters)
    assert tuple(shallow[metric] for metric in table.metrics) == pytest.approx(expected)


def test_the_command_lists_everything(capsys):
    assert command.main([]) == 0
    listed = capsys.readouterr().out
    assert all(entry.name in listed for table in TABLES for entry in table.entries)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["sam/table2/dcn_convlst"], "did you mean 'sam/table2/dcn_convlstm'?"),
        (["pan", "--quick", "--dataset", "osie"], "--quick takes the synthetic set"),
        (["pan/table3", "--dataset", "isum", "--data_dir", "."], "did you mean 'isun'?"),
    ],
)
def test_the_command_refuses_in_one_sentence(arguments, sentence, capsys):
    assert command.main(arguments) == 2
    said = capsys.readouterr().err
    assert sentence in said and said.count("\n") == 1


@pytest.mark.slow
def test_a_quick_experiment_for_real(tmp_path, capsys):
    arguments = ["msinet/table6", "--quick", "--out", str(tmp_path), "--input_size", "32x40"]
    assert command.main(arguments) == 0
    first = capsys.readouterr().out
    assert "without_aspp: train msinet on synthetic" in first
    with open(tmp_path / "tables/msinet-table6.csv") as file:
        rows = [row for row in csv.DictReader(file) if row["column"] == "synthetic"]
    obtained = {(row["row"], row["metric"]): row["obtained"] for row in rows}
    assert 0 < float(obtained["msinet/table6/aspp", "SIM"]) < 1
    assert 0 < float(obtained["msinet/table6/without_aspp", "AUC-Judd"]) < 1
    assert command.main(arguments) == 0
    assert "train msinet on" not in capsys.readouterr().out


def test_released_weights_are_measured_on_their_own_datasets(runner, noted):
    table = select(TABLES, "sam/released")
    for _ in range(2):
        runner().run(table)
    assert not noted.trained
    assert [(source, column.test) for source, column, _ in noted.measured] == [
        ("sam_vgg:salicon", "salicon2015"),
        ("sam_resnet:salicon", "salicon2015"),
        ("sam_resnet:salicon2017", "salicon"),
    ]
    runner(datasets=("osie",)).run(select(TABLES, "sam/released/sam_vgg-salicon"))
    assert [column.test for _, column, _ in noted.measured[3:]] == ["osie"]
    text = writing.markdown(runner(), table[0][0])
    assert "**salicon2015**: obtained on salicon2015 val, 7 images" in text
    row = next(line for line in text.splitlines() if line.startswith("| sam_vgg:salicon "))
    assert row.split("|")[2].strip() == "0.830" and row.split("|")[3].strip() != "-"


def test_released_weights_that_are_not_at_hand_are_left_out(runner, noted, monkeypatch, capsys):
    def missing(run, *rest):
        raise InputError(f"{run}: give the file.")

    monkeypatch.setattr(noted, "measure", missing)
    table = select(TABLES, "pan/released")
    runner().run(table)
    shown = capsys.readouterr().out
    assert "isun is left out: deep_convnet:salicon: give the file." in shown
    assert "| deep_convnet:salicon" in writing.terminal(runner(), table[0][0])
