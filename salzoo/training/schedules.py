"""Learning rate schedules, given as texts such as "linear to 0.0001"."""

import math
import re
from collections.abc import Sequence

from keras.optimizers import schedules

from salzoo.utils.errors import InputError, shorten

EXAMPLES = (
    "constant",
    "x0.1 every 2 epochs",
    "x0.5 every 100 steps",
    "linear to 0.0001",
    "cosine to 0",
)
MAX_STEPS = 2**31 - 1
_NUMBER = r"(\d{1,20}\.?\d{0,20}(?:e-?\d{1,3})?)"
_STEPS = re.compile(rf"x{_NUMBER} every (\d{{1,10}}) (epoch|step)s?")
_TO_END = re.compile(rf"(linear|cosine) to {_NUMBER}")


def learning_rate(
    start: float, text: str, steps_an_epoch: int, epochs: int, others: Sequence[str] = ()
) -> float | schedules.LearningRateSchedule:
    """Return the learning rate of an optimizer.

    Args:
        start: learning rate of the first step.
        text: "constant"; "x0.1 every 2 epochs" or "x0.5 every 100 steps", times a
            factor each time; "linear to 0.0001" or "cosine to 0", reached at the
            end of the run.
        steps_an_epoch: number of steps of an epoch.
        epochs: number of epochs of the run.
        others: names of other schedules, for the error message.

    Returns:
        A constant or a schedule.

    Raises:
        InputError: another text.
    """
    if text == "constant":
        return start
    if match := _STEPS.fullmatch(text):
        factor, count = float(match[1]), int(match[2])
        steps = count * (steps_an_epoch if match[3] == "epoch" else 1)
        if 0 < factor < math.inf and 0 < steps <= MAX_STEPS:
            return schedules.ExponentialDecay(start, steps, factor, staircase=True)
    if (match := _TO_END.fullmatch(text)) and float(match[2]) < math.inf:
        end, total = float(match[2]), max(1, steps_an_epoch * epochs)
        if match[1] == "linear":
            return schedules.PolynomialDecay(start, total, end)
        return schedules.CosineDecay(start, total, alpha=end / start)
    known = [f"'{name}'" for name in (*others, *EXAMPLES)]
    raise InputError(f"`schedule` {shorten(text)}: give {', '.join(known[:-1])} or {known[-1]}.")
