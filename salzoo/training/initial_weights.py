"""What a training starts from: a run, weights that come with salzoo, or released weights."""

from __future__ import annotations

import os
from typing import Any

from salzoo.models import MODELS
from salzoo.models.released import is_released, released
from salzoo.utils.errors import InputError

# Value of `init_from` for a training that starts from the backbone's weights.
FROM_IMAGENET = "none"


def absolute(path: str) -> str:
    """Return a path that is valid in every working directory, since a run may be resumed there."""
    return os.path.abspath(os.path.expanduser(path))


def resolve_start(init_from: str | None) -> str | None:
    """Return a name, the absolute path of a run, or None for the backbone's weights.

    Args:
        init_from: as it was given.

    Raises:
        InputError: there are no such released weights.
    """
    if init_from is None or init_from in MODELS:
        return init_from
    if is_released(init_from) and not os.path.isdir(init_from):
        return released(init_from).source
    return None if init_from == FROM_IMAGENET else absolute(init_from)


def options_of_start(start: str | None, model: str) -> dict[str, Any]:
    """Return the model options of released weights; {} of any other start.

    Args:
        start: of `resolve_start`.
        model: that is trained.

    Raises:
        InputError: the released weights are of another model.
    """
    if start is None or not is_released(start):
        return {}
    weights = released(start)
    if weights.model != model:
        raise InputError(
            f"`init_from` {start}: its weights do not fit {model}; leave it out, or train "
            f"{weights.model}."
        )
    return dict(weights.model_options)


def describe_start(start: str) -> str:
    """Return the start of a training as text for the terminal.

    Args:
        start: of `resolve_start`.
    """
    if is_released(start):
        weights = released(start)
        return f"{start}: {weights.title} ({weights.licence})"
    return f"{start}: the pretrained weights that come with salzoo" if start in MODELS else start
