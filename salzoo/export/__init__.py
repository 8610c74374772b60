"""Exports of trained models that run without salzoo, one module per format.

The package is called like the function that most people need of it, and can be called:
`salzoo.export("msinet_lite", "onnx")` is `salzoo.export.exporting.export`.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from salzoo.export.exporting import Export, export
    from salzoo.export.saved_model import export_model, export_opened

__all__ = ["Export", "export", "export_model", "export_opened"]

# Modules of the names above, imported on first use: the page of `salzoo demo` needs no TensorFlow.
_ELSEWHERE = {
    "Export": "exporting",
    "export": "exporting",
    "export_model": "saved_model",
    "export_opened": "saved_model",
}


def __getattr__(name: str) -> Any:
    if name not in _ELSEWHERE:
        raise AttributeError(f"module 'salzoo.export' has no attribute '{name}'")
    return getattr(importlib.import_module(f"salzoo.export.{_ELSEWHERE[name]}"), name)


class _Callable(ModuleType):
    def __call__(self, *arguments: Any, **options: Any) -> list[Export]:
        """Export a model, see `salzoo.export.exporting.export`."""
        return self.export(*arguments, **options)


sys.modules[__name__].__class__ = _Callable
