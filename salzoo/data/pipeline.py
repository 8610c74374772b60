"""Samples to batches, with tf.data, in the order of a `Plan`."""

import hashlib
import os

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from salzoo.data.augmentation import mirrored, moved, moved_counts, recoloured
from salzoo.data.cache import keep_in_memory, keep_on_disk
from salzoo.data.decoding import decode_image, decode_jpeg
from salzoo.data.images import file_format, read_image
from salzoo.data.sampling import NONE, Plan
from salzoo.data.validation import faults
from salzoo.utils.errors import InputError
from salzoo.utils.task import Task

# Of the machine's memory, what the fitted images and maps of one pipeline may fill.
CACHE_SHARE = 0.2
# To be raised whenever the same samples give other targets than before.
VERSION = 1
# Images that are worked on at once, and batches that wait for the model.
PARALLEL = min(os.cpu_count() or 1, 32)
WAITING = 2


class Pipeline:
    """Turns samples into batches of (images, targets).

    Args:
        samples: list of `Sample`, all with fixations or a density of their own
            (where a sample has both, the density is its own), or all with a mask;
            for both kinds of target each has one or the other, or both.
        geometry: `Geometry`; "native" sizes differ from image to image, so they
            need a batch_size of 1.
        plan: `Plan` of the samples, or a batch size.
        targets: `Task`, the kinds of ground truth.
        target_scale: size of the targets, as a share of the images'.
        cache: what to keep once it is fitted: "all" or "targets", in memory;
            "disk", the targets in a file of the cache folder, which later
            pipelines of the same samples find again; "nothing". None: the first
            of these that has room (CACHE_SHARE of the memory, half of the free
            disk). Of "native" sizes nothing is kept. The batches are the same.

    Batches: images float32 RGB 0..255 (batch, rows, columns, 3); targets float32
    (batch, rows, columns, 2), density and fixation counts, or (batch, rows,
    columns, 1), mask 0..1. For both: (batch, rows, columns, 3), density, counts
    and mask, zeros for what an image lacks, and a third part, float32 (batch, 2),
    1 where it has fixations, and a mask.

    Memory: 16 bytes a fixation, the paths, and what is kept in memory: 4 bytes a
    pixel for each channel of the targets and images.
    """

    def __init__(
        self, samples, geometry, plan=1, targets=Task.FIXATIONS, cache=None, target_scale=1.0
    ):
        if not isinstance(plan, Plan):
            plan = Plan((len(samples),), plan)
        if geometry.mode == "native" and plan.batch_size != 1:
            raise InputError(
                "`fit_mode` native gives images of different sizes: use `batch_size` 1."
            )
        self.samples = samples
        self.geometry = geometry
        self.plan = plan
        self.target_geometry = geometry.scaled(target_scale)
        self.kinds = tuple(targets)
        self.channels = sum({Task.FIXATIONS: 2, Task.OBJECTS: 1}[kind] for kind in self.kinds)
        self.paths = [sample.image_path for sample in samples]
        self.sizes = [sample.size for sample in samples]
        self.present = _present(samples, self.kinds)
        self.density_paths = [sample.density_path or "" for sample in samples]
        self.mask_paths = [sample.mask_path or "" for sample in samples]
        self._collect_fixations()
        self.images = self.targets = None
        self._decode_image = _decoder(self.paths, self.sizes)
        self._decode_density = _decoder(filter(None, self.density_paths))
        self._decode_mask = _decoder(filter(None, self.mask_paths))
        shapes = [
            (len(samples), *self.target_geometry.canvas_size, self.channels),
            (len(samples), *geometry.canvas_size, 3),
        ]
        if geometry.mode == "native":
            cache = "nothing"
        cache = cache or self._affordable_cache(*shapes)
        if cache in ("all", "targets"):
            self.targets = keep_in_memory(self._fitted("targets", self._make_target), shapes[0])
        if cache == "all":
            self.images = keep_in_memory(self._fitted("images", self._load_image), shapes[1])
        if cache == "disk":
            arrays = self._fitted("targets", self._make_target)
            self.targets = keep_on_disk(arrays, shapes[0], self._fingerprint())

    def in_order(self):
        """Return a dataset of all samples once, in their order."""
        return self._batches({"index": self.plan.in_order()})

    def epoch(self, seed, epoch, augmentation=NONE, first_step=0):
        """Return a dataset of one shuffled epoch, from one of its steps on."""
        start = first_step * self.plan.batch_size
        drawn = self.plan.epoch(seed, epoch, augmentation)
        return self._batches({name: values[start:] for name, values in drawn.items()})

    def names(self, seed, epoch, step):
        """Return the paths of the images that a step of an epoch sees."""
        order = self.plan.epoch(seed, epoch)["index"]
        size = self.plan.batch_size
        return [self.samples[index].image_path for index in order[step * size : (step + 1) * size]]

    def _collect_fixations(self):
        """Keep all points in one array, to be looked up inside the graph."""
        none = np.empty((0, 2))
        points = [none if each.fixations is None else each.fixations for each in self.samples]
        self.fixations = tf.RaggedTensor.from_row_lengths(
            np.concatenate(points), [len(each) for each in points]
        )
        self.sigmas = [each.sigma or 0.0 for each in self.samples]

    def _batches(self, drawn):
        def example(draw):
            index = draw["index"]
            image, target = self._image(index), self._target(index)
            if "mirror" in draw:
                image, target = (mirrored(maps, draw["mirror"]) for maps in (image, target))
            if "move" in draw:
                image = moved(image, draw["move"], self.geometry.padding_value)
                target = self._moved_target(target, draw["move"])
            if "colour" in draw:
                image = recoloured(image, tf.cast(draw["colour"], tf.float32))
            if len(self.kinds) == 1:
                return image, target
            return image, target, tf.constant(self.present)[index]

        dataset = tf.data.Dataset.from_tensor_slices(drawn).map(example, PARALLEL)
        return untuned(dataset.batch(self.plan.batch_size).prefetch(WAITING))

    def _moved_target(self, target, move):
        if Task.FIXATIONS not in self.kinds:
            return moved(target, move)
        parts = [moved(target[..., :1], move), moved_counts(target[..., 1:2], move)]
        if Task.OBJECTS in self.kinds:
            parts.append(moved(target[..., 2:], move))
        return tf.concat(parts, axis=-1)

    def _image(self, index):
        return self._load_image(index) if self.images is None else self.images[index]

    def _target(self, index):
        return self._make_target(index) if self.targets is None else self.targets[index]

    def _load_image(self, index):
        return self.geometry.fit_image(self._decode_image(_at(self.paths, index)))

    def _make_target(self, index):
        """Return density and counts, the mask, or all three, as channels."""
        if self.kinds == (Task.OBJECTS,):
            return self._mask(index)
        fixations = _side_by_side(*self._fixations(index))
        if self.kinds == (Task.FIXATIONS,):
            return fixations
        return tf.concat([fixations, self._mask(index)], axis=-1)

    def _fixations(self, index):
        points, size = self.fixations[index], _at(self.sizes, index)
        geometry = self.target_geometry
        return _either(
            self.density_paths,
            index,
            lambda path: (
                _grey(geometry.fit_map(self._decode_density(path))),
                geometry.count_fixations(points, size),
            ),
            lambda: geometry.fit_fixations(points, size, _at(self.sigmas, index)),
        )

    def _mask(self, index):
        geometry = self.target_geometry
        return _either(
            self.mask_paths,
            index,
            lambda path: _grey(geometry.fit_map(self._decode_mask(path))) / 255.0,
            lambda: geometry.fit_map(tf.zeros([*tf.unstack(_at(self.sizes, index)), 1])),
        )

    def _fitted(self, what, load):
        """Yield what `load` gives of each sample, as arrays."""
        loaded = tf.data.Dataset.range(len(self.samples)).map(load, PARALLEL)
        arrays = untuned(loaded).as_numpy_iterator()
        with explained(self.samples):
            yield from tqdm(arrays, f"read {what}", len(self.samples), leave=False, disable=None)

    def _affordable_cache(self, targets, images):
        budget = CACHE_SHARE * _memory() / 4
        if np.prod(targets) + np.prod(images) < budget:
            return "all"
        return "targets" if np.prod(targets) < budget else "disk"

    def _fingerprint(self):
        """Return a name for all that decides the targets."""
        found = hashlib.sha256(
            repr(
                (VERSION, tf.__version__, self.target_geometry, [str(kind) for kind in self.kinds])
            ).encode()
        )
        for sample, *paths in zip(self.samples, self.density_paths, self.mask_paths, strict=True):
            files = [(os.path.abspath(path), os.stat(path)) for path in paths if path]
            origin = [(path, file.st_size, file.st_mtime_ns) for path, file in files]
            points = b""
            if Task.FIXATIONS in self.kinds and sample.fixations is not None:
                points = np.asarray(sample.fixations, "float64").tobytes()
            known = tuple(sample.size), sample.sigma, origin, len(points)
            found.update(repr(known).encode() + points)
        return found.hexdigest()[:32]


class explained:
    """Turn TensorFlow's complaint about a damaged image into a sentence that names it.

    afterwards: what the sentence goes on with.
    """

    def __init__(self, samples, afterwards=""):
        self.samples = samples
        self.afterwards = afterwards

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        if isinstance(error, tf.errors.OpError):
            for _, fault in faults(self.samples):
                raise InputError(f"{fault}{self.afterwards}") from error


def _present(samples, kinds):
    """Return float32 (n, 2): whether each sample has fixations, and a mask."""
    found = np.array(
        [
            [
                each.fixations is not None or each.density_path is not None,
                each.mask_path is not None,
            ]
            for each in samples
        ],
        "float32",
    )
    for column, kind, what in ((0, Task.FIXATIONS, "fixations"), (1, Task.OBJECTS, "mask")):
        if kinds == (kind,) and not found[:, column].all():
            path = samples[int(found[:, column].argmin())].image_path
            raise InputError(f"{path} has no {what}: take a dataset of {_datasets(kind)}.")
    if not found.any(axis=1).all():
        path = samples[int(found.any(axis=1).argmin())].image_path
        raise InputError(f"{path} has neither fixations nor a mask to train on.")
    return found


def _datasets(kind):
    return "salient objects" if kind is Task.OBJECTS else "fixations"


def _either(paths, index, from_file, without):
    """Return from_file(path) where a sample has a file, else without()."""
    # Branches that no sample needs would cost half the speed.
    if not any(paths):
        return without()
    path = _at(paths, index)
    if all(paths):
        return from_file(path)
    return tf.cond(path == "", without, lambda: from_file(path))


def _grey(map_):
    return tf.reduce_mean(map_, axis=-1, keepdims=True)


def untuned(dataset):
    """Return a dataset without TensorFlow's tuner of parallel calls and buffers.

    The tuner sleeps, 10 ms at first and twice as long each time up to a minute,
    and often the end of an epoch has to wait until it wakes.
    """
    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)


def _side_by_side(first, second):
    """Join maps (rows, columns, 1) to (rows, columns, 2)."""
    # The parts of complex numbers lie side by side: three times as fast as tf.concat.
    return tf.bitcast(tf.complex(first[..., 0], second[..., 0]), tf.float32)


def _at(values, index):
    """Return values[index] in a graph: a constant if all are the same."""
    if len(set(values)) == 1:
        return tf.constant(np.asarray(values[0]))
    return tf.constant(np.asarray(values))[index]


def _decoder(paths, sizes=()):
    """Return the fastest function that decodes all of these files in a graph, from a path.

    Where all have the same size, it is known before the file is read, and with
    it all that follows from it.
    """
    formats = {file_format(path) for path in paths}
    shape = (*sizes[0], 3) if len(set(sizes)) == 1 else (None, None, 3)

    def decode(path):
        if "other" in formats:
            image = tf.numpy_function(_read_bytes, [path], tf.uint8)
        elif formats == {"jpeg"}:
            image = decode_jpeg(tf.io.read_file(path))
        else:
            image = decode_image(tf.io.read_file(path))
        return tf.ensure_shape(image, shape)

    return decode


def _read_bytes(path):
    return np.uint8(np.round(read_image(path.decode(), exif=False)))


def _memory():
    """Memory in bytes: the machine's, or the container's if that is less."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        with open("/sys/fs/cgroup/memory.max") as file:
            return min(machine, int(file.read()))
    except (OSError, ValueError):
        return machine
