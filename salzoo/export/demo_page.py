"""The page of `salzoo demo`: its files, and the headers that it is served with."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping

from salzoo.utils.errors import InputError
from salzoo.utils.files import whole_folder

SOURCES = os.path.join(os.path.dirname(__file__), "page")
# Nothing but the page's own files is loaded, and nothing is sent anywhere.
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self' 'wasm-unsafe-eval'",
    "worker-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' blob:",
    "media-src": "'self' blob:",
    "connect-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
}
POLICY = "; ".join(f"{name} {value}" for name, value in _POLICY.items())
HEADERS: Mapping[str, str] = {
    # A page in a frame could be laid over by another; only a header can forbid that.
    "Content-Security-Policy": f"{POLICY}; frame-ancestors 'none'",
    # Both together let the page use threads.
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".wasm": "application/wasm",
    ".tflite": "application/octet-stream",
}


def page_files(model: Mapping[str, bytes], runtime: str) -> dict[str, bytes | str]:
    """Return the files of the page with a model.

    Args:
        model: files from `web_model`.
        runtime: folder from `fetch_runtime`.

    Returns:
        {address below the page: content, or path of the file}.
    """
    files: dict[str, bytes | str] = {
        name: os.path.join(SOURCES, name) for name in sorted(os.listdir(SOURCES))
    }
    with open(os.path.join(SOURCES, "index.html"), encoding="utf-8") as file:
        files["index.html"] = file.read().replace("@POLICY@", POLICY).encode()
    for name in sorted(os.listdir(runtime)):
        files[f"litert/{name}"] = os.path.join(runtime, name)
    return {**files, **model}


def check_new_folder(folder: str) -> None:
    """Check that a folder can be written anew.

    Args:
        folder: to write.

    Raises:
        InputError: it has files, or is one.
    """
    if os.path.lexists(folder) and (not os.path.isdir(folder) or os.listdir(folder)):
        raise InputError(f"`out` {folder} is there already; name a new or empty folder.")


def write_page(files: Mapping[str, bytes | str], folder: str) -> None:
    """Write the page into a folder, for any static host.

    `_headers` has the headers of `salzoo demo` in the format that Netlify and Cloudflare Pages
    read. The page works without them, with one thread.

    Args:
        files: from `page_files`.
        folder: absent or empty.

    Raises:
        InputError: the folder has files.
    """
    check_new_folder(folder)
    lines = ["/*", *(f"  {name}: {value}" for name, value in HEADERS.items())]
    headers = "\n".join([*lines, ""]).encode()
    with whole_folder(folder) as draft:
        for name, content in {**files, "_headers": headers}.items():
            path = os.path.join(draft, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            if isinstance(content, str):
                shutil.copyfile(content, path)
            else:
                with open(path, "wb") as file:
                    file.write(content)
