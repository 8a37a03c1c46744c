"""Sending many: in turn or at a rate, with results as they come."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.outbound.outcome import Trouble
from cronofy_cli.outbound.pacing import iterate, send_at_rate, send_in_turn
from cronofy_cli.outbound.request import Post
from cronofy_cli.outbound.target import parse_target
from cronofy_cli.outbound.timed_sender import Sender
from tests.outbound.receiver import receiving

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

POSTS = [Post(b"%d" % number, None) for number in range(1, 6)]


def test_in_turn() -> None:
    """Each post is sent when the one before is answered, and its result is there at once."""
    with receiving() as receiver:
        seen = [
            (number, outcome.status, len(receiver.requests))
            for number, outcome in iterate(send_in_turn(Sender(parse_target(receiver.url)), POSTS))
        ]

    assert seen == [(number, 200, number) for number in range(1, 6)]
    assert [request[-1:] for request in receiver.requests] == [b"1", b"2", b"3", b"4", b"5"]


def test_every_post_has_its_own_connection() -> None:
    """No post can fail because a server closed a kept connection."""
    with receiving() as receiver:
        list(iterate(send_in_turn(Sender(parse_target(receiver.url)), POSTS)))

    assert receiver.connections == len(POSTS)


def test_at_a_rate() -> None:
    """So many are started a second, not more."""
    with receiving() as receiver:
        started = time.monotonic()
        outcomes = list(iterate(send_at_rate(Sender(parse_target(receiver.url)), POSTS, 20)))
        elapsed_s = time.monotonic() - started

    assert sorted(number for number, _ in outcomes) == [1, 2, 3, 4, 5]
    assert elapsed_s >= 4 / 20


def test_at_a_rate_nothing_waits_for_answers() -> None:
    """A receiver that hangs is sent the rest all the same."""
    with receiving() as receiver:
        receiver.answer, receiver.rest = b"", b"late"
        outcomes = dict(iterate(send_at_rate(Sender(parse_target(receiver.url), limit_s=0.5), POSTS, 1000)))

    assert len(receiver.requests) == len(POSTS)
    assert {outcome.trouble for outcome in outcomes.values()} == {Trouble.ANSWER_TIMEOUT}


def test_whoever_stops_listening_stops_the_sending() -> None:
    """When the results are not wanted any more nothing further is sent."""
    with receiving() as receiver:
        results = iterate(send_at_rate(Sender(parse_target(receiver.url)), POSTS, 2))
        next(results)
        results.close()

        assert len(receiver.requests) == 1


def test_iterating_ends_with_the_items() -> None:
    """An asynchronous generator becomes a plain one: items in order, then the end; errors pass."""

    async def numbers() -> AsyncGenerator[int | None]:
        yield 1
        await asyncio.sleep(0)
        yield None
        raise LookupError

    items = iterate(numbers())

    assert [next(items), next(items)] == [1, None]
    with pytest.raises(LookupError):
        next(items)
    with pytest.raises(StopIteration):
        next(items)
