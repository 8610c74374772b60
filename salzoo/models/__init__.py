"""The networks of the papers, and their registry."""

from salzoo.models.registry import (
    MODELS,
    build_model,
    choose_output,
    list_models,
    main_output,
    model_record,
    models_with_weights,
    output_task,
    shipped_weights,
    trained_model,
)

__all__ = [
    "MODELS",
    "build_model",
    "choose_output",
    "list_models",
    "main_output",
    "model_record",
    "models_with_weights",
    "output_task",
    "shipped_weights",
    "trained_model",
]
