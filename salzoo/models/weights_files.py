"""Weights files of whole models: those that come with salzoo and those of runs."""

from __future__ import annotations

import hashlib
import os
import warnings
from typing import TYPE_CHECKING

import numpy as np

from salzoo.models.registry import PRETRAINED, build_model, model_record
from salzoo.utils.errors import InputError

if TYPE_CHECKING:
    import keras

# Holds NAME.weights.h5 and the model card NAME.md of each model with trained weights.
WEIGHTS_FOLDER = os.path.join(os.path.dirname(__file__), "weights")


def shipped_weights(name: str) -> str:
    """Return the path of the trained weights that come with salzoo, verified by their sha256.

    Args:
        name: Of the model.

    Raises:
        InputError: There are none, or the file is damaged.
    """
    expected = model_record(name).weights
    if expected is None:
        others = ", ".join(PRETRAINED)
        raise InputError(
            f"{name} comes without trained weights: train it (salzoo train {name} --dataset ...) "
            f"and give the run's folder, or take {others}."
        )
    path = os.path.join(WEIGHTS_FOLDER, f"{name}.weights.h5")
    try:
        with open(path, "rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror}); install salzoo again."
        ) from None
    if found != expected:
        raise InputError(f"{path} is damaged (sha256 {found[:12]}...); install salzoo again.")
    return path


def trained_model(name: str) -> keras.Model:
    """Build a model, float32, with the trained weights that come with salzoo.

    Args:
        name: Of the model.

    Raises:
        InputError: As `shipped_weights`.
    """
    path = shipped_weights(name)
    model = build_model(name)
    model.load_weights(path)
    return model


def load_weights(model: keras.Model, path: str) -> None:
    """Load a .weights.h5 file into a model.

    Args:
        model: Built with the options of the file's model.
        path: Of the file.

    Raises:
        InputError: The file is damaged or belongs to another model.
    """
    from salzoo.utils.hdf5_files import open_hdf5  # only here: h5py takes long to import

    with open_hdf5(path):  # which checks it
        pass
    try:
        with warnings.catch_warnings():
            # Keras only warns of layers that keep their random initialization.
            warnings.simplefilter("error", UserWarning)
            model.load_weights(path)
    except Exception as error:  # keras and h5py raise many kinds
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise InputError(
            f"{path} does not hold weights of {model.name} with these options ({reason})."
        ) from error
    check_finite(model, path)


def check_finite(model: keras.Model, where: str) -> None:
    """Check that all weights of a model are finite; otherwise its maps are not.

    Args:
        model: with loaded weights.
        where: they come from, for the message.

    Raises:
        InputError: a weight is NaN or infinite.
    """
    for weight in model.weights:
        if not np.isfinite(np.asarray(weight, "float32")).all():
            raise InputError(
                f"{where} has weights that are not finite ({weight.path}): the training went "
                "wrong or the file is damaged; take another checkpoint."
            )
