"""Answers, without a server."""

import concurrent.futures
import time

import numpy as np
import pytest

pytest.importorskip("fastapi", reason="needs salzoo[serve]")

from salzoo.serving import answers
from salzoo.serving.bodies import Body
from salzoo.serving.negotiation import choose_answer
from salzoo.serving.problems import Problem
from tests.serving.fake_server import fake_map
from tests.serving.running import encode, noise

QUESTION = answers.Question(choose_answer(None, None))


def test_large_images_are_computed_one_at_a_time(monkeypatch):
    monkeypatch.setattr(answers, "LARGE", 500)
    running = {True: 0, False: 0}
    most = dict(running)

    def predict(image):
        large = image.shape[0] * image.shape[1] > 500
        running[large] += 1
        most[large] = max(most[large], running[large])
        time.sleep(0.05)
        running[large] -= 1
        return fake_map(image)

    bodies = [Body(encode(noise(20, 30)), "a"), Body(encode(noise(10, 30)), "b")] * 4
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        jobs = [
            pool.submit(answers.compute_answer, predict, body, QUESTION, 10_000) for body in bodies
        ]
        computed = [job.result() for job in jobs]
    assert most[True] == 1 and most[False] > 1
    assert [each.pixels for each in computed] == [600, 300] * 4
    assert all(each.seconds["predict"] >= 0.05 for each in computed)


@pytest.mark.parametrize(("limit", "status"), [(99, 413), (100, None)])
def test_the_limit_of_pixels_is_checked_before_decoding(limit, status, monkeypatch):
    body = Body(encode(noise(10, 10)), "the body")
    if status is None:
        assert answers.compute_answer(fake_map, body, QUESTION, limit).pixels == 100
        return
    monkeypatch.setattr(answers, "decode_file", None)  # it is not called
    with pytest.raises(Problem, match="the body has an image of 10x10 pixels") as caught:
        answers.compute_answer(fake_map, body, QUESTION, limit)
    assert caught.value.status == status


@pytest.mark.parametrize("scale", [0.0, 1e-9, 1.0, 4e5])
def test_maps_of_any_scale_fill_16_bits(scale):
    map_ = np.linspace(0, 1, 12, dtype="float32").reshape(3, 4) * scale
    with np.errstate(invalid="raise", over="raise"):
        levels = np.asarray(answers.grey_16_bits(map_))
    assert levels.dtype == "uint16" and levels.max() == (65535 if scale else 0)
    if scale:
        np.testing.assert_allclose(levels, np.linspace(0, 65535, 12).reshape(3, 4), atol=0.6)
