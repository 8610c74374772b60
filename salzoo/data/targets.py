"""Ground truth of samples as tensors: fixation density, fixation counts and masks."""

import hashlib
import os
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import tensorflow as tf

from salzoo.data.augmentation import moved, moved_counts
from salzoo.data.geometry import Geometry
from salzoo.data.ground_truth import read_density, read_mask
from salzoo.data.resizing import resize
from salzoo.data.sample import Sample
from salzoo.utils.errors import InputError
from salzoo.utils.task import Task

# To be raised whenever the same samples give other targets than before.
VERSION = 2
# Channels of the targets of each kind.
CHANNELS = {Task.FIXATIONS: 2, Task.OBJECTS: 1}


class Targets:
    """Makes the targets of samples inside a TensorFlow graph.

    A target has the channels density and fixation counts, or mask (0..1), or all three,
    with zeros for what a sample lacks.

    Args:
        samples: all with fixations or a density map of their own (which counts where a
            sample has both), or all with a mask; for both kinds of target each sample has
            one or the other, or both.
        geometry: between images and targets.
        kinds: of ground truth.

    Attributes:
        channels: number of channels.
        present: float32 (samples, 2), 1 where a sample has fixations, and a mask.

    Raises:
        InputError: a sample lacks the ground truth.
    """

    def __init__(self, samples: Sequence[Sample], geometry: Geometry, kinds: Task):
        self.kinds = tuple(kinds)
        self.channels = sum(CHANNELS[kind] for kind in self.kinds)
        self.present = _present(samples, self.kinds)
        self._samples = samples
        self._geometry = geometry
        self._sizes = [sample.size for sample in samples]
        self._density_paths = [sample.density_path or "" for sample in samples]
        self._mask_paths = [sample.mask_path or "" for sample in samples]
        self._sigmas = [sample.sigma or 0.0 for sample in samples]
        self._graded = [sample.graded_mask for sample in samples]

    @cached_property
    def _points(self) -> tf.RaggedTensor:
        """All fixations in one array, to be looked up inside the graph.

        Made when it is needed, which it is not where the targets are read from a file.
        """
        none = np.empty((0, 2))
        points = [none if each.fixations is None else each.fixations for each in self._samples]
        with tf.init_scope():
            return tf.RaggedTensor.from_row_lengths(
                np.concatenate(points), [len(of_one) for of_one in points]
            )

    def make(self, index: tf.Tensor) -> tf.Tensor:
        """Return the target of a sample, float32 (rows, columns, channels).

        Args:
            index: int64 scalar, place of the sample.
        """
        if self.kinds == (Task.OBJECTS,):
            return self._mask(index)
        fixations = _side_by_side(*self._fixations(index))
        if self.kinds == (Task.FIXATIONS,):
            return fixations
        return tf.concat([fixations, self._mask(index)], axis=-1)

    def move(self, target: tf.Tensor, move: tf.Tensor) -> tf.Tensor:
        """Turn, zoom and shift a target.

        Args:
            target: as `make` returns it.
            move: float32 (4,), see `salzoo.data.augmentation.moved`.
        """
        if Task.FIXATIONS not in self.kinds:
            return moved(target, move)
        parts = [moved(target[..., :1], move), moved_counts(target[..., 1:2], move)]
        if Task.OBJECTS in self.kinds:
            parts.append(moved(target[..., 2:], move))
        return tf.concat(parts, axis=-1)

    def fingerprint(self) -> str:
        """Return a name that differs whenever the targets may differ, 32 characters."""
        kinds = [str(kind) for kind in self.kinds]
        found = hashlib.sha256(repr((VERSION, tf.__version__, self._geometry, kinds)).encode())
        all_paths = zip(self._density_paths, self._mask_paths, strict=True)
        for sample, paths in zip(self._samples, all_paths, strict=True):
            files = [(os.path.abspath(path), os.stat(path)) for path in paths if path]
            origin = [(path, file.st_size, file.st_mtime_ns) for path, file in files]
            points = b""
            if Task.FIXATIONS in self.kinds and sample.fixations is not None:
                points = np.asarray(sample.fixations, "float64").tobytes()
            known = tuple(sample.size), sample.sigma, origin, len(points), sample.graded_mask
            found.update(repr(known).encode() + points)
        return found.hexdigest()[:32]

    def _fixations(self, index: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        points, size = self._points[index], value_at(self._sizes, index)
        return _either(
            self._density_paths,
            index,
            lambda path: (
                self._geometry.fit_map(_read(_density, path), resize),
                self._geometry.count_fixations(points, size),
            ),
            lambda: self._geometry.fit_fixations(points, size, value_at(self._sigmas, index)),
        )

    def _mask(self, index: tf.Tensor) -> tf.Tensor:
        def empty() -> tf.Tensor:
            size = tf.unstack(value_at(self._sizes, index))
            return self._geometry.fit_map(tf.zeros([*size, 1]), resize)

        return _either(
            self._mask_paths,
            index,
            lambda path: self._geometry.fit_map(
                _read(_mask, path, value_at(self._graded, index)), resize
            ),
            empty,
        )


def value_at(values: Sequence[Any], index: tf.Tensor) -> tf.Tensor:
    """Return values[index] in a graph: a constant if all are the same.

    Args:
        values: equal shapes.
        index: int64 scalar.
    """
    if len(set(values)) == 1:
        return tf.constant(np.asarray(values[0]))
    return tf.constant(np.asarray(values))[index]


def _present(samples: Sequence[Sample], kinds: tuple[Task, ...]) -> np.ndarray:
    """Return float32 (n, 2): whether each sample has fixations, and a mask."""
    has_fixations = [
        sample.fixations is not None or sample.density_path is not None for sample in samples
    ]
    has_mask = [sample.mask_path is not None for sample in samples]
    found = np.stack([has_fixations, has_mask], axis=1).astype("float32")
    for column, kind, what in ((0, Task.FIXATIONS, "fixations"), (1, Task.OBJECTS, "mask")):
        if kinds == (kind,) and not found[:, column].all():
            path = samples[int(found[:, column].argmin())].image_path
            raise InputError(f"{path} has no {what}: take a dataset of {_datasets(kind)}.")
    if not found.any(axis=1).all():
        path = samples[int(found.any(axis=1).argmin())].image_path
        raise InputError(f"{path} has neither fixations nor a mask to train on.")
    return found


def _datasets(kind: Task) -> str:
    return "salient objects" if kind is Task.OBJECTS else "fixations"


def _either(
    paths: Sequence[str],
    index: tf.Tensor,
    from_file: Callable[[tf.Tensor], Any],
    without: Callable[[], Any],
) -> Any:
    """Return from_file(path) where a sample has a file, else without()."""
    # Branches that no sample needs would cost half the speed.
    if not any(paths):
        return without()
    path = value_at(paths, index)
    if all(paths):
        return from_file(path)
    return tf.cond(path == "", without, lambda: from_file(path))


def _read(function: Callable[..., np.ndarray], *inputs: tf.Tensor) -> tf.Tensor:
    """Call a function that reads a map in a graph; return float32 (rows, columns, 1)."""
    return tf.ensure_shape(tf.numpy_function(function, inputs, tf.float32), (None, None, 1))


def _density(path: bytes) -> np.ndarray:
    density = read_density(path.decode())[..., None]
    # Losses add small constants, which densities of tiny values would drown in.
    return density if density.max() >= 1 else density / density.max() * np.float32(255)


def _mask(path: bytes, graded: bool) -> np.ndarray:
    return read_mask(path.decode(), bool(graded))[..., None]


def _side_by_side(first: tf.Tensor, second: tf.Tensor) -> tf.Tensor:
    """Join maps (rows, columns, 1) to (rows, columns, 2)."""
    # The parts of complex numbers lie side by side: three times as fast as tf.concat.
    return tf.bitcast(tf.complex(first[..., 0], second[..., 0]), tf.float32)
