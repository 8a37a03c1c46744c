"""Why a run ends, and with which exit code."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from cronofy_cli.errors import Unreachable
from cronofy_cli.listen.stop import SIGNALS, StopRequest


@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_the_waiting(number: int, exit_code: int) -> None:
    """While the end is waited for a signal brings it about, and the exit code tells which."""
    with StopRequest() as stop:
        sender = threading.Thread(target=os.kill, args=(os.getpid(), number))
        sender.start()

        ended_with = stop.wait(60)

        sender.join()
    assert (ended_with, stop.exit_code) == (exit_code, exit_code)


def test_a_signal_before_the_waiting_interrupts() -> None:
    """On the way to ready nothing is to be finished first: what is under way is broken off."""
    with StopRequest() as stop, pytest.raises(KeyboardInterrupt), stop.interruptible():
        signal.raise_signal(signal.SIGTERM)

    assert stop.exit_code == 143


def test_a_signal_after_it_was_to_be_broken_off() -> None:
    """Once it is ready a first signal brings an orderly end."""
    with StopRequest() as stop:
        with stop.interruptible():
            pass
        try:
            signal.raise_signal(signal.SIGTERM)
        except KeyboardInterrupt:
            pytest.fail("it was broken off")

        assert stop.wait(60) == 143


def test_a_signal_that_came_before() -> None:
    """What is to be broken off by a signal does not even begin after one; everything else goes on."""
    with StopRequest() as stop:
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt), stop.interruptible():
            pytest.fail("it began")

        assert stop.wait(60) == 130


def test_a_second_signal_interrupts() -> None:
    """Whoever does not want to wait for an orderly end gets out, with the first signal's exit code."""
    with StopRequest() as stop:
        stop.wait(0)
        signal.raise_signal(signal.SIGINT)

        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)

    assert stop.exit_code == 130


def create(stop: StopRequest, done: list[str], *signals: int) -> None:
    """Do two things that belong together, and be sent signals in between."""
    with stop.held():
        done.append("created")
        for number in signals:
            signal.raise_signal(number)
        done.append("noted")


def test_what_must_be_done_whole_is_not_interrupted() -> None:
    """Inside the block a first signal is noted; it interrupts at its end."""
    done: list[str] = []

    with StopRequest() as stop, pytest.raises(KeyboardInterrupt), stop.interruptible():
        create(stop, done, signal.SIGTERM)

    assert (done, stop.exit_code) == (["created", "noted"], 143)


def test_a_second_signal_gets_out_of_it_all_the_same() -> None:
    """If that hangs, a second signal breaks it off."""
    done: list[str] = []

    with StopRequest() as stop, pytest.raises(KeyboardInterrupt):
        create(stop, done, signal.SIGINT, signal.SIGINT)

    assert (done, stop.exit_code) == (["created"], 130)


def test_without_a_signal_nothing_is_interrupted() -> None:
    """The block costs nothing when no signal comes."""
    with StopRequest() as stop:
        with stop.held():
            noted = True
        ended_with = stop.wait(0)

    assert (noted, ended_with) == (True, 124)


def test_the_count_is_reached() -> None:
    """An end that was asked for is exit code 0, also if it was asked for before anybody waited."""
    with StopRequest() as stop:
        stop.ask()

        assert stop.wait(60) == 0


def test_nobody_reads_any_more() -> None:
    """A closed pipe ends the run as SIGPIPE ends a program."""
    with StopRequest() as stop:
        stop.ask_pipe_closed()

        assert stop.wait(None) == 141


def test_the_handlers_of_before_are_back() -> None:
    """After the run signals do what they did before."""
    before = [signal.getsignal(number) for number in SIGNALS]

    with StopRequest():
        during = [signal.getsignal(number) for number in SIGNALS]

    assert [signal.getsignal(number) for number in SIGNALS] == before
    assert not set(map(str, during)) & set(map(str, before))


def test_a_signal_at_the_very_moment() -> None:
    """Whenever a signal comes, as the waiting begins or in its midst, it ends it soon and nothing locks up."""
    for number in range(200):
        with StopRequest() as stop:
            stop.wait(0)
            before = signal.signal(signal.SIGALRM, signal.getsignal(signal.SIGTERM))
            signal.setitimer(signal.ITIMER_REAL, 1e-6 * (1 + number % 60))
            ended_with = stop.wait(60)
            signal.signal(signal.SIGALRM, before)
        assert ended_with == 128 + signal.SIGALRM


def test_the_end_stays() -> None:
    """Whoever waits again after the end finds it again."""
    with StopRequest() as stop:
        stop.ask()

        assert [stop.wait(60), stop.wait(0), stop.wait(None)] == [0, 0, 0]


def test_a_failure() -> None:
    """The end that a failure asks for is the failure's own error; the first one counts."""
    with StopRequest() as stop:
        stop.raise_failure()
        stop.fail(Unreachable("first"))
        stop.fail(Unreachable("second"))

        with pytest.raises(Unreachable, match="first"):
            stop.wait(60)
        with pytest.raises(Unreachable, match="first"):
            stop.raise_failure()


def test_going_on_after_a_failure() -> None:
    """A failure that was dealt with ends nothing any more; a signal that came meanwhile still does."""
    with StopRequest() as stop:
        stop.fail(Unreachable("first"))
        stop.forget_failure()
        assert stop.wait(0) == 124
        stop.fail(Unreachable("second"))
        signal.raise_signal(signal.SIGTERM)
        stop.forget_failure()
        assert (stop.wait(60), stop.exit_code) == (143, 143)
