"""Preprocessing inside the models: channel means, channel order and scaling.

All functions take images as float32 RGB, 0..255, shape (batch, rows, columns, 3).
"""

from keras import KerasTensor, layers

from salzoo.layers import BlueGreenRed

# Mean colour of ImageNet's training images, in the order blue, green, red. The weights of
# VGG-16 and ResNet-50 were trained on BGR images minus these means ("caffe" mode of
# keras.applications).
IMAGENET_MEANS = (103.939, 116.779, 123.68)
# Pan et al. (CVPR 2016), deep ConvNet: blue, green, red.
DEEP_CONVNET_MEANS = (100.0, 110.0, 118.0)


def subtract_means(images: KerasTensor) -> KerasTensor:
    """Subtract `IMAGENET_MEANS` from the channels in the order in which they come.

    Args:
        images: BGR for ImageNet's preprocessing. With RGB images blue's mean is subtracted
            from red and red's from blue, as some published models do.

    Returns:
        float32, about -124..152, same shape.
    """
    means = [-mean for mean in IMAGENET_MEANS]
    return layers.Rescaling(1.0, means, name="subtract_means")(images)


def reverse_channels(images: KerasTensor) -> KerasTensor:
    """Reorder RGB to BGR.

    Args:
        images: RGB.

    Returns:
        BGR, same shape and values.
    """
    return BlueGreenRed(name="blue_green_red")(images)


def imagenet_bgr(images: KerasTensor) -> KerasTensor:
    """Apply ImageNet's preprocessing: BGR, then minus `IMAGENET_MEANS`.

    Args:
        images: RGB, 0..255.

    Returns:
        BGR, float32, about -124..152, same shape.
    """
    return subtract_means(reverse_channels(images))


def deep_convnet_bgr(images: KerasTensor) -> KerasTensor:
    """Apply the preprocessing of the deep ConvNet: BGR minus its means, divided by 127.5.

    Args:
        images: RGB, 0..255.

    Returns:
        BGR, float32, about -0.93..1.22, same shape.
    """
    offsets = [-mean / 127.5 for mean in DEEP_CONVNET_MEANS]
    return layers.Rescaling(1 / 127.5, offsets, name="scale")(reverse_channels(images))


def scale_to_one(images: KerasTensor) -> KerasTensor:
    """Scale images to 0..1.

    Args:
        images: RGB, 0..255.

    Returns:
        RGB, float32, 0..1, same shape.
    """
    return layers.Rescaling(1 / 255, name="scale")(images)


def scale_symmetrically(images: KerasTensor) -> KerasTensor:
    """Scale images to -1..1 ("tf" mode of keras.applications, MobileNetV2).

    Args:
        images: RGB, 0..255.

    Returns:
        RGB, float32, -1..1, same shape.
    """
    return layers.Rescaling(1 / 127.5, -1.0, name="scale")(images)
