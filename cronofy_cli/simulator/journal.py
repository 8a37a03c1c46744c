"""What happened in a world, in order: API calls and attempts to deliver. Waiting for the next one that fits.

Kept in memory only, the oldest entries give way. Not thread-safe: it lives on the server's event loop.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_KEPT: Final = 2000

Entry = TypeVar("Entry")


class Journal(Generic[Entry]):
    """A list that can be waited on."""

    def __init__(self, on_entry: Callable[[Entry], None] = lambda _entry: None) -> None:
        """`on_entry` is called with each new entry, at once."""
        self._entries: deque[Entry] = deque(maxlen=MAX_KEPT)
        self._count = 0
        self._on_entry = on_entry
        self._waiting: set[asyncio.Future[None]] = set()

    def __len__(self) -> int:
        """How many entries are kept."""
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        """The entries that are kept, the oldest first."""
        return iter(self._entries)

    @property
    def next_number(self) -> int:
        """The number that the next entry is to have; the first is 1."""
        return self._count + 1

    def add(self, entry: Entry) -> None:
        """Note what happened."""
        self._count += 1
        self._entries.append(entry)
        self._on_entry(entry)
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)

    def find(self, is_meant: Callable[[Entry], bool]) -> list[Entry]:
        """Return the entries that fit, the oldest first."""
        return [entry for entry in self._entries if is_meant(entry)]

    async def wait_for(self, is_meant: Callable[[Entry], bool], count: int, limit_s: float) -> list[Entry]:
        """Return the entries that fit as soon as there are `count`; fewer when the time is over."""
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + limit_s
        while len(found := self.find(is_meant)) < count and (left_s := ends_at - loop.time()) > 0:
            news: asyncio.Future[None] = loop.create_future()
            self._waiting.add(news)
            try:
                await asyncio.wait((news,), timeout=left_s)
            finally:
                self._waiting.discard(news)
        return found
