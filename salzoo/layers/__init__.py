"""Layers of the papers, on every Keras backend."""

from salzoo.layers.aspp import ASPP
from salzoo.layers.legacy_bilinear import LegacyBilinear
from salzoo.layers.min_max_normalization import MinMaxNormalization

__all__ = ["ASPP", "LegacyBilinear", "MinMaxNormalization"]
