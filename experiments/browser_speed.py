"""Speed of the demo's page in Chromium: pictures a second of the camera, by quality and threads.

    python -m experiments.browser_speed [--model msinet_lite] [--beside msinet] [--rounds 3]

`--beside` is a model of the zoo with random weights, measured in the same rounds. Needs playwright,
Chromium on the PATH or in SALZOO_CHROMIUM, and LiteRT.js, which `salzoo demo --yes` fetches. The
page watches Chromium's test camera (640x480). Rounds alternate between one thread and as many as
the page takes; the columns are medians: milliseconds of the network alone, and pictures a second
from the camera to the drawn map.
"""

import argparse
import contextlib
import itertools
import os
import statistics
import sys
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from experiments.headless import running_browser, serve
from salzoo.cli.parsers import parse_positive, whole_number
from salzoo.export import demo_server
from salzoo.export.demo_page import HEADERS, page_files
from salzoo.export.web_model import web_model
from salzoo.export.web_runtime import fetch_runtime
from salzoo.models import build_model
from salzoo.utils.errors import InputError

# Without these headers a page has no threads.
_ISOLATING = ("Cross-Origin-Opener-Policy", "Cross-Origin-Embedder-Policy")
# Pictures at least, of each quality.
FRAMES = 6


def watch(browser, address, seconds):
    """Return {quality: (milliseconds, pictures a second)} and what the page says of threads."""
    with contextlib.closing(browser.new_context(permissions=["camera"])) as context:
        page = context.new_page()
        page.goto(address)
        page.wait_for_selector("html[data-ready]")
        page.click("#camera")
        page.wait_for_selector("#speed:text('a second')")
        found = {}
        for index, name in enumerate(page.locator("#quality option").all_text_contents()):
            columns, rows = name.split(", ")[1].split("\u00d7")
            page.select_option("#quality", str(index))
            page.wait_for_selector(f"#speed[data-input='{rows},{columns}']", timeout=120_000)
            start, times = count(page), []
            while not (
                times and times[-1][0] - start[0] >= FRAMES and times[-1][1] >= 1000 * seconds
            ):
                page.wait_for_timeout(50)
                frames, now = count(page)
                if not times or frames > times[-1][0]:
                    network = float(page.get_attribute("#speed", "data-network"))
                    times.append((frames, now - start[1], network))
            rate = 1000 * (times[-1][0] - start[0]) / times[-1][1]
            found[name] = statistics.median(taken[2] for taken in times), rate
        return found, page.text_content("#about").split("; ")[1]


def count(page):
    """Return the number of pictures so far, and the milliseconds."""
    return page.evaluate(
        "[Number(document.getElementById('speed').dataset.frames), performance.now()]"
    )


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", default="msinet_lite")
    parser.add_argument("--beside", metavar="MODEL")
    parser.add_argument("--rounds", type=whole_number(1), default=3)
    parser.add_argument("--seconds", type=parse_positive, default=4)
    arguments = parser.parse_args()
    pages = {arguments.model: page_files(web_model(arguments.model), fetch_runtime())}
    if arguments.beside:
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model.keras")
            build_model(arguments.beside).save(path)
            pages[arguments.beside] = page_files(web_model(path), fetch_runtime())
    plain = {name: value for name, value in HEADERS.items() if name not in _ISOLATING}
    taken = {}
    with running_browser() as browser:
        for _ in range(arguments.rounds):
            for headers, (model, files) in itertools.product((plain, HEADERS), pages.items()):
                demo_server.HEADERS = headers
                with serve(files) as address:
                    found, threads = watch(browser, address, arguments.seconds)
                for quality, values in found.items():
                    taken.setdefault((model, quality, threads), []).append(values)
        print(f"Chromium {browser.version}\n")
    print("| model | quality | threads | network, ms | pictures a second |")
    print("| --- | --- | --- | --- | --- |")
    for (model, quality, threads), values in taken.items():
        milliseconds, rate = (statistics.median(column) for column in zip(*values, strict=True))
        print(f"| {model} | {quality} | {threads} | {milliseconds:.0f} | {rate:.1f} |")


if __name__ == "__main__":
    try:
        main()
    except InputError as error:
        sys.exit(f"browser_speed: {error}")
