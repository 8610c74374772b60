"""Losses of the papers, on every Keras backend."""

from salzoo.losses.kld import KLD

LOSSES = {"kld": KLD}

__all__ = ["KLD", "LOSSES"]
