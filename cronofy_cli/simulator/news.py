"""That something is new in a world, for those who follow it. Survives resets, unlike the world.

Not thread-safe: it lives on the server's event loop.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress


class News:
    """A counter that can be waited on."""

    def __init__(self) -> None:
        self.count = 0
        """Goes up with everything that is new."""
        self.is_over = False
        self._more = asyncio.Event()

    def notify(self) -> None:
        """Something is new."""
        self.count += 1
        self._more.set()

    def end(self) -> None:
        """There will be no more; nobody waits any longer."""
        self.is_over = True
        self.notify()

    async def wait(self, seen: int, limit_s: float) -> int:
        """Return the count as soon as it is not `seen`, or when the time is over."""
        with suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                while self.count == seen:
                    self._more.clear()
                    await self._more.wait()
        return self.count
