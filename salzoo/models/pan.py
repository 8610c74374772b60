"""The shallow and the deep ConvNet for saliency prediction.

Pan, Sayrol, Giro-i-Nieto, McGuinness and O'Connor, Shallow and deep
convolutional networks for saliency prediction, CVPR 2016.

`shallow_convnet` learns from scratch: three convolutions, two dense layers with
a maxout between them, a map of 48x48 from an image of 96x96. `deep_convnet`
goes over images of any size: nine convolutions, the first three of which can
start from VGG_CNN_M, and a deconvolution that undoes the two poolings.

What follows the authors' code rather than their text:
- Figure 2 draws windows of 3x3 for the shallow net's second and third pooling;
  its sizes (46, 22, 10) and its 64.4 million parameters need 2x2.
- The deep net's images are BGR minus (100, 110, 118), times 1/127.5. Its output is
  0 at the mean of all maps, 31 of 255, and grows by 2/255 a grey level. That step is
  a layer here, so that both nets predict, and are trained on, 0..1.
What differs from it:
- Caffe's poolings drop the last row or column of odd maps and the deconvolution
  then falls short of the image; here the last window reaches over the border and
  the map is cut to the image.
- The norm constraint on the layer before the maxout has no published limit; ours
  is 1.9365, that of the maxout networks it was taken from.
- The weight of the L2 penalty is not published either; 5e-4 is Caffe's usual, beside
  a loss summed over the pixels. The shallow net's loss is their mean: 5e-4 would
  drown it, and its default is that over the map's 2,304 pixels, 2e-7.
  Caffe halves the penalty, Keras does not: the regularizer gets half of it.
- The deep net's momentum is not published; 0.9 is Caffe's usual.
- The authors' demonstration reads 0 as the grey level 127. Where maps are 31 on the
  average, as the paper subtracts, few steps suffice to learn from; a network that
  begins at 127 has to learn the difference through a deconvolution of random signs.
- Printed, the deep net's rate halves every 100 of 24,000 iterations, and after
  1,000 of them nothing is learned any more. That is the schedule "printed"; the
  recipe's own halves it every 2,400, eleven times in its 27,000 iterations (six
  whole passes over SALICON's 9,000 images).
"""

import keras
from keras import layers
from keras.constraints import MaxNorm
from keras.initializers import Constant, RandomNormal

from salzoo.layers import (
    BlueGreenRed,
    CeilMaxPooling2D,
    CropLike,
    LocalResponseNormalization,
    Maxout,
    PositiveAtInference,
)
from salzoo.models.backbones import load_backbone_weights
from salzoo.models.inspection import first_filters
from salzoo.models.record import ModelRecord, Recipe, check_choice, check_number
from salzoo.utils.task import Task

SHALLOW_SIZE = (96, 96)
MAX_NORM = 1.9365
# Of the deep net: maps and side of each convolution, the linear one aside.
DEEP_CONVOLUTIONS = (
    (96, 7),
    (256, 5),
    (512, 3),
    (512, 5),
    (512, 5),
    (256, 7),
    (128, 11),
    (32, 11),
)
BLUE_GREEN_RED_MEANS = (100.0, 110.0, 118.0)
MEAN_MAP = 31 / 255


def build_shallow(
    conv3_filters=128,
    dropout=0.0,
    weight_decay=2e-7,
    output="linear",
    backbone_weights=None,
    input_shape=(*SHALLOW_SIZE, 3),
):
    """Build the shallow ConvNet.

    Args:
        conv3_filters: int, maps of the third convolution (iSUN: 64).
        dropout: 0..1, share of the first dense layer's units left out in training.
        weight_decay: weight of half the squared kernels in the loss, at least 0.
        output: "linear", or "sigmoid" for the loss "sigmoid_cross_entropy".
        backbone_weights: None, the net starts from scratch.
        input_shape: (96, 96, 3); None stands for 96.

    Returns:
        keras.Model. Input: images, float32 RGB 0..255, (batch, 96, 96, 3).
        Output: saliency maps, float32, (batch, 48, 48, 1), about 0..1 (a sigmoid's
        exactly so).

    Raises:
        InputError: an unusable option.
    """
    SHALLOW_CONVNET.check_input_shape(input_shape)
    SHALLOW_CONVNET.check_no_backbone(backbone_weights)
    check_number("shallow_convnet", "conv3_filters", conv3_filters, 1, kind=int)
    check_number("shallow_convnet", "dropout", dropout, 0, below=1)
    check_number("shallow_convnet", "weight_decay", weight_decay, 0)
    check_choice("shallow_convnet", "output", output, ("linear", "sigmoid"))
    start = {
        "kernel_initializer": RandomNormal(stddev=0.01),
        "bias_initializer": Constant(0.1),
        "kernel_regularizer": keras.regularizers.L2(weight_decay / 2),
    }
    images = keras.Input((*SHALLOW_SIZE, 3), name="image")
    maps = layers.Rescaling(1 / 255, name="scale")(images)
    for number, (filters, side) in enumerate(((32, 5), (64, 3), (conv3_filters, 3)), start=1):
        maps = layers.Conv2D(filters, side, activation="relu", name=f"conv{number}", **start)(maps)
        maps = layers.MaxPooling2D(2, name=f"pool{number}")(maps)
    units = layers.Flatten(name="flatten")(maps)
    units = layers.Dense(
        4608, activation="relu", kernel_constraint=MaxNorm(MAX_NORM), name="dense1", **start
    )(units)
    if dropout:
        units = layers.Dropout(dropout, name="dropout")(units)
    units = Maxout(2, name="maxout")(units)
    units = layers.Dense(2304, name="dense2", **start)(units)
    maps = layers.Reshape((48, 48, 1), name="map")(units)
    if output == "linear":
        saliency = PositiveAtInference(dtype="float32", name="saliency")(maps)
    else:
        saliency = layers.Activation("sigmoid", dtype="float32", name="saliency")(maps)
    return keras.Model(images, saliency, name="shallow_convnet")


def build_deep(weight_decay=5e-4, backbone_weights=None, input_shape=(None, None, 3)):
    """Build the deep ConvNet.

    Args:
        weight_decay: weight of half the squared kernels in the loss, at least 0.
        backbone_weights: None, or a file with VGG_CNN_M's first three
            convolutions as conv1, conv2 and conv3, see
            `salzoo.models.backbones.load_backbone_weights`.
        input_shape: (rows, columns, 3), None for any number.

    Returns:
        keras.Model. Input: images, float32 RGB 0..255, (batch, rows, columns,
        3). Output: saliency maps, float32, about 0..1, (batch, rows, columns, 1).

    Raises:
        InputError: an unusable option or weights file.
    """
    DEEP_CONVNET.check_input_shape(input_shape)
    check_number("deep_convnet", "weight_decay", weight_decay, 0)
    penalty = keras.regularizers.L2(weight_decay / 2)
    images = keras.Input(input_shape, name="image")
    maps = BlueGreenRed(name="blue_green_red")(images)
    maps = layers.Rescaling(
        1 / 127.5, [-mean / 127.5 for mean in BLUE_GREEN_RED_MEANS], name="scale"
    )(maps)
    for number, (filters, side) in enumerate(DEEP_CONVOLUTIONS, start=1):
        maps = layers.Conv2D(
            filters,
            side,
            padding="same",
            activation="relu",
            kernel_initializer="he_normal",
            kernel_regularizer=penalty,
            name=f"conv{number}",
        )(maps)
        if number == 1:
            maps = LocalResponseNormalization(name="norm1")(maps)
        if number <= 2:
            maps = CeilMaxPooling2D(name=f"pool{number}")(maps)
    maps = layers.Conv2D(
        1,
        13,
        padding="same",
        kernel_initializer="he_normal",
        kernel_regularizer=penalty,
        name="conv9",
    )(maps)
    maps = layers.Conv2DTranspose(
        1,
        8,
        strides=4,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
        kernel_regularizer=penalty,
        name="deconvolution",
    )(maps)
    maps = CropLike(name="crop")([maps, images])
    maps = layers.Rescaling(0.5, MEAN_MAP, dtype="float32", name="grey_levels")(maps)
    saliency = PositiveAtInference(dtype="float32", name="saliency")(maps)
    model = keras.Model(images, saliency, name="deep_convnet")
    load_backbone_weights(model, "VGG_CNN_M", backbone_weights)
    return model


PAPER = "Pan et al., Shallow and deep convolutional networks for saliency prediction, CVPR 2016"
WEIGHT_DECAY_OPTION = "weight of half the squared kernels in the loss"

# The papers' rates are for tens of thousands of steps, the deep net's for sums over 240x320
# pixels: hundreds leave the random start as it was. Adam needs no such scale. The deep net's
# loss stays the sum, beside whose gradient that of its L2 penalty is small.
FEW_STEPS = {
    "optimizer": "adam",
    "optimizer_options": {},
    "learning_rate": 1e-4,
    "schedule": "constant",
}

SHALLOW_CONVNET = ModelRecord(
    name="shallow_convnet",
    title="Shallow ConvNet",
    paper=PAPER,
    task=Task.FIXATIONS,
    build=build_shallow,
    parameters=64_392_512,
    options={
        "conv3_filters": "maps of the third convolution: 128 (SALICON) or 64 (iSUN)",
        "dropout": "share of the first dense layer's units left out in training (section 3.1)",
        "weight_decay": WEIGHT_DECAY_OPTION,
        "output": "linear, or sigmoid for the sigmoid cross-entropy (section 3.2)",
    },
    fit_mode="stretch",
    padding_value=0.0,
    size_multiple=1,
    fixed_size=SHALLOW_SIZE,
    target_scale=0.5,
    blur=2.0,
    inspect=first_filters,
    recipe=Recipe(
        loss="l2",
        optimizer="moving_momentum_sgd",
        optimizer_options={"momentum": 0.9, "final_momentum": 0.999, "nesterov": True},
        learning_rate=0.03,
        schedule="linear to 0.0001",
        batch_size=128,
        epochs=1000,
        input_size=SHALLOW_SIZE,
        flip=True,
        backbone_weights="none",
    ),
    recipes={
        # Ours: a few hundred images, where a thousand of the paper's 60,000 steps end at the
        # mean map. Gradients of a mean over pixels lie below Adam's usual epsilon.
        "osie": {
            **FEW_STEPS,
            "optimizer_options": {"epsilon": 1e-12},
            "batch_size": 16,
            "epochs": 50,
        },
        "synthetic": {"batch_size": 16, "epochs": 10},
    },
)

DEEP_CONVNET = ModelRecord(
    name="deep_convnet",
    title="Deep ConvNet",
    paper=PAPER,
    task=Task.FIXATIONS,
    build=build_deep,
    parameters=25_806_209,
    options={"weight_decay": WEIGHT_DECAY_OPTION},
    fit_mode="pad",
    # Grey of the mean that the network subtracts.
    padding_value=109.0,
    size_multiple=1,
    # OpenCV's sigma of the 5x5 Gaussian that the authors blur with.
    blur=1.1,
    schedules={"printed": "x0.5 every 100 steps"},
    recipe=Recipe(
        loss="l2_sum",
        optimizer="sgd",
        optimizer_options={"momentum": 0.9},
        learning_rate=1.3e-7,
        schedule="x0.5 every 2400 steps",
        batch_size=2,
        # The fewest whole passes of batches of 2 over SALICON's 9,000 that have 24,000 steps.
        epochs=6,
        input_size=(240, 320),
        validate_every=100,
        backbone_weights="none",
    ),
    recipes={
        # Ours: a few minutes, a few hundred images.
        "osie": {**FEW_STEPS, "epochs": 20},
        "synthetic": {**FEW_STEPS, "input_size": (96, 128), "epochs": 4, "batch_size": 8},
    },
)
