"""Speed and memory of the data pipeline.

    python experiments/pipeline_throughput.py [--images 15000]

Compares the images per second of salzoo's pipeline on 640x480 JPEG files with plain
decoding (tf.io.decode_jpeg and a bilinear resize, with the same parallelism). Passes
alternate between the methods and medians of ratios are printed, so that other load on the
machine affects all methods alike. Before that, the memory of `--images` samples is
measured. The files are written to a temporary folder and take 614,400 bytes each.
"""

import argparse
import os
import tempfile
import threading
import time

import numpy as np
import tensorflow as tf
from PIL import Image
from scipy.ndimage import gaussian_filter

from salzoo.data.geometry import Geometry
from salzoo.data.pipeline import PARALLEL, WAITING, Pipeline, untuned
from salzoo.data.sample import Sample

SIZE = (480, 640)
FILES = 200
REPEAT = 5
PASSES = 9
FIXATIONS = 300
SIGMA = 19.0
GEOMETRY = Geometry("pad", (240, 320), 8, 126.0)


def draw(folder):
    """Write JPEG files and density maps; return samples with fixations and samples with maps."""
    random = np.random.default_rng(0)
    from_points, from_maps = [], []
    for number in range(FILES):
        noise = gaussian_filter(random.normal(size=(*SIZE, 3)), (3, 3, 0))
        levels = np.clip(128 + 300 * noise, 0, 255).astype("uint8")
        image, map_ = (os.path.join(folder, f"{number}.{end}") for end in ("jpg", "png"))
        Image.fromarray(levels).save(image, quality=90)
        points = random.random((FIXATIONS, 2)) * SIZE[::-1]
        sample = Sample(image, SIZE, points, sigma=SIGMA)
        density = sample.density / sample.density.max()
        Image.fromarray(np.uint8(density * 255)).save(map_)
        from_points.append(Sample(image, SIZE, points, sigma=SIGMA))
        from_maps.append(Sample(image, SIZE, points, density_path=map_))
    return from_points * REPEAT, from_maps * REPEAT


def plain(samples):
    """Return a tf.data pipeline that decodes and resizes images, and does nothing else."""
    paths = tf.data.Dataset.from_tensor_slices([sample.image_path for sample in samples])

    def decode(path):
        image = tf.io.decode_jpeg(tf.io.read_file(path), 3)
        return tf.image.resize(image, GEOMETRY.size)

    return untuned(paths.map(decode, PARALLEL).batch(8).prefetch(WAITING))


def rate(dataset):
    """Return the images per second of one pass."""
    start, count = time.perf_counter(), 0
    for batch in dataset:
        count += len(batch[0] if isinstance(batch, tuple) else batch)
    return count / (time.perf_counter() - start)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--images", type=int, default=15_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SALZOO_HOME"] = folder
        from_points, from_maps = draw(folder)
        measure_memory(from_points, arguments.images)
        measure_speed(from_points, from_maps)


def measure_speed(from_points, from_maps):
    """Print the images per second of each method, and the ratio to plain decoding."""
    datasets = {"plain decoding": plain(from_points)} | {
        name: Pipeline(samples, GEOMETRY, 8, cache=cache).in_order()
        for name, samples, cache in (
            ("targets from memory", from_maps, "targets"),
            ("targets from disk", from_maps, "disk"),
            ("densities from points", from_points, "nothing"),
            ("densities from PNG maps", from_maps, "nothing"),
            ("all from memory", from_points, "all"),
        )
    }
    passes = [[rate(dataset) for dataset in datasets.values()] for _ in range(PASSES + 1)]
    rates = np.array(passes[1:])  # the first warms up
    ratios = rates / rates[:, :1]
    print(f"{'images/s':<24}{'median':>8}{'best':>8}   of plain decoding: median, best pass")
    for name, found, ratio in zip(datasets, rates.T, ratios.T, strict=True):
        best = found.max() / rates[:, 0].max()
        print(
            f"{name:<24}{np.median(found):8.0f}{found.max():8.0f}{np.median(ratio):8.2f}{best:8.2f}"
        )


def measure_memory(samples, count):
    """Print the memory of `count` samples with their cache during one epoch."""
    random = np.random.default_rng(1)
    many = [
        Sample(
            samples[number % FILES].image_path,
            SIZE,
            random.random((FIXATIONS, 2)) * SIZE[::-1],
            sigma=SIGMA,
        )
        for number in range(count)
    ]
    for cache, some in (("nothing", many), ("disk", many), ("targets", many[: count // 5])):

        def make_and_pass(cache=cache, some=some):
            pipeline = Pipeline(some, GEOMETRY, 8, cache=cache)
            for _ in pipeline.epoch(0, 0):
                pass

        print(
            f"cache={cache!r}: {len(some)} samples of {FIXATIONS} fixations and an epoch take "
            f"{peak(make_and_pass):.0f} MB more than the samples"
        )


def peak(action):
    """Return the largest growth of this process in MB, without memory-mapped files."""
    done = threading.Event()
    before, seen = _memory(), []

    def watch():
        while not done.wait(0.02):
            seen.append(_memory())

    watcher = threading.Thread(target=watch)
    watcher.start()
    action()
    done.set()
    watcher.join()
    return max(seen) - before


def _memory():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("RssAnon")) / 1024


if __name__ == "__main__":
    main()
