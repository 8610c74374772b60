"""Benchmark metrics of models and folders of maps on datasets.

`evaluate` takes models and folders of maps, and a dataset by name. `measure` takes
functions and samples. Both return an `Evaluation`.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from salzoo.evaluation.evaluator import evaluate, write_report
    from salzoo.evaluation.measured_data import names_of
    from salzoo.evaluation.measurement import measure
    from salzoo.evaluation.results import Evaluation

# Imported at first use: worker processes import this package and need none of these.
_PUBLIC = {
    "Evaluation": "salzoo.evaluation.results",
    "evaluate": "salzoo.evaluation.evaluator",
    "measure": "salzoo.evaluation.measurement",
    "names_of": "salzoo.evaluation.measured_data",
    "write_report": "salzoo.evaluation.evaluator",
}
__all__ = ["Evaluation", "evaluate", "measure", "names_of", "write_report"]


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(importlib.import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'salzoo.evaluation' has no attribute '{name}'")
