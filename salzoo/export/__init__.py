"""Exports of trained models that run without salzoo, one module per format."""

from typing import Any

__all__ = ["export_model", "export_opened"]


def __getattr__(name: str) -> Any:
    # On first use: the page of `salzoo demo` needs no TensorFlow.
    if name not in __all__:
        raise AttributeError(f"module 'salzoo.export' has no attribute '{name}'")
    from salzoo.export import saved_model

    return getattr(saved_model, name)
