"""Samples to batches, with tf.data, in the order of a `Plan`."""

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import tensorflow as tf
from tqdm import tqdm

from salzoo.data.augmentation import mirrored, moved, recoloured
from salzoo.data.cache import affordable_cache, keep_in_memory, keep_on_disk
from salzoo.data.decoding import decoder_for
from salzoo.data.geometry import Geometry
from salzoo.data.resizing import resize
from salzoo.data.sample import Sample
from salzoo.data.sampling import NONE, Augmentation, Plan
from salzoo.data.targets import Targets, value_at
from salzoo.data.validation import faults
from salzoo.utils.errors import InputError
from salzoo.utils.task import Task
from salzoo.utils.validators import VARYING_FIT_MODES

# Images that are worked on at once, and batches that wait for the model.
PARALLEL = min(os.cpu_count() or 1, 32)
WAITING = 2


class Pipeline:
    """Turns samples into batches of (images, targets).

    Images are float32 RGB 0..255 (batch, rows, columns, 3). Targets are float32 (batch,
    rows, columns, 2), density and fixation counts, or (batch, rows, columns, 1), mask 0..1.
    For both kinds they are (batch, rows, columns, 3), density, counts and mask, zeros for
    what an image lacks, and a batch has a third part, float32 (batch, 2), 1 where an image
    has fixations, and a mask. With a plan for several devices the last part of a batch is the
    weight of each image, float32 (batch,).

    Memory: 16 bytes a fixation, the paths, and what is kept in memory: 4 bytes a pixel for
    each channel of the targets and images.

    Args:
        samples: all with fixations or a density map of their own (which counts where a
            sample has both), or all with a mask; for both kinds of target each sample has
            one or the other, or both.
        geometry: between images and batches. Sizes of "native" and "within" differ from image
            to image, so they need a batch size of 1.
        plan: order of the samples, or a batch size.
        targets: kinds of ground truth.
        cache: what to keep once it is fitted: "all" or "targets", in memory; "disk", the
            targets in a file of the cache folder, which later pipelines of the same samples
            find again; "nothing". None: the first of these that has room (a fifth of the
            memory and 1 GB, half of the free disk). Of sizes that differ nothing is kept. The
            batches are the same.
        target_scale: size of the targets, as a share of the images'.

    Raises:
        InputError: a sample lacks the ground truth, sizes that differ with larger batches, a
            damaged file.
    """

    def __init__(
        self,
        samples: Sequence[Sample],
        geometry: Geometry,
        plan: Plan | int = 1,
        targets: Task = Task.FIXATIONS,
        cache: str | None = None,
        target_scale: float = 1.0,
    ):
        if not isinstance(plan, Plan):
            plan = Plan((len(samples),), plan)
        varies = geometry.fit_mode in VARYING_FIT_MODES
        if varies and plan.batch_size != 1:
            raise InputError(
                f"`fit_mode` {geometry.fit_mode} gives images of different sizes: use "
                "`batch_size` 1."
            )
        self.samples = samples
        self.geometry = geometry
        self.plan = plan
        self.paths = [sample.image_path for sample in samples]
        self._decode_image = decoder_for(self.paths, [sample.size for sample in samples])
        target_geometry = geometry.scaled(target_scale)
        self._maker = Targets(samples, target_geometry, targets)
        self.kinds = self._maker.kinds
        self.images = self.targets = None
        target_shape = (len(samples), *target_geometry.canvas_size, self._maker.channels)
        image_shape = (len(samples), *geometry.canvas_size, 3)
        if varies:
            cache = "nothing"
        cache = cache or affordable_cache(target_shape, image_shape)
        if cache in ("all", "targets"):
            self.targets = keep_in_memory(self._fitted("targets", self._maker.make), target_shape)
        if cache == "all":
            self.images = keep_in_memory(self._fitted("images", self._load_image), image_shape)
        if cache == "disk":
            arrays = self._fitted("targets", self._maker.make)
            self.targets = keep_on_disk(arrays, target_shape, self._maker.fingerprint())

    def in_order(self) -> tf.data.Dataset:
        """Return a dataset of all samples once, in their order."""
        return self._batches(self.plan.in_order())

    def epoch(
        self, seed: int, epoch: int, augmentation: Augmentation = NONE, first_step: int = 0
    ) -> tf.data.Dataset:
        """Return a dataset of one shuffled epoch.

        Args:
            seed: of the run.
            epoch: number of the epoch.
            augmentation: changes of the images.
            first_step: number of the first step to return.
        """
        start = first_step * self.plan.worker_batch_size
        drawn = self.plan.epoch(seed, epoch, augmentation)
        return self._batches({name: values[start:] for name, values in drawn.items()})

    def names(self, seed: int, epoch: int, step: int) -> list[str]:
        """Return the paths of the images of a step of an epoch.

        Args:
            seed: of the run.
            epoch: number of the epoch.
            step: number of the step in it.
        """
        plan = replace(self.plan, devices=1, worker=0, workers=1)  # the images of all workers
        order, size = plan.epoch(seed, epoch)["index"], plan.batch_size
        return [self.samples[index].image_path for index in order[step * size : (step + 1) * size]]

    def _batches(self, drawn: dict[str, np.ndarray]) -> tf.data.Dataset:
        def example(draw: dict[str, tf.Tensor]) -> tuple[tf.Tensor, ...]:
            index = draw["index"]
            image, target = self._image(index), self._target(index)
            if "mirror" in draw:
                image, target = (mirrored(maps, draw["mirror"]) for maps in (image, target))
            if "move" in draw:
                image = moved(image, draw["move"], self.geometry.padding_value)
                target = self._maker.move(target, draw["move"])
            if "colour" in draw:
                image = recoloured(image, tf.cast(draw["colour"], tf.float32))
            present = () if len(self.kinds) == 1 else (tf.constant(self._maker.present)[index],)
            weight = (draw["weight"],) if "weight" in draw else ()
            return image, target, *present, *weight

        dataset = tf.data.Dataset.from_tensor_slices(drawn).map(example, PARALLEL)
        return untuned(dataset.batch(self.plan.worker_batch_size).prefetch(WAITING))

    def _image(self, index: tf.Tensor) -> tf.Tensor:
        return self._load_image(index) if self.images is None else self.images[index]

    def _target(self, index: tf.Tensor) -> tf.Tensor:
        return self._maker.make(index) if self.targets is None else self.targets[index]

    def _load_image(self, index: tf.Tensor) -> tf.Tensor:
        return self.geometry.fit_image(self._decode_image(value_at(self.paths, index)), resize)

    def _fitted(self, what: str, load: Callable[[tf.Tensor], tf.Tensor]) -> Iterator[np.ndarray]:
        """Yield what `load` gives of each sample, as arrays."""
        loaded = tf.data.Dataset.range(len(self.samples)).map(load, PARALLEL)
        arrays = untuned(loaded).as_numpy_iterator()
        with name_damaged_files(self.samples):
            yield from tqdm(arrays, f"read {what}", len(self.samples), leave=False, disable=None)


@contextlib.contextmanager
def name_damaged_files(samples: Sequence[Sample], hint: str = "") -> Iterator[None]:
    """Turn TensorFlow's error about a damaged image into one that names the file.

    Args:
        samples: whose files may be damaged.
        hint: text to add to the message.

    Raises:
        InputError: TensorFlow failed, and a file is damaged.
    """
    try:
        yield
    except tf.errors.OpError as error:
        for _, fault in faults(samples):
            raise InputError(f"{fault}{hint}") from error
        raise


def untuned(dataset: tf.data.Dataset) -> tf.data.Dataset:
    """Return a dataset without TensorFlow's tuner of parallel calls and buffers.

    The tuner sleeps, 10 ms at first and twice as long each time up to a minute,
    and often the end of an epoch has to wait until it wakes.

    Args:
        dataset: any.
    """
    options = tf.data.Options()
    options.autotune.enabled = False
    return dataset.with_options(options)
