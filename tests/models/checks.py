"""What the guarantees for all models share."""

import keras
import numpy as np
import pytest

from salzoo.losses import make_loss
from salzoo.models import build_model, model_record

LARGE = {"asnet", "sam_resnet", "sam_vgg", "shallow_convnet"}


def marks(name):
    """Return the marks of what takes long on a large network."""
    return [pytest.mark.slow] if name in LARGE else []


def awake(name, **options):
    """Build a model whose weights that start at zero have left it, so that all take part."""
    keras.utils.set_random_seed(0)
    built, random = build_model(name, **options), np.random.default_rng(0)
    for weight in built.trainable_weights:
        if not np.asarray(weight).any():
            weight.assign(random.normal(0, 0.02, weight.shape))
    return built


def size_of(record):
    """Return a small input size that the model takes, wider than high."""
    multiple = record.size_multiple
    return record.fixed_size or (multiple * -(-32 // multiple), multiple * -(-48 // multiple))


def images_of(record, size=None, count=2):
    shape = (count, *(size or size_of(record)), 3)
    return np.random.default_rng(0).uniform(0, 255, shape).astype("float32")


def outputs_of(model, images, **arguments):
    """Return the outputs by name, of models with one and with several outputs."""
    output = model(images, **arguments)
    return output if isinstance(output, dict) else {"saliency": output}


def arrays_of(model, images):
    return {name: np.asarray(maps) for name, maps in outputs_of(model, images).items()}


def assert_same(found, expected, tolerance=0.0):
    assert found.keys() == expected.keys()
    for name, maps in expected.items():
        largest = max(1.0, np.abs(maps).max())
        np.testing.assert_allclose(found[name], maps, rtol=0, atol=tolerance * largest)


def loss_of(record, outputs):
    """Return the recipe's loss of outputs by name against random truth."""
    random = np.random.default_rng(1)
    names = None if set(outputs) == {"saliency"} else list(outputs)
    loss = make_loss(record.recipe.loss, names)
    losses = loss if names else {"saliency": loss}
    total = 0.0
    for name, maps in outputs.items():
        channels = 2 if name in ("saliency", "fixation") else 1
        truth = random.random((*maps.shape[:3], channels)).astype("float32")
        total += losses[name](truth, maps)
    return total


def assert_gradients_reach(model, silent=()):
    import tensorflow as tf

    record = model_record(model.name)
    with tf.GradientTape() as tape:
        value = loss_of(record, outputs_of(model, images_of(record), training=True))
    gradients = tape.gradient(value, [weight.value for weight in model.trainable_weights])
    for weight, gradient in zip(model.trainable_weights, gradients, strict=True):
        if weight.path.endswith(tuple(silent)):
            continue
        assert gradient is not None and np.isfinite(gradient).all(), weight.path
        assert np.abs(gradient).max() > 0, weight.path


def silent_by_design(model, options):
    """Name the weights that cannot change the loss.

    A constant vanishes in a min-max normalisation, a bias in the batch
    normalisation behind it; a ConvLSTM of one step has no state to look back to.
    """
    names = {layer.name for layer in model.layers}
    normalised = [
        f"{name}/bias"
        for name in names
        if {name.replace("_conv", "_bn"), f"{name}_bn"} & names - {name}
    ]
    silent = ["decoder_conv4/bias"] if model.name == "msinet" else []
    if options.get("timesteps") == 1:
        silent += ["state_gates_kernel", "state_attention_kernel"]
    return normalised + silent


def answer(name, weights, result):
    """Write outputs and loss of a model on whatever backend runs."""
    record, built = model_record(name), build_model(name)
    built.load_weights(weights)
    outputs = outputs_of(built, images_of(record))
    loss = loss_of(record, outputs)
    arrays = {output: np.asarray(maps) for output, maps in outputs.items()}
    np.savez(result, **arrays, loss=np.asarray(loss), backend=keras.backend.backend())
