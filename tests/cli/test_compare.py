"""Comparisons against plain numpy and scipy, and `salzoo compare` on the command line."""

import csv
import json
import os

import numpy as np
import pytest
from scipy import stats

from salzoo.evaluation.comparison import Comparison
from salzoo.utils.errors import InputError
from tests.evaluation.report.evaluations import fixation_evaluation, object_evaluation


@pytest.fixture
def written(tmp_path):
    """Write an evaluation to a folder of a name; its path."""

    def write(name, evaluation):
        folder = tmp_path / name
        folder.mkdir()
        evaluation.write(folder)
        return str(folder)

    return write


def shuffled(evaluation, seed=1):
    """The same evaluation with its images in another order."""
    order = np.random.default_rng(seed).permutation(len(evaluation.images))
    evaluation.images = [evaluation.images[place] for place in order]
    evaluation.categories = [evaluation.categories[place] for place in order]
    for by_model in evaluation.scores.values():
        for by_metric in by_model.values():
            for metric in by_metric:
                by_metric[metric] = by_metric[metric][order]
    return evaluation


def test_differences_over_images_are_paired_by_name(written):
    first, second = fixation_evaluation(seed=1), fixation_evaluation(seed=2)
    first.scores["mit"]["msinet"]["CC"][4] = np.nan
    a = first.scores["mit"]["msinet"]["CC"].copy()
    b = second.scores["mit"]["msinet"]["CC"].copy()
    comparison = Comparison([[written("a", first)], [written("b", shuffled(second))]])
    assert comparison.labels == ["msinet (a)", "msinet (b)"]
    assert comparison.conventions == ["mit", "tuebingen"]
    names = [item.metric for item in comparison.differences("mit", 1)]
    assert names == ["AUC-Judd", "sAUC", "NSS", "CC", "SIM", "KLD", "IG", "EMD"]
    item = comparison.differences("mit", 1)[names.index("CC")]
    pairs = ~np.isnan(a)
    a, b = a[pairs], b[pairs]
    assert item.means == pytest.approx((a.mean(), b.mean()))
    assert item.difference == pytest.approx((a - b).mean())
    assert item.t_test == pytest.approx(stats.ttest_rel(a, b).pvalue)
    assert (item.better, item.same, item.worse) == ((a > b).sum(), 0, (a < b).sum())
    assert item.low < item.difference < item.high
    spread = np.std(a - b, ddof=1) / len(a) ** 0.5  # the interval is about 1.96 of these
    assert (item.high - item.low) / (2 * 1.96 * spread) == pytest.approx(1, abs=0.1)
    assert abs(item.permutation - item.t_test) < 0.03 and item.one_tailed is None


def test_lower_is_better_for_kld(written):
    model = fixation_evaluation()
    folder = written("a", model)
    comparison = Comparison([[folder], [f"{folder}:uniform"]], ["tuebingen"])
    assert comparison.labels == ["msinet", "uniform"]
    differences = {item.metric: item for item in comparison.differences("tuebingen", 1)}
    kld, scores = differences["KLD"], model.scores["tuebingen"]
    assert kld.difference < 0 and kld.improved is True
    assert kld.better == (scores["msinet"]["KLD"] < scores["uniform"]["KLD"]).sum()
    assert differences["CC"].difference > 0 and differences["CC"].improved is True


def test_the_maximal_f_of_a_set_is_that_of_its_mean_curve(written):
    first, second = object_evaluation(seed=1), object_evaluation(seed=2)
    comparison = Comparison([[written("a", first)], [written("b", second)]])
    item = next(item for item in comparison.differences("pysod", 1) if item.metric == "maxF")
    curves = [e.curves["pysod"]["asnet"]["f"].astype("float64") for e in (first, second)]
    assert item.means == pytest.approx([curve.mean(axis=0).max() for curve in curves])
    drawn = np.random.default_rng(0).integers(0, 40, (5000, 40))
    resampled = [np.subtract(*(curve[row].mean(axis=0).max() for curve in curves)) for row in drawn]
    assert (item.low, item.high) == pytest.approx(np.quantile(resampled, [0.025, 0.975]), abs=1e-6)
    images = [e.scores["pysod"]["asnet"]["maxF"] for e in (first, second)]
    assert item.t_test == pytest.approx(stats.ttest_rel(*images).pvalue)


def test_the_maximal_f_of_averaged_precision_and_recall_is_compared_as_such(written):
    first, second = object_evaluation(seed=1), object_evaluation(seed=2)
    for evaluation in (first, second):
        evaluation.conventions = ["mean_pr"]
        of_pysod = evaluation.scores.pop("pysod")
        evaluation.scores["mean_pr"] = {
            model: {"maxF": of_pysod[model]["maxF"]} for model in of_pysod
        }
        evaluation.curves["mean_pr"] = evaluation.curves.pop("pysod")
    (item,) = Comparison([[written("a", first)], [written("b", second)]]).differences("mean_pr", 1)
    expected = []
    for evaluation in (first, second):
        curves = evaluation.curves["mean_pr"]["asnet"]
        p, r = (curves[name].mean(axis=0, dtype="float64") for name in ("precision", "recall"))
        expected.append(np.max(1.3 * p * r / np.maximum(0.3 * p + r, 1e-12)))
    assert item.means == pytest.approx(expected, abs=1e-7)
    assert item.low < item.difference < item.high


def test_several_runs_a_side(written):
    sides = [
        [fixation_evaluation(("mean map", name), seed=start + number) for number in range(3)]
        for start, name in ((0, "with"), (10, "without"))
    ]
    folders = [
        [written(f"{n}-{m}", run) for m, run in enumerate(side)] for n, side in enumerate(sides)
    ]
    comparison = Comparison(folders)
    names = [[evaluation.models[-1] for evaluation in side] for side in sides]
    runs = {
        metric: [
            [e.scores["mit"][name][metric].mean() for e, name in zip(side, labels, strict=True)]
            for side, labels in zip(sides, names, strict=True)
        ]
        for metric in ("CC", "KLD")
    }
    differences = {item.metric: item for item in comparison.differences("mit", 1)}
    for metric, alternative in (("CC", "greater"), ("KLD", "less")):
        item, (ours, theirs) = differences[metric], runs[metric]
        oracle = stats.ttest_rel(ours, theirs, alternative=alternative).pvalue
        assert item.one_tailed == pytest.approx(oracle)
        assert item.means == pytest.approx((np.mean(ours), np.mean(theirs)))
        assert item.spreads == pytest.approx((np.std(ours, ddof=1), np.std(theirs, ddof=1)))
    images = [
        np.mean([e.scores["mit"][n]["CC"] for e, n in zip(side, labels, strict=True)], axis=0)
        for side, labels in zip(sides, names, strict=True)
    ]
    assert differences["CC"].t_test == pytest.approx(stats.ttest_rel(*images).pvalue)


def test_categories_are_sorted_by_what_improved_most(written):
    first, second = fixation_evaluation(seed=0), fixation_evaluation(seed=0)
    gains = {"Action": 0.0, "Noisy": 0.3, "Pattern": -0.1, "Satellite": 0.1}
    steps = np.array([gains[category] for category in first.categories])
    for metric, values in first.scores["mit"]["msinet"].items():
        values += -steps if metric in ("KLD", "EMD") else steps
    # What is not ranked by does not count.
    first.scores["mit"]["msinet"]["SIM"] -= 100 * steps
    comparison = Comparison([[written("a", first)], [written("b", second)]])
    categories = comparison.categories("mit", 1)
    assert list(categories) == ["Noisy", "Satellite", "Action", "Pattern"]
    assert categories["Noisy"]["KLD"] == pytest.approx(-0.3)
    assert categories["Pattern"]["CC"] == pytest.approx(-0.1)
    objects = Comparison(
        [[written("c", object_evaluation(seed=1))], [written("d", object_evaluation())]]
    )
    assert objects.categories("pysod", 1) == {} and objects.ranks("pysod") is None


def test_the_command_writes_every_form(written, inside, tmp_path):
    one, two = written("one", fixation_evaluation()), written("two", fixation_evaluation(seed=3))
    out = tmp_path / "out"
    status, text, err = inside(
        "compare", one, f"{two}/evaluation.json", f"{one}:mean map", "--out", out
    )
    assert status == 0, err
    assert "Convention mit: msinet (one) against msinet (two)" in text
    assert "cumulative rank" in text and "by category" in text and "bootstrap interval" in text
    assert sorted(os.listdir(out)) == [f"comparison.{end}" for end in ("csv", "html", "json", "md")]
    summary = json.loads((out / "comparison.json").read_text())
    ranks = summary["ranks"]["tuebingen"]
    assert set(ranks) == {"msinet (one)", "msinet (two)", "mean map (one)"}
    assert ranks["mean map (one)"] == 9
    rows = list(csv.DictReader((out / "comparison.csv").open()))
    assert len(rows) == 2 * (8 + 7) and rows[0]["metric"] == "AUC-Judd"
    assert float(rows[0]["first_mean"]) == summary["differences"][0]["means"][0]
    page = (out / "comparison.html").read_text()
    assert "Largest improvements" in page and "<script" not in page
    assert (out / "comparison.md").read_text().startswith("# msinet (one) against msinet (two)")


def test_infinite_values_are_counted_and_leave_tests_without_answer(written, inside, tmp_path):
    first, second = fixation_evaluation(seed=1), fixation_evaluation(seed=2)
    ours, theirs = (side.scores["mit"]["msinet"]["IG"] for side in (first, second))
    ours[:2] = theirs[1:3] = -np.inf
    folders = [written("a", first), written("b", second)]
    status, text, err = inside("compare", *folders, "--convention", "mit", "--out", tmp_path / "c")
    assert status == 0 and "Warning" not in err
    row = next(line.split() for line in text.splitlines() if line.startswith("IG"))
    wins = (ours[3:] > theirs[3:]).sum() + 1
    assert row[2:4] == ["-inf", "-inf"] and row[-1] == f"{wins}/1/{60 - 1 - wins}"
    summary = json.loads(
        (tmp_path / "c" / "comparison.json").read_text(), parse_constant=pytest.fail
    )
    record = next(item for item in summary["differences"] if item["metric"] == "IG")
    assert record["t_test"] is None and record["means"] == [None, None]


def test_the_command_pairs_runs(written, inside):
    folders = [written(str(number), fixation_evaluation(seed=number)) for number in range(4)]
    status, text, err = inside(
        "compare", *folders[:2], "--against", *folders[2:], "--convention", "mit"
    )
    assert status == 0, err
    assert "one-tailed p, 2 runs" in text and "±" in text and "tables 6 and A.8" in text
    assert "tuebingen" not in text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"dataset": "osie"}, "dataset cat2000 and osie"),
        ({"truth": "sigma 35 px"}, "sigma 40 px and sigma 35 px"),
        ({"truth_hash": "2"}, "against other fixations or masks"),
        ({"images": ["Action/x.jpg", *(str(n) for n in range(59))]}, "is in"),
        ({"images": ["0"] * 60}, "has two rows"),
        ({"definitions": {"mit": {"CC": "Another one."}}}, "define CC (mit) in other ways"),
    ],
)
def test_what_does_not_pair_is_refused(written, inside, change, message):
    one = written("one", fixation_evaluation())
    other = fixation_evaluation(seed=1)
    for name, value in change.items():
        setattr(other, name, value)
    two = written("two", other)
    status, _, err = inside("compare", one, two)
    assert status == 2 and message in err and len(err.splitlines()) == 1


def test_what_is_not_there_is_named(written, inside, tmp_path):
    one, objects = written("one", fixation_evaluation()), written("two", object_evaluation())
    fewer = written("fewer", fixation_evaluation(images=59))
    for arguments, message in (
        ([one], "two evaluations or more"),
        ([one, one], "given twice"),
        ([one, f"{one}:msinett"], "did you mean 'msinet'?"),
        ([one, tmp_path / "none"], "is not an evaluation"),
        ([one, objects], "task fixations and objects"),
        ([one, fewer], "60 images"),
        ([one, f"{one}:uniform", "--convention", "salicon"], "no convention in"),
        ([one, "--against", f"{one}:uniform", f"{one}:mean map"], "gives 2 runs for 1"),
    ):
        status, _, err = inside("compare", *arguments)
        assert status == 2 and message in err, err


def test_conventions_that_are_not_shared(written):
    one = fixation_evaluation()
    two = fixation_evaluation(seed=1, conventions=["tuebingen"])
    del two.scores["mit"]
    comparison = Comparison([[written("one", one)], [written("two", two)]])
    assert comparison.conventions == ["tuebingen"]
    assert "Not compared: convention mit." in comparison.notes
    three = fixation_evaluation(seed=1, conventions=["mit"])
    del three.scores["tuebingen"]
    with pytest.raises(InputError, match="one `convention`"):
        Comparison([[written("three", three)], [written("four", two)]])
