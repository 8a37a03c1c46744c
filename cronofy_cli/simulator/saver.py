"""Saves the world while the simulator runs: soon after a change, many changes at once, off the event loop."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from cronofy_cli.errors import CronofyError
from cronofy_cli.simulator.world.persistence import save

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from cronofy_cli.simulator.world.persistence import StoredState


class Saver:
    """Keeps one file in step."""

    def __init__(self, path: Path, delay_s: float, on_problem: Callable[[CronofyError], None]) -> None:
        self._path = path
        self._delay_s = delay_s
        self._on_problem = on_problem
        self._changed = asyncio.Event()
        self._stopping = asyncio.Event()

    def note_change(self) -> None:
        """There is something to save."""
        self._changed.set()

    def stop(self) -> None:
        """Let `run` end; a file that is being written is finished first, what changed since is the caller's to save."""
        self._stopping.set()
        self._changed.set()

    async def run(self, capture: Callable[[], StoredState]) -> None:
        """Save after changes until stopped. A failure is reported, and the next change tries again.

        `capture` is called on the event loop, so what it returns is consistent.
        """
        while True:
            await self._changed.wait()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._delay_s):
                    await self._stopping.wait()
            if self._stopping.is_set():
                return
            self._changed.clear()
            try:
                await asyncio.to_thread(save, self._path, capture())
            except CronofyError as error:
                self._on_problem(error)
