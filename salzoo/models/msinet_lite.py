"""MSI-Net's idea at the cost of a telephone's network, with weights that come with salzoo.

Kroner et al. (Neural Networks 129, 2020) end with the question whether their modules
carry over to other encoders. Here they do: features of several levels, several
receptive fields and the whole scene's mean, and a light decoder, around MobileNetV2
(Sandler et al., CVPR 2018).

What is ours:
- The encoder keeps its strides. The receptive fields of the ASPP (depthwise
  separable, dilations 1, 2 and 4) lie at a 32nd of the input; the decoder takes finer
  levels in on its way back, instead of seeing all of them at an eighth.
- Learned Gaussian priors, as SAM's, for the centre bias.
- The map is a density: softmax over all positions, a quarter of the input's size.
  The way back to the image interpolates it bicubically.
- Images keep their aspect ratio, and the size at which it was trained: they are padded.
"""

import keras
from keras import layers

from salzoo.layers import LearnedGaussianPrior, SpatialSoftmax
from salzoo.models.backbones import load_backbone_weights, mobilenet_v2
from salzoo.models.record import ModelRecord, Recipe, check_number
from salzoo.utils.task import Task

# Beginnings of the names of its layers.
ENCODER = "Conv,expanded_conv,block_"
DILATIONS = (1, 2, 4)
WIDTH = 128
# Maps of the decoder at a 16th, an eighth and a quarter of the input's size.
DECODER = {16: 96, 8: 64, 4: 32}


def build(priors=8, dropout=0.2, backbone_weights=None, input_shape=(None, None, 3)):
    """Build MSI-Net lite.

    Args:
        priors: int, learned Gaussians; 0 for none.
        dropout: share of the encoder's maps that are left out in training, 0 to below 1.
        backbone_weights: None, "imagenet" or a file's path, see
            `salzoo.models.backbones.load_backbone_weights`.
        input_shape: (rows, columns, 3), each None or a multiple of 32.

    Returns:
        keras.Model. Input: images, float32 RGB 0..255, (batch, rows, columns,
        3). Output: densities, float32, sum 1, (batch, rows / 4, columns / 4, 1).

    Raises:
        InputError: an unusable option or weights file.
    """
    MSINET_LITE.check_input_shape(input_shape)
    check_number("msinet_lite", "priors", priors, 0, kind=int)
    check_number("msinet_lite", "dropout", dropout, 0, below=1)
    images = keras.Input(input_shape, name="image")
    scaled = layers.Rescaling(1 / 127.5, -1.0, name="scale")(images)
    levels = {
        stride: layers.SpatialDropout2D(dropout, name=f"dropout{stride}")(maps)
        for stride, maps in mobilenet_v2(scaled).items()
        if stride in (*DECODER, 32)
    }
    maps = _context(levels[32])
    for size, filters in DECODER.items():
        maps = layers.UpSampling2D(2, name=f"enlarge{size}")(maps)
        level = _pointwise(levels[size], filters, f"level{size}")
        parts = [maps, level]
        if priors and size == 8:
            parts.append(LearnedGaussianPrior(priors, name="priors")(level))
        maps = layers.Concatenate(name=f"join{size}")(parts)
        maps = _separable(maps, filters, f"decoder{size}")
    maps = layers.Conv2D(1, 3, padding="same", name="readout")(maps)
    saliency = SpatialSoftmax(dtype="float32", name="saliency")(maps)
    model = keras.Model(images, saliency, name="msinet_lite")
    load_backbone_weights(model, "MobileNetV2", backbone_weights)
    return model


def _context(maps):
    """Several receptive fields and the mean of the whole scene."""
    maps = _pointwise(maps, 2 * WIDTH, "squeeze")
    scene = layers.GlobalAveragePooling2D(keepdims=True, name="scene_mean")(maps)
    scene = _pointwise(scene, 2 * WIDTH, "scene")
    branches = [
        _separable(maps, WIDTH, f"context{dilation}", dilation_rate=dilation)
        for dilation in DILATIONS
    ]
    maps = layers.Concatenate(name="contexts")([maps, *branches])
    maps = layers.Conv2D(2 * WIDTH, 1, name="context_fuse")(maps)
    # Added rather than joined: the same for every position.
    maps = layers.Add(name="context_add")([maps, scene])
    return layers.ReLU(name="context_relu")(maps)


def _pointwise(maps, filters, name):
    return layers.Conv2D(filters, 1, activation="relu", kernel_initializer="he_normal", name=name)(
        maps
    )


def _separable(maps, filters, name, **options):
    return layers.SeparableConv2D(
        filters,
        3,
        padding="same",
        activation="relu",
        pointwise_initializer="he_normal",
        name=name,
        **options,
    )(maps)


MSINET_LITE = ModelRecord(
    name="msinet_lite",
    title="MSI-Net lite",
    paper="ours, after Kroner et al., Neural Networks 129 (2020)",
    task=Task.FIXATIONS,
    build=build,
    parameters=2_996_297,
    options={
        "priors": "learned Gaussians for the centre bias; 0: none",
        "dropout": "share of the encoder's maps that are left out in training",
    },
    fit_mode="pad",
    padding_value=127.5,
    size_multiple=32,
    target_scale=0.25,
    blur=0.0,
    weights="1bd9857933c17b16efbb9d0fd11aacd69759261a8fb1e3eb212c01026375855b",
    trained={
        "trained_on": "osie+nus_scene",
        "protocol": "set_aside",
        "seed": 0,
    },
    recipe=Recipe(
        loss="weighted_sum",
        loss_options={"kld": 1.0, "cc": 0.3, "nss": 0.1},
        # The encoder has learned to see already.
        optimizer="discriminative_adamw",
        optimizer_options={
            "slow": ENCODER,
            "slow_factor": 0.2,
            "weight_decay": 0.01,
            "clipnorm": 1.0,
            "use_ema": True,
            "ema_momentum": 0.99,
        },
        learning_rate=4e-4,
        schedule="cosine to 0",
        batch_size=8,
        epochs=20,
        # A thousand images are learned by heart from the tenth epoch on.
        patience=3,
        input_size=(320, 416),
        flip=True,
        zoom=0.25,
        colour=0.25,
    ),
    recipes={
        # From the trained weights, on what may be a few dozen images: too few steps for
        # averages, and batches small enough that there are some.
        "folder": {
            "optimizer_options": {"slow": ENCODER, "slow_factor": 0.2, "clipnorm": 1.0},
            "learning_rate": 2e-4,
            "batch_size": 4,
            "epochs": 10,
            "patience": 10,
        },
        "synthetic": {
            "input_size": (96, 128),
            "learning_rate": 1e-3,
            "epochs": 4,
            "backbone_weights": "none",
        },
    },
)
