"""A headless Chromium, and pages of `salzoo demo` for it. Needs playwright."""

import contextlib
import os
import shutil
import threading

from playwright.sync_api import sync_playwright

from salzoo.export import demo_server
from salzoo.utils.errors import InputError

# A camera that shows a test picture; no sandbox, since containers have none.
ARGUMENTS = (
    "--no-sandbox",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--disable-background-networking",
)


@contextlib.contextmanager
def running_browser():
    """Yield a headless Chromium: the one in SALZOO_CHROMIUM, or on the PATH.

    Raises:
        InputError: there is none.
    """
    path = os.environ.get("SALZOO_CHROMIUM") or shutil.which("chromium")
    if not path:
        raise InputError("there is no Chromium on the PATH; give its path in SALZOO_CHROMIUM.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@contextlib.contextmanager
def serve(files):
    """Yield the address of a page.

    Args:
        files: of the page, see `salzoo.export.demo_page.page_files`.
    """
    with demo_server.DemoServer(files, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.address
        server.shutdown()
