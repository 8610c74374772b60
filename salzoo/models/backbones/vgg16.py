"""VGG-16 (Simonyan and Zisserman, ICLR 2015) without its dense layers."""

from collections.abc import Container
from functools import partial

from keras import KerasTensor, layers

from salzoo.models.backbones.pretrained import Backbone, keras_application

# Number of convolutions and of their filters in each block.
VGG16_BLOCKS = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))
VGG16_LAYERS = tuple(
    f"block{block}_conv{number}"
    for block, (count, _) in enumerate(VGG16_BLOCKS, start=1)
    for number in range(1, count + 1)
)
VGG16 = Backbone("VGG-16", VGG16_LAYERS, imagenet=partial(keras_application, "VGG16"))


def vgg16(
    images: KerasTensor, dilated: bool = False, pad_before: Container[int] = ()
) -> dict[str, KerasTensor]:
    """Apply the convolutions and poolings of VGG-16.

    Args:
        images: float32 BGR minus ImageNet's means, (batch, rows, columns, 3).
        dilated: True: pools 4 and 5 have stride 1 and the convolutions of block 5 dilation 2,
            so that the output has an eighth of the input's size instead of a 32nd (MSI-Net,
            section 3.1; SAM, section III-C).
        pad_before: Numbers of the blocks whose pooling is padded at the top and left, as in
            Theano, instead of at the bottom and right.

    Returns:
        All outputs by layer name, "block1_conv1" to "block5_pool"; sizes are rounded up. Layer
        names are those of keras.applications.VGG16.
    """
    outputs, maps = {}, images
    for block, (count, filters) in enumerate(VGG16_BLOCKS, start=1):
        for number in range(1, count + 1):
            name = f"block{block}_conv{number}"
            maps = outputs[name] = layers.Conv2D(
                filters,
                3,
                padding="same",
                dilation_rate=2 if dilated and block == 5 else 1,
                activation="relu",
                # With Glorot's scale the signal of random weights vanishes over 13 ReLU layers.
                kernel_initializer="he_uniform",
                name=name,
            )(maps)
        name, padding = f"block{block}_pool", "same"
        if block in pad_before:
            # A zero never exceeds what comes from a ReLU.
            maps = layers.ZeroPadding2D(((1, 0), (1, 0)), name=f"{name}_pad")(maps)
            padding = "valid"
        stride = 1 if dilated and block > 3 else 2
        maps = outputs[name] = layers.MaxPooling2D(2, stride, padding, name=name)(maps)
    return outputs
