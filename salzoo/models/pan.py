"""The shallow and the deep ConvNet for saliency prediction.

Pan, Sayrol, Giro-i-Nieto, McGuinness and O'Connor, Shallow and deep convolutional networks for
saliency prediction, CVPR 2016.

`shallow_convnet` is trained from scratch: three convolutions and two dense layers with a maxout
between them predict a map of 48x48 from an image of 96x96. `deep_convnet` takes images of any
size: nine convolutions, the first three of which can start from VGG_CNN_M, and a deconvolution
that undoes the two poolings.

What follows the authors' code rather than their text:
- Figure 2 shows windows of 3x3 for the shallow net's second and third pooling. Its sizes (46,
  22, 10) and its 64.4 million parameters need 2x2.
- The deep net's images are BGR minus (100, 110, 118), times 1/127.5. Its output is 0 at the
  mean of all maps, grey level 31 of 255, and grows by 2/255 per grey level. This scaling is a
  layer here, so that both nets predict, and are trained on, 0..1.

What differs from their code:
- Caffe's poolings drop the last row or column of odd maps, so that the deconvolution's map is
  smaller than the image. Here the last window extends over the border and the map is cropped
  to the image.
- The limit of the norm constraint on the layer before the maxout is not published. 1.9365 is
  the limit of the maxout networks that it was taken from.
- The weight of the L2 penalty is not published either. 5e-4 is Caffe's usual value, beside a
  loss that is summed over the pixels. The shallow net's loss is their mean, which 5e-4 would
  outweigh; its default is 5e-4 divided by the map's 2,304 pixels, 2e-7. Caffe halves the
  penalty and Keras does not, so the regularizer gets half of the weight.
- The deep net's momentum is not published. 0.9 is Caffe's usual value.
- The authors' demonstration maps 0 to grey level 127 and a step of 1 to 128 levels, and ends at
  level 255: zero_level=127, for their released weights. With a mean of 31, as the paper
  subtracts, a few steps of training suffice. With 127 the network has to learn the difference
  through a deconvolution with random signs.
- The deep net is trained on a canvas of 240x320, as in the paper, and predicts as their code
  does: the image shrinks into 320x320, keeping its aspect, without padding.
- In the paper the deep net's learning rate halves every 100 of 24,000 iterations, so that it is
  practically 0 after 1,000. That is the schedule "printed". The recipe's own schedule halves it
  every 2,400, eleven times in its 27,000 iterations (six passes over SALICON's 9,000 images).

The deep net's released weights are `deep_convnet:salicon`; `salzoo.models.importers.pan_caffe`
reads them. Those of the shallow net are published as a pickle, which is never opened here:
`experiments/shallow_arrays.py` writes its arrays to an .npz where it can be trusted. That file is
`shallow_convnet:salicon`, or `shallow_convnet:salicon_64` if its third convolution has 64 maps, as
in the authors' code of the training. `salzoo.models.importers.pan_lasagne` reads it.
"""

from typing import Any

import keras
from keras import KerasTensor, layers
from keras.constraints import MaxNorm
from keras.initializers import Constant, RandomNormal

from salzoo.layers import (
    CeilMaxPooling2D,
    CropLike,
    LocalResponseNormalization,
    Maxout,
    PositiveAtInference,
)
from salzoo.models.backbones.pretrained import Backbone, load_backbone_weights
from salzoo.models.inspection import first_filters
from salzoo.models.preprocessing import deep_convnet_bgr, scale_to_one
from salzoo.models.record import ModelRecord, Option, Recipe
from salzoo.utils.task import Task

SHALLOW_SIZE = (96, 96)
MAX_NORM = 1.9365
VGG_CNN_M = Backbone("VGG_CNN_M", ("conv1", "conv2", "conv3"))
# Of the deep net: filters and side of the kernel of each convolution except the linear one.
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
# {grey level of the deep net's output 0: grey levels of a step of 1}: the mean of all maps that
# it is trained on (section 4.2), and the authors' demonstration.
GREY_LEVELS = {31: 127.5, 127: 128.0}


def build_shallow(
    conv3_filters: int = 128,
    dropout: float = 0.0,
    weight_decay: float = 2e-7,
    output: str = "linear",
    backbone_weights: str | None = None,
    input_shape: tuple[int | None, int | None, int] = (*SHALLOW_SIZE, 3),
) -> keras.Model:
    """Build the shallow ConvNet.

    Args:
        conv3_filters: Filters of the third convolution (iSUN: 64).
        dropout: Share of the first dense layer's units that are dropped in training, 0 to
            below 1.
        weight_decay: Weight of half the squared kernels in the loss, at least 0.
        output: "linear", or "sigmoid" for the loss "sigmoid_cross_entropy".
        backbone_weights: Must be None: the net has no backbone.
        input_shape: (96, 96, 3); None stands for 96.

    Returns:
        Model from images, float32 RGB 0..255, (batch, 96, 96, 3), to saliency maps, float32,
        (batch, 48, 48, 1), about 0..1 (with a sigmoid exactly).

    Raises:
        InputError: `backbone_weights` is not None.
    """
    SHALLOW_CONVNET.check_no_backbone(backbone_weights)
    start = {
        "kernel_initializer": RandomNormal(stddev=0.01),
        "bias_initializer": Constant(0.1),
        "kernel_regularizer": keras.regularizers.L2(weight_decay / 2),
    }
    images = keras.Input((*SHALLOW_SIZE, 3), name="image")
    maps = scale_to_one(images)
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


def build_deep(
    weight_decay: float = 5e-4,
    zero_level: int = 31,
    backbone_weights: str | None = None,
    input_shape: tuple[int | None, int | None, int] = (None, None, 3),
) -> keras.Model:
    """Build the deep ConvNet.

    Args:
        weight_decay: Weight of half the squared kernels in the loss, at least 0.
        zero_level: Grey level that an output of 0 stands for: 31, or 127 for the weights that
            the authors released.
        backbone_weights: None, or the path of a file with VGG_CNN_M's first three convolutions
            as conv1, conv2 and conv3, see
            `salzoo.models.backbones.pretrained.load_backbone_weights`.
        input_shape: (rows, columns, 3), rows and columns None for any number.

    Returns:
        Model from images, float32 RGB 0..255, (batch, rows, columns, 3), to saliency maps,
        float32, about 0..1, (batch, rows, columns, 1).

    Raises:
        InputError: The weights file is not usable.
    """
    start = {
        "kernel_initializer": "he_normal",
        "kernel_regularizer": keras.regularizers.L2(weight_decay / 2),
    }
    images = keras.Input(input_shape, name="image")
    maps = _deep_features(deep_convnet_bgr(images), start)
    maps = layers.Conv2D(1, 13, padding="same", name="conv9", **start)(maps)
    maps = layers.Conv2DTranspose(
        1, 8, strides=4, padding="same", use_bias=False, name="deconvolution", **start
    )(maps)
    maps = CropLike(name="crop")([maps, images])
    step = GREY_LEVELS[zero_level]
    maps = layers.Rescaling(step / 255, zero_level / 255, dtype="float32", name="grey_levels")(maps)
    # The authors' demonstration stores grey levels, which end at 255.
    highest = 1.0 if zero_level == 127 else None
    saliency = PositiveAtInference(highest, dtype="float32", name="saliency")(maps)
    model = keras.Model(images, saliency, name="deep_convnet")
    load_backbone_weights(model, VGG_CNN_M, backbone_weights)
    return model


def _deep_features(maps: KerasTensor, start: dict[str, Any]) -> KerasTensor:
    """Apply the convolutions with ReLU, the first two with pooling."""
    for number, (filters, side) in enumerate(DEEP_CONVOLUTIONS, start=1):
        maps = layers.Conv2D(
            filters, side, padding="same", activation="relu", name=f"conv{number}", **start
        )(maps)
        if number == 1:
            maps = LocalResponseNormalization(name="norm1")(maps)
        if number <= 2:
            maps = CeilMaxPooling2D(name=f"pool{number}")(maps)
    return maps


PAPER = "Pan et al., Shallow and deep convolutional networks for saliency prediction, CVPR 2016"
WEIGHT_DECAY = "weight of half the squared kernels in the loss"

# For small datasets. The published learning rates are for tens of thousands of steps, the deep
# net's also for a loss summed over 240x320 pixels: a few hundred steps would change nearly
# nothing. Adam does not depend on the scale of the loss. The deep net's loss stays the sum,
# whose gradient outweighs that of the L2 penalty.
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
        "conv3_filters": Option(
            "filters of the third convolution: 128 (SALICON) or 64 (iSUN)",
            default=128,
            minimum=1,
            below=1025,
        ),
        "dropout": Option(
            "share of the first dense layer's units that are dropped in training (section 3.1)",
            default=0.0,
            below=1,
        ),
        "weight_decay": Option(WEIGHT_DECAY, default=2e-7, below=1),
        "output": Option(
            "linear, or sigmoid for the sigmoid cross-entropy (section 3.2)",
            default="linear",
            choices=("linear", "sigmoid"),
        ),
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
        # Not of the paper: for a few hundred images, on which a thousand of the paper's 60,000
        # steps only reach the mean map. Gradients of a mean over pixels are smaller than Adam's
        # default epsilon.
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
    options={
        "weight_decay": Option(WEIGHT_DECAY, default=5e-4, below=1),
        "zero_level": Option(
            "grey level of an output of 0: 31, or 127 for the authors' released weights",
            default=31,
            choices=tuple(GREY_LEVELS),
        ),
    },
    fit_mode="pad",
    predict_fit_mode="within",
    # Grey level of the means that the network subtracts.
    padding_value=109.0,
    size_multiple=1,
    # The authors blur with a 5x5 Gaussian; OpenCV's sigma for this size is 1.1.
    blur=1.1,
    schedules={"printed": "x0.5 every 100 steps"},
    recipe=Recipe(
        loss="l2_sum",
        optimizer="sgd",
        optimizer_options={"momentum": 0.9},
        learning_rate=1.3e-7,
        schedule="x0.5 every 2400 steps",
        batch_size=2,
        # The smallest number of epochs with 24,000 steps: batches of 2, 9,000 images of SALICON.
        epochs=6,
        input_size=(240, 320),
        validate_every=100,
        backbone_weights="none",
    ),
    recipes={
        # Not of the paper: a few minutes, a few hundred images.
        "osie": {**FEW_STEPS, "epochs": 20},
        "synthetic": {**FEW_STEPS, "input_size": (96, 128), "epochs": 4, "batch_size": 8},
    },
)
