"""What a batch computes: the model, its options, and what is stored of each image."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any

from salzoo import __version__
from salzoo.prediction.batch.map_encoding import DTYPES, ENCODINGS, Size
from salzoo.prediction.options import InferenceOptions
from salzoo.utils.cluster import need
from salzoo.utils.errors import InputError
from salzoo.utils.validators import check_choice, check_number, check_size

FORMATS = ("parquet", "files", "zarr")
SHARD_SIZE = 500
LARGEST_SHARD = 100_000
# Seconds that one image may take.
TIMEOUT = 300.0


@dataclass(frozen=True)
class StoredOptions:
    """What is stored of each image.

    Attributes:
        format: one of FORMATS.
        map: encoding of the map, one of ENCODINGS.
        map_size: (rows, columns), or the length of the longer side; None: the image's size.
        top: number of the most salient spots.

    Raises:
        InputError: an unknown or impossible value.
    """

    format: str = "parquet"
    map: str = "png8"
    map_size: Size = None
    top: int = 0

    def __post_init__(self) -> None:
        if self.format == "zarr":
            need("zarr")
        check_choice("format", self.format, FORMATS)
        check_choice("map", self.map, ENCODINGS)
        check_number("top", self.top, 0, 10_000, whole=True)
        if isinstance(self.map_size, list | tuple):
            object.__setattr__(self, "map_size", check_size("map_size", self.map_size))
        elif self.map_size is not None:
            check_number("map_size", self.map_size, 1, 30_000, whole=True)
        if self.format == "zarr" and not isinstance(self.map_size, tuple):
            raise InputError(
                "`format` zarr is one array of maps of one size: give `map_size` such as 240x320."
            )
        if self.format != "parquet" and self.map == "none":
            raise InputError(f"`map` none leaves nothing for `format` {self.format}; use parquet.")


@dataclass(frozen=True)
class BatchJob:
    """A batch as workers see it.

    Attributes:
        model: path or name, for `Predictor`.
        options: of the prediction, with the engine that the client found.
        fingerprint: of the model with its options; workers must find the same.
        stored: what is stored of each image.
        out: address of the output folder.
        shard_size: number of images of a shard.
        timeout: seconds that an image may take.
        regions: checksum of the boxes whose shares are stored, "" without.
    """

    model: str
    options: InferenceOptions
    fingerprint: Any
    stored: StoredOptions
    out: str
    shard_size: int = SHARD_SIZE
    timeout: float = TIMEOUT
    regions: str = ""
    # Of the settings, computed once; it travels with the job.
    identity: str = field(default="", init=False)

    def __post_init__(self) -> None:
        text = json.dumps(self.settings(), sort_keys=True)
        object.__setattr__(self, "identity", hashlib.sha256(text.encode()).hexdigest())

    @property
    def weights(self) -> str:
        """The sha256 of the model's weights."""
        return str(self.fingerprint[0])

    def settings(self) -> dict[str, Any]:
        """Return everything that decides the results, as plain values for JSON."""
        settings = {
            "model_sha256": self.weights,
            "model": json.loads(json.dumps(self.fingerprint[1])),
            "engine": self.options.engine,
            **asdict(self.stored),
            "regions": self.regions,
        }
        if self.stored.format == "zarr":  # the places in the array
            settings["shard_size"] = self.shard_size
        return json.loads(json.dumps(settings))

    @property
    def dtype(self) -> str | None:
        """Type of the stored values of maps; None without maps."""
        return DTYPES.get(self.stored.map)

    @property
    def salzoo(self) -> str:
        """Version of salzoo."""
        return __version__
