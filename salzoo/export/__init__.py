"""Trained models in forms that run without salzoo, one file a target."""

from salzoo.export.saved_model import export_model, export_opened

__all__ = ["export_model", "export_opened"]
