"""Models of two tasks: what a missing truth does, and what is left out."""

from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf

from salzoo.data.dataset import load_dataset
from salzoo.data.sampling import Plan
from salzoo.models import build_model, model_record
from salzoo.training.batches import Batches, make_plan, trainable_samples
from salzoo.training.compiling import compiled_model
from salzoo.training.config import RunConfig
from salzoo.utils.errors import InputError
from salzoo.utils.task import Task


def config(**options):
    recipe = model_record("asnet").recipe_for("synthetic").override(input_size=(32, 32))
    return RunConfig("asnet", options, "synthetic", None, recipe, "stretch")


@pytest.fixture(scope="module")
def samples():
    return load_dataset("synthetic", split="train")[:4]


@pytest.fixture(scope="module")
def model():
    return compiled_model(config(), 1, None, False)


def gradients(model, samples):
    plan = Plan((len(samples),), len(samples))
    ((images, truths, weights),) = list(Batches(config(), model, samples, plan).in_order())
    with tf.GradientTape() as tape:
        predictions = model(images, training=True)
        loss = model.compute_loss(images, truths, predictions, weights)
    values = tape.gradient(loss, [weight.value for weight in model.trainable_weights])
    return {
        weight.path: np.abs(value).max()
        for weight, value in zip(model.trainable_weights, values, strict=True)
    }


def test_a_missing_mask_contributes_no_gradient(model, samples):
    """Exactly none: of what only the object's maps use, not even a rounding error."""
    found = gradients(model, [replace(sample, mask_path=None) for sample in samples])
    objects = [path for path in found if path.startswith(("map_", "level_", "compress_"))]
    assert len(objects) == 5 * 2 + 5 * 3 + 5 * 2
    assert all(found[path] == 0.0 for path in objects)
    assert found["prior/kernel"] > 0


def test_missing_fixations_contribute_no_gradient(model, samples):
    """The prior still learns from the object, that its map helps to find."""
    without = [replace(sample, fixations=None) for sample in samples]
    found = gradients(model, without)
    assert found["map_1/kernel"] > 0 and found["prior/kernel"] > 0
    plan = Plan((len(samples),), len(samples))
    ((images, truths, weights),) = list(Batches(config(), model, without, plan).in_order())
    with tf.GradientTape() as tape:
        predictions = {name: tf.identity(maps) for name, maps in model(images).items()}
        tape.watch(predictions)
        loss = model.compute_loss(images, truths, predictions, weights)
    by_output = tape.gradient(loss, predictions)
    assert not np.any(by_output["fixation"]) and np.any(by_output["object_3"])


def test_both_present_give_both(model, samples):
    assert all(value > 0 for value in gradients(model, samples).values())


def test_without_its_fixation_map_it_learns_from_masks_alone(samples):
    alone = config(fixation=False)
    assert alone.task is Task.OBJECTS
    some = [replace(sample, mask_path=None) for sample in samples[:3]]
    training, validation = trainable_samples(alone, [some, samples], [samples])
    assert list(map(len, training)) == [0, 4] and list(map(len, validation)) == [4]
    plan = make_plan(replace(alone, dataset="a+b", mix=(3, 1)), training)
    assert (plan.counts, plan.weights) == ((4,), (1,))
    model = build_model("asnet", fixation=False)
    ((_, truths),) = list(Batches(alone, model, samples, Plan((4,), 4)).in_order())
    assert sorted(truths) == sorted(model.output) and truths["object_1"].shape == (4, 32, 32, 1)


def test_both_tasks_come_equally_often(samples):
    """Unless a mix says otherwise, and where a dataset of each kind is there."""
    fixations = [replace(sample, mask_path=None) for sample in samples[:2]]
    masks = [replace(sample, fixations=None) for sample in samples]
    three = replace(config(), dataset="a+b+c")
    assert make_plan(three, [fixations, masks, masks]).draws == (8, 4, 4)
    assert make_plan(three, [fixations, masks, samples]).draws == (4, 4, 4)
    assert make_plan(three, [masks, masks[:1], masks[:2]]).draws == (4, 1, 2)
    assert make_plan(replace(three, mix=(1, 1, 2)), [fixations, masks, masks]).draws == (4, 4, 8)


def test_objects_without_any_mask_are_refused(samples):
    bare = [replace(sample, mask_path=None) for sample in samples]
    with pytest.raises(InputError, match="asnet predicts objects, and no training image"):
        trainable_samples(config(), [bare], [bare])


def test_masks_alone_train_another_model_than_fixations(samples):
    msinet = RunConfig("msinet", {}, "folder", "my_data", config().recipe, "stretch")
    masks = [replace(sample, fixations=None) for sample in samples]
    with pytest.raises(
        InputError,
        match="msinet is trained .*: salzoo train asnet --dataset folder --data_dir my_data$",
    ):
        trainable_samples(msinet, [masks], [masks])
    assert trainable_samples(msinet, [samples], [samples]) == ([samples], [samples])
    assert trainable_samples(config(), [masks], [masks]) == ([masks], [masks])
