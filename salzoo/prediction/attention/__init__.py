"""What a saliency map says of an image's parts: spots, regions and crops.

Functions of a map (rows, columns) of any scale, numpy and scipy only. Its attention is
the map divided by its sum; an all-zero map stands for attention that is even.
Coordinates are pixels: pixel i of an axis covers i..i+1.
"""

from salzoo.prediction.attention.box_files import BoxFile
from salzoo.prediction.attention.boxes import Box
from salzoo.prediction.attention.crops import best_crop
from salzoo.prediction.attention.regions import Region, region_shares
from salzoo.prediction.attention.shares import shares
from salzoo.prediction.attention.spots import Spot, find_spots, spot_radius

__all__ = [
    "Box",
    "BoxFile",
    "Region",
    "Spot",
    "best_crop",
    "find_spots",
    "region_shares",
    "shares",
    "spot_radius",
]
