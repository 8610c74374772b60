"""What can be seen of a trained model beside its maps, for TensorBoard.

Functions for `ModelRecord.inspect`: of a model and an image, float32 (1, rows,
columns, 3), or None, to {name: maps, float32 (n, rows, columns), or colour
pictures (n, rows, columns, 3)}.
"""

import keras
import numpy as np


def attention_and_steps(model, image=None):
    """Show what SAM looks at and how its map changes from step to step (its Figure 3).

    With an image: the attention of each step, and the saliency map that the rest
    of the network makes of the ConvLSTM's state after each step. Without: the
    learned priors, which see nothing of the image.
    """
    if image is None:
        return _priors(model)
    if "attentive_conv_lstm" not in [layer.name for layer in model.layers]:
        return {}
    image = keras.ops.convert_to_tensor(image)
    memory = model.get_layer("attentive_conv_lstm")
    features = keras.Model(model.input, memory.input)(image)
    memory.return_sequence, memory.return_attention = True, memory.attention
    try:
        seen = memory(features)
    finally:
        memory.return_sequence = memory.return_attention = False
    states, attention = seen if memory.attention else (seen, None)
    rest = keras.Model([model.input, memory.output], model.output)
    maps = [_array(rest([image, states[:, step]]))[0, ..., 0] for step in range(memory.timesteps)]
    found = {"steps": np.stack(maps)}
    if attention is not None:
        found["attention"] = _array(attention)[0, ..., 0]
    return found


def _priors(model):
    found = {}
    for layer in model.layers:
        if type(layer).__name__ == "LearnedGaussianPrior":
            # Of maps of 30x40, as 240x320 gives.
            maps = _array(layer(np.zeros((1, 30, 40, 1), "float32")))
            found[layer.name] = np.moveaxis(maps[0], -1, 0)
        elif type(layer).__name__ == "MultiplicativePrior":
            found[layer.name] = _array(layer(np.ones((1, 30, 40, 1), "float32")))[..., 0]
    return found


def first_filters(model, image=None):
    """Show the kernels of the first convolution as colours (Pan et al., Figure 3)."""
    if image is not None:
        return {}
    kernel = next(layer.kernel for layer in model.layers if isinstance(layer, keras.layers.Conv2D))
    filters = np.moveaxis(_array(kernel), -1, 0)
    axes = {"axis": (1, 2, 3), "keepdims": True}
    lowest, highest = filters.min(**axes), filters.max(**axes)
    return {"first_filters": (filters - lowest) / np.maximum(highest - lowest, 1e-12)}


def _array(tensor):
    return keras.ops.convert_to_numpy(keras.ops.cast(tensor, "float32"))
