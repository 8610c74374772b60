"""Photos on several threads: results in order, errors in their place, few in memory."""

import threading
import time

import numpy as np
import pytest
from PIL import Image

from salzoo.prediction import photo_batch
from salzoo.prediction.photo_batch import predict_photos, worker_count
from salzoo.prediction.photos import OutputOptions
from salzoo.utils.errors import InputError

PNG = OutputOptions(("png",))


@pytest.fixture
def photos(tmp_path):
    """Twelve photos of different brightness, the fifth of them damaged."""
    paths = []
    for number in range(12):
        path = tmp_path / f"{number}.png"
        Image.new("RGB", (20 + number, 30), (20 * number, 9, 9)).save(path)
        paths.append(str(path))
    (tmp_path / "4.png").write_bytes(b"\x89PNG no picture")
    return paths


def stems(paths):
    return [path.removesuffix(".png") for path in paths]


@pytest.mark.parametrize("workers", [1, 3])
def test_results_are_in_order_and_errors_in_their_place(photos, workers):
    def predictor(rgb):
        time.sleep(0.001 * int(rgb[0, 0, 0]) % 0.007)
        if rgb.shape[1] == 27:
            raise ZeroDivisionError("seven")
        return np.ones(rgb.shape[:2], "float32")

    results = list(predict_photos(predictor, photos, stems(photos), PNG, photos, workers))
    assert isinstance(results[4], InputError) and "4.png is not" in str(results[4])
    assert isinstance(results[7], ZeroDivisionError)
    for number in {*range(12)} - {4, 7}:
        assert results[number].files == [f"{stems(photos)[number]}_saliency.png"]
        assert Image.open(results[number].files[0]).width == 20 + number


def test_few_photos_are_begun_before_they_are_taken(photos):
    begun = []

    def predictor(rgb):
        begun.append(rgb.shape[1])
        return np.ones(rgb.shape[:2], "float32")

    results = predict_photos(predictor, photos, stems(photos), PNG, photos, 2)
    next(results)
    time.sleep(0.2)
    assert len(begun) <= 4
    results.close()
    time.sleep(0.1)
    assert len(begun) <= 5


def test_an_interrupt_in_a_thread_ends_all(photos):
    def predictor(rgb):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(predict_photos(predictor, photos, stems(photos), PNG, photos, 2))


def test_large_photos_are_predicted_one_at_a_time(photos, monkeypatch):
    monkeypatch.setattr(photo_batch, "LARGEST_PIXELS", 700)  # those of 24 columns or more
    lock, now, most = threading.Lock(), [], {True: 0, False: 0}

    def predictor(rgb):
        large = rgb.shape[0] * rgb.shape[1] > 700
        with lock:
            now.append(large)
            most[large] = max(most[large], now.count(large))
        time.sleep(0.02)
        with lock:
            now.remove(large)
        return np.ones(rgb.shape[:2], "float32")

    paths = photos[:4] * 2 + photos[5:]
    list(
        predict_photos(
            predictor,
            paths,
            [f"{photos[0]}{number}" for number in range(len(paths))],
            PNG,
            paths,
            4,
        )
    )
    assert most[True] == 1 and most[False] > 1


def test_workers_are_no_more_than_photos():
    assert worker_count(1) == 1 and 1 <= worker_count(1000) <= photo_batch.MOST_WORKERS
