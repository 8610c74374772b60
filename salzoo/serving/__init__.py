"""Saliency maps over HTTP: `salzoo serve`.

Its modules import neither TensorFlow nor Keras; `salzoo.prediction.predictor` decides what
computes a model.
"""
