"""Visual saliency: where people look in an image, and which object stands out."""

import importlib
from typing import Any

__version__ = "0.1.0"

# Names of `salzoo.api`, which is imported on first use.
_PUBLIC = (
    "InputError",
    "build_model",
    "evaluate",
    "list_datasets",
    "list_models",
    "load_dataset",
    "load_model",
    "open_dataset",
    "predict",
    "predict_batch",
    "train",
)
__all__ = ["__version__", *_PUBLIC]


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(importlib.import_module("salzoo.api"), name)
    if name == "export":  # a package that can be called
        return importlib.import_module("salzoo.export")
    raise AttributeError(f"module 'salzoo' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted([*globals(), *_PUBLIC, "export"])
