"""MSI-Net lite: the modules of MSI-Net on EfficientNet-Lite0, with pretrained weights.

Kroner et al. (Neural Networks 129, 2020) leave open whether their modules work with other
encoders. Here they are used with EfficientNet-Lite (Tan and Le, ICML 2019) and MobileNetV2
(Sandler et al., CVPR 2018): features of several levels, several receptive fields, the mean over
the whole image and a light decoder.

What differs from MSI-Net:
- The encoder keeps its strides. The ASPP (depthwise separable convolutions, dilations 1, 2 and
  4) works at a 32nd of the input's size. The decoder adds finer levels step by step, where
  MSI-Net concatenates all levels at an eighth.
- Learned Gaussian priors, as in SAM, model the centre bias. A weak one is added at inference, since
  training with shifted images hides a part of it.
- The map is a density: softmax over all positions, at a quarter of the input's size.
  Postprocessing enlarges it with bicubic interpolation.
- Images are padded, so that they keep their aspect ratio.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import keras
from keras import KerasTensor, layers

from salzoo.layers import CentreBias, LearnedGaussianPrior, SpatialSoftmax
from salzoo.models.backbones.efficientnet_lite import EFFICIENTNET_LITE, efficientnet_lite
from salzoo.models.backbones.mobilenet_v2 import MOBILENET_V2, mobilenet_v2
from salzoo.models.backbones.pretrained import Backbone, load_backbone_weights
from salzoo.models.preprocessing import scale_symmetrically
from salzoo.models.record import ModelRecord, Option, Recipe
from salzoo.utils.task import Task

# Name -> its convolutions, and the function that applies them.
ENCODERS: dict[str, tuple[Backbone, Callable[[KerasTensor], dict[int, KerasTensor]]]] = {
    "mobilenet_v2": (MOBILENET_V2, mobilenet_v2),
    **{
        name: (backbone, partial(efficientnet_lite, name=name))
        for name, backbone in EFFICIENTNET_LITE.items()
    },
}
# Prefixes of the names of the encoder's layers.
ENCODER = "Conv,expanded_conv,block_"
DILATIONS = (1, 2, 4)
WIDTH = 128
# Filters of the decoder at a 16th, an eighth and a quarter of the input's size.
DECODER = {16: 96, 8: 64, 4: 32}


def build(
    encoder: str = "efficientnet_lite0",
    priors: int = 8,
    dropout: float = 0.2,
    centre_bias: float = 1.0,
    backbone_weights: str | None = None,
    input_shape: tuple[int | None, int | None, int] = (None, None, 3),
) -> keras.Model:
    """Build MSI-Net lite.

    Args:
        encoder: In ENCODERS.
        priors: Number of learned Gaussians; 0: none.
        dropout: Share of the encoder's channels that are dropped in training, 0 to below 1.
        centre_bias: Strength of a fixed centre bias at inference, see `CentreBias`; 0: none.
        backbone_weights: None, "imagenet" or the path of a file, see
            `salzoo.models.backbones.pretrained.load_backbone_weights`.
        input_shape: (rows, columns, 3), rows and columns None or a multiple of 32.

    Returns:
        Model from images, float32 RGB 0..255, (batch, rows, columns, 3), to densities,
        float32, sum 1, (batch, rows / 4, columns / 4, 1).

    Raises:
        InputError: The weights file is not usable.
    """
    backbone, apply = ENCODERS[encoder]
    images = keras.Input(input_shape, name="image")
    levels = {
        stride: layers.SpatialDropout2D(dropout, name=f"dropout{stride}")(maps)
        for stride, maps in apply(scale_symmetrically(images)).items()
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
    maps = CentreBias(centre_bias, dtype="float32", name="centre_bias")(maps)
    saliency = SpatialSoftmax(dtype="float32", name="saliency")(maps)
    model = keras.Model(images, saliency, name="msinet_lite")
    load_backbone_weights(model, backbone, backbone_weights)
    return model


def _context(maps: KerasTensor) -> KerasTensor:
    """Apply the ASPP: several receptive fields and the mean over all positions."""
    maps = _pointwise(maps, 2 * WIDTH, "squeeze")
    scene = layers.GlobalAveragePooling2D(keepdims=True, name="scene_mean")(maps)
    scene = _pointwise(scene, 2 * WIDTH, "scene")
    branches = [
        _separable(maps, WIDTH, f"context{dilation}", dilation_rate=dilation)
        for dilation in DILATIONS
    ]
    maps = layers.Concatenate(name="contexts")([maps, *branches])
    maps = layers.Conv2D(2 * WIDTH, 1, name="context_fuse")(maps)
    # Added instead of concatenated, because it is the same at all positions.
    maps = layers.Add(name="context_add")([maps, scene])
    return layers.ReLU(name="context_relu")(maps)


def _pointwise(maps: KerasTensor, filters: int, name: str) -> KerasTensor:
    return layers.Conv2D(filters, 1, activation="relu", kernel_initializer="he_normal", name=name)(
        maps
    )


def _separable(maps: KerasTensor, filters: int, name: str, **options: Any) -> KerasTensor:
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
    parameters=3_495_129,
    options={
        "encoder": Option(
            "network that was trained on ImageNet",
            default="efficientnet_lite0",
            choices=tuple(ENCODERS),
        ),
        "priors": Option(
            "number of learned Gaussians for the centre bias; 0: none", default=8, below=257
        ),
        "dropout": Option(
            "share of the encoder's channels that are dropped in training", default=0.2, below=1
        ),
        "centre_bias": Option(
            "strength of a Gaussian around the centre at inference; 0: none", default=1.0, below=10
        ),
    },
    fit_mode="pad",
    padding_value=127.5,
    size_multiple=32,
    target_scale=0.25,
    blur=0.0,
    weights="6cfefce8e9afc3270edb8d87afa74392e3f5f9643178052907b917830ca96c0b",
    trained={
        "trained_on": "osie+nus_scene+eyecrowd",
        "protocol": "set_aside",
        "seed": 0,
    },
    recipe=Recipe(
        loss="weighted_sum",
        loss_options={"kld": 1.0, "cc": 0.3, "nss": 0.1},
        # The pretrained encoder has a lower learning rate.
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
        # Early stopping: with a thousand images it overfits from the tenth epoch on.
        patience=3,
        input_size=(288, 384),
        flip=True,
        zoom=0.25,
        colour=0.25,
    ),
    recipes={
        # Fine-tuning on as little as a few dozen images: too few steps for averaged weights,
        # and smaller batches for more steps.
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
