"""Prediction: images of any size in, saliency maps of the same size out."""
