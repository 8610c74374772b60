"""The HTTP interface, by requests to a running server."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from salzoo.prediction import attention
from salzoo.prediction.attention import Box
from tests.serving.fake_server import fake_map
from tests.serving.running import Running, encode, multipart, noise

pytest.importorskip("fastapi", reason="needs salzoo[serve]")

IMAGE = noise()
FORM = "multipart/form-data; boundary=xx"
BOX = {"name": "logo", "x": 2, "y": 3.5, "width": 10, "height": 9}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    settings = {"max_megabytes": 0.05, "max_megapixels": 0.02}
    with Running(tmp_path_factory.mktemp("server"), **settings) as running:
        yield running


def error_of(response, status):
    assert response[0] == status, response
    assert response[1]["Content-Type"] == "application/json"
    [(key, sentence)] = json.loads(response[2]).items()
    assert key == "error" and sentence.isprintable() and sentence[-1] in ".?", sentence
    return sentence


def test_a_map_is_a_16_bit_png(server):
    status, headers, body = server.predict(encode(IMAGE))
    assert (status, headers["Content-Type"]) == (200, "image/png")
    picture = Image.open(io.BytesIO(body))
    assert picture.mode == "I;16" and picture.size == (36, 24)
    expected = fake_map(IMAGE) / fake_map(IMAGE).max() * 65535
    np.testing.assert_allclose(np.asarray(picture, "float64"), expected, atol=0.51)


def test_a_map_as_numbers(server):
    status, headers, body = server.predict(encode(IMAGE), accept="application/x-npy")
    assert (status, headers["Content-Type"]) == (200, "application/x-npy")
    map_ = np.load(io.BytesIO(body), allow_pickle=False)
    assert map_.dtype == "float32"
    np.testing.assert_array_equal(map_, fake_map(IMAGE))


@pytest.mark.parametrize(("accept", "kind"), [("image/jpeg", "JPEG"), ("image/png", "PNG")])
def test_an_overlay(server, accept, kind):
    plain, marked = (
        Image.open(io.BytesIO(server.predict(encode(IMAGE), query, accept)[2]))
        for query in ("?output=overlay", "?output=overlay&top=2")
    )
    assert plain.format == kind and plain.mode == "RGB" and plain.size == (36, 24)
    assert (np.asarray(plain) != np.asarray(marked)).any()


def test_attention(server):
    regions = json.dumps([BOX, {**BOX, "name": "é", "x": 30}])
    query = f"?top=3&crop=1:1&regions={regions}".replace(" ", "%20").replace('"', "%22")
    status, headers, body = server.predict(encode(IMAGE), query, "application/json")
    assert (status, headers["Content-Type"]) == (200, "application/json"), body
    answer, map_ = json.loads(body), fake_map(IMAGE)
    assert (answer["width"], answer["height"], answer["radius"]) == (36, 24, 2)
    spots = attention.find_spots(map_, 3)
    assert answer["spots"] == [spot._asdict() for spot in spots]
    total = map_.astype("float64").sum()
    # Rows 4 to 11 in full and half of rows 3 and 12, columns 2 to 11.
    rows = np.r_[0.5, np.ones(8), 0.5]
    expected = rows @ map_[3:13, 2:12].astype("float64").sum(axis=1) / total
    logo, second = answer["regions"]
    assert logo["share"] == pytest.approx(expected) and not logo["clipped"]
    assert (logo["low"], logo["high"]) == (None, None)  # the model has no calibration
    assert logo["times_even"] == pytest.approx(expected * 36 * 24 / 90)
    assert second["name"] == "é" and second["clipped"] and second["width"] == 6
    box, share = attention.best_crop(map_, 1)
    assert answer["crop"] == {"x": box.x, "y": 0, "width": 24, "height": 24, "share": share}


@pytest.mark.parametrize(("accept", "tolerance"), [("image/png", 0), ("image/jpeg", 60)])
def test_a_crop(server, accept, tolerance):
    _, headers, body = server.predict(encode(IMAGE), "?output=crop&crop=1x1", accept)
    assert headers["Content-Type"] == accept
    box, _ = attention.best_crop(fake_map(IMAGE), 1)
    crop = np.asarray(Image.open(io.BytesIO(body)).convert("RGB"), int)
    assert np.abs(crop - IMAGE[:, box.x : box.x + 24]).max() <= tolerance


def test_parts_of_a_form(server):
    raw = server.predict(encode(IMAGE))
    assert server.predict(multipart(image=encode(IMAGE)), kind=FORM)[2] == raw[2]
    for regions in (json.dumps([BOX]), json.dumps([BOX]).encode()):
        form = multipart(regions=regions, image=encode(IMAGE))
        answer = json.loads(server.predict(form, "?output=attention", kind=FORM)[2])
        [region] = attention.region_shares(fake_map(IMAGE), [Box(*BOX.values())])
        assert answer["regions"][0]["share"] == pytest.approx(region.share)


def test_an_upright_photograph(server):
    exif = Image.Exif()
    exif[0x0112] = 6
    body = server.predict(encode(IMAGE, "JPEG", exif=exif), accept="application/x-npy")[2]
    assert np.load(io.BytesIO(body)).shape == (36, 24)


@pytest.mark.parametrize(
    ("body", "query", "headers", "status", "sentence"),
    [
        (b"", "", {}, 400, "The body is empty; send"),
        (b"not an image", "", {}, 422, "the body is not an image that can be read"),
        (encode(IMAGE)[:900], "", {}, 422, "the body is cut short"),
        (encode(np.zeros((101, 200, 3), "uint8")), "", {}, 413, "200x101 pixels; send one of at"),
        (bytes(60_000), "", {}, 413, "The body has more than 52,428 bytes"),
        (b"x", "", {"kind": "text/plain"}, 415, "The body is of the type 'text/plain'; send ima"),
        (b"x", "", {"Content-Encoding": "gzip"}, 415, "encoded as 'gzip'"),
        (b"x", "", {"name": "msinet"}, 404, "There is no model 'msinet'; known: fake."),
        (b"x", "", {"accept": "text/html"}, 406, "Accept 'text/html' has no type"),
        (b"x", "?output=mop", {}, 422, "did you mean 'map'"),
        (b"x", "?top=-1", {}, 422, "The parameter top is '-1'; give greater than or equal to 0"),
        (b"x", "?top=1e9", {}, 422, "The parameter top is '1e9'; give a valid integer"),
        (b"x", "?crop=wide", {}, 422, "The parameter crop: 'wide' is no shape like 16:9"),
        (b"x", "?output=crop", {}, 422, "needs the parameter crop"),
        (b"x", "?regions=[{}]", {}, 422, "regions, box 1: column name is missing"),
        (b"x", "?regions=" + "[" * 9000, {}, 422, "regions is no JSON"),
        (b"x", "?path=/etc/passwd", {}, 400, "There is no parameter 'path'"),
        (b"x", "", {"kind": "multipart/form-data"}, 400, "malformed: Missing boundary"),
        (b"--xx\r\n", "", {"kind": FORM}, 400, "has no file in the part image"),
        (multipart(image=""), "", {"kind": FORM}, 400, "has no file in the part image"),
        (multipart(photo=b"x"), "", {"kind": FORM}, 400, "has the part 'photo'"),
        (multipart(image=b"x"), "", {"kind": FORM}, 422, "the part image is not an image"),
        (multipart(image=b"x", regions=b"\xff"), "", {"kind": FORM}, 422, "is not UTF-8"),
        (multipart(image=b"x", regions=b"1"), "", {"kind": FORM}, 422, "must be a list of obj"),
    ],
)
def test_what_is_refused(server, body, query, headers, status, sentence):
    assert sentence in error_of(server.predict(body, query, **headers), status)


def test_a_box_outside_the_image(server):
    outside = json.dumps([{**BOX, "x": 100}]).replace(" ", "").replace('"', "%22")
    response = server.predict(encode(IMAGE), f"?output=attention&regions={outside}")
    assert "the box 'logo' lies outside the body, which is 36x24" in error_of(response, 422)


def test_other_addresses(server):
    assert "no such address" in error_of(server.request("GET", "/v1/nothing"), 404)
    response = server.request("GET", "/v1/models/fake:predict")
    assert response[1]["Allow"] == "POST"
    assert "does not take GET" in error_of(response, 405)
    assert json.loads(server.request("GET", "/healthz")[2]) == {"status": "ok"}
    status, headers, body = server.request("HEAD", "/healthz")
    assert (status, headers["Content-Length"], body) == (200, "15", b"")
    assert json.loads(server.request("GET", "/readyz")[2]) == {"status": "ready"}
    [model] = json.loads(server.request("GET", "/v1/models")[2])["models"]
    assert model["name"] == "fake" and model["ready"]
    assert model["card"] == {"model": "fake", "trained_on": "0.0"}  # no folders


def test_the_page_loads_nothing(server):
    status, headers, body = server.request("GET", "/")
    page = body.decode()
    assert status == 200 and "<script" not in page and "src=" not in page and "://" not in page
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert "/v1/models/{name}:predict" in page and "/healthz" in page
    description = json.loads(server.request("GET", "/openapi.json")[2])
    assert {*description["paths"]} == {
        *("/v1/models", "/v1/models/{name}:predict", "/healthz", "/readyz", "/metrics"),
    }
    assert server.request("GET", "/docs")[0] == server.request("GET", "/redoc")[0] == 404


def test_metrics_count_requests(server):
    labels = {"path": "/v1/models/{name}:predict", "status": "200"}
    before = server.metric("salzoo_requests_total", **labels)
    for _ in range(3):
        server.predict(encode(IMAGE))
    assert server.metric("salzoo_requests_total", **labels) == before + 3
    for stage in ("receive", "wait", "decode", "predict", "encode"):
        count = server.metric("salzoo_stage_seconds_count", model="fake", stage=stage)
        assert count >= before + 3, stage
    path = labels["path"]
    buckets = [
        server.metric("salzoo_request_seconds_bucket", path=path, le=edge)
        for edge in ("0.005", "0.1", "10.0", "+Inf")
    ]
    assert buckets == sorted(buckets) and buckets[-1] >= before + 3
    assert server.metric("salzoo_requests_in_flight") == 1  # this one
    assert server.metric("salzoo_queue_length") == 0


def test_the_log_has_a_line_for_each_request_and_nothing_of_the_image(server):
    image = encode(noise(seed=5), pnginfo=None)
    named = multipart(image=image)
    server.predict(named, "?top=1", kind=FORM, **{"X-Request-ID": "mine-1"})
    server.predict(named, kind=FORM, **{"X-Request-ID": "red\x1b[31m"})
    end = [line for line in server.wait_for("request") if line["request"] == "mine-1"]
    assert len(end) == 1
    assert (end[0]["status"], end[0]["model"], end[0]["bytes_in"]) == (200, "fake", len(named))
    text = server.log_path.read_text()
    assert text.isascii() and "\x1b" not in text and "photo.jpg" not in text and "top=" not in text


def test_headers(server):
    _, headers, _ = server.predict(encode(IMAGE), **{"X-Request-ID": "abc"})
    assert headers["X-Request-ID"] == "abc" and headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store" and "Server" not in headers
    assert "Access-Control-Allow-Origin" not in headers
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
