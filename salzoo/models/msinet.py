"""MSI-Net: a contextual encoder-decoder network for visual saliency prediction.

Kroner, Senden, Driessens and Goebel, Neural Networks 129 (2020).

A dilated VGG-16 gives features at an eighth of the input; the outputs of pools
3, 4 and 5 go together through an ASPP module, and a decoder of three bilinear
enlargements brings the map back to the input's size.

What follows the authors' code rather than their text:
- Images are RGB, and the means of ImageNet are subtracted in BGR order. The
  network was trained with this slip, so its released weights need it.
- The four internal resizes have TensorFlow 1's legacy form (`LegacyBilinear`;
  the fourth, from the mean over all positions, is a plain repetition).
- The output is stretched to 0..1 per image; the loss normalises it again.
- The learning rate is 1e-5. The text says 1e-6, but the code that made the
  published figures says 1e-5.
What differs from it: images are resized with pixel centres registered, so that
maps and fixations stay in place, where the authors align corners when enlarging;
maps are cut and then resized rather than resized and then cut.
The encoder of the paper was trained on ImageNet and Places2; weights of that
kind are not offered by keras.applications, so the recipe starts from ImageNet.
"""

import keras
from keras import layers

from salzoo.layers import ASPP, LegacyBilinear, MinMaxNormalization
from salzoo.models.backbones import load_backbone_weights, vgg16
from salzoo.models.record import ModelRecord, Recipe
from salzoo.utils.task import Task

# Subtracted from red, green and blue, in this order (see above).
CHANNEL_MEANS = (103.939, 116.779, 123.68)


def build(aspp=True, multi_level=True, backbone_weights=None, input_shape=(None, None, 3)):
    """Build MSI-Net.

    Args:
        aspp: bool, False replaces the five branches by one 3x3 convolution.
        multi_level: bool, False leaves out pools 3 and 4.
        backbone_weights: None, "imagenet" or a file's path, see
            `salzoo.models.backbones.load_backbone_weights`.
        input_shape: (rows, columns, 3), each None or a multiple of 8.

    Returns:
        keras.Model. Input: images, float32 RGB 0..255, (batch, rows, columns,
        3). Output: saliency maps, float32 0..1, (batch, rows, columns, 1).

    Raises:
        InputError: an unusable input_shape or weights file.
    """
    MSINET.check_input_shape(input_shape)
    images = keras.Input(input_shape, name="image")
    centred = layers.Rescaling(1.0, [-mean for mean in CHANNEL_MEANS], name="subtract_means")(
        images
    )
    levels = vgg16(centred, dilated=True)
    features = levels["block5_pool"]
    if multi_level:
        features = layers.Concatenate(name="multi_level")(
            [levels["block3_pool"], levels["block4_pool"], features]
        )
    if aspp:
        maps = ASPP(256, (4, 8, 12), name="aspp")(features)
    else:
        maps = layers.Conv2D(1280, 3, padding="same", activation="relu", name="context")(features)
        maps = layers.Conv2D(256, 1, activation="relu", name="context_fuse")(maps)
    for number, filters in enumerate((128, 64, 32), start=1):
        maps = LegacyBilinear(2, name=f"decoder_enlarge{number}")(maps)
        maps = layers.Conv2D(
            filters, 3, padding="same", activation="relu", name=f"decoder_conv{number}"
        )(maps)
    maps = layers.Conv2D(1, 3, padding="same", name="decoder_conv4")(maps)
    saliency = MinMaxNormalization(dtype="float32", name="saliency")(maps)
    model = keras.Model(images, saliency, name="msinet")
    load_backbone_weights(model, "VGG-16", backbone_weights)
    return model


MSINET = ModelRecord(
    name="msinet",
    title="MSI-Net",
    paper="Kroner et al., Contextual encoder-decoder network for visual saliency prediction, "
    "Neural Networks 129 (2020)",
    task=Task.FIXATIONS,
    build=build,
    parameters=24_934_209,
    options={
        "aspp": "False: one 3x3 convolution to 1,280 maps in place of the ASPP branches (Table 6)",
        "multi_level": "False: the ASPP sees pool 5 alone (Table A.8)",
    },
    fit_mode="pad",
    padding_value=126.0,
    size_multiple=8,
    blur=0.0,
    recipe=Recipe(
        loss="kld",
        optimizer="adam",
        learning_rate=1e-5,
        batch_size=1,
        epochs=10,
        input_size=(240, 320),
    ),
    recipes={
        "osie": {"sigma": 16.0},
        "mit1003": {"input_size": (360, 360)},
        "dut_omron": {"input_size": (360, 360), "sigma": 16.0},
        "pascal_s": {"input_size": (360, 360)},
        "cat2000": {"input_size": (216, 384)},
        "fiwi": {"input_size": (216, 384), "sigma": 30.0},
        # Ours: an untrained network and a few minutes ask for a smaller input,
        # larger batches and a faster rate.
        "synthetic": {
            "input_size": (96, 128),
            "batch_size": 8,
            "learning_rate": 1e-4,
            "epochs": 2,
            "flip": True,
            "backbone_weights": "none",
        },
    },
)
