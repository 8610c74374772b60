"""ResNet-50 (He et al., CVPR 2016) without its dense layer."""

from functools import partial
from typing import Any

from keras import KerasTensor, layers

from salzoo.models.backbones.pretrained import Backbone, keras_application

# Of each stage: number of residual blocks, filters inside a block (a quarter of its output's).
RESNET50_STAGES = {"conv2": (3, 64), "conv3": (4, 128), "conv4": (6, 256), "conv5": (3, 512)}
RESNET50_LAYERS = (
    "conv1_conv",
    *(
        f"{stage}_block{block}_{number}_conv"
        for stage, (blocks, _) in RESNET50_STAGES.items()
        for block in range(1, blocks + 1)
        # Convolution 0 is in the shortcut.
        for number in range(0 if block == 1 else 1, 4)
    ),
)
RESNET50 = Backbone("ResNet-50", RESNET50_LAYERS, imagenet=partial(keras_application, "ResNet50"))


def resnet50(images: KerasTensor, dilated: bool = False) -> KerasTensor:
    """Apply the convolutions of ResNet-50; the stride is in the first of each stage.

    The moving statistics of the batch normalizations have momentum 0.9, so that training on
    new data or from partly random weights reaches them within a few dozen steps.

    Args:
        images: float32 BGR minus ImageNet's means, (batch, rows, columns, 3).
        dilated: True: stages conv4 and conv5 have stride 1 and their 3x3 convolutions
            dilations 2 and 4, so that the output has an eighth of the input's size instead of
            a 32nd (SAM, section III-C).

    Returns:
        (batch, rows, columns, 2048), sizes rounded up. Layer names are those of
        keras.applications.ResNet50.
    """
    maps = layers.ZeroPadding2D(3, name="conv1_pad")(images)
    maps = _convolution(maps, "conv1", 64, 7, strides=2)
    maps = layers.ReLU(name="conv1_relu")(maps)
    maps = layers.ZeroPadding2D(1, name="pool1_pad")(maps)
    maps = layers.MaxPooling2D(3, 2, name="pool1_pool")(maps)
    for stage, (blocks, filters) in RESNET50_STAGES.items():
        dilation = {"conv4": 2, "conv5": 4}.get(stage, 1) if dilated else 1
        for block in range(1, blocks + 1):
            stride = 2 if block == 1 and stage != "conv2" and dilation == 1 else 1
            maps = _residual(maps, f"{stage}_block{block}", filters, stride, dilation, block == 1)
    return maps


def _residual(
    maps: KerasTensor, name: str, filters: int, stride: int, dilation: int, project: bool
) -> KerasTensor:
    shortcut = _convolution(maps, f"{name}_0", 4 * filters, 1, strides=stride) if project else maps
    maps = _convolution(maps, f"{name}_1", filters, 1, strides=stride)
    maps = layers.ReLU(name=f"{name}_1_relu")(maps)
    maps = _convolution(maps, f"{name}_2", filters, 3, padding="same", dilation_rate=dilation)
    maps = layers.ReLU(name=f"{name}_2_relu")(maps)
    maps = _convolution(maps, f"{name}_3", 4 * filters, 1)
    maps = layers.Add(name=f"{name}_add")([shortcut, maps])
    return layers.ReLU(name=f"{name}_out")(maps)


def _convolution(
    maps: KerasTensor, name: str, filters: int, kernel_size: int, **options: Any
) -> KerasTensor:
    """Apply a convolution and a batch normalization."""
    maps = layers.Conv2D(
        filters, kernel_size, kernel_initializer="he_uniform", name=f"{name}_conv", **options
    )(maps)
    return layers.BatchNormalization(momentum=0.9, epsilon=1.001e-5, name=f"{name}_bn")(maps)
