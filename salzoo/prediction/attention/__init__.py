"""Salient spots, attention of regions, and crops of an image, from its saliency map.

The functions take a map (rows, columns) of any scale and need numpy only. The
attention of a pixel is the map divided by its sum; a map of zeros stands for uniform
attention. A `ShareCalibration` corrects the shares of a model and gives intervals
around them. Coordinates are in pixels: pixel i of an axis covers i..i+1.
"""

from salzoo.prediction.attention.box_files import BoxFile
from salzoo.prediction.attention.boxes import Box
from salzoo.prediction.attention.calibration import ShareCalibration
from salzoo.prediction.attention.crops import best_crop
from salzoo.prediction.attention.regions import Region, region_shares
from salzoo.prediction.attention.shares import shares
from salzoo.prediction.attention.spots import Spot, find_spots, spot_radius

__all__ = [
    "Box",
    "BoxFile",
    "Region",
    "ShareCalibration",
    "Spot",
    "best_crop",
    "find_spots",
    "region_shares",
    "shares",
    "spot_radius",
]
