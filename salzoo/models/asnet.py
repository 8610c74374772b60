"""ASNet: salient object detection driven by fixation prediction.

Wang, Shen, Dong and Borji, CVPR 2018.

VGG-16's last features give a fixation map of 14x14. It tells the deepest of
five ConvLSTMs where to look for the object; each level refines the map of the
one below it with features of twice its resolution, up to the image's own size.

What follows the authors' code where their text is silent: maps are enlarged by
repetition, the ConvLSTMs' forget gates start at a bias of 1.
What is ours: images are turned by up to 15 degrees (the paper names no angle); a
training ends when three epochs in a row were no better (the paper names no number);
without ConvLSTMs each is one 3x3 convolution with ReLU from the same inputs to the
same number of maps (Table 5: "5 convolution layers, which have 3x3 kernels and
inputs/outputs with original dimensions"). Before a
convolution with a sigmoid VGG-16's features are divided by 100, and its kernel starts
a hundred times smaller than Glorot's: the features have the scale of grey levels or
more, at which the start or a few steps of Adam saturate every sigmoid for good. The
network can compute the same as without.

`variant="release"` is the network that the authors published later (TPAMI
2019), so that its weights fit: a ConvLSTM of 512 maps and SAM's learned priors
before the fixation map, a side output for the object, batch normalisation, the
gates of Keras 2, and ImageNet's BGR means subtracted from RGB in that order
before the channels are reversed.

Table 5 of the paper as options: "w/o fixation" fixation=False (trained without
the images that have fixations only), "w/o convLSTM" convlstm=False,
"conv5-output" to "conv2-output" output_level=5 to 2; the rows of the loss are
weights of `salzoo.losses.SalientObject`.
"""

import keras
from keras import layers
from keras.initializers import VarianceScaling

from salzoo.layers import BlueGreenRed, LearnedGaussianPrior, StillConvLSTM2D
from salzoo.models.backbones import load_backbone_weights, vgg16
from salzoo.models.record import ModelRecord, Recipe, check_choice
from salzoo.utils.errors import InputError
from salzoo.utils.task import Task

# Of ImageNet, in the order blue, green, red.
CHANNEL_MEANS = (103.939, 116.779, 123.68)
# Variance of a kernel before a sigmoid, as a share of Glorot's.
SMALL = 1e-4
LEVELS = {
    5: "block5_conv3",
    4: "block4_conv3",
    3: "block3_conv3",
    2: "block2_conv2",
    1: "block1_conv2",
}


def build(
    fixation=True,
    convlstm=True,
    output_level=1,
    fixation_size=14,
    variant="paper",
    backbone_weights=None,
    input_shape=(None, None, 3),
):
    """Build ASNet.

    Args:
        fixation: bool, False leaves out the fixation map and its place in the
            deepest level.
        convlstm: bool, False puts a convolution in place of each ConvLSTM.
        output_level: 1 to 5, the finest map of the object; 5 is 14x14.
        fixation_size: 14, or 28 for a fixation map refined once more with
            conv4-3 (of an image of 224x224).
        variant: "paper", or "release" for the network of the published weights,
            which has none of the other options.
        backbone_weights: None, "imagenet" or a file's path, see
            `salzoo.models.backbones.load_backbone_weights`.
        input_shape: (rows, columns, 3), each None or a multiple of 16.

    Returns:
        keras.Model. Input: images, float32 RGB 0..255, (batch, rows, columns,
        3). Output: dict of maps, float32 0..1: "fixation" (batch, rows / 16,
        columns / 16, 1), or of an eighth; "object_5" (of a sixteenth) to
        "object_1" (of the input's size); of the release also "side" (of a
        sixteenth), a map of the object from conv5-3 alone.

    Raises:
        InputError: an unusable option, input_shape or weights file.
    """
    ASNET.check_input_shape(input_shape)
    _check_options(fixation, convlstm, output_level, fixation_size, variant)
    images = keras.Input(input_shape, name="image")
    if variant == "release":
        outputs = _release(images)
    else:
        outputs = _paper(images, fixation, convlstm, output_level, fixation_size)
    model = keras.Model(images, outputs, name="asnet")
    load_backbone_weights(model, "VGG-16", backbone_weights)
    return model


def _paper(images, fixation, convlstm, output_level, fixation_size):
    maps = BlueGreenRed(name="blue_green_red")(images)
    maps = layers.Rescaling(1.0, [-mean for mean in CHANNEL_MEANS], name="subtract_means")(maps)
    features = vgg16(maps)
    features = {
        level: layers.Rescaling(0.01, name=f"features_{level}")(features[name])
        for level, name in LEVELS.items()
        if level >= output_level or (level == 4 and fixation_size == 28)
    }
    compressed = {
        level: _convolution(64, 1, "sigmoid", f"compress_{level}", SMALL)(maps)
        for level, maps in features.items()
    }

    def refine(name, *maps):
        joined = layers.Concatenate(name=f"{name}_join")(maps) if len(maps) > 1 else maps[0]
        if convlstm:
            return StillConvLSTM2D(64, name=f"{name}_convlstm")(joined)
        return _convolution(64, 3, "relu", f"{name}_convolution")(joined)

    outputs, coarser = {}, ()
    if fixation:
        prior = _convolution(1, 3, "sigmoid", "prior", SMALL)(features[5])
        coarser = (prior,)
        if fixation_size == 28:
            state = refine("fixation", compressed[4], _twice(prior, "prior_enlarge"))
            prior = _convolution(1, 1, "sigmoid", "fixation_map")(state)
        outputs["fixation"] = _float32(prior, "fixation")
    for level in range(5, output_level - 1, -1):
        state = refine(f"level_{level}", compressed[level], *coarser)
        found = _convolution(1, 1, "sigmoid", f"map_{level}")(state)
        outputs[f"object_{level}"] = _float32(found, f"object_{level}")
        if level > output_level:
            coarser = (_twice(found, f"enlarge_{level}"),)
    return outputs


def _release(images):
    maps = layers.Rescaling(1.0, [-mean for mean in CHANNEL_MEANS], name="subtract_means")(images)
    maps = BlueGreenRed(name="blue_green_red")(maps)
    features = vgg16(maps)
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


def _convolution(filters, side, activation, name, scale=1.0):
    return layers.Conv2D(
        filters,
        side,
        padding="same",
        activation=activation,
        kernel_initializer=VarianceScaling(scale, "fan_avg", "uniform"),  # 1: Glorot's
        name=name,
    )


def _twice(maps, name):
    # Repetition; keras's bilinear form fails on export where sizes are unknown.
    return layers.UpSampling2D(2, interpolation="nearest", name=name)(maps)


def _float32(maps, name):
    return layers.Activation("linear", dtype="float32", name=name)(maps)


def _check_options(fixation, convlstm, output_level, fixation_size, variant):
    check_choice("asnet", "output_level", output_level, (1, 2, 3, 4, 5))
    check_choice("asnet", "fixation_size", fixation_size, (14, 28))
    check_choice("asnet", "variant", variant, ("paper", "release"))
    changed = (fixation, convlstm, output_level, fixation_size) != (True, True, 1, 14)
    if variant == "release" and changed:
        raise InputError("asnet: variant='release' takes no other option; leave them out.")
    if fixation_size == 28 and not fixation:
        raise InputError("asnet: fixation_size=28 needs fixation=True.")


ASNET = ModelRecord(
    name="asnet",
    title="ASNet",
    paper="Wang et al., Salient object detection driven by fixation prediction, CVPR 2018",
    task=Task.FIXATIONS | Task.OBJECTS,
    build=build,
    parameters=16_301_510,
    options={
        "fixation": "False: without the fixation map (Table 5)",
        "convlstm": "False: a 3x3 convolution in place of each ConvLSTM (Table 5)",
        "output_level": "1 to 5: the finest map of the object (Table 5: 2 to 5)",
        "fixation_size": "28: the fixation map refined once more (Tables 2 and 3)",
        "variant": "release: the authors' later network, for their weights",
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
        # Ours: an untrained network and a few minutes.
        "synthetic": {
            "input_size": (96, 96),
            "batch_size": 8,
            "epochs": 2,
            "backbone_weights": "none",
        },
    },
)
