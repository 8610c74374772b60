"""Samples to batches, with tf.data.

An epoch is planned in numpy from (seed, epoch) alone: which image comes when,
and which are mirrored. So the same seed gives the same batches, and a run can
go on from any step of any epoch.
"""

import os

import numpy as np
import tensorflow as tf

from salzoo.data.images import decode_image, read_image
from salzoo.errors import InputError

# Of the machine's memory, what fitted images and maps may fill.
CACHE_SHARE = 0.25


class Pipeline:
    """Turns samples into batches of (images, targets).

    Args:
        samples: list of `Sample` with fixations or a density of their own.
        geometry: `Geometry`; "native" sizes differ from image to image, so they
            need batch_size 1.
        batch_size: images per step; the last step of an epoch may have fewer.
        cache: keep fitted images and maps in memory; None: if they fit.

    Batches: images float32 RGB 0..255 (batch, rows, columns, 3); targets float32
    (batch, rows, columns, 2), density and fixation counts.
    """

    def __init__(self, samples, geometry, batch_size=1, cache=None):
        if not samples:
            raise InputError("The split is empty: there is nothing to read.")
        if geometry.mode == "native" and batch_size != 1:
            raise InputError("--fit native gives images of different sizes: use --batch_size 1.")
        self.samples = samples
        self.geometry = geometry
        self.batch_size = batch_size
        self.paths = tf.constant([sample.image_path for sample in samples])
        lengths = [len(sample.fixations) for sample in samples]
        self.fixations = tf.RaggedTensor.from_row_lengths(
            np.concatenate([sample.fixations for sample in samples]), lengths
        )
        self.sigmas = tf.constant([sample.sigma for sample in samples], tf.float64)
        if cache is None:
            cache = geometry.mode != "native" and self._bytes() < CACHE_SHARE * _memory()
        self.cache = self._load_all() if cache else None

    @property
    def steps(self):
        """Steps of an epoch."""
        return -(-len(self.samples) // self.batch_size)

    def in_order(self):
        """Return a dataset of all samples once, in their order."""
        count = len(self.samples)
        return self._batches(np.arange(count), np.zeros(count, bool))

    def epoch(self, seed, epoch, flip=False, first_step=0):
        """Return a dataset of one shuffled epoch, from one of its steps on."""
        start = first_step * self.batch_size
        order, mirrored = self._plan(seed, epoch, flip)
        return self._batches(order[start:], mirrored[start:])

    def names(self, seed, epoch, step):
        """Return the paths of the images that a step of an epoch sees."""
        order, _ = self._plan(seed, epoch, False)
        chosen = order[step * self.batch_size : (step + 1) * self.batch_size]
        return [self.samples[index].image_path for index in chosen]

    def _plan(self, seed, epoch, flip):
        random = np.random.default_rng((seed, epoch))
        order = random.permutation(len(self.samples))
        mirrored = random.random(len(order)) < (0.5 if flip else 0.0)
        return order, mirrored

    def _batches(self, order, mirrored):
        plan = tf.data.Dataset.from_tensor_slices((order, mirrored))
        return (
            plan.map(self._example, num_parallel_calls=tf.data.AUTOTUNE)
            .batch(self.batch_size)
            .prefetch(tf.data.AUTOTUNE)
        )

    def _example(self, index, mirrored):
        image, target = self._load(index) if self.cache is None else self._recall(index)
        return tuple(
            tf.cond(mirrored, lambda maps=maps: maps[:, ::-1], lambda maps=maps: maps)
            for maps in (image, target)
        )

    def _load(self, index):
        image = decode_image(tf.io.read_file(self.paths[index]))
        density, counts = self.geometry.fit_fixations(
            self.fixations[index], tf.shape(image)[:2], self.sigmas[index]
        )
        return self.geometry.fit_image(image), tf.concat([density, counts], axis=-1)

    def _recall(self, index):
        images, targets = self.cache
        return images[index], targets[index]

    def _load_all(self):
        indices = tf.data.Dataset.range(len(self.samples))
        loaded = indices.map(self._load, num_parallel_calls=tf.data.AUTOTUNE)
        rows, columns = self.geometry.size
        images = np.empty((len(self.samples), rows, columns, 3), "float32")
        targets = np.empty((len(self.samples), rows, columns, 2), "float32")
        with explained(self.samples):
            for index, (image, target) in enumerate(loaded.as_numpy_iterator()):
                images[index], targets[index] = image, target
        with tf.device("CPU:0"):  # where the batches are made
            return tf.constant(images), tf.constant(targets)

    def _bytes(self):
        rows, columns = self.geometry.size
        return len(self.samples) * rows * columns * 5 * 4


class explained:
    """Turn TensorFlow's complaint about a damaged image into a sentence that names it."""

    def __init__(self, samples):
        self.samples = samples

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        if isinstance(error, tf.errors.OpError):
            for sample in self.samples:
                read_image(sample.image_path)  # raises for the first damaged one


def _memory():
    """Memory in bytes: the machine's, or the container's if that is less."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        with open("/sys/fs/cgroup/memory.max") as file:
            return min(machine, int(file.read()))
    except (OSError, ValueError):
        return machine
