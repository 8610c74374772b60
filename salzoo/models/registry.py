"""The registry of models."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from salzoo.models.record import ModelRecord
from salzoo.utils.errors import unknown_name

if TYPE_CHECKING:
    import keras

# name -> (module, name of its `ModelRecord`). The module is imported when the model is used.
MODELS = {
    "asnet": ("salzoo.models.asnet", "ASNET"),
    "deep_convnet": ("salzoo.models.pan", "DEEP_CONVNET"),
    "msinet": ("salzoo.models.msinet", "MSINET"),
    "msinet_lite": ("salzoo.models.msinet_lite", "MSINET_LITE"),
    "sam_resnet": ("salzoo.models.sam", "SAM_RESNET"),
    "sam_vgg": ("salzoo.models.sam", "SAM_VGG"),
    "shallow_convnet": ("salzoo.models.pan", "SHALLOW_CONVNET"),
}
# Models whose trained weights come with salzoo. Their records have the sha256 of the weights;
# here, where no record is imported, is that of `weights/NAME.tflite`, the same network for
# predictions without TensorFlow.
PRETRAINED = {
    "msinet_lite": "ea7fe7653624f6b82a1a5131557c8ff2ba2ea06f2f14a07e1372e5e65a81560e",
}


def list_models() -> list[str]:
    """Return the names of all models, sorted."""
    return sorted(MODELS)


def model_record(name: str) -> ModelRecord:
    """Return the record of a registered model. Imports the module of this model only.

    Args:
        name: One of `list_models()`.

    Raises:
        InputError: There is no such model.
    """
    if name not in MODELS:
        raise unknown_name("model", name, MODELS)
    module, record = MODELS[name]
    return getattr(importlib.import_module(module), record)


def build_model(name: str, **options: Any) -> keras.Model:
    """Build a registered model. Downloads nothing, unless `backbone_weights` is "imagenet".

    Args:
        name: One of `list_models()`.
        **options: Arguments of the builder: the options of the record, such as
            `aspp=False`; `input_shape=(240, 320, 3)`; `backbone_weights="imagenet"` (the
            default None is random initialization).

    Returns:
        Model from images, float32 RGB 0..255, (batch, rows, columns, 3), to saliency maps or
        a dict of them.

    Raises:
        InputError: The model or an option is unknown, or a value is not legal.
    """
    record = model_record(name)
    record.check_options(options)
    if "input_shape" in options:
        record.check_input_shape(options["input_shape"])
    return record.build(**options)
