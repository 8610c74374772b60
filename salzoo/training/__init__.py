"""Training: the config of a run, its folder and the loop that fills it."""
