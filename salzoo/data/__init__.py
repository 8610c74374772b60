"""Datasets, samples and the input pipeline."""
