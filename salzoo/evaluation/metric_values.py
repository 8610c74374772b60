"""The dicts and floats that an `Evaluation` returns for a name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from salzoo.utils.errors import unknown_name

if TYPE_CHECKING:
    from salzoo.evaluation.results import Evaluation


class NamedValues(dict[str, Any]):
    """A dict whose keys are found in any case; an error names the nearest key.

    Args:
        kind: what the keys are, for the error message.
        items: {name: value}.
    """

    def __init__(self, kind: str, items: Mapping[str, Any]) -> None:
        super().__init__(items)
        self.kind = kind

    def __missing__(self, name: str) -> Any:
        return self[self.spell(name)]

    def spell(self, name: str) -> str:
        """Return the key that equals a name except for its case.

        Args:
            name: in any case.

        Raises:
            InputError: there is no such key.
        """
        for known in self:
            if known.lower() == str(name).lower():
                return known
        raise unknown_name(self.kind, name, self)


class Mean(float):
    """The mean of a metric over images: a float with its interval and the images' values.

    Args:
        mean: the value.
        evaluation: the `Evaluation` that it comes from.
        *names: convention, model and metric.
    """

    def __new__(cls, mean: float, *_: Any) -> Mean:
        """Make a float."""
        return super().__new__(cls, mean)

    def __init__(self, mean: float, evaluation: Evaluation, *names: str) -> None:
        self._evaluation, self._names = evaluation, names

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval (low, high), by bootstrap over images."""
        return self._find(self._evaluation.intervals())

    @property
    def values(self) -> np.ndarray:
        """float64 (images,), in the order of the evaluation's `images`; NaN where undefined."""
        return self._find(self._evaluation.scores)

    def _find(self, tree: Any) -> Any:
        for name in self._names:
            tree = tree[name]
        return tree

    def __reduce__(self) -> tuple[type, tuple[float]]:
        return float, (float(self),)
