"""How the learning rate moves, said in a few words."""

import math
import re

from keras.optimizers import schedules

from salzoo.utils.errors import InputError

EXAMPLES = (
    "constant",
    "x0.1 every 2 epochs",
    "x0.5 every 100 steps",
    "linear to 0.0001",
    "cosine to 0",
)
MAX_STEPS = 2**31 - 1
_NUMBER = r"(\d+\.?\d*(?:e-?\d+)?)"
_STEPS = re.compile(rf"x{_NUMBER} every (\d+) (epoch|step)s?")
_GLIDE = re.compile(rf"(linear|cosine) to {_NUMBER}")


def learning_rate(start, text, steps_an_epoch, epochs, others=()):
    """Return what an optimizer takes as its learning rate.

    Args:
        start: the rate of the first step.
        text: "constant"; "x0.1 every 2 epochs" or "x0.5 every 100 steps", times a
            factor each time; "linear to 0.0001" or "cosine to 0", reached at the
            end of the run.
        steps_an_epoch, epochs: of the run.
        others: what else may be said, for the error.

    Returns:
        float or `keras.optimizers.schedules.LearningRateSchedule`.

    Raises:
        InputError: other words.
    """
    if text == "constant":
        return start
    if match := _STEPS.fullmatch(text):
        factor, count = float(match[1]), int(match[2])
        steps = count * (steps_an_epoch if match[3] == "epoch" else 1)
        if 0 < factor < math.inf and 0 < steps <= MAX_STEPS:
            return schedules.ExponentialDecay(start, steps, factor, staircase=True)
    if (match := _GLIDE.fullmatch(text)) and float(match[2]) < math.inf:
        end, steps = float(match[2]), max(1, steps_an_epoch * epochs)
        if match[1] == "linear":
            return schedules.PolynomialDecay(start, steps, end)
        return schedules.CosineDecay(start, steps, alpha=end / start)
    *examples, last = (*others, *EXAMPLES)
    examples = ", ".join(f"'{each}'" for each in examples)
    raise InputError(f"--schedule {text}: say {examples} or '{last}'.")
