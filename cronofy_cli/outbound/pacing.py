"""Sending many posts: one after another, or so many a second whether or not the earlier ones are answered.

`iterate` lets a command, which is not asynchronous, take the results as they come.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator, Iterable

    from cronofy_cli.outbound.outcome import Outcome
    from cronofy_cli.outbound.request import Post
    from cronofy_cli.outbound.timed_sender import Sender

T = TypeVar("T")

Numbered = tuple[int, "Outcome"]
"""Which post of the series, from 1, and how it ended."""


async def send_in_turn(sender: Sender, posts: Iterable[Post]) -> AsyncGenerator[Numbered]:
    """Send each post when the one before is answered."""
    async with sender:
        for number, post in enumerate(posts, 1):
            yield number, await sender.send(post)


async def send_at_rate(sender: Sender, posts: Iterable[Post], rate_per_s: float) -> AsyncGenerator[Numbered]:
    """Start so many posts a second. Results come as answers do, so they can overtake each other."""

    async def send(number: int, post: Post) -> Numbered:
        await asyncio.sleep((number - 1) / rate_per_s)
        return number, await sender.send(post)

    async with sender:
        tasks = [asyncio.create_task(send(number, post)) for number, post in enumerate(posts, 1)]
        try:
            for outcome in asyncio.as_completed(tasks):
                yield await outcome
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def iterate(items: AsyncGenerator[T]) -> Generator[T]:
    """Yield what an asynchronous generator yields, from an event loop of its own."""

    async def following() -> tuple[T, ...]:
        async for item in items:
            return (item,)
        return ()

    with asyncio.Runner() as runner:
        try:
            while found := runner.run(following()):
                yield found[0]
        finally:
            runner.run(items.aclose())
