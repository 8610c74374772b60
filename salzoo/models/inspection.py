"""Functions for `ModelRecord.inspect`: what TensorBoard shows beside the maps.

They take a model and an image, float32 (1, rows, columns, 3), or None. They return maps by
name, float32 (n, rows, columns), or colour images (n, rows, columns, 3).
"""

from typing import Any

import keras
import numpy as np


def attention_and_steps(
    model: keras.Model, image: np.ndarray | None = None
) -> dict[str, np.ndarray]:
    """Return the attention and the map of each step of SAM's ConvLSTM (its Figure 3).

    Args:
        model: SAM-VGG or SAM-ResNet.
        image: float32 (1, rows, columns, 3), 0..255, or None.

    Returns:
        With an image: "attention" of each step, and "steps", the saliency maps that the rest
        of the network makes of the ConvLSTM's state after each step. Without: the learned
        priors, which do not depend on the image.
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


def _priors(model: keras.Model) -> dict[str, np.ndarray]:
    found = {}
    for layer in model.layers:
        if type(layer).__name__ == "LearnedGaussianPrior":
            # Maps of 30x40, as for an input of 240x320.
            maps = _array(layer(np.zeros((1, 30, 40, 1), "float32")))
            found[layer.name] = np.moveaxis(maps[0], -1, 0)
        elif type(layer).__name__ == "MultiplicativePrior":
            found[layer.name] = _array(layer(np.ones((1, 30, 40, 1), "float32")))[..., 0]
    return found


def first_filters(model: keras.Model, image: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """Return the kernels of the first convolution as colour images (Pan et al., Figure 3).

    Args:
        model: Its first convolution takes three channels.
        image: With an image there is nothing to show.

    Returns:
        "first_filters", (n, rows, columns, 3), each scaled to 0..1.
    """
    if image is not None:
        return {}
    kernel = next(layer.kernel for layer in model.layers if isinstance(layer, keras.layers.Conv2D))
    filters = np.moveaxis(_array(kernel), -1, 0)
    lowest = filters.min(axis=(1, 2, 3), keepdims=True)
    highest = filters.max(axis=(1, 2, 3), keepdims=True)
    return {"first_filters": (filters - lowest) / np.maximum(highest - lowest, 1e-12)}


def _array(tensor: Any) -> np.ndarray:
    return keras.ops.convert_to_numpy(keras.ops.cast(tensor, "float32"))
