"""Saliency models of the papers and their registry."""

from salzoo.models.outputs import choose_output, main_output, output_task
from salzoo.models.registry import MODELS, PRETRAINED, build_model, list_models, model_record
from salzoo.models.weights_files import (
    WEIGHTS_FOLDER,
    check_finite,
    load_weights,
    shipped_weights,
    trained_model,
)

__all__ = [
    "MODELS",
    "PRETRAINED",
    "WEIGHTS_FOLDER",
    "build_model",
    "check_finite",
    "choose_output",
    "list_models",
    "load_weights",
    "main_output",
    "model_record",
    "output_task",
    "shipped_weights",
    "trained_model",
]
