"""Metrics for Prometheus; those of several workers are added up."""

from __future__ import annotations

import os

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

# Set before prometheus_client is imported: the folder in which workers keep their values.
FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
_MEGAPIXELS = (0.1, 0.3, 1, 3, 10, 30, 100)


class Counters:
    """What a server counts and measures."""

    def __init__(self) -> None:
        disable_created_metrics()  # a time of birth for every series
        registry = CollectorRegistry()
        self._registry = registry
        if FOLDER_VARIABLE not in os.environ:
            ProcessCollector(registry=registry)
        self.requests = Counter(
            "salzoo_requests",
            "Requests that were answered, by address and status.",
            ["path", "status"],
            registry=registry,
        )
        self.seconds = Histogram(
            "salzoo_request_seconds",
            "Seconds from the header of a request to the end of its answer.",
            ["path"],
            buckets=_SECONDS,
            registry=registry,
        )
        self.stages = Histogram(
            "salzoo_stage_seconds",
            "Seconds of the stages of a prediction: receive, wait, decode, predict, encode.",
            ["model", "stage"],
            buckets=_SECONDS,
            registry=registry,
        )
        self.megapixels = Histogram(
            "salzoo_image_megapixels",
            "Megapixels of the images.",
            ["model"],
            buckets=_MEGAPIXELS,
            registry=registry,
        )
        self.refused = Counter(
            "salzoo_refused",
            "Requests answered by 503, by reason: queue, bytes, loading, stopping.",
            ["reason"],
            registry=registry,
        )
        self.in_flight = self._gauge(
            "salzoo_requests_in_flight", "Requests whose answer has not ended."
        )
        self.queue = self._gauge("salzoo_queue_length", "Images that wait or are computed.")
        self.reloads = Counter(
            "salzoo_reloads", "Reloads of the models, by result.", ["result"], registry=registry
        )

    def _gauge(self, name: str, text: str) -> Gauge:
        return Gauge(name, text, registry=self._registry, multiprocess_mode="livesum")

    def render(self) -> bytes:
        """Return the metrics in the text format of Prometheus, of all workers together."""
        if FOLDER_VARIABLE not in os.environ:
            return generate_latest(self._registry)
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
        return generate_latest(registry)
