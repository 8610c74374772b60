"""The card of an export, as `salzoo export` writes it."""

from dataclasses import asdict

from salzoo.models import model_record

METRICS = {"title": "osie val", "convention": "mit", "means": {"msinet": {"NSS": 1.5, "CC": None}}}


def small_card():
    """Return the card of a run of msinet."""
    return {
        **{"model": "msinet", "model_options": {"aspp": False}, "output": None, "paper": "Kroner"},
        **{"task": "fixations", "trained_on": "osie", "seed": 0, "metrics": METRICS},
        "recipe": {**asdict(model_record("msinet").recipe), "backbone_weights": "imagenet"},
        "geometry": {
            **{"fit_mode": "pad", "size": [240, 320], "size_multiple": 8, "padding_value": 126.0},
            "scale": 1.0,
        },
        "post_processing": {"blur": 0.0, "divide_by_maximum": True},
        "export": {"salzoo": "0.2.0", "signatures": ["serving_default", "tensor"]},
    }
