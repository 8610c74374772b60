"""VGG-16 (Simonyan and Zisserman 2014) without its dense layers."""

from keras import layers

# Convolutions and their maps in each block.
VGG16_BLOCKS = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))
VGG16_LAYERS = tuple(
    f"block{block}_conv{number}"
    for block, (count, _) in enumerate(VGG16_BLOCKS, start=1)
    for number in range(1, count + 1)
)


def vgg16(images, dilated=False, pad_before=()):
    """Apply VGG-16's convolutions and poolings.

    Args:
        images: (batch, rows, columns, 3), mean already subtracted.
        dilated: bool, True: pools 4 and 5 keep their window and lose their
            stride, and the convolutions of block 5 have dilation 2 in return,
            so that the output has an eighth of the input's size instead of a
            32nd (MSI-Net, section 3.1; SAM, section III-C).
        pad_before: blocks whose pooling is padded at the top and left, as
            Theano does, instead of at the bottom and right.

    Returns:
        dict of all outputs by layer, "block1_conv1" to "block5_pool"; sizes
        round up. Layer names are those of keras.applications.VGG16.
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
                # Without trained weights Glorot's scale fades away over 13 ReLU layers.
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
