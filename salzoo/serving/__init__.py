"""Saliency maps over HTTP: `salzoo serve`.

Its modules import neither TensorFlow nor Keras; a model is whatever `salzoo.load_model` returns.
"""
