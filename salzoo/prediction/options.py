"""Options that decide how a model's output becomes a saliency map."""

from __future__ import annotations

from dataclasses import dataclass, fields

from salzoo.utils.errors import InputError, unknown_name
from salzoo.utils.validators import FIT_MODES

ENGINES = ("auto", "tensorflow", "litert")


@dataclass(frozen=True)
class InferenceOptions:
    """Preprocessing, postprocessing and choice of output of a model at inference.

    The defaults are the model's own settings.

    Attributes:
        raw: leave out the postprocessing (Gaussian blur and division by the maximum).
        fit_mode: how images are fitted to the model's input, "pad", "stretch", "native" or
            "within", see `salzoo.data.geometry.Geometry`. None: as in training.
        output: name of the map of a model with several outputs, such as "fixation" of asnet.
            None: the finest map of the salient object.
        tta: test-time augmentation: the mean over three scales of the image and their mirror
            images.
        trust: open a SavedModel, which is a program, whatever its graph contains; see
            `salzoo.prediction.saved_models`.
        engine: what computes the maps, "tensorflow", "litert", which needs a portable file of
            the model, or "auto": LiteRT where there is such a file, else TensorFlow. The maps
            are the same to 1e-4.

    Raises:
        InputError: a value of another type, or an unknown `fit_mode` or `engine`.
    """

    raw: bool = False
    fit_mode: str | None = None
    output: str | None = None
    tta: bool = False
    trust: bool = False
    engine: str = "auto"

    def __post_init__(self) -> None:
        for name in ("raw", "tta", "trust"):
            value = getattr(self, name)
            if not isinstance(value, bool):
                raise InputError(f"`{name}` {value!r}: give True or False.")
        if self.fit_mode is not None and self.fit_mode not in FIT_MODES:
            raise unknown_name("`fit_mode`", str(self.fit_mode), FIT_MODES)
        if self.engine not in ENGINES:
            raise unknown_name("`engine`", str(self.engine), ENGINES)
        if self.output is not None and not isinstance(self.output, str):
            raise InputError(f"`output` {self.output!r}: give the name of an output.")

    @property
    def changed(self) -> list[str]:
        """Names of the options that differ from their defaults and change maps."""
        changed = [field for field in fields(self) if getattr(self, field.name) != field.default]
        return [field.name for field in changed if field.name not in ("trust", "engine")]


DEFAULT_OPTIONS = InferenceOptions()
