"""SAM: an LSTM-based saliency attentive model, on VGG-16 and on ResNet-50.

Cornia, Baraldi, Serra and Cucchiara, Predicting human eye fixations via an
LSTM-based saliency attentive model, IEEE Transactions on Image Processing 27
(2018).

A dilated network gives features at an eighth of the input, a ConvLSTM with
attention refines them in four steps, two convolutions see them together with
learned Gaussian maps of the centre bias, and a last one makes the saliency map,
which is enlarged to twice the input.

The rows of its tables are options (sam_vgg and sam_resnet alike):

| table, row | options |
| --- | --- |
| II, plain CNN | dilated=False, convlstm=False, priors=None |
| II, DCN | convlstm=False, priors=None |
| II, DCN + attentive ConvLSTM | priors=None |
| II, DCN + learned priors | convlstm=False |
| II, DCN + attentive ConvLSTM + learned priors | |
| III, prior of ML-Net | priors="mlnet" |
| III, learned priors | |
| IV, T = 1 to 4 | timesteps=T, with the weights of one training with timesteps=4 |

A ConvLSTM without attention (attention=False) is in no table.

What follows the authors' code rather than their text:
- The details of `AttentiveConvLSTM2D` and `LearnedGaussianPrior`.
- Poolings 3 and 4 of VGG-16 are padded at the top and left, and the enlargement
  has Theano's form: both move the map by a few pixels, and released weights
  have learned it.
- The map is twice as large as the input and is compared at that size.
- Training ends when three epochs have not lowered the validation loss, after 20
  at the latest. The learning rate is the text's; the code's is 1e-4.
What is ours:
- Where the size is no multiple of 8, features round up and the map is cut at the
  bottom and right. CAT2000's 180x320 gives 360x640.
- The last convolution starts from positive weights of Glorot's range: with signed
  ones its ReLU is silent on all images, and stays so, in half of all starts.
- The batch normalisations of ResNet-50 learn scale and shift and take their
  statistics from each batch, as in the original; the moving ones follow faster
  (momentum 0.9, not 0.99), so that short trainings reach them too. Batches of
  one or two images make them noisy: keep to 4 or more.
- Where a file holds only the first of VGG-16's trained convolutions, the random ones behind
  them start at half their range: their features are then as large as trained ones, a few
  units. At full range they are hundreds, which saturate the ConvLSTM: it learns no more
  than a mean map.
- The prior of ML-Net has 3x4 values, a tenth of the 30x40 map that 240x320 gives,
  at every size.

Training starts on SALICON from ImageNet weights; MIT1003 and CAT2000 go on from
there: `salzoo train sam_vgg --dataset cat2000 --init_from RUN`.
"""

import keras
from keras import layers
from keras.initializers import RandomUniform

from salzoo.layers import (
    AttentiveConvLSTM2D,
    BlueGreenRed,
    CropLike,
    LearnedGaussianPrior,
    LegacyBilinear,
    MultiplicativePrior,
)
from salzoo.models.backbones import load_backbone_weights, resnet50, vgg16
from salzoo.models.inspection import attention_and_steps
from salzoo.models.record import ModelRecord, Recipe, check_choice
from salzoo.utils.errors import InputError
from salzoo.utils.task import Task

BLUE_GREEN_RED_MEANS = (103.939, 116.779, 123.68)
FILTERS = 512


def build_vgg(
    timesteps=4,
    attention=True,
    convlstm=True,
    priors="gaussian",
    dilated=True,
    backbone_weights=None,
    input_shape=(None, None, 3),
):
    """Build SAM-VGG.

    Args:
        timesteps: int, 1 to 4, step of the ConvLSTM that feeds the rest.
        attention: bool, False: the ConvLSTM sees all positions alike.
        convlstm: bool, False leaves the ConvLSTM out.
        priors: "gaussian", "mlnet" (one small map that multiplies the output) or
            None.
        dilated: bool, False keeps all strides of the backbone, so that features
            have a 32nd of the input's size.
        backbone_weights: None, "imagenet" or a file's path, see
            `salzoo.models.backbones.load_backbone_weights`.
        input_shape: (rows, columns, 3), None for any number.

    Returns:
        keras.Model. Input: images, float32 RGB 0..255, (batch, rows, columns,
        3). Output: saliency maps, float32, not negative, of any scale, (batch,
        2 * rows, 2 * columns, 1).

    Raises:
        InputError: an unusable option, input_shape or weights file.
    """
    SAM_VGG.check_input_shape(input_shape)
    images, centred = _inputs(input_shape)
    # A pooling with stride 1 would only blur the features: the dilated form ends before it.
    features = vgg16(centred, dilated, pad_before=(3, 4))[
        "block5_conv3" if dilated else "block5_pool"
    ]
    saliency = _head("sam_vgg", features, images, timesteps, attention, convlstm, priors, dilated)
    model = keras.Model(images, saliency, name="sam_vgg")
    load_backbone_weights(model, "VGG-16", backbone_weights, missing_scale=0.5)
    return model


def build_resnet(
    timesteps=4,
    attention=True,
    convlstm=True,
    priors="gaussian",
    dilated=True,
    backbone_weights=None,
    input_shape=(None, None, 3),
):
    """Build SAM-ResNet; arguments, return value and errors are those of `build_vgg`.

    The dilated form brings the 2,048 feature maps down to 512 by a convolution.
    """
    SAM_RESNET.check_input_shape(input_shape)
    images, centred = _inputs(input_shape)
    features = resnet50(centred, dilated)
    if dilated:
        features = layers.Conv2D(
            FILTERS, 3, padding="same", activation="relu", name="reduce_features"
        )(features)
    saliency = _head(
        "sam_resnet", features, images, timesteps, attention, convlstm, priors, dilated
    )
    model = keras.Model(images, saliency, name="sam_resnet")
    load_backbone_weights(model, "ResNet-50", backbone_weights)
    return model


def _inputs(input_shape):
    images = keras.Input(input_shape, name="image")
    centred = BlueGreenRed(name="blue_green_red")(images)
    means = [-mean for mean in BLUE_GREEN_RED_MEANS]
    return images, layers.Rescaling(1.0, means, name="subtract_means")(centred)


def _head(name, maps, images, timesteps, attention, convlstm, priors, dilated):
    """Turn features into saliency maps of twice the images' size."""
    check_choice(name, "timesteps", timesteps, (1, 2, 3, 4))
    check_choice(name, "priors", priors, ("gaussian", "mlnet", None))
    if not convlstm and (timesteps, attention) != (4, True):
        idle = "timesteps" if timesteps != 4 else "attention"
        raise InputError(f"{name}: {idle} is the ConvLSTM's; leave it or convlstm=False out.")
    if convlstm:
        maps = AttentiveConvLSTM2D(
            FILTERS, timesteps=timesteps, attention=attention, name="attentive_conv_lstm"
        )(maps)
    if priors == "gaussian":
        for number in (1, 2):
            gaussians = LearnedGaussianPrior(16, name=f"prior{number}")(maps)
            maps = layers.Concatenate(name=f"with_prior{number}")([maps, gaussians])
            maps = layers.Conv2D(
                FILTERS,
                5,
                padding="same",
                dilation_rate=4,
                activation="relu",
                name=f"prior{number}_conv",
            )(maps)
    maps = layers.Conv2D(
        1,
        1,
        activation="relu",
        kernel_initializer=RandomUniform(0.0, (6 / (FILTERS + 1)) ** 0.5),
        name="saliency_conv",
    )(maps)
    if priors == "mlnet":
        maps = MultiplicativePrior(name="prior")(maps)
    # Features have an 8th or a 32nd of the input's size.
    factor = 16 if dilated else 64
    maps = LegacyBilinear(factor, (factor - 1) // 2, dtype="float32", name="enlarge")(maps)
    return CropLike(2, dtype="float32", name="saliency")([maps, images])


PAPER = (
    "Cornia et al., Predicting human eye fixations via an LSTM-based saliency attentive "
    "model, IEEE Transactions on Image Processing 27 (2018)"
)
OPTIONS = {
    "timesteps": "1 to 4, the step of the ConvLSTM that feeds the rest (Table IV)",
    "attention": "false: a ConvLSTM that sees all positions alike",
    "convlstm": "false: no ConvLSTM (Table II)",
    "priors": "gaussian, mlnet (one map that multiplies the output, Table III) or null (Table II)",
    "dilated": "false: the backbone keeps its strides (Table II, plain CNN)",
}
RECIPE = Recipe(
    loss="weighted_sum",
    optimizer="rmsprop",
    learning_rate=1e-5,
    schedule="x0.1 every 3 epochs",
    batch_size=10,
    epochs=20,
    patience=3,
    input_size=(240, 320),
)
RECIPES = {
    "cat2000": {"input_size": (180, 320)},
    # Ours: an untrained network and a few minutes ask for a small input and a
    # faster rate.
    "synthetic": {
        "input_size": (48, 64),
        "batch_size": 8,
        "learning_rate": 1e-4,
        "schedule": "constant",
        "epochs": 2,
        "flip": True,
        "backbone_weights": "none",
    },
}
SHARED = {
    "paper": PAPER,
    "task": Task.FIXATIONS,
    "options": OPTIONS,
    "fit_mode": "pad",
    # Black before the mean is taken off, as in the authors' code.
    "padding_value": 0.0,
    "size_multiple": 1,
    "target_scale": 2.0,
    "blur": 7.0,
    "recipes": RECIPES,
    "inspect": attention_and_steps,
}

SAM_VGG = ModelRecord(
    name="sam_vgg",
    title="SAM-VGG",
    build=build_vgg,
    parameters=51_835_841,
    recipe=RECIPE,
    **SHARED,
)

SAM_RESNET = ModelRecord(
    name="sam_resnet",
    title="SAM-ResNet",
    build=build_resnet,
    # 53,120 of them are moving statistics.
    parameters=70_146_561,
    recipe=RECIPE.override(schedule="x0.1 every 2 epochs"),
    **SHARED,
)
