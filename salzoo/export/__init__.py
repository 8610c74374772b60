"""Exports of trained models that run without salzoo, one module per format."""

from salzoo.export.saved_model import export_model, export_opened

__all__ = ["export_model", "export_opened"]
