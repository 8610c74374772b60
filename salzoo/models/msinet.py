"""MSI-Net, a contextual encoder-decoder network for visual saliency prediction.

Kroner, Senden, Driessens and Goebel, Neural Networks 129 (2020).

A dilated VGG-16 gives features at an eighth of the input's size. The outputs of pools 3, 4 and
5 are concatenated and pass an ASPP module. A decoder of three bilinear enlargements brings the
map back to the input's size.

What follows the authors' code rather than their text:
- The images are RGB, but ImageNet's means are subtracted in the order blue, green, red. The
  network was trained with this mistake, so its released weights need it.
- The four resizes inside the network are TensorFlow 1's legacy form (`LegacyBilinear`). The
  fourth, from the mean over all positions, is plain repetition.
- The output is normalized to 0..1 per image; the loss normalizes it again.
- The learning rate is 1e-5. The text says 1e-6, but the code that made the published figures
  says 1e-5.

What differs from their code:
- Images are resized with pixel centres aligned, so that maps and fixations stay in place. The
  authors align corners when enlarging.
- The padding of a map is cut off before it is resized. The authors resize first.
- The encoder of the paper was trained on ImageNet and Places2. The recipe starts from ImageNet,
  whose weights keras.applications has; `backbone_weights` "vgg16_hybrid" takes the paper's.
"""

import keras
from keras import layers

from salzoo.layers import ASPP, LegacyBilinear, MinMaxNormalization
from salzoo.models.backbones.pretrained import load_backbone_weights
from salzoo.models.backbones.vgg16 import VGG16, vgg16
from salzoo.models.preprocessing import subtract_means
from salzoo.models.record import ModelRecord, Option, Recipe
from salzoo.utils.task import Task


def build(
    aspp: bool = True,
    multi_level: bool = True,
    backbone_weights: str | None = None,
    input_shape: tuple[int | None, int | None, int] = (None, None, 3),
) -> keras.Model:
    """Build MSI-Net.

    Args:
        aspp: False replaces the five branches of the ASPP by one 3x3 convolution.
        multi_level: False leaves out pools 3 and 4.
        backbone_weights: None, "imagenet", "vgg16_hybrid" or the path of a file, see
            `salzoo.models.backbones.pretrained.load_backbone_weights`.
        input_shape: (rows, columns, 3), rows and columns None or a multiple of 8.

    Returns:
        Model from images, float32 RGB 0..255, (batch, rows, columns, 3), to saliency maps,
        float32 0..1, (batch, rows, columns, 1).

    Raises:
        InputError: The weights file is not usable.
    """
    images = keras.Input(input_shape, name="image")
    # RGB minus the means of blue, green, red, as in the authors' code.
    levels = vgg16(subtract_means(images), dilated=True)
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
    load_backbone_weights(model, VGG16, backbone_weights)
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
        "aspp": Option(
            "False: one 3x3 convolution to 1,280 maps in place of the ASPP branches (Table 6)",
            default=True,
        ),
        "multi_level": Option("False: the ASPP gets pool 5 only (Table A.8)", default=True),
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
        # Not of the paper: from random weights in a few minutes, with a smaller input, larger
        # batches and a higher learning rate.
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
