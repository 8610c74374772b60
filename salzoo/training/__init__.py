"""Training: the config of a run, its folder, the loop, and what the loop is made of."""

from salzoo.training.compiling import check_recipe
from salzoo.training.loop import train

__all__ = ["check_recipe", "train"]
