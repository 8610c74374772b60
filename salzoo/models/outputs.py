"""Names of the outputs of models that predict several maps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from salzoo.utils.errors import InputError, unknown_name
from salzoo.utils.task import Task

if TYPE_CHECKING:
    import keras


def main_output(outputs: Iterable[str]) -> str:
    """Return the default output of a model with several: the finest map of the object.

    Args:
        outputs: Names of the outputs; "object_1" is finer than "object_5".
    """
    return min(name for name in outputs if name.startswith("object_"))


def output_task(output: str | None) -> Task:
    """Return the task of one output of a model with several.

    Args:
        output: Name of the output. None: `main_output`.
    """
    return Task.FIXATIONS if output == "fixation" else Task.OBJECTS


def choose_output(model: keras.Model, wanted: str | None = None) -> str | None:
    """Return the name of the output to use.

    Args:
        model: With one output or a dict of them.
        wanted: Name of an output. None: `main_output`.

    Returns:
        Name of the output, None for a model with one output.

    Raises:
        InputError: The model has no such output.
    """
    several = isinstance(model.output, dict)
    if wanted is None:
        return main_output(model.output) if several else None
    if not several:
        raise InputError(f"`output` {wanted}: {model.name} makes one map only; leave it out.")
    if wanted not in model.output:
        raise unknown_name(f"output of {model.name}", wanted, model.output)
    return wanted
