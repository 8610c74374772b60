"""The report of designs is one page that says what the summaries hold, and nothing else."""

import base64
import html.parser
import io
import re

import numpy as np
import pytest
from PIL import Image

from salzoo.prediction.attention import Box
from salzoo.prediction.design_report import check_report, render_report, write_report
from salzoo.prediction.designs import Design, group_variants
from salzoo.utils.errors import InputError
from tests.prediction.test_designs import BOX, summary

HOSTILE = '"><script>alert(1)</script>&\x1b[31m\u202e'
FACTS = {"Model": "msinet_lite"}


class _Page(html.parser.HTMLParser):
    """Collects elements, attributes and texts, and checks that elements are closed."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.attributes, self.open, self.texts = [], [], [], []
        self.feed(page)
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        self.attributes += attrs
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def read(designs):
    page = render_report(designs, FACTS)
    parsed = _Page(page)
    assert not set(parsed.elements) & {"script", "link", "iframe", "form", "object", "a"}
    for name, value in parsed.attributes:
        assert not name.startswith("on")
        if name in ("src", "href"):
            assert value.startswith("data:image/jpeg;base64,")
    assert "default-src 'none'" in page
    return page, " ".join(" ".join(parsed.texts).split())


def test_one_image():
    page, text = read(group_variants([summary("a.png")]))
    assert "1 image" in text and "msinet_lite" in text
    assert "Looked at most spot place share 1 centre 49.2%" in text
    assert "left 100.0% 2.00" in text  # half of the area
    assert page.count("<circle") == 2 and page.count("<rect") == 2 and page.count("<img") == 2
    assert "Difference" not in text


def test_variants_stand_side_by_side():
    variants = [summary("x_a.png"), summary("x_b.png", peak=(20, 70))]
    page, text = read(group_variants(variants))
    assert page.count("<img") == 5
    assert "region A B B - A left 100.0% 0.0% -100.0 points" in text
    assert "x_b.png beside x_a.png: orange gets more attention, blue less" in text


def test_other_aspects_are_not_compared():
    other = summary("x_b.png", size=(80, 60), boxes=())
    _, text = read(group_variants([summary("x_a.png"), other]))
    assert "different aspect ratios" in text and "left 100.0% - -" in text


def test_intervals_that_do_not_overlap_stand_out():
    first, second = summary("x_a.png"), summary("x_b.png", peak=(20, 70))
    first.regions[:] = [first.regions[0]._replace(low=0.9, high=1.0)]
    second.regions[:] = [second.regions[0]._replace(low=0.0, high=0.3)]
    page, text = read([Design("x", [first, second])])
    assert "90% to 100%" in text and "0% to 30%" in text
    assert '<td class="strong">-100.0 points</td>' in page and "do not overlap" in text
    assert "90 % interval" in text


def test_names_are_escaped():
    box = Box(HOSTILE, *BOX[1:])
    variants = [summary(f"{HOSTILE.replace('/', '')}_{letter}.png", boxes=[box]) for letter in "ab"]
    page, _ = read(group_variants(variants))
    assert "<script" not in page and "\x1b" not in page and "\u202e" not in page
    assert "\udce9" not in render_report(group_variants([summary("caf\udce9.png")]), FACTS)


def test_a_map_without_spots():
    flat = summary(peak=(80, 120))
    assert "No spot stands out" in read(group_variants([flat]))[1]


def test_files_that_are_no_reports_stay(tmp_path):
    path = tmp_path / "report.html"
    check_report(str(path), [])
    write_report(str(path), group_variants([summary()]), FACTS)
    check_report(str(path), [])  # one's own is written over
    assert re.search("<title>Where people look", path.read_text())
    path.write_text("<html>mine</html>")
    with pytest.raises(InputError, match=r"`report` .* is there and is no report"):
        check_report(str(path), [])
    with pytest.raises(InputError, match=r"is read here"):
        check_report(str(path), [str(path)])
    for name in ("report.pdf", "report"):
        with pytest.raises(InputError, match=r"`report` .* ends in .html"):
            check_report(str(tmp_path / name), [])
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(InputError):
        check_report(str(tmp_path / "folder.html"), [])


def test_the_difference_is_drawn_where_it_is():
    page, _ = read(group_variants([summary("x_a.png"), summary("x_b.png", peak=(20, 70))]))
    data = re.findall(r"base64,([^\"]+)", page)[-1]
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))), "int32")
    red, blue = picture[30, 80], picture[30, 40]
    assert red[0] - red[2] > 100 and blue[2] - blue[0] > 60
    assert np.ptp(picture[70, 10]) < 15
    page, _ = read(group_variants([summary("x_a.png"), summary("x_b.png")]))
    data = re.findall(r"base64,([^\"]+)", page)[-1]
    assert np.ptp(np.asarray(Image.open(io.BytesIO(base64.b64decode(data)))), axis=-1).max() < 15
