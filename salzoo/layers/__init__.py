"""Layers of the papers, on every Keras backend."""

from salzoo.layers.aspp import ASPP
from salzoo.layers.attentive_conv_lstm_2d import AttentiveConvLSTM2D
from salzoo.layers.blue_green_red import BlueGreenRed
from salzoo.layers.ceil_max_pooling_2d import CeilMaxPooling2D
from salzoo.layers.centre_bias import CentreBias
from salzoo.layers.crop_like import CropLike
from salzoo.layers.learned_gaussian_prior import LearnedGaussianPrior
from salzoo.layers.legacy_bilinear import LegacyBilinear
from salzoo.layers.local_response_normalization import LocalResponseNormalization
from salzoo.layers.maxout import Maxout
from salzoo.layers.min_max_normalization import MinMaxNormalization
from salzoo.layers.multiplicative_prior import MultiplicativePrior
from salzoo.layers.positive_at_inference import PositiveAtInference
from salzoo.layers.spatial_softmax import SpatialSoftmax
from salzoo.layers.still_conv_lstm_2d import StillConvLSTM2D

__all__ = [
    "ASPP",
    "AttentiveConvLSTM2D",
    "BlueGreenRed",
    "CeilMaxPooling2D",
    "CentreBias",
    "CropLike",
    "LearnedGaussianPrior",
    "LegacyBilinear",
    "LocalResponseNormalization",
    "Maxout",
    "MinMaxNormalization",
    "MultiplicativePrior",
    "PositiveAtInference",
    "SpatialSoftmax",
    "StillConvLSTM2D",
]
