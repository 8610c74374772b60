"""From the bytes of an image file to the bytes of an answer."""

from __future__ import annotations

import contextlib
import io
import json
import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from PIL import Image

from salzoo.data.images import DecodedImage, check_image_file, decode_file
from salzoo.prediction.attention import (
    BoxFile,
    ShareCalibration,
    best_crop,
    find_spots,
    region_shares,
    spot_radius,
)
from salzoo.prediction.photos import cut_crop
from salzoo.serving.bodies import Body
from salzoo.serving.negotiation import JPEG, NPY, Answer
from salzoo.serving.problems import Problem
from salzoo.utils.drawing import draw_overlay, mark_spots
from salzoo.utils.errors import ImageTooLarge, InputError

# Pixels. A larger image takes a gigabyte and more, so that only one is computed at a time.
LARGE = 16_000_000
_ONE_LARGE = threading.Lock()


class Question(NamedTuple):
    """What a client asks about an image.

    Attributes:
        answer: what it wants back.
        top: number of the most salient spots to list, or to mark in an overlay; None: 5 in a
            list, none in an overlay.
        boxes: whose share of attention is asked for; None: none.
        aspect: of a crop, width over height; None: none.
    """

    answer: Answer
    top: int | None = None
    boxes: BoxFile | None = None
    aspect: float | None = None


class Computed(NamedTuple):
    """An answer that is ready.

    Attributes:
        content: bytes of the answer.
        pixels: of the image.
        seconds: that the stages decode, predict and encode took.
    """

    content: bytes
    pixels: int
    seconds: dict[str, float]


def compute_answer(
    predict: Callable[[np.ndarray], np.ndarray], body: Body, question: Question, pixel_limit: int
) -> Computed:
    """Decode an image, predict its map and encode the answer.

    Args:
        predict: function of an image, RGB 0..255 (rows, columns, 3), to its map (rows, columns);
            its attribute `calibration`, if it has one, is that of the shares.
        body: the image.
        question: what is asked about it.
        pixel_limit: number of pixels above which the image is not decoded.

    Raises:
        Problem: the image or a box cannot be used (422), or has too many pixels (413).
    """
    try:
        rows, columns = check_image_file(body.name, file=io.BytesIO(body.image)).size
        if rows * columns > pixel_limit:
            raise ImageTooLarge(
                f"{body.name} has an image of {columns}x{rows} pixels; send one of at most "
                f"{pixel_limit / 1e6:g} megapixels."
            )
        with _ONE_LARGE if rows * columns > LARGE else contextlib.nullcontext():
            return _compute(predict, body, question)
    except ImageTooLarge as error:
        raise Problem(413, str(error)) from error
    except InputError as error:
        raise Problem(422, str(error)) from error


def _compute(
    predict: Callable[[np.ndarray], np.ndarray], body: Body, question: Question
) -> Computed:
    moments = [time.perf_counter()]
    decoded = decode_file(body.name, file=io.BytesIO(body.image))
    moments.append(time.perf_counter())
    map_ = predict(decoded.rgb)
    moments.append(time.perf_counter())
    content = _encode(question, decoded, map_, body.name, getattr(predict, "calibration", None))
    moments.append(time.perf_counter())
    seconds = dict(zip(("decode", "predict", "encode"), np.diff(moments).tolist(), strict=True))
    return Computed(content, map_.size, seconds)


def _encode(
    question: Question,
    decoded: DecodedImage,
    map_: np.ndarray,
    name: str,
    calibration: ShareCalibration | None,
) -> bytes:
    output, media_type = question.answer
    buffer = io.BytesIO()
    if output == "attention":
        return _attention_json(question, map_, name, calibration)
    if media_type == NPY:
        np.save(buffer, np.asarray(map_, "float32"), allow_pickle=False)
        return buffer.getvalue()
    options: dict[str, Any] = {}
    if output == "map":
        picture = grey_16_bits(map_)
    elif output == "overlay":
        picture = draw_overlay(decoded.rgb, map_)
        if question.top:
            spots = find_spots(_corrected(map_, calibration), question.top)
            mark_spots(picture, spots, spot_radius(map_.shape))
    else:
        assert question.aspect is not None  # checked with the parameters
        box, _ = best_crop(_corrected(map_, calibration), question.aspect)
        picture, options = cut_crop(decoded, box, media_type == JPEG)
    if media_type == JPEG:
        picture.save(buffer, "JPEG", **{"quality": 90, **options})
    else:
        # More compression saves little and takes longer than the network.
        picture.save(buffer, "PNG", compress_level=1, **options)
    return buffer.getvalue()


def grey_16_bits(map_: np.ndarray) -> Image.Image:
    """Return a map as a 16-bit grey picture, scaled by its maximum, as exports write them.

    Args:
        map_: 0 or more, (rows, columns).
    """
    highest = max(float(map_.max()), float(np.finfo("float32").tiny))
    return Image.fromarray(np.round(map_ / highest * 65535).astype("uint16"))


def _corrected(map_: np.ndarray, calibration: ShareCalibration | None) -> np.ndarray:
    return calibration.correct(map_) if calibration else map_


def _attention_json(
    question: Question, map_: np.ndarray, name: str, calibration: ShareCalibration | None
) -> bytes:
    rows, columns = map_.shape
    corrected = _corrected(map_, calibration)
    boxes = question.boxes.of(name, rows, columns) if question.boxes else []
    top = 5 if question.top is None else question.top
    answer: dict[str, Any] = {
        "width": columns,
        "height": rows,
        "radius": spot_radius(map_.shape),
        "spots": [spot._asdict() for spot in find_spots(corrected, top)] if top else [],
        "regions": [
            {
                **region.box._asdict(),
                "share": region.share,
                "low": region.low,
                "high": region.high,
                "times_even": region.density,
                "clipped": region.clipped,
            }
            for region in region_shares(map_, boxes, calibration)
        ],
        "crop": None,
    }
    if question.aspect:
        box, share = best_crop(corrected, question.aspect)
        sides = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
        answer["crop"] = {**sides, "share": share}
    return json.dumps(answer, allow_nan=False).encode()
