"""ASNet, salient object detection driven by fixation prediction.

Wang, Shen, Dong and Borji, CVPR 2018.

The last features of VGG-16 give a fixation map of 14x14. It is an input of the deepest of five
ConvLSTMs, which segment the salient object. Every level refines the map of the one below it
with features of twice the resolution, up to the image's own size.

What follows the authors' code where their text says nothing:
- Maps are enlarged by repetition.
- The forget gates of the ConvLSTMs start at a bias of 1.

What is not as printed in the paper:
- The loss of the fixation map is `salzoo.losses.MeanKLD`: Eq. 1, with the prediction scaled to
  the sum of the ground truth. As printed, a map of 1 everywhere would score better than the
  ground truth itself.

What is not in the paper:
- Images are rotated by up to 15 degrees. The paper gives no angle.
- Training stops when three epochs in a row did not lower the validation loss. The paper gives
  no number.
- Without ConvLSTMs, one 3x3 convolution with ReLU takes the place of each, with the same inputs
  and the same number of maps (Table 5: "5 convolution layers, which have 3x3 kernels and
  inputs/outputs with original dimensions").
- Before a convolution with a sigmoid, the features of VGG-16 are divided by 100, and the kernel
  starts a hundred times smaller than Glorot's. The features have the scale of grey levels or
  more. Without the division all sigmoids are saturated from the start or after a few steps of
  Adam, and stay so. The network can represent the same functions as without.

`variant="release"` is the network that the authors published later (TPAMI 2019), so that its
weights fit: a ConvLSTM of 512 maps and SAM's learned priors before the fixation map, a side
output for the object, batch normalization and the gates of Keras 2. It subtracts ImageNet's
means from RGB images in the order blue, green, red, and reverses the channels afterwards. The
weights are `asnet:release`; `salzoo.models.importers.asnet_keras2` reads them.

Options for Table 5 of the paper:
- "w/o fixation": fixation=False, trained without the images that have fixations only.
- "w/o convLSTM": convlstm=False.
- "conv5-output" to "conv2-output": output_level=5 to 2.
- The rows of the loss are weights of `salzoo.losses.SalientObject`.
"""

import keras
from keras import KerasTensor, layers
from keras.initializers import VarianceScaling

from salzoo.layers import LearnedGaussianPrior, StillConvLSTM2D
from salzoo.models.backbones.pretrained import load_backbone_weights
from salzoo.models.backbones.vgg16 import VGG16, vgg16
from salzoo.models.preprocessing import imagenet_bgr, reverse_channels, subtract_means
from salzoo.models.record import ModelRecord, Option, Recipe
from salzoo.utils.errors import InputError
from salzoo.utils.task import Task

# Variance of a kernel before a sigmoid, relative to Glorot's.
SMALL = 1e-4
LEVELS = {
    5: "block5_conv3",
    4: "block4_conv3",
    3: "block3_conv3",
    2: "block2_conv2",
    1: "block1_conv2",
}


def build(
    fixation: bool = True,
    convlstm: bool = True,
    output_level: int = 1,
    fixation_size: int = 14,
    variant: str = "paper",
    backbone_weights: str | None = None,
    input_shape: tuple[int | None, int | None, int] = (None, None, 3),
) -> keras.Model:
    """Build ASNet.

    Args:
        fixation: False leaves out the fixation map, also as an input of the deepest level.
        convlstm: False replaces each ConvLSTM by a convolution.
        output_level: 1 to 5, level of the finest map of the object; 5 is 14x14.
        fixation_size: Rows of the fixation map of a 224x224 image: 14, or 28 for a map that is
            refined once more with conv4-3.
        variant: "paper", or "release" for the network of the published weights, which has
            none of the other options.
        backbone_weights: None, "imagenet" or the path of a file, see
            `salzoo.models.backbones.pretrained.load_backbone_weights`.
        input_shape: (rows, columns, 3), rows and columns None or a multiple of 16.

    Returns:
        Model from images, float32 RGB 0..255, (batch, rows, columns, 3), to a dict of maps,
        float32 0..1: "fixation" (batch, rows / 16, columns / 16, 1), or of an eighth;
        "object_5" (of a sixteenth) to "object_1" (of the input's size); of the release also
        "side" (of a sixteenth), a map of the object from conv5-3 alone.

    Raises:
        InputError: The options exclude each other, or the weights file is not usable.
    """
    changed = (fixation, convlstm, output_level, fixation_size) != (True, True, 1, 14)
    if variant == "release" and changed:
        raise InputError("asnet: variant='release' takes no other option; leave them out.")
    if fixation_size == 28 and not fixation:
        raise InputError("asnet: fixation_size=28 needs fixation=True.")
    images = keras.Input(input_shape, name="image")
    if variant == "release":
        outputs = _release(images)
    else:
        outputs = _paper(images, fixation, convlstm, output_level, fixation_size)
    model = keras.Model(images, outputs, name="asnet")
    load_backbone_weights(model, VGG16, backbone_weights)
    return model


def _paper(
    images: KerasTensor, fixation: bool, convlstm: bool, output_level: int, fixation_size: int
) -> dict[str, KerasTensor]:
    """Build the network of the paper: outputs by name."""
    blocks = vgg16(imagenet_bgr(images))
    features = {
        level: layers.Rescaling(0.01, name=f"features_{level}")(blocks[name])
        for level, name in LEVELS.items()
        if level >= output_level or (level == 4 and fixation_size == 28)
    }
    compressed = {
        level: _convolution(64, 1, "sigmoid", f"compress_{level}", SMALL)(maps)
        for level, maps in features.items()
    }

    def refine(name: str, *maps: KerasTensor) -> KerasTensor:
        joined = layers.Concatenate(name=f"{name}_join")(maps) if len(maps) > 1 else maps[0]
        if convlstm:
            return StillConvLSTM2D(64, name=f"{name}_convlstm")(joined)
        return _convolution(64, 3, "relu", f"{name}_convolution")(joined)

    outputs: dict[str, KerasTensor] = {}
    # Map of the level below, enlarged; nothing for the deepest level without fixations.
    coarser: list[KerasTensor] = []
    if fixation:
        prior = _convolution(1, 3, "sigmoid", "prior", SMALL)(features[5])
        coarser = [prior]
        if fixation_size == 28:
            state = refine("fixation", compressed[4], _twice(prior, "prior_enlarge"))
            prior = _convolution(1, 1, "sigmoid", "fixation_map")(state)
        outputs["fixation"] = _float32(prior, "fixation")
    for level in range(5, output_level - 1, -1):
        state = refine(f"level_{level}", compressed[level], *coarser)
        found = _convolution(1, 1, "sigmoid", f"map_{level}")(state)
        outputs[f"object_{level}"] = _float32(found, f"object_{level}")
        if level > output_level:
            coarser = [_twice(found, f"enlarge_{level}")]
    return outputs


def _release(images: KerasTensor) -> dict[str, KerasTensor]:
    """Build the network of the authors' release: outputs by name."""
    # RGB minus the means of blue, green, red, then BGR, as in the authors' code.
    features = vgg16(reverse_channels(subtract_means(images)))
    deepest = features[LEVELS[5]]
    gate = "keras2_hard_sigmoid"
    state = StillConvLSTM2D(512, gate=gate, name="fixation_convlstm")(deepest)
    priors = LearnedGaussianPrior(16, name="priors")(state)
    state = layers.Concatenate(name="fixation_join")([state, priors])
    state = _convolution(64, 3, "relu", "fixation_convolution")(state)
    prior = _convolution(1, 1, "sigmoid", "fixation_map")(state)
    compressed = _convolution(64, 3, "relu", "compress_5")(deepest)
    side = _convolution(1, 1, "sigmoid", "side_map")(compressed)
    outputs = {"fixation": _float32(prior, "fixation"), "side": _float32(side, "side")}
    coarser = prior
    for level in range(5, 0, -1):
        filters = 32 if level == 1 else 64
        if level < 5:
            compressed = _convolution(filters, 1, None, f"compress_{level}")(
                features[LEVELS[level]]
            )
            compressed = layers.BatchNormalization(name=f"compress_{level}_bn")(compressed)
            compressed = layers.Activation("sigmoid", name=f"compress_{level}_sigmoid")(compressed)
            coarser = _twice(coarser, f"enlarge_{level + 1}")
        joined = layers.Concatenate(name=f"level_{level}_join")([compressed, coarser])
        state = StillConvLSTM2D(filters, gate=gate, name=f"level_{level}_convlstm")(joined)
        coarser = _convolution(1, 1, "sigmoid", f"map_{level}")(state)
        outputs[f"object_{level}"] = _float32(coarser, f"object_{level}")
    return outputs


def _convolution(
    filters: int, side: int, activation: str | None, name: str, scale: float = 1.0
) -> layers.Conv2D:
    return layers.Conv2D(
        filters,
        side,
        padding="same",
        activation=activation,
        kernel_initializer=VarianceScaling(scale, "fan_avg", "uniform"),  # 1: Glorot's
        name=name,
    )


def _twice(maps: KerasTensor, name: str) -> KerasTensor:
    # Repetition: Keras' bilinear interpolation fails on export where sizes are unknown.
    return layers.UpSampling2D(2, interpolation="nearest", name=name)(maps)


def _float32(maps: KerasTensor, name: str) -> KerasTensor:
    return layers.Activation("linear", dtype="float32", name=name)(maps)


ASNET = ModelRecord(
    name="asnet",
    title="ASNet",
    paper="Wang et al., Salient object detection driven by fixation prediction, CVPR 2018",
    task=Task.FIXATIONS | Task.OBJECTS,
    build=build,
    parameters=16_301_510,
    options={
        "fixation": Option("False: without the fixation map (Table 5)", default=True),
        "convlstm": Option(
            "False: a 3x3 convolution in place of each ConvLSTM (Table 5)", default=True
        ),
        "output_level": Option(
            "1 to 5: level of the finest map of the object (Table 5: 2 to 5)",
            default=1,
            choices=(1, 2, 3, 4, 5),
        ),
        "fixation_size": Option(
            "28: the fixation map refined once more (Tables 2 and 3)", default=14, choices=(14, 28)
        ),
        "variant": Option(
            "release: the authors' later network, for their weights",
            default="paper",
            choices=("paper", "release"),
        ),
    },
    fit_mode="stretch",
    padding_value=0.0,
    size_multiple=16,
    blur=0.0,
    recipe=Recipe(
        loss="salient_object",
        optimizer="adam",
        learning_rate=1e-4,
        schedule="x0.1 every 2 epochs",
        batch_size=10,
        epochs=12,
        patience=3,
        input_size=(224, 224),
        flip=True,
        rotate=15.0,
    ),
    recipes={
        # Not of the paper: from random weights in a few minutes.
        "synthetic": {
            "input_size": (96, 96),
            "batch_size": 8,
            "epochs": 2,
            "backbone_weights": "none",
        },
    },
)
