"""Training and validation batches in the structure of a model's outputs."""

import logging
from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from salzoo.data.pipeline import Pipeline
from salzoo.data.sample import Sample
from salzoo.data.sampling import Plan
from salzoo.models import model_record
from salzoo.training.config import RunConfig
from salzoo.training.devices import ONE_DEVICE, Devices
from salzoo.utils.errors import InputError
from salzoo.utils.task import Task
from salzoo.utils.wording import counted

LOG = logging.getLogger("salzoo")

# The samples of a split, a list for each dataset.
Parts = list[list[Sample]]


def trainable_samples(config: RunConfig, training: Parts, validation: Parts) -> tuple[Parts, Parts]:
    """Leave out the images without the ground truth that the model is trained on.

    A model of both tasks keeps all images, unless it is trained on masks alone.

    Args:
        config: of the run.
        training: samples of the training split, a list for each dataset.
        validation: the same of the validation split.

    Returns:
        The training and validation samples that are kept.

    Raises:
        InputError: no training image has a mask and the model is trained on masks, or a
            dataset has masks alone and the model is trained on fixations alone.
    """
    if Task.OBJECTS not in config.task:
        if (False, True) in (_ground_truth(part) for part in (*training, *validation)):
            raise InputError(
                f"{config.model} is trained on fixations, and {config.dataset} has images with "
                f"masks alone; masks train asnet: salzoo train asnet --dataset {config.dataset}"
                + (f" --data_dir {config.data_dir}" if config.data_dir else "")
            )
        return training, validation
    if not any(sample.has_mask for part in training for sample in part):
        raise InputError(
            f"{config.model} predicts objects, and no training image of {config.dataset} has a "
            "mask; add a dataset of salient objects, such as `dataset` osie+ecssd."
        )
    if config.task is not Task.OBJECTS:
        return training, validation
    kept_training, kept_validation = _with_mask(training), _with_mask(validation)
    left_out = _count(training) + _count(validation)
    left_out -= _count(kept_training) + _count(kept_validation)
    if left_out:
        LOG.info("Left out %s without a mask.", counted(left_out, "image"))
    return kept_training, kept_validation


def make_plan(config: RunConfig, training: Parts, devices: Devices = ONE_DEVICE) -> Plan:
    """Make the plan of the training batches.

    The datasets are sampled by the config's `mix`. Without one, and where a model of both
    tasks is trained on datasets of different ground truth (fixations, masks, both), each
    kind of ground truth gets the same weight.

    Args:
        config: of the run.
        training: samples, a list for each dataset.
        devices: that share the batches.
    """
    weights = config.mix
    kinds = [_ground_truth(part) for part in training]
    if weights is None and len(config.task) > 1 and len(set(kinds)) > 1:
        weights = tuple(1 / kinds.count(kind) for kind in kinds)
    kept = [number for number, part in enumerate(training) if part]
    plan = Plan(
        tuple(len(training[number]) for number in kept),
        config.recipe.batch_size,
        weights and tuple(weights[number] for number in kept),
        devices.count,
        devices.process,
        devices.processes,
    )
    if len(kept) > 1:
        names = config.dataset.split("+")
        draws = (f"{n} of {names[number]}" for number, n in zip(kept, plan.draws, strict=True))
        LOG.info("Images per epoch: %s", ", ".join(draws))
    return plan


def _ground_truth(samples: Sequence[Sample]) -> tuple[bool, bool]:
    """Return whether any sample has fixations, and whether any has a mask."""
    return (
        any(sample.has_fixations for sample in samples),
        any(sample.has_mask for sample in samples),
    )


def _with_mask(parts: Parts) -> Parts:
    return [[sample for sample in part if sample.has_mask] for part in parts]


def _count(parts: Parts) -> int:
    return sum(map(len, parts))


class Batches:
    """A `Pipeline` whose batches fit `keras.Model.fit`: images, targets, sample weights.

    A model of one output gets its targets as they are. A model of several outputs gets
    dicts of targets and of sample weights, 0 where an image lacks the ground truth. For several
    devices there are always weights, 0 for the images that fill a batch up.

    Args:
        config: of the run.
        model: built from it.
        samples: the images.
        plan: of the samples.
    """

    def __init__(
        self, config: RunConfig, model: keras.Model, samples: Sequence[Sample], plan: Plan
    ) -> None:
        self.outputs = list(model.output) if isinstance(model.output, dict) else None
        self.task = config.task
        scale = model_record(config.model).target_scale
        self.pipeline = Pipeline(samples, config.geometry, plan, self.task, target_scale=scale)

    def in_order(self) -> tf.data.Dataset:
        """Return batches of all samples in their order."""
        return self._for_fit(self.pipeline.in_order())

    def epoch(self, config: RunConfig, epoch: int, first_step: int = 0) -> tf.data.Dataset:
        """Return the batches of one shuffled epoch.

        Args:
            config: of the run, with its seed and augmentation.
            epoch: 0-based number.
            first_step: of the epoch, to resume in the middle of it.
        """
        return self._for_fit(
            self.pipeline.epoch(config.seed, epoch, config.augmentation, first_step)
        )

    def _for_fit(self, dataset: tf.data.Dataset) -> tf.data.Dataset:
        if self.outputs is None:
            return dataset
        return dataset.map(self._by_mask if self.task is Task.OBJECTS else self._by_output)

    def _by_mask(self, images: tf.Tensor, masks: tf.Tensor, *weight: tf.Tensor) -> tuple[Any, ...]:
        """Give all outputs the same masks, and weights if there are any."""
        return images, *(dict.fromkeys(self.outputs or (), part) for part in (masks, *weight))

    def _by_output(
        self, images: tf.Tensor, targets: tf.Tensor, present: tf.Tensor, *weight: tf.Tensor
    ) -> tuple[tf.Tensor, dict[str, tf.Tensor], dict[str, tf.Tensor]]:
        """Sort density, counts and mask, the channels of the targets, by output."""
        for of_image in weight:
            present *= of_image[:, None]
        truths, weights = {}, {}
        for name in self.outputs or ():
            fixation = name == "fixation"
            truths[name] = targets[..., :2] if fixation else targets[..., 2:]
            weights[name] = present[:, 0 if fixation else 1]
        return images, truths, weights
