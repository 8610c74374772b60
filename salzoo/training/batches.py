"""Batches as a model's outputs want them."""

import logging

from salzoo.data.pipeline import Pipeline
from salzoo.data.sampling import Plan
from salzoo.models import model_record
from salzoo.utils.errors import InputError
from salzoo.utils.task import Task

LOG = logging.getLogger("salzoo")


def target_kinds(config):
    """Return what a model learns from, a `Task`."""
    task = model_record(config.model).task
    # Without its fixation map a model of both tasks has nothing to learn from fixations.
    if len(task) > 1 and config.model_options.get("fixation", True) is False:
        return Task.OBJECTS
    return task


def usable(config, loaded):
    """Leave out the images that a model of both tasks can learn nothing from.

    Args:
        config: `RunConfig`.
        loaded: for training and validation, a list of samples for each dataset.

    Raises:
        InputError: no image has a mask, though the model finds objects, or a dataset has
            masks alone, though the model learns from fixations.
    """
    if Task.OBJECTS not in target_kinds(config):
        if (False, True) in (_kinds(part) for split in loaded for part in split):
            raise InputError(
                f"{config.model} learns from fixations, and {config.dataset} has images with "
                f"masks alone; masks train asnet: salzoo train asnet --dataset {config.dataset}"
                + (f" --data_dir {config.data_dir}" if config.data_dir else "")
            )
        return loaded
    if not any(sample.mask_path for part in loaded[0] for sample in part):
        raise InputError(
            f"{config.model} finds objects, and no training image of {config.dataset} has a mask; "
            "add a dataset of salient objects, like --dataset osie+ecssd."
        )
    if target_kinds(config) is not Task.OBJECTS:
        return loaded
    kept = [[[sample for sample in part if sample.mask_path] for part in split] for split in loaded]
    left_out = sum(len(part) for split in loaded for part in split) - sum(
        len(part) for split in kept for part in split
    )
    if left_out:
        LOG.info("%d images without a mask are left out.", left_out)
    return kept


def plan_of(config, training):
    """Return the `Plan` of a training.

    Images of each dataset come as often as the config's mix says. Without one, and
    where a model of both tasks learns from datasets of different kinds (with
    fixations, with masks, with both), each kind comes equally often.
    """
    weights = config.mix
    kinds = [_kinds(part) for part in training]
    if weights is None and len(target_kinds(config)) > 1 and len(set(kinds)) > 1:
        weights = tuple(1 / kinds.count(kind) for kind in kinds)
    kept = [number for number, part in enumerate(training) if part]
    plan = Plan(
        tuple(len(training[number]) for number in kept),
        config.recipe.batch_size,
        weights and tuple(weights[number] for number in kept),
    )
    if len(kept) > 1:
        names = config.dataset.split("+")
        draws = (f"{n} of {names[number]}" for number, n in zip(kept, plan.draws, strict=True))
        LOG.info("Images an epoch: %s", ", ".join(draws))
    return plan


def _kinds(samples):
    return (
        any(sample.fixations is not None or sample.density_path for sample in samples),
        any(sample.mask_path for sample in samples),
    )


class Batches:
    """A `Pipeline` whose batches are what `fit` takes: images, targets, weights.

    A model of one output gets its targets as they are. One of several gets a
    dict of them, and of weights that are 0 where an image lacks the truth.

    Args:
        config: `RunConfig`. model: built from it. samples: list of `Sample`.
        plan: `Plan` of the samples.
    """

    def __init__(self, config, model, samples, plan):
        self.outputs = list(model.output) if isinstance(model.output, dict) else None
        self.kinds = target_kinds(config)
        scale = model_record(config.model).target_scale
        self.pipeline = Pipeline(samples, config.geometry, plan, self.kinds, target_scale=scale)

    def in_order(self):
        """Return a dataset of all samples once, in their order."""
        return self._for_fit(self.pipeline.in_order())

    def epoch(self, config, epoch, first_step=0):
        """Return a dataset of one shuffled epoch, from one of its steps on."""
        augmentation = config.recipe.augmentation
        return self._for_fit(self.pipeline.epoch(config.seed, epoch, augmentation, first_step))

    def _for_fit(self, dataset):
        if self.outputs is None:
            return dataset
        if self.kinds is Task.OBJECTS:
            return dataset.map(lambda images, masks: (images, dict.fromkeys(self.outputs, masks)))
        return dataset.map(self._by_output)

    def _by_output(self, images, targets, present):
        truths, weights = {}, {}
        for name in self.outputs:
            fixation = name == "fixation"
            truths[name] = targets[..., :2] if fixation else targets[..., 2:]
            weights[name] = present[:, 0 if fixation else 1]
        return images, truths, weights
