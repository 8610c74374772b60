"""Images to saliency maps at their original size."""

from salzoo.prediction.arrays import predict
from salzoo.prediction.predictor import Predictor, load_model
from salzoo.prediction.saliency import saliency_function

__all__ = ["Predictor", "load_model", "predict", "saliency_function"]
