"""Training: the config of a run, its folder and the training loop."""
