"""Signals between the steps of a training."""

import os
import signal
import threading

import pytest

from salzoo.training.interruption import Interruption


def terminate(number, _):
    raise KeyboardInterrupt(number)


@pytest.fixture(autouse=True)
def handlers():
    """The handlers of a program, whatever those of the tests are."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, terminate)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_waits_for_the_end_of_the_step(number):
    interruption = Interruption()
    with interruption.after_steps():
        interruption.act()
        os.kill(os.getpid(), number)
        assert interruption.waits  # and the step goes on
        with pytest.raises(KeyboardInterrupt) as found:
            interruption.act()
    assert found.value.args in ((), (number,))


@pytest.mark.parametrize("second", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_acts_at_once(second):
    with pytest.raises(KeyboardInterrupt), Interruption().after_steps():
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), second)
        pytest.fail("it waits")


def test_handlers_are_restored_and_ignored_signals_stay_ignored():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Interruption().after_steps():
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGTERM) is not terminate
    assert signal.getsignal(signal.SIGTERM) is terminate


def test_in_other_threads_signals_are_left_alone():
    def train():
        with Interruption().after_steps():
            seen.append(signal.getsignal(signal.SIGTERM))

    seen = []
    thread = threading.Thread(target=train)
    thread.start()
    thread.join()
    assert seen == [terminate]
