"""Reports: their content, self-contained pages, escaped text."""

import base64
import html.parser
import re
import xml.etree.ElementTree

import numpy as np
import pytest
from PIL import Image

from salzoo.evaluation import report
from salzoo.evaluation.report import charts
from salzoo.evaluation.report.sections import mean_curves
from tests.evaluation.report.evaluations import METRICS, fixation_evaluation, object_evaluation

VOID = {"meta", "img", "br", "path", "polyline"}


class Page(html.parser.HTMLParser):
    """Checks nesting, collects tags and text."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.text = [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def of(self, name):
        return [attributes for tag, attributes in self.tags if tag == name]


def test_a_page_stands_alone_and_says_everything():
    evaluation = fixation_evaluation()
    picture = Image.fromarray(np.zeros((4, 6, 3), "uint8"))
    page = Page(report.render_html(evaluation, [("Best: <a>.jpg", picture)]))
    text = " ".join(page.text)
    for expected in (
        evaluation.title,
        "Convention mit",
        "Not in this convention: AUC-Judd, EMD.",
        "Undefined and left out of the mean: NSS of uniform on 3 of 60 images.",
        "Pearson's correlation, as tuebingen does it.",
        "0.1.0",
        "Satellite",
        "95 % intervals",
    ):
        assert expected in text
    mean, (low, high) = (
        tree["mit"]["msinet"]["CC"] for tree in (evaluation.means(), evaluation.intervals())
    )
    assert f"{mean:.3f}" in text and f"[{low:.3f}, {high:.3f}]" in text
    assert not {"script", "link", "iframe"} & {tag for tag, _ in page.tags}
    sources = [value for _, attributes in page.tags for value in [attributes.get("src")] if value]
    assert all(source.startswith("data:image/png;base64,") for source in sources) and sources
    assert not re.search(r"https?://|url\(|@import", report.render_html(evaluation))
    (image,) = page.of("img")
    assert image["alt"] == "Best: <a>.jpg"
    assert base64.b64decode(image["src"].split(",")[1]).startswith(b"\x89PNG")
    assert page.of("html") == [{"lang": "en"}] and len(page.of("h1")) == 1
    assert len(page.of("svg")) == 8 + 7  # metrics of the two conventions
    assert all(svg["role"] == "img" and svg["aria-label"] for svg in page.of("svg"))
    assert all("scope" in cell for cell in page.of("th"))


def test_names_are_never_markup():
    evil = "<script>alert(1)</script>&\"'"
    evaluation = fixation_evaluation(
        ("uniform", evil),
        title=evil,
        dataset=evil,
        definitions={"mit": {evil: evil}},
        versions={evil: evil},
        notes=[evil],
        categories=[evil, "b"] * 30,
    )
    page = Page(report.render_html(evaluation, [(evil, b"\xff\xd8jpeg")]))
    assert page.of("script") == []
    assert page.of("img")[0]["src"].startswith("data:image/jpeg")
    assert evil in " ".join(page.text)
    assert re.search(r"(?<!\\)<script", report.render_markdown(evaluation)) is None


def test_an_image_without_curve_is_left_out_of_the_mean_curve():
    evaluation = object_evaluation()
    curves = evaluation.curves["pysod"]["asnet"]
    expected = curves["f"][1:].mean(axis=0)
    curves["f"][0] = np.nan
    found = mean_curves(evaluation, "pysod")["asnet"]["f"]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_masks_have_curves_and_no_categories():
    evaluation = object_evaluation()
    page = report.render_html(evaluation)
    text = " ".join(Page(page).text)
    assert "Precision and recall" in text and "F measure" in text and "By category" not in text
    assert page.count("<polyline") == 4
    # The whole set's maximum is of the mean curve, lower than the mean of the maxima.
    whole = evaluation.means()["pysod"]["asnet"]["maxF"]
    assert whole < evaluation.scores["pysod"]["asnet"]["maxF"].mean() - 0.05
    assert f"{whole:.3f}" in text
    assert "Curves" not in " ".join(Page(report.render_html(fixation_evaluation())).text)


def test_markdown_says_the_same():
    evaluation = fixation_evaluation()
    text = report.render_markdown(evaluation)
    assert text.startswith(f"# {evaluation.title}\n")
    mean = evaluation.means()["mit"]["msinet"]["KLD"]
    assert f"**{mean:.3f} [" in text  # the best of its column
    rows = [line for line in text.splitlines() if line.startswith("| msinet")]
    assert [len(row.split(" | ")) for row in rows] == [1 + len(METRICS)] * 2
    assert "| Action | 15 |" in text and "- CC: Pearson's correlation, as mit does it." in text


def test_what_has_no_value_is_a_dash_everywhere():
    evaluation = fixation_evaluation(images=1)
    evaluation.scores["mit"]["msinet"]["CC"][:] = np.nan
    Page(report.render_html(evaluation))
    lines = report.render_markdown(evaluation).splitlines()
    row = next(line for line in lines if "| msinet" in line)
    assert row.split(" | ")[5] == "-"
    evaluation = fixation_evaluation(images=1)
    evaluation.scores["mit"]["msinet"]["IG"][:] = -np.inf
    assert "| -inf [-inf, -inf] |" in report.render_markdown(evaluation)
    Page(report.render_html(evaluation))
    empty = {name: np.full(3, np.nan) for name in ("a", "b")}
    assert charts.draw_distributions("CC", empty) == ""


def svg(text):
    root = xml.etree.ElementTree.fromstring(text)
    return [(item.tag, item.attrib, item.text) for item in root.iter()]


@pytest.mark.parametrize(
    "values",
    [[0.5], [0.0, 1.0], [1e-9, 2e-9, 3e-9], [-3.0, 1e6], [7.0, 7.0, np.nan], [-np.inf, 0.1, 0.2]],
)
def test_charts_of_any_range_are_sound(values):
    elements = svg(charts.draw_distributions("CC ↑", {"a & b": np.array(values), "c": np.empty(0)}))
    ticks = [text for tag, kind, text in elements if kind.get("text-anchor") == "middle"]
    assert 1 <= len(ticks) <= 12 and len(set(ticks)) == len(ticks)
    for _, attributes, _ in elements:
        assert "nan" not in str(attributes)


def test_a_histogram_has_an_area_in_proportion_to_the_counts():
    values = np.repeat([0.0, 1.0], [30, 10])
    elements = svg(charts.draw_distributions("CC", {"model": values}))
    (path,) = [kind["d"] for _, kind, _ in elements if kind.get("class") == "area c0"]
    base = float(re.match(r"M\S+ (\S+)", path)[1])
    heights = sorted((base - float(y) for y in re.findall(r"V([\d.]+)", path)), reverse=True)
    assert heights[0] == pytest.approx(3 * heights[1], abs=0.3) and heights[2] == 0


def test_curves_are_where_their_values_are():
    curves = {"m": (np.array([0, 1]), np.array([1, 0]))}
    text = charts.draw_lines("PR", ("recall", "precision"), curves)
    (line,) = [kind["points"] for _, kind, _ in svg(text) if "points" in kind]
    (x0, y0), (x1, y1) = (map(float, point.split(",")) for point in line.split())
    assert x0 < x1 and y0 < y1  # down to the right
