"""A signal that asks to stop waits until the letter in hand is settled."""

import os
import signal
import threading

import pytest

from toolkit.finishing import Finishing


@pytest.fixture(autouse=True)
def interrupts():
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    yield
    signal.signal(signal.SIGTERM, before)


def done_until_stopped(*steps):
    """The names of the steps that were done before the signal took its course."""
    done = []

    def work():
        with Finishing() as finishing:
            for step in steps:
                if step == "hold":
                    finishing.hold()
                elif step == "release":
                    finishing.release()
                elif isinstance(step, signal.Signals):
                    os.kill(os.getpid(), step)
                else:
                    done.append(step)

    with pytest.raises(KeyboardInterrupt):
        work()
    for number in (signal.SIGINT, signal.SIGTERM):
        assert signal.getsignal(number) is signal.default_int_handler
    return done


@pytest.mark.parametrize(
    ("steps", "done"),
    [
        ((signal.SIGTERM, "handed over"), []),
        (("hold", signal.SIGTERM, "settled"), ["settled"]),
        (("hold", signal.SIGINT, "settled"), ["settled"]),
        (("hold", signal.SIGINT, "once", signal.SIGINT, "twice"), ["once"]),
        (("hold", signal.SIGINT, "once", signal.SIGTERM, "twice"), ["once"]),
        (("hold", signal.SIGTERM, "refused", "release", "next"), ["refused"]),
        (("hold", "refused", "release", "hold", signal.SIGTERM, "settled"), ["refused", "settled"]),
    ],
)
def test_a_signal_waits_while_it_is_held_and_a_second_one_does_not(steps, done):
    assert done_until_stopped(*steps) == done


def test_in_another_thread_nothing_is_held():
    before = signal.getsignal(signal.SIGTERM)

    def work():
        with Finishing() as finishing:
            finishing.hold()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert signal.getsignal(signal.SIGTERM) is before
