"""Batches of millions of images on a Dask cluster: `salzoo.predict_batch`.

Its modules import neither TensorFlow nor Keras; `salzoo.prediction.predictor` decides what
computes a model.
"""

from salzoo.prediction.batch.batch_run import predict_batch
from salzoo.prediction.batch.manifest import BatchResult
from salzoo.prediction.batch.map_encoding import decode_map

__all__ = ["BatchResult", "decode_map", "predict_batch"]
