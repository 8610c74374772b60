"""Images to saliency maps at their original size."""

from salzoo.prediction.function import saliency_function
from salzoo.prediction.images import predict
from salzoo.prediction.predictor import Predictor, load_model

__all__ = ["Predictor", "load_model", "predict", "saliency_function"]
