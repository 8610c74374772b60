"""SAM, an LSTM-based saliency attentive model, on VGG-16 and on ResNet-50.

Cornia, Baraldi, Serra and Cucchiara, Predicting human eye fixations via an LSTM-based saliency
attentive model, IEEE Transactions on Image Processing 27 (2018).

A dilated backbone gives features at an eighth of the input's size. A ConvLSTM with attention
refines them in four steps. Two convolutions take them together with learned Gaussian maps that
model the centre bias, and a last one makes the saliency map, which is enlarged to twice the
input's size.

The rows of the paper's tables as options of `sam_vgg` and `sam_resnet`:

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
- Poolings 3 and 4 of VGG-16 are padded at the top and left, and the enlargement has Theano's
  form. Both shift the map by a few pixels, and the released weights compensate for it.
- The map is twice as large as the input and is compared with the ground truth at that size.
- Training stops when three epochs did not lower the validation loss. The learning rate is the
  text's; the code's is 1e-4.

What differs from their code:
- A fixation lies on the resized map in the pixel that its scaled place falls into (floor). Their
  code rounds the scaled index, which is half a pixel further right and down on average.
- Images shrink by averaging areas. Their code interpolates between neighbouring pixels.
- The recurrent kernels of the ConvLSTM start orthogonal with a gain of 1, as in Keras 3. Keras 1,
  which their code was written for, has a gain of 1.1.

What is not in the paper:
- Where the input size is no multiple of 8, the size of the features is rounded up and the map
  is cropped at the bottom and right. CAT2000's 180x320 gives 360x640.
- The last convolution starts from positive weights of Glorot's range. With signed weights the
  output of its ReLU is 0 for all images, and stays so, for half of all random seeds.
- The batch normalizations of ResNet-50 train scale and shift and use the statistics of the
  batch, as in the original. The moving statistics have momentum 0.9, not 0.99, so that short
  trainings reach them too. In batches of one or two images the statistics are noisy; use 4 or
  more.
- Where a file holds only the first of VGG-16's trained convolutions, the random kernels of the
  others are halved. Their features are then as large as trained ones, a few units. Otherwise
  they are hundreds, which saturate the ConvLSTM, and training only reaches the mean map.
- The prior of ML-Net has 3x4 values, a tenth of the 30x40 map of a 240x320 image, at all sizes.
  Left out are the penalty on its distance from 1 and the weighted squared error of the ML-Net
  paper: Table III says only whose prior it is, so that the loss is SAM's own.
- Training lasts 20 epochs at most. The paper gives no number, and the code's configuration has
  10; with ten times its learning rate, it needs fewer.

The paper trains on SALICON from ImageNet weights and fine-tunes on MIT1003 and CAT2000:
`salzoo train sam_vgg --dataset cat2000 --init_from RUN`.

The weights that the authors released are `sam_vgg:salicon`, `sam_resnet:salicon` and, trained on
SALICON's release of 2017, `sam_resnet:salicon2017`; `salzoo.models.importers.sam_theano` reads
them.
"""

from collections.abc import Callable
from typing import Any

import keras
from keras import KerasTensor, layers
from keras.initializers import RandomUniform

from salzoo.layers import (
    AttentiveConvLSTM2D,
    CropLike,
    LearnedGaussianPrior,
    LegacyBilinear,
    MultiplicativePrior,
)
from salzoo.models.backbones.pretrained import load_backbone_weights
from salzoo.models.backbones.resnet50 import RESNET50, resnet50
from salzoo.models.backbones.vgg16 import VGG16, vgg16
from salzoo.models.inspection import attention_and_steps
from salzoo.models.preprocessing import imagenet_bgr
from salzoo.models.record import ModelRecord, Option, Recipe
from salzoo.utils.errors import InputError
from salzoo.utils.task import Task

FILTERS = 512


def build_vgg(
    timesteps: int = 4,
    attention: bool = True,
    convlstm: bool = True,
    priors: str | None = "gaussian",
    dilated: bool = True,
    backbone_weights: str | None = None,
    input_shape: tuple[int | None, int | None, int] = (None, None, 3),
) -> keras.Model:
    """Build SAM-VGG.

    Args:
        timesteps: 1 to 4, step of the ConvLSTM whose state is used.
        attention: False: a ConvLSTM without attention.
        convlstm: False: no ConvLSTM.
        priors: "gaussian", "mlnet" (one small map that multiplies the output) or None.
        dilated: False keeps all strides of the backbone, so that features have a 32nd of the
            input's size.
        backbone_weights: None, "imagenet" or the path of a file, see
            `salzoo.models.backbones.pretrained.load_backbone_weights`.
        input_shape: (rows, columns, 3), rows and columns None for any number.

    Returns:
        Model from images, float32 RGB 0..255, (batch, rows, columns, 3), to saliency maps,
        float32, not negative, of any scale, (batch, 2 * rows, 2 * columns, 1).

    Raises:
        InputError: The options exclude each other, or the weights file is not usable.
    """
    images = keras.Input(input_shape, name="image")
    # Pool 5 with stride 1 would only blur the features, so the dilated form ends before it.
    features = vgg16(imagenet_bgr(images), dilated, pad_before=(3, 4))[
        "block5_conv3" if dilated else "block5_pool"
    ]
    saliency = _head("sam_vgg", features, images, timesteps, attention, convlstm, priors, dilated)
    model = keras.Model(images, saliency, name="sam_vgg")
    load_backbone_weights(model, VGG16, backbone_weights, missing_scale=0.5)
    return model


def build_resnet(
    timesteps: int = 4,
    attention: bool = True,
    convlstm: bool = True,
    priors: str | None = "gaussian",
    dilated: bool = True,
    backbone_weights: str | None = None,
    input_shape: tuple[int | None, int | None, int] = (None, None, 3),
) -> keras.Model:
    """Build SAM-ResNet. In the dilated form a convolution reduces 2,048 feature maps to 512.

    Args:
        timesteps: As `build_vgg`.
        attention: As `build_vgg`.
        convlstm: As `build_vgg`.
        priors: As `build_vgg`.
        dilated: As `build_vgg`.
        backbone_weights: As `build_vgg`.
        input_shape: As `build_vgg`.

    Returns:
        As `build_vgg`.

    Raises:
        InputError: As `build_vgg`.
    """
    images = keras.Input(input_shape, name="image")
    features = resnet50(imagenet_bgr(images), dilated)
    if dilated:
        features = layers.Conv2D(
            FILTERS, 3, padding="same", activation="relu", name="reduce_features"
        )(features)
    saliency = _head(
        "sam_resnet", features, images, timesteps, attention, convlstm, priors, dilated
    )
    model = keras.Model(images, saliency, name="sam_resnet")
    load_backbone_weights(model, RESNET50, backbone_weights)
    return model


def _head(
    name: str,
    maps: KerasTensor,
    images: KerasTensor,
    timesteps: int,
    attention: bool,
    convlstm: bool,
    priors: str | None,
    dilated: bool,
) -> KerasTensor:
    """Turn features into saliency maps of twice the size of the images."""
    if not convlstm and (timesteps, attention) != (4, True):
        unused = "timesteps" if timesteps != 4 else "attention"
        raise InputError(f"{name}: {unused} is the ConvLSTM's; leave it or convlstm=False out.")
    if convlstm:
        maps = AttentiveConvLSTM2D(
            FILTERS, timesteps=timesteps, attention=attention, name="attentive_conv_lstm"
        )(maps)
    if priors == "gaussian":
        for number in (1, 2):
            maps = _with_gaussian_priors(maps, number)
    maps = layers.Conv2D(
        1,
        1,
        activation="relu",
        kernel_initializer=RandomUniform(0.0, (6 / (FILTERS + 1)) ** 0.5),
        name="saliency_conv",
    )(maps)
    if priors == "mlnet":
        maps = MultiplicativePrior(name="prior")(maps)
    # Features have an eighth or a 32nd of the input's size.
    factor = 16 if dilated else 64
    maps = LegacyBilinear(factor, (factor - 1) // 2, dtype="float32", name="enlarge")(maps)
    return CropLike(2, dtype="float32", name="saliency")([maps, images])


def _with_gaussian_priors(maps: KerasTensor, number: int) -> KerasTensor:
    """Concatenate learned Gaussian maps with features and apply a convolution."""
    gaussians = LearnedGaussianPrior(16, name=f"prior{number}")(maps)
    maps = layers.Concatenate(name=f"with_prior{number}")([maps, gaussians])
    return layers.Conv2D(
        FILTERS,
        5,
        padding="same",
        dilation_rate=4,
        activation="relu",
        name=f"prior{number}_conv",
    )(maps)


PAPER = (
    "Cornia et al., Predicting human eye fixations via an LSTM-based saliency attentive "
    "model, IEEE Transactions on Image Processing 27 (2018)"
)
OPTIONS = {
    "timesteps": Option(
        "1 to 4, step of the ConvLSTM whose state is used (Table IV)",
        default=4,
        choices=(1, 2, 3, 4),
    ),
    "attention": Option("false: a ConvLSTM without attention", default=True),
    "convlstm": Option("false: no ConvLSTM (Table II)", default=True),
    "priors": Option(
        "gaussian, mlnet (one map that multiplies the output, Table III) or null (Table II)",
        default="gaussian",
        choices=("gaussian", "mlnet", None),
    ),
    "dilated": Option("false: the backbone keeps its strides (Table II, plain CNN)", default=True),
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
RECIPES: dict[str, dict[str, Any]] = {
    "cat2000": {"input_size": (180, 320)},
    # Not of the paper: from random weights in a few minutes, with a small input and a higher
    # learning rate.
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


def _record(
    name: str, title: str, build: Callable[..., keras.Model], parameters: int, recipe: Recipe
) -> ModelRecord:
    """Return the record of a SAM: everything but the backbone is the same."""
    return ModelRecord(
        name=name,
        title=title,
        paper=PAPER,
        task=Task.FIXATIONS,
        build=build,
        parameters=parameters,
        options=OPTIONS,
        fit_mode="pad",
        # Black before the means are subtracted, as in the authors' code.
        padding_value=0.0,
        size_multiple=1,
        blur=7.0,
        recipe=recipe,
        recipes=RECIPES,
        target_scale=2.0,
        inspect=attention_and_steps,
    )


SAM_VGG = _record("sam_vgg", "SAM-VGG", build_vgg, 51_835_841, RECIPE)

SAM_RESNET = _record(
    "sam_resnet",
    "SAM-ResNet",
    build_resnet,
    # 53,120 of them are moving statistics.
    70_146_561,
    RECIPE.override(schedule="x0.1 every 2 epochs"),
)
