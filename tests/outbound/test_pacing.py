"""Doing many things: in turn or side by side, with results as they come."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.core.failure import Failure
from cronofy_cli.outbound.pacing import in_order, in_turn, side_by_side
from cronofy_cli.outbound.poster import Poster
from cronofy_cli.outbound.request import Post
from cronofy_cli.outbound.settings import trial_settings
from cronofy_cli.outbound.target import parse_target
from tests.listen.forwarding.following import now
from tests.outbound.receiver import receiving

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.outbound.receiver import Receiver

LIMIT_S = 60.0
POSTS = [Post(b"%d" % number, None) for number in range(1, 6)]


def poster_to(receiver: Receiver, limit_s: float = LIMIT_S) -> Poster:
    """Return what posts to a receiver."""
    return Poster(parse_target(receiver.url), trial_settings(insecure=False, limit_s=limit_s), now)


def test_in_turn() -> None:
    """Each post is sent when the one before is answered, and its result is there at once."""
    with receiving() as receiver:
        seen = [(each.status, len(receiver.requests)) for each in in_turn(poster_to(receiver).post, POSTS)]

    assert seen == [(200, number) for number in range(1, 6)]
    assert [request[-1:] for request in receiver.requests] == [b"1", b"2", b"3", b"4", b"5"]


def test_threads_that_keep_nothing_from_ending() -> None:
    """Ctrl-C does not wait for an application that hangs: the threads that wait for it end with the program."""
    is_daemon = [daemon for _, daemon in side_by_side(lambda _: threading.current_thread().daemon, range(3))]

    assert is_daemon == [True] * 3


def test_every_post_has_its_own_connection() -> None:
    """No post can fail because a server closed a kept connection."""
    with receiving() as receiver:
        list(in_turn(poster_to(receiver).post, POSTS))

    assert receiver.connections == len(POSTS)


def test_at_a_rate() -> None:
    """No thing is started before its time."""
    begun_s = time.monotonic()
    started_s: dict[int, float] = {}

    def work(number: int) -> None:
        started_s[number] = time.monotonic() - begun_s

    results = list(side_by_side(work, range(5), interval_s=0.02))

    assert sorted(index for index, _ in results) == [0, 1, 2, 3, 4]
    assert all(moment_s >= number * 0.02 for number, moment_s in started_s.items())


def test_at_a_rate_after_all_were_busy() -> None:
    """What was late because all places were taken is not made up for in a burst."""
    released = threading.Event()
    started_s: list[float] = []
    late_s = 0.2

    def work(number: int) -> None:
        started_s.append(time.monotonic())
        if number == 0:
            released.wait(late_s)
            started_s[0] = time.monotonic()

    list(side_by_side(work, range(5), at_once=1, interval_s=0.05))

    assert started_s[4] - started_s[0] >= 3 * 0.05


def test_nothing_waits_for_answers(wait_until: Callable[[Callable[[], bool]], None]) -> None:
    """A receiver that hangs is sent the rest all the same, and each result is told by its place."""
    with receiving() as receiver:
        receiver.answer, receiver.rest = b"", b"late"
        attempts = dict(side_by_side(poster_to(receiver, limit_s=1).post, POSTS, interval_s=0.001))
        wait_until(lambda: len(receiver.requests) == len(POSTS))

    assert set(attempts) == {0, 1, 2, 3, 4}
    assert {attempt.failure for attempt in attempts.values()} == {Failure.ANSWER_TIMED_OUT}


def test_at_most_so_many_at_once() -> None:
    """What finds all places taken waits for one, and all are taken."""
    together = threading.Barrier(3, timeout=LIMIT_S)
    lock, running, most = threading.Lock(), 0, 0

    def work(_: int) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        together.wait()
        with lock:
            running -= 1

    list(side_by_side(work, range(9), at_once=3))

    assert most == 3


def test_the_order_of_the_things() -> None:
    """Results can be had in the order of the things, though a later one was done first."""
    second_is_done = threading.Event()

    def work(number: int) -> int:
        if number == 0:
            assert second_is_done.wait(LIMIT_S)
        second_is_done.set()
        return number

    assert list(in_order(side_by_side(work, range(4), at_once=4))) == [0, 1, 2, 3]


def test_nothing_is_begun_after_the_end() -> None:
    """When the results are not wanted any more, nothing further is done, and every thread ends."""
    begun: list[int] = []
    before = set(threading.enumerate())

    with closing(side_by_side(begun.append, iter(range(1000)), interval_s=0.01)) as results:
        next(results)
    for thread in set(threading.enumerate()) - before:
        thread.join(LIMIT_S)

    assert set(threading.enumerate()) <= before
    assert len(begun) < 1000


def test_an_error() -> None:
    """What a thing raises is raised where the results are taken."""

    def work(number: int) -> float:
        return 1 / number

    with pytest.raises(ZeroDivisionError):
        list(side_by_side(work, [1, 0]))
