"""How fast and how small the data pipeline is.

    python experiments/pipeline_throughput.py [--images 15000]

Compares images per second of 640x480 JPEG files through salzoo's pipeline with
plain decoding (tf.io.decode_jpeg and a bilinear resize, the same parallelism),
in one run: with densities kept in memory, made from points or read from PNG
maps, and all from memory. Begins with the memory that `--images` samples take.
Files are drawn into a temporary folder.
"""

import argparse
import os
import resource
import tempfile
import time

import numpy as np
import tensorflow as tf
from PIL import Image
from scipy.ndimage import gaussian_filter

from salzoo.data.geometry import Geometry
from salzoo.data.pipeline import Pipeline
from salzoo.data.sample import Sample

SIZE = (480, 640)
FILES = 200
REPEAT = 5
FIXATIONS = 300
SIGMA = 19.0
GEOMETRY = Geometry("pad", (240, 320), 8, 126.0)


def draw(folder):
    """Write FILES JPEGs and their density maps; return samples of both kinds."""
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
    """Decode and resize, nothing else."""
    paths = tf.data.Dataset.from_tensor_slices([sample.image_path for sample in samples])

    def decode(path):
        image = tf.io.decode_jpeg(tf.io.read_file(path), 3)
        return tf.image.resize(image, GEOMETRY.size)

    return paths.map(decode, tf.data.AUTOTUNE).batch(8).prefetch(tf.data.AUTOTUNE)


def rate(dataset, repeat=8):
    """Return the best images per second of several passes, after one to warm up."""
    best = 0.0
    for attempt in range(repeat + 1):
        start, count = time.perf_counter(), 0
        for batch in dataset:
            count += len(batch[0] if isinstance(batch, tuple) else batch)
        if attempt:
            best = max(best, count / (time.perf_counter() - start))
    return best


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--images", type=int, default=15_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        from_points, from_maps = draw(folder)
        measure_memory(from_points, arguments.images)
        reference = rate(plain(from_points))
        print(f"{'plain decoding':<24}{reference:8.0f} images/s   1.00")
        for name, samples, cache in (
            ("densities from memory", from_maps, "targets"),
            ("densities from points", from_points, "nothing"),
            ("densities from PNG maps", from_maps, "nothing"),
            ("all from memory", from_points, "all"),
        ):
            found = rate(Pipeline(samples, GEOMETRY, 8, cache=cache).in_order())
            print(f"{name:<24}{found:8.0f} images/s   {found / reference:.2f}")


def measure_memory(samples, count):
    """Print the memory that a pass over `count` samples adds, their points included."""
    before = _peak()
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
    loaded = _peak()
    steps = 0
    for _ in Pipeline(many, GEOMETRY, 8, cache="nothing").epoch(0, 0):
        steps += 1
    print(
        f"{count} samples of {FIXATIONS} fixations: {loaded - before:.0f} MB as samples, "
        f"{_peak() - loaded:.0f} MB more for an epoch of {steps} steps"
    )


def _peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
