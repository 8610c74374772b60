import math

import pytest

from salzoo.training.schedules import learning_rate
from salzoo.utils.errors import InputError


def rates(text, steps, start=0.03, steps_an_epoch=10, epochs=5):
    schedule = learning_rate(start, text, steps_an_epoch, epochs)
    return [float(schedule(step)) for step in steps]


def test_steps_by_epochs_and_by_steps():
    assert rates("x0.1 every 2 epochs", [0, 19, 20, 40]) == pytest.approx(
        [0.03, 0.03, 0.003, 0.0003]
    )
    assert rates("x0.5 every 100 steps", [99, 100, 250]) == pytest.approx([0.03, 0.015, 0.0075])


def test_glides_end_with_the_run():
    assert rates("linear to 0.0001", [0, 25, 50, 60]) == pytest.approx(
        [0.03, (0.03 + 0.0001) / 2, 0.0001, 0.0001]
    )
    expected = [0.03 * (1 + math.cos(math.pi * share)) / 2 for share in (0, 0.2, 0.5, 1)]
    assert rates("cosine to 0", [0, 10, 25, 50]) == pytest.approx(expected, abs=1e-8)


def test_constant():
    assert learning_rate(0.5, "constant", 10, 2) == 0.5


@pytest.mark.parametrize(
    "text",
    [
        "",
        "linear",
        "x0.1 every 0 epochs",
        "x0 every 2 steps",
        "x0.1 every epoch",
        "linear to -1",
        "linear to 1e999",
        "x1e999 every 2 steps",
        "x0.1 every 99999999999 epochs",
    ],
)
def test_other_words_are_refused(text):
    with pytest.raises(InputError, match="`schedule`"):
        learning_rate(0.1, text, 10, 2)


def test_named_schedules_are_said_in_the_error():
    with pytest.raises(InputError, match="`schedule` print: give 'printed', 'constant', .* or "):
        learning_rate(0.1, "print", 10, 2, others=("printed",))
