"""The demo's page in a real browser, beside the same computed in Python."""

import base64
import csv
import io
import re
from dataclasses import asdict

import numpy as np
import pytest
from PIL import Image

from salzoo.data.images import decode_file
from salzoo.export.web_model import web_files, web_model
from salzoo.prediction.attention import (
    Box,
    ShareCalibration,
    best_crop,
    find_spots,
    region_shares,
)
from salzoo.prediction.opening import open_source
from tests.export.browsers import brightness_model, portable, running_browser, served

PATCH = (165, 10, 45, 45)  # x, y, width, height of what is bright in the picture
SIZE = (240, 180)  # width, height of the picture
PREDICT = """async ([kind, data]) => {
  const {Engine} = await import("./engine.js");
  const {decode} = await import("./sources.js");
  const bytes = Uint8Array.from(atob(data), c => c.charCodeAt(0));
  const canvas = await decode(new File([bytes], "a", {type: kind}));
  const {width, height} = canvas;
  const image = canvas.getContext("2d").getImageData(0, 0, width, height);
  const engine = await Engine.load();
  const {map} = await engine.predict(image, [height, width], engine.model.geometry.size);
  return {rows: map.rows, columns: map.columns, data: Array.from(map.data)};
}"""


@pytest.fixture(scope="module")
def browser():
    with running_browser() as running:
        yield running


@pytest.fixture(scope="module")
def opened():
    return brightness_model()


@pytest.fixture(scope="module")
def file(opened):
    return portable(opened)


@pytest.fixture(scope="module")
def address(browser, file):
    with served(web_files(file)) as url:
        yield url


@pytest.fixture(scope="module")
def picture(tmp_path_factory):
    """A dark picture with a bright patch."""
    levels = np.random.default_rng(0).integers(0, 40, (SIZE[1], SIZE[0], 3), dtype="uint8")
    x, y, width, height = PATCH
    levels[y : y + height, x : x + width] = 250
    path = tmp_path_factory.mktemp("pictures") / "patch.png"
    Image.fromarray(levels).save(path)
    return path


@pytest.fixture
def visit(browser, address):
    """Opens the page; fails if it asked for anything elsewhere, or reported an error."""
    contexts, requests, refused, errors = [], [], [], []

    def open_page(**options):
        context = browser.new_context(**{"permissions": ["camera"], **options})
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: requests.append(request.url))
        # What the policy refused was not sent.
        page.on("requestfailed", lambda request: refused.append((request.url, request.failure)))
        page.on("filechooser", lambda chooser: None)  # from now on no dialog opens
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(address)
        page.wait_for_selector("html[data-ready]")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not errors
    own = [url for url in requests if url.startswith((address, f"blob:{address}"))]
    assert own
    assert {url for url in requests if url not in own} <= {
        url for url, why in refused if why == "csp"
    }


def give(page, path):
    """Choose a picture and wait for its map."""
    page.set_input_files("#file", path)
    page.wait_for_selector("#spotlist b")


def transfer(page, name, content, kind):
    """A DataTransfer of the page with a file."""
    return page.evaluate_handle(
        """([name, data, kind]) => {
          const bytes = Uint8Array.from(atob(data), c => c.charCodeAt(0));
          const made = new DataTransfer();
          made.items.add(new File([bytes], name, {type: kind}));
          return made;
        }""",
        [name, base64.b64encode(content).decode(), kind],
    )


def python_map(opened, path):
    return opened.saliency(np.asarray(decode_file(path).rgb, "float32")[None]).numpy()[0, ..., 0]


def check_equal(page, opened, path, kind, largest):
    """The browser's map is that of Python: CC of 0.999, and a largest difference."""
    data = base64.b64encode(path.read_bytes()).decode()
    answer = page.evaluate(PREDICT, [kind, data])
    found = np.array(answer["data"]).reshape(answer["rows"], answer["columns"])
    expected = python_map(opened, path)
    assert found.shape == expected.shape
    assert np.corrcoef(found.ravel(), expected.ravel())[0, 1] >= 0.999
    assert np.abs(found - expected).max() <= largest


@pytest.mark.parametrize("size", [(240, 180), (128, 96), (31, 200), (300, 120), (1, 1)])
def test_the_map_is_that_of_python(visit, opened, tmp_path, size):
    levels = np.random.default_rng(1).integers(0, 256, (5, 7, 4), dtype="uint8")
    image = Image.fromarray(levels).resize(size, Image.Resampling.BICUBIC)
    if size == (128, 96):  # an alpha channel lies over white
        image.save(tmp_path / "a.png")
    else:
        image.convert("RGB").save(tmp_path / "a.png")
    page = visit()
    if size == (1, 1):
        data = base64.b64encode((tmp_path / "a.png").read_bytes()).decode()
        assert page.evaluate(PREDICT, ["image/png", data])["data"] == [1]
        return
    check_equal(page, opened, tmp_path / "a.png", "image/png", 3e-3 if size == (128, 96) else 2e-4)


def test_an_upright_jpeg_is_that_of_python(visit, opened, tmp_path):
    levels = np.random.default_rng(2).integers(0, 256, (6, 8, 3), dtype="uint8")
    image = Image.fromarray(levels).resize((320, 200), Image.Resampling.BICUBIC)
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    image.save(tmp_path / "a.jpg", quality=90, exif=exif)
    check_equal(visit(), opened, tmp_path / "a.jpg", "image/jpeg", 0.02)


@pytest.mark.slow
def test_the_trained_network_is_that_of_python(browser, tmp_path, photos):
    trained = open_source("msinet_lite")
    with served(web_model("msinet_lite")) as url:
        page = browser.new_page()
        page.goto(url)
        for path in photos:
            if path.endswith(("wide.jpg", "tall.png")):
                kind = "image/jpeg" if path.endswith("jpg") else "image/png"
                check_equal(page, trained, type(tmp_path)(path), kind, 0.02)
        page.close()


def test_spots_shares_and_crops_are_those_of_python(visit):
    page = visit()
    random = np.random.default_rng(3)
    for size in ((40, 60), (61, 37), (9, 80)):
        noise = random.random((size[0] // 6 + 2, size[1] // 6 + 2), "float32")
        map_ = np.asarray(Image.fromarray(noise).resize(size[::-1], Image.Resampling.BICUBIC))
        map_ = np.maximum(map_ - 0.3, 0)
        box = Box("a", 3.25, 1.5, size[1] / 2, size[0] / 3.1)
        answer = page.evaluate(
            """async ([data, rows, columns, box, aspect]) => {
              const {Attention, findSpots, bestCrop} = await import("./attention.js");
              const attention = new Attention({data: Float32Array.from(data), rows, columns});
              return [findSpots(attention, 99), attention.box(box), bestCrop(attention, aspect)];
            }""",
            [map_.ravel().tolist(), *size, box._asdict(), 1.3],
        )
        spots, region, crop = answer
        expected = find_spots(map_, 99)
        assert [(spot["x"], spot["y"]) for spot in spots] == [spot[:2] for spot in expected]
        shares = [spot.share for spot in expected]
        np.testing.assert_allclose([spot["share"] for spot in spots], shares, atol=1e-6)
        [part] = region_shares(map_, [box])
        np.testing.assert_allclose([region["share"], region["density"]], part[1:3], atol=1e-6)
        best, share = best_crop(map_, 1.3)
        assert [crop[side] for side in ("x", "y", "width", "height")] == list(best[1:])
        assert abs(crop["share"] - share) < 1e-6


def test_calibrated_shares_are_those_of_python(visit):
    map_ = np.random.default_rng(4).random((30, 40), "float32")
    map_ /= map_.max()
    levels = [0.0, 0.1, 0.5, 1.0]
    calibration = ShareCalibration(
        None, 1.6, levels, [0.0, 0.02, 0.4, 0.9], [0.05, 0.3, 0.7, 1.0], 1, (9, 9), (9, 9), "none"
    )
    named = [Box("a", 0, 0, size, 20) for size in (1, 5, 20, 40)] + [Box("b", 0, 0, 40, 30)]
    answer = visit().evaluate(
        """async ([data, boxes, calibration]) => {
          const {Attention, correct, interval} = await import("./attention.js");
          const map = {data: Float32Array.from(data), rows: 30, columns: 40};
          const attention = new Attention(correct(map, calibration));
          const shares = boxes.map(box => attention.box(box).share);
          return shares.map(share => [share, ...interval(calibration, share)]);
        }""",
        [map_.ravel().tolist(), [box._asdict() for box in named], asdict(calibration)],
    )
    regions = region_shares(map_, named, calibration)
    expected = [(region.share, region.low, region.high) for region in regions]
    np.testing.assert_allclose(answer, expected, atol=1e-5)


def test_intervals_are_shown_for_the_calibrated_quality(browser, file, picture):
    levels = [0.0, 1.0]
    known = ShareCalibration(None, 1.0, levels, levels, [0.5, 1.0], 1, (9, 9), (9, 9), "none")
    with served(web_files(file, known)) as url:
        page = browser.new_page()
        page.goto(url)
        page.wait_for_selector("html[data-ready]")
        give(page, picture)
        page.click("#addbox")
        assert re.search(r"\d+ to \d+ %[\d.]+ \u00d7 its area", page.text_content("#boxlist"))
        assert page.is_visible("#intervalhint")
        page.select_option("#quality", "0")
        page.wait_for_selector("#intervalhint", state="hidden")
        assert " to " not in page.text_content("#boxlist output")
        page.close()


def test_pictures_are_dropped_pasted_and_chosen(visit, picture):
    page = visit()
    files = transfer(page, "dropped.png", picture.read_bytes(), "image/png")
    page.dispatch_event("#stage", "drop", {"dataTransfer": files})
    page.wait_for_selector("#status:text('dropped.png: the first spot holds')")
    assert "top right" in page.text_content("#status")
    page.evaluate(
        "files => window.dispatchEvent(new ClipboardEvent('paste', {clipboardData: files}))",
        transfer(page, "pasted.png", picture.read_bytes(), "image/png"),
    )
    page.wait_for_selector("#status:text('pasted.png: the first spot holds')")
    with page.expect_file_chooser() as chooser:
        page.click("#another")
    chooser.value.set_files(picture)
    page.wait_for_selector("#status:text('patch.png: the first spot holds')")


def test_files_that_are_no_pictures_are_refused(visit, picture):
    page = visit()
    for content in (b"hello", b"", picture.read_bytes()[:60], b"\xff\xd8\xff\xe0" + bytes(99)):
        page.evaluate("() => { document.getElementById('status').textContent = ''; }")
        files = transfer(page, "broken.jpg", content, "image/jpeg")
        page.dispatch_event("#stage", "drop", {"dataTransfer": files})
        page.wait_for_selector("#status.bad:text('broken.jpg is no picture that this browser')")
    give(page, picture)  # and the page goes on
    assert "bad" not in page.get_attribute("#status", "class")


def test_the_camera_is_watched_photographed_and_stopped(visit):
    page = visit()
    page.click("#camera")
    page.wait_for_selector("#speed:text('pictures a second')")
    assert page.is_visible("#video")
    page.click("#shoot")
    page.wait_for_selector("#status:text('Photo: ')")
    assert not page.is_visible("#video")
    assert page.evaluate("document.getElementById('video').srcObject") is None
    assert page.evaluate("document.getElementById('picture').width") >= 320
    page.click("#live")
    page.wait_for_selector("#speed:text('pictures a second')")
    page.click("#stop")
    page.wait_for_selector("#status:text('The camera is off.')")


def test_boxes_are_drawn_moved_and_removed(visit, opened, picture):
    page = visit(viewport={"width": 1280, "height": 900})
    give(page, picture)
    area = page.locator("#boxes").bounding_box()
    x, y, width, height = (
        value * area["width"] / SIZE[0] if axis % 2 == 0 else value * area["height"] / SIZE[1]
        for axis, value in enumerate(PATCH)
    )
    page.mouse.move(area["x"] + x + width, area["y"] + y + height)  # from the lower right
    page.mouse.down()
    page.mouse.move(area["x"] + x, area["y"] + y, steps=3)
    page.mouse.up()
    [expected] = region_shares(python_map(opened, picture), [Box("a", *PATCH)])

    def shown():
        return float(page.text_content("#boxlist output").split(" %")[0])

    assert shown() == pytest.approx(100 * expected.share, abs=1)
    assert page.evaluate("document.activeElement.className") == "box"
    assert f"{shown():.1f} % of the attention" in page.get_attribute(".box", "aria-label")
    for _ in range(30):
        page.keyboard.press("ArrowDown")
    assert shown() < 50 * expected.share
    page.keyboard.press("Shift+ArrowRight")
    page.fill("#boxlist input", '=x"y')
    page.focus(".box")
    page.keyboard.press("Delete")
    assert page.locator(".box").count() == 0 and page.locator("#boxlist li").count() == 0
    page.mouse.click(area["x"] + 5, area["y"] + 5)  # a click is no box
    assert page.locator(".box").count() == 0


def test_all_is_done_with_the_keyboard(visit, picture):
    page = visit()
    page.keyboard.press("Tab")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(picture)
    page.wait_for_selector("#spotlist b")
    reached = []
    page.evaluate("document.activeElement.blur()")
    for _ in range(20):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id"))
    wanted = ["another", "live", "opacity", "quality", "showspots", "addbox", "aspect"]
    assert [name for name in reached if name in wanted][: len(wanted)] == wanted
    page.focus("#addbox")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.className") == "box"
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll("button, input, select, canvas, .box")]
          .filter(e => e.closest("[aria-hidden]") === null)
          .filter(e => !(e.getAttribute("aria-label") || e.textContent.trim() || e.labels?.length))
          .map(e => e.outerHTML)"""
    )
    assert not unnamed
    assert page.get_attribute("#status", "aria-live") == "polite"


def test_files_are_saved(visit, opened, picture):
    page = visit()
    give(page, picture)
    page.click("#addbox")
    page.fill("#boxlist input", 'a "b", c')
    page.select_option("#aspect", "1")

    def saved(button):
        with page.expect_download() as download:
            page.click(button)
        with open(download.value.path(), "rb") as file:
            return download.value.suggested_filename, file.read()

    name, content = saved("#savemap")
    assert name == "patch_saliency.png"
    map_ = np.asarray(Image.open(io.BytesIO(content)).convert("L"))
    assert np.abs(map_ / 255 - python_map(opened, picture)).max() < 0.01
    name, content = saved("#saveoverlay")
    assert name == "patch_overlay.png" and Image.open(io.BytesIO(content)).size == SIZE
    name, content = saved("#savecrop")
    assert name == "patch_crop.png" and Image.open(io.BytesIO(content)).size == (180, 180)
    name, content = saved("#saveboxes")
    [row] = csv.DictReader(io.StringIO(content.decode()))
    assert name == "patch_regions.csv" and row["name"] == 'a "b", c'
    sides = [float(row[side]) for side in ("x", "y", "width", "height")]
    [region] = region_shares(python_map(opened, picture), [Box("a", *sides)])
    assert float(row["share_percent"]) == pytest.approx(100 * region.share, abs=0.05)
    name, content = saved("#savespots")
    first = next(csv.DictReader(io.StringIO(content.decode())))
    spot = find_spots(python_map(opened, picture), 1)[0]
    assert name == "patch_spots.csv"
    assert abs(int(first["x"]) - spot.x) <= 2 and abs(int(first["y"]) - spot.y) <= 2


def test_the_quality_changes_the_input(visit, picture):
    page = visit()
    give(page, picture)
    labels = page.locator("#quality option").all_text_contents()
    assert labels[3] == "Standard, 128\u00d796" and len(labels) == 5
    assert page.input_value("#quality") == "3"
    for choice in "04":
        page.evaluate("() => { document.getElementById('status').textContent = ''; }")
        page.select_option("#quality", choice)
        page.wait_for_selector("#status:text('the first spot holds')")


def test_it_works_offline_and_reaches_nothing_else(visit, picture):
    page = visit()
    reached = page.evaluate(
        """async () => {
          const tries = ["https://example.org/", "http://127.0.0.1:9/", "wss://example.org/"];
          const found = [];
          for (const url of tries) {
            try {
              if (url.startsWith("ws")) new WebSocket(url);
              else await fetch(url, {mode: "no-cors"});
              found.push(url);
            } catch (error) { if (!/policy|fetch|socket/i.test(error.message)) throw error; }
          }
          return [found, navigator.sendBeacon("https://example.org/", "x")];
        }"""
    )
    violations = page.evaluate(
        """() => new Promise(resolve => {
          document.addEventListener("securitypolicyviolation", event =>
            resolve(event.effectiveDirective));
          const image = new Image();
          image.src = "https://example.org/a.png";
        })"""
    )
    assert violations == "img-src" and reached[0] in ([], ["wss://example.org/"])
    page.context.set_offline(True)
    page.click("#example")
    page.wait_for_selector("#status:text('example.svg: the first spot holds')")
    give(page, picture)
    page.wait_for_selector("#status:text('patch.png: the first spot holds')")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark_are_legible(visit, picture, scheme):
    page = visit(color_scheme=scheme)
    give(page, picture)

    def luminance(colour):
        channels = np.array([int(value) for value in re.findall(r"\d+", colour)[:3]]) / 255
        linear = np.where(
            channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4
        )
        return linear @ (0.2126, 0.7152, 0.0722)

    pairs = page.evaluate(
        """() => ["h1", "header p", ".hint", "#status", "#spotlist b", "footer p", "#another"].map(
          name => {
            const style = getComputedStyle(document.querySelector(name));
            let under = document.querySelector(name);
            while (getComputedStyle(under).backgroundColor === "rgba(0, 0, 0, 0)")
              under = under.parentElement;
            return [name, style.color, getComputedStyle(under).backgroundColor];
          })"""
    )
    assert (luminance(pairs[0][2]) < 0.1) == (scheme == "dark")
    for name, *colours in pairs:
        low, high = sorted(luminance(colour) for colour in colours)
        assert (high + 0.05) / (low + 0.05) >= 4.5, name


def test_a_phone_scrolls_down_only(visit, picture):
    page = visit(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    give(page, picture)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.locator("#frame").bounding_box()["width"] > 300
    small = page.evaluate(
        """() => [...document.querySelectorAll("main button")].filter(e => e.offsetHeight)
          .filter(e => e.offsetHeight < 32).map(e => e.id)"""
    )
    assert not small


def test_threads_are_used_only_where_they_may_be(visit, browser, file, monkeypatch):
    page = visit()
    isolated, cores = page.evaluate("[crossOriginIsolated, navigator.hardwareConcurrency]")
    assert isolated and ("threads" in page.text_content("#about")) == (cores > 1)
    headers = {"Content-Security-Policy": "default-src 'self' 'wasm-unsafe-eval' blob:"}
    monkeypatch.setattr("salzoo.export.demo_server.HEADERS", headers)
    with served(web_files(file)) as url:
        page = browser.new_page()
        page.goto(url)
        page.wait_for_selector("html[data-ready]")
        assert page.evaluate("crossOriginIsolated") is False
        assert "one thread" in page.text_content("#about")
        page.close()
