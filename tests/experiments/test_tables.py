"""The experiments' tables against the papers, typed a second time and read from their texts."""

import re

import pytest

from experiments import all_tables
from experiments.entries import CategoryChange, Cost, Entry, figures, find, select, value
from experiments.writing import number
from salzoo.losses import LOSSES, make_loss
from salzoo.models import build_model, model_record
from salzoo.utils.errors import InputError
from tests.real_data import require_data

TABLES = all_tables()
ENTRIES = [entry for table in TABLES for entry in table.entries]
TRAINED = [entry for entry in ENTRIES if isinstance(entry, Entry)]
PAPERS = {
    "sam": "000_9f19b26b8578e4f0.txt",
    "pan": "002_ac61d878ad737adf.txt",
    "msinet": "003_29f58b906c1e3843.txt",
    "asnet": "004_228161b2d02606f7.txt",
}


def test_every_table_with_figures_is_there():
    assert [table.name for table in TABLES] == [
        *(f"msinet/table{number}" for number in (1, 2, 3, 4, 6, 7, 8, 9)),
        "msinet/released",
        *(f"sam/table{number}" for number in (2, 3, 4, 5, 6, 7)),
        *("sam/figure5", "sam/figure6", "sam/released"),
        *(f"pan/table{number}" for number in (1, 3, 4, 5, 6)),
        *("pan/section3", "pan/released"),
        *(f"asnet/table{number}" for number in (2, 3, 4, 5)),
        *("asnet/released/objects", "asnet/released/fixations"),
    ]
    assert [len(table.entries) for table in TABLES] == [
        *(1, 1, 3, 5, 2, 4, 2, 4, 8),
        *(10, 4, 8, 2, 2, 2, 8, 10, 3),
        *(2, 1, 1, 3, 2, 4, 3),
        *(2, 2, 1, 12, 1, 1),
    ]


def test_names_are_unique_and_begin_with_their_table():
    names = [entry.name for entry in ENTRIES]
    assert len(set(names)) == len(names)
    for table in TABLES:
        for entry in table.entries:
            assert entry.name.startswith(f"{table.name}/")
            # A folder of its own: no entry's is inside another's.
            assert not any(other.startswith(f"{entry.name}/") for other in names)


def test_entries_refer_to_entries_of_the_same_network():
    for entry in TRAINED:
        for other in filter(None, (entry.trains_with, entry.better_than)):
            assert find(TABLES, other)[1].model == entry.model
        if entry.trains_with:
            trainer = find(TABLES, entry.trains_with)[1]
            assert trainer.trains_with is None and trainer.protocol == entry.protocol
            assert not entry.recipe and entry.objects_only == trainer.objects_only
    for entry in ENTRIES:
        if isinstance(entry, CategoryChange):
            assert all(isinstance(find(TABLES, n)[1], Entry) for n in (entry.first, entry.second))


@pytest.mark.parametrize(
    "table",
    [table for table in TABLES if table.name != "sam/released"],  # of both
    ids=lambda table: table.name,
)
def test_salicon_is_of_the_release_that_was_published_on(table):
    """SAM and Pan et al. are of 2015, MSI-Net of 2017; ASNet, later than 2017, trains on it."""
    release = "salicon2015" if table.name.startswith(("sam/", "pan/")) else "salicon"
    other = {"salicon", "salicon2015"} - {release}
    for column in table.columns.values():
        sets = {name for joined in column.train for name in joined.split("+")} | {column.test}
        assert not sets & other
    assert not other & set(table.columns)
    for figures_of in [*(entry.published for entry in table.entries), *table.others.values()]:
        assert set(figures_of) <= set(table.columns)


@pytest.mark.parametrize("number", [3, 4])
def test_trainings_of_pan_on_validation_images_are_stated(number):
    """Section 5.2: both entries of the challenge learned from training and validation images."""
    table = next(table for table in TABLES if table.name == f"pan/table{number}")
    assert "training and validation images" in " ".join(table.notes)
    assert all(column.split == "val" for column in table.columns.values())


@pytest.mark.parametrize("entry", TRAINED, ids=lambda entry: entry.name)
def test_options_and_recipe_are_known(entry):
    record = model_record(entry.model)
    record.check_options(entry.model_options)
    assert set(entry.model_options) <= set(record.options)
    recipe = record.recipe.override(**entry.recipe)
    if entry.recipe:
        assert recipe != record.recipe
    if "loss" in entry.recipe or "loss_options" in entry.recipe:
        assert recipe.loss in LOSSES
        make_loss(recipe.loss, **recipe.loss_options)
    if "schedule" in entry.recipe:
        assert recipe.schedule in record.schedules


def networks():
    distinct = {
        (e.model, repr(e.model_options)): e for e in ENTRIES if not isinstance(e, CategoryChange)
    }
    return [
        pytest.param(
            entry.model,
            entry.model_options,
            marks=[pytest.mark.slow] if entry.model.startswith("sam") else [],
            id=entry.name,
        )
        for entry in distinct.values()
    ]


@pytest.mark.parametrize(("model", "options"), networks())
def test_networks_build(model, options):
    assert build_model(model, **options).count_params() > 1_000_000


def test_a_coarser_or_earlier_part_has_the_weights_of_the_whole():
    """What an entry reads of another's training is there under the same names."""
    parts = [e for e in TRAINED if e.trains_with and e.model_options != _whole(e).model_options]
    assert {entry.model for entry in parts} == {"sam_vgg", "sam_resnet", "asnet"}
    assert all(set(entry.model_options) <= {"timesteps", "output_level"} for entry in parts)


def _whole(entry):
    return find(TABLES, entry.trains_with)[1]


# Typed from the papers once more.
SPOTS = [
    ("sam/table2/plain_cnn/vgg", "salicon2015", "NSS", "2.333"),
    ("sam/table2/dcn/resnet", "cat2000", "NSS", "2.368"),
    ("sam/table2/dcn_convlstm/vgg", "mit1003", "sAUC", "0.601"),
    ("sam/table2/dcn_priors/resnet", "mit1003", "NSS", "2.816"),
    ("sam/table2/dcn_convlstm_priors/resnet", "salicon2015", "AUC-Judd", "0.886"),
    ("sam/table3/mlnet_prior/resnet", "cat2000", "CC", "0.886"),
    ("sam/table4/resnet/1", "salicon2015", "NSS", "3.050"),
    ("sam/table4/vgg/3", "salicon2015", "NSS", "3.226"),
    ("sam/table5/resnet", "salicon2015", "NSS", "3.204"),
    ("sam/table6/vgg", "mit300", "EMD", "2.14"),
    ("sam/table7/resnet", "cat2000", "EMD", "1.04"),
    ("msinet/table1/msinet", "mit300", "KLD", "0.66"),
    ("msinet/table2/msinet", "cat2000", "AUC-Borji", "0.82"),
    ("msinet/table3/msinet", "network", "parameters", "24,934,209"),
    ("msinet/table4/osie", "network", "images/s", "58"),
    ("msinet/table6/aspp", "osie", "sAUC", "0.788*"),
    ("msinet/table6/without_aspp", "cat2000", "EMD", "2.975"),
    ("msinet/table8/without_multi_level", "pascal_s", "NSS", "2.494"),
    ("msinet/table7/cartoon", "cat2000", "EMD", "-0.652"),
    ("msinet/table9/fractal", "cat2000", "AUC-Borji", "-0.017"),
    ("pan/table1/deep", "network", "total, training (MiB)", "345.74"),
    ("pan/table3/shallow", "isun", "CC", "0.8230"),
    ("pan/table4/shallow", "salicon2015", "AUC-Judd", "0.8364"),
    ("pan/table5/deep", "salicon2015", "AUC-Borji", "0.86"),
    ("pan/table5/shallow", "isun", "sAUC", "0.64"),
    ("asnet/table2/28x28", "mit1003", "NSS", "2.30"),
    ("asnet/table3/14x14", "pascal_s", "SIM", "0.55"),
    ("asnet/table4/asnet", "hku_is", "MAE", "0.035"),
    ("asnet/table5/without_convlstm", "pascal_s", "MAE", "0.112"),
    ("asnet/table5/conv3_output", "ecssd", "maxF", "0.903"),
    ("asnet/table5/without_extra_loss", "hku_is", "maxF", "0.912"),
]


@pytest.mark.parametrize(("name", "column", "metric", "printed"), SPOTS)
def test_published_figures(name, column, metric, printed):
    assert find(TABLES, name)[1].published[column][metric] == printed


def text_of(paper):
    return " ".join(
        require_data(f"papers/{PAPERS[paper]}").read_text().replace("\N{MINUS SIGN}", "-").split()
    )


def printed_rows(table):
    """Yield the figures of each row and column as a text, a dash where there is none."""
    for published in [*(entry.published for entry in table.entries), *table.others.values()]:
        for by_metric in published.values():
            yield " ".join(by_metric.get(metric, "-") for metric in table.metrics)


@pytest.mark.parametrize(
    "name",
    [f"msinet/table{n}" for n in (1, 2, 3, 4, 6, 7, 8, 9)]
    + [f"asnet/table{n}" for n in (2, 3, 4, 5)]
    + ["pan/table3", "pan/table4", "pan/table5"],
)
def test_rows_stand_in_the_paper(name):
    table = next(table for table in TABLES if table.name == name)
    text = text_of(name.split("/")[0])
    if name == "msinet/table4":  # its units stand between
        text = re.sub(r" (FPS|MB|GFLOPS)", "", text)
    for row in printed_rows(table):
        assert row in text
    for entry in table.entries:
        for spread in getattr(entry, "spread", {}).values():
            assert " ".join(spread.values()) in text


def test_columns_of_sam_stand_in_the_paper():
    """The text of its PDF runs down the columns: five rows of three sets, then of four."""
    text = text_of("sam")
    table2, table3, table4 = (
        next(table for table in TABLES if table.name == f"sam/table{number}")
        for number in (2, 3, 4)
    )

    def rows(table):
        return [entry.published for entry in table.entries]

    for network in (0, 1):
        for metric in table2.metrics:
            published = rows(table2)[network::2]
            down = [row[column][metric] for column in table2.columns for row in published]
            assert " ".join(down) in text
    for column in table3.columns:
        for metric in table3.metrics:
            vgg_first = [rows(table3)[place][column][metric] for place in (0, 2, 1, 3)]
            assert " ".join(vgg_first) in text
    for metric in table4.metrics:
        assert " ".join(row["salicon2015"][metric] for row in rows(table4)) in text


def test_all_figures_stand_somewhere_in_their_paper():
    # The text of Pan's PDF has lost two decimal points; Table 6 is quoted from SAM.
    lost = {"2.29": "229", "249.22": "24922"}
    for table in TABLES:
        paper = "sam" if table.name == "pan/table6" else table.name.split("/")[0]
        words = set(text_of(paper).split())
        words |= {word.rstrip("*") for word in words}  # the records of weights have no stars
        printed = [e.published for e in table.entries] + list(table.others.values())
        for by_column in printed:
            for by_metric in by_column.values():
                for text in by_metric.values():
                    found = {text, lost.get(text, text), f"{text}MB"} | {f"{lost.get(text)}MB"}
                    assert found & words, (table.name, text)


def test_figures_refuses_what_is_no_row():
    good = figures("a b  1.0* - \n c  +2 3,000", ("x",), ("CC", "NSS"))
    assert good == {"a b": {"x": {"CC": "1.0*"}}, "c": {"x": {"CC": "+2", "NSS": "3,000"}}}
    for block in ("1 2", "a 1 2\na 3 4", "a 1 two"):
        with pytest.raises(ValueError):
            figures(block, ("x",), ("CC", "NSS"))


def test_value_of_what_is_printed():
    printed = ("0.899*", "24,934,209", "±0.000", "-0.5")
    assert [value(text) for text in printed] == [0.899, 24934209, 0, -0.5]


def test_select_takes_an_entry_a_table_or_a_paper():
    def names(wanted):
        return [entry.name for _, entries in select(TABLES, wanted) for entry in entries]

    assert names("sam/table2/dcn") == ["sam/table2/dcn/vgg", "sam/table2/dcn/resnet"]
    assert names("asnet/table4/asnet") == ["asnet/table4/asnet"]
    assert names("pan/table5/") == [
        f"pan/table5/{row}" for row in ("shallow", "deep", "deep_printed")
    ]
    assert len(names("sam")) == 49


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("sam/table2/dcn_convlst", "sam/table2/dcn_convlstm"),
        ("msinet/table66", "msinet/table6"),
        ("xyzzy", "make experiments"),
    ],
)
def test_select_names_the_nearest(name, near):
    with pytest.raises(InputError, match=near):
        select(TABLES, name)


def test_released_weights_are_compared_with_their_figures():
    table, entry = find(TABLES, "sam/released/sam_resnet-salicon")
    assert (entry.source, entry.columns) == ("sam_resnet:salicon", ("salicon2015",))
    (whole,) = (e for e in TRAINED if e.name == "sam/table2/dcn_convlstm_priors/resnet")
    expected = {name: value(text) for name, text in whole.published["salicon2015"].items()}
    assert {n: value(text) for n, text in entry.published["salicon2015"].items()} == expected
    assert table.columns["salicon2015"].split == "val"
    # Without figures of their own they are measured on what they were trained on.
    assert find(TABLES, "sam/released/sam_resnet-salicon2017")[1].columns == ("salicon",)
    objects, entry = find(TABLES, "asnet/released/objects/asnet-release")
    assert entry.model_options == {"variant": "release"}
    assert (objects.convention, objects.metrics) == ("pysod,mean_pr", ("maxF", "MAE"))
    columns = {name: (c.split, c.protocol) for name, c in objects.columns.items()}
    assert columns == {
        "ecssd": ("test", "official"),
        "hku_is": ("test", "benchmark"),
        "pascal_s": ("test", "official"),
    }
    table, entry = find(TABLES, "msinet/released/msinet-mit1003")
    assert table.columns["mit1003"].protocol == "msinet" and entry.columns == ("mit1003",)


def test_costs_have_sizes_that_their_models_take():
    costs = [entry for entry in ENTRIES if isinstance(entry, Cost)]
    assert len(costs) == 10
    for entry in costs:
        model_record(entry.model).check_size(*entry.input_size)


def test_numbers_are_written_as_the_papers_write_them():
    figures = (24934209.0, 0.8304, 97.15, -0.506)
    assert [number(figure) for figure in figures] == ["24,934,209", "0.830", "97.15", "-0.506"]
    assert number(0.01, signed=True) == "+0.010"
