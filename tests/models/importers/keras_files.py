"""Writing of weights files as Keras 1 and 2 do."""

import h5py
import numpy as np


def write_keras_file(path, layers, whole_model=False, **attributes):
    """Write a weights file as Keras 1 and 2 do.

    Args:
        path: to write.
        layers: {layer: {name of the array: values}}; a layer without weights has none.
        whole_model: as `model.save` does, beside the state of an optimizer.
        **attributes: of the root.
    """
    with h5py.File(path, "w") as file:
        root = file
        if whole_model:
            file.attrs["model_config"] = b'{"class_name": "Model"}'
            file.create_group("optimizer_weights").create_dataset("iterations", data=7)
            root = file.create_group("model_weights")
        root.attrs.update(attributes)
        root.attrs["layer_names"] = [name.encode() for name in layers]
        for name, arrays in layers.items():
            group = root.create_group(name)
            group.attrs["weight_names"] = [array.encode() for array in arrays]
            for array, values in arrays.items():
                # Large arrays of zeros, which tests of real sizes write, take no place.
                packed = {"compression": 1} if np.size(values) > 1e6 else {}
                group.create_dataset(array, data=values, **packed)
