"""What a target of exports is: one record a format, with a function to write and one to open."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from salzoo.utils.errors import InputError, unknown_name

if TYPE_CHECKING:
    import tensorflow as tf

    from salzoo.prediction.opening import Opened

# name -> module of `salzoo.export` with its record `TARGET`.
TARGETS = {
    "savedmodel": "saved_model",
    "onnx": "onnx_file",
    "litert": "litert_file",
    "openvino": "openvino_file",
    "web": "web_folder",
    "portable": "portable",
}
PRECISIONS = ("float32", "float16", "bfloat16", "int8")
# Function of an image, float32 RGB 0..255 (rows, columns, 3), to its map (rows, columns).
Predict = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Target:
    """A format that models are exported to.

    Attributes:
        name: as in `TARGETS`.
        extra: extra of salzoo that installs `packages`; None: salzoo itself does.
        packages: modules that are imported, {precision or "": names}.
        precisions: of the network, the usual one first.
        write: function of an opened model, a folder, a precision and images to calibrate with,
            which writes the export and returns facts for its card.
        open: function of a folder and a precision to the exported model.
    """

    name: str
    extra: str | None
    packages: dict[str, tuple[str, ...]]
    precisions: tuple[str, ...]
    write: Callable[[Opened, str, str, Sequence[np.ndarray]], dict[str, Any]]
    open: Callable[[str, str], Predict]

    def check(self, precision: str | None) -> str:
        """Return the precision to use.

        Args:
            precision: that was asked for; None: the usual one.

        Raises:
            InputError: the target has not this precision, or a package is missing.
        """
        chosen = precision or self.precisions[0]
        if chosen not in self.precisions:
            having = [name for name in TARGETS if chosen in find_target(name).precisions]
            raise InputError(
                f"`precision` {chosen}: {self.name} is written in {' or '.join(self.precisions)}; "
                f"{chosen} is there for {', '.join(having) or 'no target'}."
            )
        for package in (*self.packages.get("", ()), *self.packages.get(chosen, ())):
            if importlib.util.find_spec(package) is None:
                raise InputError(
                    f"`to` {self.name} needs the package {package}, which is not installed: "
                    f"pip install 'salzoo[{self.extra}]'."
                )
        return chosen


def find_target(name: str) -> Target:
    """Return the record of a target.

    Args:
        name: one of `TARGETS`.

    Raises:
        InputError: there is no such target.
    """
    if name not in TARGETS:
        raise unknown_name("`to`", name, TARGETS)
    target: Target = importlib.import_module(f"salzoo.export.{TARGETS[name]}").TARGET
    return target


def whole_function(opened: Opened, batch: int | None = None) -> Any:
    """Return the TensorFlow function of images of any size to their maps.

    Args:
        opened: a model with its network.
        batch: number of images; None: any.

    Returns:
        tf.function of `images`, float32 RGB 0..255 (batch, rows, columns, 3), to `saliency`,
        float32 (batch, rows, columns, 1).
    """
    import tensorflow as tf  # only here: to open an export needs no TensorFlow

    saliency = opened.saliency.python_function  # type: ignore[attr-defined]
    signature = [tf.TensorSpec([batch, None, None, 3], tf.float32, "images")]

    @tf.function(input_signature=signature, autograph=False)
    def whole(images: tf.Tensor) -> dict[str, tf.Tensor]:
        return {"saliency": tf.identity(saliency(images), "saliency")}

    return whole
