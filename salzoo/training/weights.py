"""Weights files of runs and models."""

import warnings

import keras

from salzoo.utils.errors import InputError


def load_weights(model: keras.Model, path: str) -> None:
    """Load a .weights.h5 file into a model.

    Args:
        model: built with the options of the file's model.
        path: of the file.

    Raises:
        InputError: the file is damaged or belongs to another model.
    """
    try:
        with warnings.catch_warnings():
            # Keras only warns of layers that keep their random initialisation.
            warnings.simplefilter("error", UserWarning)
            model.load_weights(path)
    except Exception as error:  # keras and h5py raise many kinds
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise InputError(
            f"{path} does not hold weights of {model.name} with these options ({reason})."
        ) from error
