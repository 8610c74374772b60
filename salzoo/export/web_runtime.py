"""LiteRT.js, which runs models in browsers: fetched once, verified by its checksum."""

import os
import shutil
import tarfile

from salzoo.utils.consent import Offer, require_consent
from salzoo.utils.downloads import describe_size, fetch_file
from salzoo.utils.errors import InputError
from salzoo.utils.files import whole_folder
from salzoo.utils.home import home_folder
from salzoo.utils.locks import one_at_a_time
from salzoo.utils.transfer import PublishedFile

VERSION = "2.5.3"
_REGISTRY = "https://registry.npmjs.org/@litertjs"
CORE = PublishedFile(
    f"{_REGISTRY}/core/-/core-{VERSION}.tgz",
    f"litertjs-core-{VERSION}.tgz",
    "sha256:a97660833e9e7e1063c95e12016718881240b14f7438728a2f62785e912d30fd",
    11_817_097,
)
WASM_UTILS = PublishedFile(
    f"{_REGISTRY}/wasm-utils/-/wasm-utils-{VERSION}.tgz",
    f"litertjs-wasm-utils-{VERSION}.tgz",
    "sha256:ce2a1f8379c067be49e59752e5a7f40db6be09f6e497f0f11e59f17b515366a7",
    4_698,
)
# What is taken from the archives, below their folder `package`: the builds with and without
# threads, and that for browsers without relaxed SIMD.
_BUILDS = ("litert_wasm_internal", "litert_wasm_threaded_internal", "litert_wasm_compat_internal")
FILES: dict[PublishedFile, dict[str, str]] = {
    CORE: {
        "dist/index.js": "index.js",
        **{f"wasm/{build}.{end}": f"{build}.{end}" for build in _BUILDS for end in ("js", "wasm")},
    },
    WASM_UTILS: {"dist/index.js": "wasm-utils.js"},
}
# Browsers resolve addresses, not names of packages.
_NAMED, _PLACED = b'"@litertjs/wasm-utils"', b'"./wasm-utils.js"'


def runtime_folder() -> str:
    """Return the folder of the runtime, which may not exist."""
    return os.path.join(home_folder(), "web", f"litert-{VERSION}")


def fetch_runtime() -> str:
    """Fetch LiteRT.js unless it is there, with the consent that `require_consent` asks for.

    Returns:
        Path of the folder with the files that a page needs.

    Raises:
        InputError: no consent, and as `fetch_file`; the archive lacks a file.
        OSError: the folder cannot be written.
    """
    folder = runtime_folder()
    if os.path.isdir(folder):
        return folder
    require_consent(
        Offer(
            "LiteRT.js",
            f"LiteRT.js {VERSION}, runs the model in the browser, https://www.npmjs.com/package/"
            "@litertjs/core",
            "Apache-2.0",
            f"{describe_size(list(FILES))}, from registry.npmjs.org",
            folder,
        ),
        "salzoo demo --yes",
    )
    waiting = os.path.join(os.path.dirname(folder), f".download-{os.path.basename(folder)}")
    with one_at_a_time(f"{folder}.lock"):
        if not os.path.isdir(folder):  # another process may have been faster
            archives = {file: fetch_file(file, waiting) for file in FILES}
            with whole_folder(folder) as draft:
                for file, path in archives.items():
                    _unpack(path, FILES[file], draft)
            shutil.rmtree(waiting)
    return folder


def _unpack(archive: str, names: dict[str, str], folder: str) -> None:
    """Write files of an archive, by their names here; nothing else of it is unpacked."""
    with tarfile.open(archive, "r:gz") as opened:
        for name, target in names.items():
            try:
                content = opened.extractfile(f"package/{name}")
            except KeyError:
                content = None
            if content is None:
                raise InputError(f"{archive} has no file {name}; delete it to fetch it anew.")
            with content, open(os.path.join(folder, target), "wb") as file:
                if target == "index.js":
                    file.write(content.read().replace(_NAMED, _PLACED))
                else:
                    shutil.copyfileobj(content, file)
