"""Image classification networks that the saliency models are built on."""

import logging

import h5py
import keras
import numpy as np
from keras import layers

from salzoo.errors import InputError

LOG = logging.getLogger("salzoo")

# Convolutions and their maps in each block of VGG-16 (Simonyan and Zisserman 2014).
VGG16_BLOCKS = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))
VGG16_LAYERS = tuple(
    f"block{block}_conv{number}"
    for block, (count, _) in enumerate(VGG16_BLOCKS, start=1)
    for number in range(1, count + 1)
)


def dilated_vgg16(images):
    """Apply VGG-16's convolutions with an output at an eighth of the input.

    Pools 4 and 5 keep their window and lose their stride; the convolutions of
    block 5 have dilation 2 in return (MSI-Net, section 3.1).

    Args:
        images: (batch, rows, columns, 3), mean already subtracted.

    Returns:
        dict of the five pooled outputs, "block1_pool" to "block5_pool". Layer
        names are those of keras.applications.VGG16.
    """
    outputs, maps = {}, images
    for block, (count, filters) in enumerate(VGG16_BLOCKS, start=1):
        for number in range(1, count + 1):
            maps = layers.Conv2D(
                filters,
                3,
                padding="same",
                dilation_rate=2 if block == 5 else 1,
                activation="relu",
                # Without trained weights Glorot's scale fades away over 13 ReLU layers.
                kernel_initializer="he_uniform",
                name=f"block{block}_conv{number}",
            )(maps)
        name = f"block{block}_pool"
        maps = layers.MaxPooling2D(2, 2 if block <= 3 else 1, padding="same", name=name)(maps)
        outputs[name] = maps
    return outputs


def load_vgg16_weights(model, source):
    """Copy VGG-16's trained convolutions into a model that contains them.

    Args:
        model: a keras.Model with layers named like keras.applications.VGG16's.
        source: None (leave the random start), "imagenet" (downloaded by
            keras.applications) or the path of an .npz (`block1_conv1/kernel`,
            `block1_conv1/bias`, ...) or of a keras.applications .h5 file. A
            file may hold only some layers; what was not in it is logged.

    Raises:
        InputError: the download fails, or the file has no fitting layer.
    """
    if source is None:
        return
    arrays = _downloaded_vgg16() if source == "imagenet" else _read_arrays(source)
    missing = []
    for name in VGG16_LAYERS:
        pair = [arrays.get(f"{name}/kernel"), arrays.get(f"{name}/bias")]
        if any(array is None for array in pair):
            missing.append(name)
            continue
        layer = model.get_layer(name)
        for array, weight in zip(pair, layer.weights, strict=True):
            if array.shape != tuple(weight.shape):
                raise InputError(
                    f"--backbone_weights {source}: {name} has shape {array.shape}, "
                    f"VGG-16 needs {tuple(weight.shape)}; give a file of VGG-16 weights."
                )
        layer.set_weights(pair)
    if len(missing) == len(VGG16_LAYERS):
        raise InputError(
            f"--backbone_weights {source} holds none of VGG-16's convolutions "
            f"(block1_conv1 to block5_conv3); give a file of VGG-16 weights or 'none'."
        )
    if missing:
        LOG.warning(
            "backbone_weights %s: loaded %d of %d convolutions; these keep their random start: %s",
            source,
            len(VGG16_LAYERS) - len(missing),
            len(VGG16_LAYERS),
            ", ".join(missing),
        )
    else:
        LOG.info("backbone_weights %s: loaded all %d convolutions", source, len(VGG16_LAYERS))


def _downloaded_vgg16():
    try:
        trained = keras.applications.VGG16(include_top=False, weights="imagenet")
    except Exception as error:  # keras raises a bare Exception for a failed download
        reason = (str(error) or type(error).__name__).split(": None -- ")[-1].splitlines()[0]
        raise InputError(
            f"--backbone_weights imagenet: VGG-16's weights could not be downloaded ({reason}); "
            "connect to the internet, or give --backbone_weights a file or 'none'."
        ) from error
    return {
        f"{name}/{part}": array
        for name in VGG16_LAYERS
        for part, array in zip(
            ("kernel", "bias"), trained.get_layer(name).get_weights(), strict=True
        )
    }


def _read_arrays(path):
    """Read `layer/kernel` and `layer/bias` arrays without running anything of the file."""
    path = str(path)
    try:
        if path.endswith(".npz"):
            with np.load(path, allow_pickle=False) as archive:
                return {name: archive[name].astype("float32") for name in archive.files}
        if path.endswith((".h5", ".hdf5")):
            arrays = {}
            with h5py.File(path, "r") as file:
                file.visititems(lambda name, item: _collect(name, item, arrays))
            return arrays
    except FileNotFoundError:
        raise InputError(f"--backbone_weights {path} does not exist.") from None
    except Exception as error:  # numpy, zipfile and h5py raise many kinds
        reason = str(error) or type(error).__name__
        raise InputError(f"--backbone_weights {path} cannot be read ({reason}).") from error
    raise InputError(f"--backbone_weights {path}: give 'imagenet', 'none', an .npz or an .h5 file.")


def _collect(name, item, arrays):
    """Keep `.../block1_conv1/block1_conv1_W_1:0`, or `.../kernel:0`, as `block1_conv1/kernel`."""
    if isinstance(item, h5py.Dataset) and "/" in name:
        layer, part = name.split("/")[-2:]
        part = part.removesuffix(":0")
        part = {f"{layer}_W_1": "kernel", f"{layer}_b_1": "bias"}.get(part, part)
        arrays[f"{layer}/{part}"] = np.asarray(item, "float32")
