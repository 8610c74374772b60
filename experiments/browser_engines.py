"""LiteRT.js, which runs the demo's network, beside onnxruntime-web in the same browser.

    python -m experiments.browser_engines [--model msinet_lite] [--rounds 10]

Both run the network alone at its usual input size, in workers of one page, with one thread and
with two. Rounds alternate between them. Prints the median milliseconds of an image, the largest
difference of the maps relative to their maximum, and the bytes that a page loads besides the
model. Needs tf2onnx, playwright, Chromium on the PATH or in SALZOO_CHROMIUM, and LiteRT.js, which
`salzoo demo --yes` fetches; onnxruntime-web is fetched from the npm registry.
"""

import argparse
import itertools
import os
import pathlib
import statistics
import sys
import tarfile
import tempfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from PIL import Image

from experiments.headless import running_browser, serve
from salzoo.cli.parsers import whole_number
from salzoo.data.resampling import resample
from salzoo.export.demo_page import TYPES, page_files
from salzoo.export.onnx_file import OPSET
from salzoo.export.parity import draw_scenes
from salzoo.export.web_model import web_model
from salzoo.export.web_runtime import fetch_runtime
from salzoo.utils.downloads import fetch_file
from salzoo.utils.errors import InputError
from salzoo.utils.tensorflow import load_tensorflow
from salzoo.utils.transfer import PublishedFile

ONNXRUNTIME = PublishedFile(
    "https://registry.npmjs.org/onnxruntime-web/-/onnxruntime-web-1.30.0.tgz",
    "onnxruntime-web-1.30.0.tgz",
    "sha256:d2228df7e4616bc3348bf504ee888f3bec43789a273f0a63f3e68d203ce3bf71",
    33_106_585,
)
# File of the package -> its name on the page; the demo's server has no type for .mjs.
FILES = {
    "ort.wasm.min.js": "ort.js",
    "ort-wasm-simd-threaded.mjs": "ort-wasm.js",
    "ort-wasm-simd-threaded.wasm": "ort-wasm.wasm",
}
WORKERS = {"LiteRT.js": "worker.js", "onnxruntime-web": "onnx_worker.js"}
THREADS = (1, 2)
SCENES = 4
ONNX_WORKER = pathlib.Path(__file__).with_name("onnx_worker.js").read_bytes()
# Where threads are allowed, the demo loads this build.
LITERT_THREADED = "litert/litert_wasm_threaded"
# Asks a worker, which is started the first time; sends the picture if a number is given.
ASK = """async ({name, file, request, scene, withMap}) => {
  window.workers ??= {};
  const worker = window.workers[name] ??= new Worker(file);
  if (scene !== undefined) request.pixels = window.scenes[scene];
  const answer = new Promise((resolve, reject) => {
    worker.onmessage = event => resolve(event.data);
    worker.onerror = event => reject(new Error(event.message));
  });
  worker.postMessage({id: 1, ...request});
  const {result, error} = await answer;
  if (error) throw new Error(error);
  const {map, milliseconds} = result;
  if (!withMap) return {milliseconds};
  return {milliseconds, values: Array.from(map.data), shape: [map.rows, map.columns]};
}"""
KEEP = "values => (window.scenes ??= []).push(new Uint8ClampedArray(values))"


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--model", default="msinet_lite")
    parser.add_argument("--rounds", type=whole_number(1), default=10)
    arguments = parser.parse_args()
    load_tensorflow()
    network, size = onnx_network(arguments.model)
    litert = page_files(web_model(arguments.model), fetch_runtime())
    onnx = {**onnxruntime_files(), WORKERS["onnxruntime-web"]: ONNX_WORKER, "network.onnx": network}
    loaded = {
        "LiteRT.js": [name for name in litert if name.startswith(LITERT_THREADED)],
        "onnxruntime-web": [name for name in onnx if name in FILES.values()],
    }
    files = {**litert, **onnx}
    TYPES[".onnx"] = TYPES[".tflite"]
    with running_browser() as browser, serve(files) as address:
        times, difference = measure(browser, address, list(size), arguments.rounds)
        print(f"Chromium {browser.version}, {arguments.model} at {size[0]}x{size[1]}\n")
    print("| engine | threads | ms an image | MB besides the model |\n| --- | --- | --- | --- |")
    for (engine, threads), values in times.items():
        megabytes = sum(map(bytes_of, (files[name] for name in loaded[engine]))) / 1e6
        print(f"| {engine} | {threads} | {statistics.median(values):.1f} | {megabytes:.1f} |")
    print(f"\nlargest difference of the maps: {difference:.1e}")


def measure(browser, address, size, rounds):
    """Run both engines in turns.

    Args:
        browser: of playwright.
        address: of the page.
        size: of the network's input, [rows, columns].
        rounds: how often each predicts each scene.

    Returns:
        {(engine, threads): milliseconds of each prediction}, and the largest difference of the
        maps of both engines relative to their maximum.
    """
    scenes = [Image.fromarray(np.uint8(scene.image)) for scene in draw_scenes(SCENES)]
    scenes = [scene.resize(size[::-1]).convert("RGBA") for scene in scenes]
    page = browser.new_page()
    page.goto(address)
    page.wait_for_selector("html[data-ready]")
    for scene in scenes:
        page.evaluate(KEEP, list(scene.tobytes()))
    workers = list(itertools.product(THREADS, WORKERS))
    for threads, engine in workers:
        ask(page, engine, threads, {"action": "load", "threads": threads})
    request = {"action": "predict", "width": size[1], "height": size[0], "size": size}
    request["input"] = size
    times, maps = {}, {}
    for turn, scene in itertools.product(range(rounds + 1), range(SCENES)):
        for threads, engine in workers:
            answer = ask(page, engine, threads, request, scene=scene, withMap=not turn)
            if turn:
                times.setdefault((engine, threads), []).append(answer["milliseconds"])
                continue
            map_ = np.reshape(np.float32(answer["values"]), (1, *answer["shape"], 1))
            map_ = resample(map_, size)  # as the demo's worker has done
            maps[engine, scene] = map_ / map_.max()
    page.close()
    one, other = (np.stack([maps[name, scene] for scene in range(SCENES)]) for name in WORKERS)
    return times, np.abs(one - other).max()


def ask(page, engine, threads, request, **words):
    """Send a request to the worker of an engine; return its answer."""
    worker = {"name": f"{engine} {threads}", "file": WORKERS[engine]}
    return page.evaluate(ASK, {**worker, "request": request, **words})


def onnx_network(name):
    """Return a model's network as ONNX, and its input size.

    Args:
        name: of the model.
    """
    import tensorflow as tf
    import tf2onnx

    from salzoo.prediction.opening import open_source

    opened = open_source(name)
    size = tuple(opened.card["geometry"]["size"])
    signature = [tf.TensorSpec([None, *size, 3], tf.float32, "images")]
    network = tf.function(opened.model, input_signature=signature)
    converted, _ = tf2onnx.convert.from_function(network, input_signature=signature, opset=OPSET)
    return converted.SerializeToString(), size


def onnxruntime_files():
    """Return the files of onnxruntime-web that the page loads, {address: content}."""
    with tempfile.TemporaryDirectory() as folder:
        path = fetch_file(ONNXRUNTIME, folder)
        with tarfile.open(path, "r:gz") as archive:
            return {
                name: archive.extractfile(f"package/dist/{original}").read()
                for original, name in FILES.items()
            }


def bytes_of(content):
    """Return the size of a file of the page: content or path."""
    return os.path.getsize(content) if isinstance(content, str) else len(content)


if __name__ == "__main__":
    try:
        main()
    except InputError as error:
        sys.exit(f"browser_engines: {error}")
