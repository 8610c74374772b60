"""What the operator of a server decides."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from salzoo.data.images import MAX_MEGAPIXELS
from salzoo.prediction.options import DEFAULT_OPTIONS, InferenceOptions
from salzoo.utils.errors import InputError, shorten
from salzoo.utils.validators import check_number

# Images that a process computes at a time.
THREADS = 2
TOKEN_VARIABLE = "SALZOO_TOKEN"
Predict = Callable[[np.ndarray], np.ndarray]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_ORIGIN = re.compile(
    r"\*|https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?"
)
# A proxy or browser sends visible ASCII only.
_TOKEN = re.compile(r"[\x21-\x7e]+")


def load(source: str, options: InferenceOptions) -> Predict:
    """Load a model as `salzoo.load_model` does.

    Args:
        source: path or name.
        options: how it is applied to images.
    """
    from salzoo.prediction.predictor import Predictor

    return Predictor(source, options, copies=THREADS)


@dataclass(frozen=True)
class ServerSettings:
    """The settings of `salzoo serve`.

    Attributes:
        models: {name in the address: path or name of a model}.
        options: how the models are applied to images.
        host: address to listen on.
        port: to listen on; 0: any free one.
        workers: processes; each has its own models and its own queue.
        max_megabytes: largest body of a request, 2^20 bytes each.
        max_megapixels: largest image, checked before it is decoded.
        queue: requests that may wait in a process, besides those that are computed.
        timeout: seconds that a client may take to send a request or to read the answer, and a
            request may wait in the queue.
        grace: seconds in which a stopping server finishes what it has accepted.
        cors: origins whose pages may use the server in a browser.
        token: that requests must show; None: none is asked for.
        load: function of a source and options that returns a predictor.

    Raises:
        InputError: a value is unusable.
    """

    models: dict[str, str]
    options: InferenceOptions = DEFAULT_OPTIONS
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    max_megabytes: float = 32
    max_megapixels: float = 50
    queue: int = 16
    timeout: float = 30
    grace: float = 30
    cors: Sequence[str] = ()
    token: str | None = field(default=None, repr=False)
    load: Callable[[str, InferenceOptions], Predict] = load

    def __post_init__(self) -> None:
        if not self.models:
            raise InputError("`model`: name at least one model to serve.")
        check_number("port", self.port, 0, 65535, whole=True)
        check_number("workers", self.workers, 1, 256, whole=True)
        check_number("queue", self.queue, 0, 10_000, whole=True)
        check_number("max_megabytes", self.max_megabytes, 0, 1024, open_below=True)
        check_number("max_megapixels", self.max_megapixels, 0, MAX_MEGAPIXELS, open_below=True)
        check_number("timeout", self.timeout, 0, 3600, open_below=True)
        check_number("grace", self.grace, 0, 3600)
        for origin in self.cors:
            if not _ORIGIN.fullmatch(origin):
                raise InputError(
                    f"`cors` '{shorten(origin)}' is no origin like https://example.org, with "
                    "neither a path nor a slash at its end, and not *."
                )
        if self.token is not None and not _TOKEN.fullmatch(self.token):
            raise InputError(
                f"{TOKEN_VARIABLE} is empty or has other characters than visible ASCII; unset it "
                "or give a token without blanks."
            )

    @property
    def body_limit(self) -> int:
        """Largest body in bytes."""
        return int(self.max_megabytes * 2**20)

    @property
    def pixel_limit(self) -> int:
        """Largest number of pixels."""
        return int(self.max_megapixels * 1_000_000)

    def with_port(self, port: int) -> ServerSettings:
        """Return these settings with the port that the system has chosen."""
        return replace(self, port=port)


def name_models(arguments: Sequence[str]) -> dict[str, str]:
    """Name the models of a server.

    Args:
        arguments: sources as `salzoo.load_model` takes them, or NAME=SOURCE.

    Returns:
        {name: source}. Without NAME it is the name of the folder or file, without the number of
        a version; that of released weights has a dash for the colon.

    Raises:
        InputError: no name can be made of a source, or two models have the same.
    """
    models: dict[str, str] = {}
    for argument in arguments:
        name, equals, source = argument.partition("=")
        if not equals or os.path.exists(argument) or not _NAME.fullmatch(name):
            source, name = argument, _default_name(argument)
        if not source or not _NAME.fullmatch(name):
            raise InputError(
                f"`model` {shorten(argument)}: give NAME=SOURCE, with a NAME of letters, digits, "
                "dots, dashes and underscores."
            )
        if name in models:
            raise InputError(
                f"`model`: two models are called {name}; give one of them another name, as "
                "NAME=SOURCE."
            )
        models[name] = source
    return models


def _default_name(source: str) -> str:
    parts = [part for part in os.path.normpath(source).split(os.sep) if part not in ("", ".")]
    if len(parts) > 1 and parts[-1].isdigit():  # the version of an export
        parts.pop()
    return parts[-1].removesuffix(".keras").replace(":", "-") if parts else ""
