"""Visual saliency: where people look in an image, and which object stands out."""

import importlib

__version__ = "0.1.0"

# Loaded when first used, so that `salzoo --help` does not wait for TensorFlow.
_PUBLIC = {
    "InputError": "salzoo.utils.errors",
    "build_model": "salzoo.models",
    "evaluate": "salzoo.evaluation",
    "list_models": "salzoo.models",
    "list_datasets": "salzoo.data.datasets",
    "load_dataset": "salzoo.data.dataset",
    "load_model": "salzoo.prediction.predictor",
    "predict": "salzoo.prediction.arrays",
    "train": "salzoo.api",
}
__all__ = ["__version__", *_PUBLIC]


def __getattr__(name):
    if name in _PUBLIC:
        return getattr(importlib.import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'salzoo' has no attribute '{name}'")


def __dir__():
    return sorted([*globals(), *_PUBLIC])
