"""Show where people look in a page of the browser: pictures, photos, the live camera.

The page computes everything in the browser and sends nothing anywhere. It is served on
127.0.0.1, for this machine alone; --out writes its files for any static host instead. What runs
the model in browsers, LiteRT.js, is fetched once.
"""

import argparse

from salzoo.cli.arguments import add_consent
from salzoo.cli.parsers import whole_number
from salzoo.utils.files import check_folder

HELP = "show where people look, in the browser"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model",
        default="msinet_lite",
        help="name of a pretrained model, released weights such as msinet:salicon, run folder, "
        "portable file or .keras file (default: msinet_lite)",
    )
    parser.add_argument(
        "--port",
        type=whole_number(0, 65535),
        default=8080,
        help="of the page's address; 0: any free one (default: 8080)",
    )
    parser.add_argument(
        "--out",
        metavar="FOLDER",
        help="write the page into a new folder, for a static host, and serve nothing",
    )
    add_consent(parser)


def run(arguments: argparse.Namespace) -> None:
    check_folder("out", arguments.out or ".")
    from salzoo.export.demo_page import check_new_folder, page_files, write_page
    from salzoo.export.demo_server import DemoServer
    from salzoo.export.web_model import web_model
    from salzoo.export.web_runtime import fetch_runtime

    if arguments.out:
        check_new_folder(arguments.out)
    runtime = fetch_runtime()
    files = page_files(web_model(arguments.model), runtime)
    if arguments.out:
        write_page(files, arguments.out)
        print(arguments.out)
        return
    with DemoServer(files, arguments.port) as server:
        print(f"{server.address}  (Ctrl-C ends)", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()
