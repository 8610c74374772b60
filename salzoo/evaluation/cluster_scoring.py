"""Scores of images on a Dask cluster: models predict and metrics are computed on its workers."""

import hashlib
import threading
from collections import deque
from collections.abc import Iterator
from typing import Any

from salzoo.evaluation.evaluated_models import Network
from salzoo.evaluation.scoring import Scoring
from salzoo.evaluation.scoring_inputs import ScoringInputs
from salzoo.prediction.predictor import Predictor
from salzoo.utils.cluster import WorkerDied, connect, keep_memory, need
from salzoo.utils.errors import InputError, shorten

# Images of a task; after a worker's death they are tried one by one.
IMAGES_A_TASK = 8
TRIES = 3
# What all tasks of an evaluation share, made once in a worker process.
_state: tuple[str, Scoring, ScoringInputs] | None = None
_state_lock = threading.Lock()


def score_on_cluster(
    scoring: Scoring, inputs: ScoringInputs, cluster: Any, workers: int | None, rows: list[int]
) -> Iterator[tuple[int, Any]]:
    """Score images on a cluster.

    Args:
        scoring: function of an image's maps to its scores.
        inputs: makes its arguments.
        cluster: see `salzoo.utils.cluster.connect`.
        workers: see there.
        rows: numbers of the images.

    Yields:
        (number, scores), in the order in which they are finished.

    Raises:
        InputError: a map or the cluster cannot be used, or an image ended TRIES workers.
    """
    if not rows:
        return
    protocol = need("distributed.protocol")
    try:
        content = protocol.serialize_bytes((scoring, inputs), on_error="raise")
    except Exception as failure:  # of the functions of a user
        raise InputError(
            f"A model cannot be sent to workers ({shorten(str(failure), 200)}); give its path, or "
            "a function that Dask can send."
        ) from failure
    key = hashlib.sha256(content).hexdigest()
    with connect(cluster, workers) as connection:
        shared = connection.share(content)
        tasks: deque[tuple[Any, ...]] = deque(
            (shared, key, rows[first : first + IMAGES_A_TASK], 1)
            for first in range(0, len(rows), IMAGES_A_TASK)
        )
        for task, scored, error in connection.outcomes(score_rows, tasks):
            if error is None:
                yield from scored
                continue
            if not isinstance(error, WorkerDied):
                raise error
            _, _, part, tries = task
            if tries == TRIES:
                raise InputError(
                    f"{inputs.images[part[0]]} ended {TRIES} workers, most likely of too little "
                    "memory; start workers with more. The finished images are kept."
                )
            tasks.extendleft((shared, key, [row], tries + 1) for row in reversed(part))


def score_rows(content: bytes, key: str, rows: list[int], tries: int) -> list[tuple[int, Any]]:
    """Score some images on a worker.

    Args:
        content: `Scoring` and `ScoringInputs`, as Dask sends them.
        key: of the content.
        rows: numbers of the images.
        tries: how often they are tried, this time included.

    Returns:
        (number, scores) of each image.
    """
    global _state
    with _state_lock:
        if _state is None or _state[0] != key:
            keep_memory()
            scoring, inputs = need("distributed.protocol").deserialize_bytes(content)
            for network in inputs.networks.values():
                _take_one_core(network)
            _state = key, scoring, inputs
        _, scoring, inputs = _state
    scored = []
    for row in rows:
        number, arguments = inputs.of_row(row)
        scored.append((number, scoring(*arguments)))
    return scored


def _take_one_core(network: Any) -> None:
    """Let each thread of the worker compute on one core, as the scheduler counts them."""
    if isinstance(network, Network) and isinstance(network.predictor, Predictor):
        network.predictor = network.predictor.on_single_cores()
