"""Serve saliency maps over HTTP.

POST /v1/models/NAME:predict takes an image and answers with its map, an overlay, a crop, or the
most salient spots and the shares of regions. The page / describes the interface. If the
environment variable SALZOO_TOKEN is set, requests must show it. SIGTERM stops the server after it
has answered what it had accepted; SIGHUP loads the models again.
"""

import argparse
import os

from salzoo.cli.arguments import (
    add_consent,
    add_engine,
    add_inference_options,
    inference_options,
)
from salzoo.cli.parsers import number, parse_positive, whole_number
from salzoo.utils.errors import InputError

HELP = "serve saliency maps over HTTP"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model",
        action="append",
        metavar="[NAME=]SOURCE",
        help="name of a pretrained model, released weights such as msinet:salicon, run folder, "
        "exported model, .keras or portable file, and its name in the address; may be repeated "
        "(default: msinet_lite)",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address (default: 127.0.0.1)")
    parser.add_argument(
        "--port", type=whole_number(0, 65535), default=8000, help="0: any free one (default: 8000)"
    )
    parser.add_argument(
        "--workers",
        type=whole_number(1, 256),
        default=1,
        help="processes, each with its own models and queue (default: 1)",
    )
    parser.add_argument(
        "--max_megabytes",
        type=parse_positive,
        default=32,
        help="largest body of a request (default: 32)",
    )
    parser.add_argument(
        "--max_megapixels",
        type=parse_positive,
        default=50,
        help="largest image, at most 100 (default: 50)",
    )
    parser.add_argument(
        "--queue",
        type=whole_number(0, 10_000),
        default=16,
        help="images that may wait in a process before requests are refused (default: 16)",
    )
    parser.add_argument(
        "--timeout",
        type=parse_positive,
        default=30,
        help="seconds for a client to send or read, and for an image to wait (default: 30)",
    )
    parser.add_argument(
        "--grace",
        type=number(0, 3600),
        default=30,
        help="seconds to finish what was accepted when the server is stopped (default: 30)",
    )
    parser.add_argument(
        "--cors",
        action="append",
        metavar="ORIGIN",
        default=[],
        help="origin whose pages may use the server, such as https://example.org; may be repeated "
        "(default: none)",
    )
    add_consent(parser)
    add_inference_options(parser)
    add_engine(parser)


def run(arguments: argparse.Namespace) -> int:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # Several images are computed at once: threads that wait for one another within an image
    # double the processor time. Read when NumPy is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        from salzoo.serving.workers import serve

        __import__("salzoo.serving.server")
    except ImportError as error:
        if (error.name or "").startswith("salzoo"):
            raise
        raise InputError(
            f"The server needs the package {error.name}; install it with pip install "
            "'salzoo[serve]'."
        ) from error
    from salzoo.serving.settings import TOKEN_VARIABLE, ServerSettings, name_models

    names = ("host", "port", "workers", "max_megabytes", "max_megapixels", "queue", "timeout")
    settings = ServerSettings(
        name_models(arguments.model or ["msinet_lite"]),
        inference_options(arguments),
        **{name: getattr(arguments, name) for name in names},
        grace=arguments.grace,
        cors=tuple(arguments.cors),
        token=os.environ.get(TOKEN_VARIABLE),
    )
    return serve(settings)
