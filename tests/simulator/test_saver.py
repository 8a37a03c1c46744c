"""Saving while the simulator runs: after changes, many at once, and not otherwise."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from cronofy_cli.simulator.saver import Saver
from cronofy_cli.simulator.world.delivery import OutboxState
from cronofy_cli.simulator.world.persistence import StoredState
from cronofy_cli.simulator.world.seed import seed_world
from tests.simulator.worlds import NOW

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from cronofy_cli.errors import CronofyError

LIMIT_S = 60.0


class Kept:
    """What a saver captured, and what went wrong."""

    def __init__(self) -> None:
        self.captures = 0
        self.problems: list[CronofyError] = []
        self._news = asyncio.Event()

    def capture(self) -> StoredState:
        """Return a state whose number tells the captures apart."""
        self.captures += 1
        self._news.set()
        return StoredState(seed_world(NOW.date()), OutboxState(last_number=self.captures))

    def note_problem(self, error: CronofyError) -> None:
        """Keep what went wrong."""
        self.problems.append(error)
        self._news.set()

    async def wait_for(self, captures: int, problems: int = 0) -> None:
        """Wait until so many states were captured, and so many saves have failed."""
        async with asyncio.timeout(LIMIT_S):
            while self.captures < captures or len(self.problems) < problems:
                await self._news.wait()
                self._news.clear()


def run_with(path: Path, act: Callable[[Saver, Kept], Awaitable[None]]) -> Kept:
    """Run a saver while something is done, stop it, and return what was kept."""
    kept = Kept()

    async def run() -> None:
        saver = Saver(path, 0.001, kept.note_problem)
        running = asyncio.create_task(saver.run(kept.capture))
        await act(saver, kept)
        saver.stop()
        await asyncio.wait_for(running, LIMIT_S)

    asyncio.run(run())
    return kept


def test_it_saves_after_changes_and_not_otherwise(tmp_path: Path) -> None:
    """Each change is saved once, changes close together at once, and nothing is written in between."""

    async def act(saver: Saver, kept: Kept) -> None:
        for number in (1, 2, 3):
            for _ in range(5):
                saver.note_change()
            await kept.wait_for(number)
        await act_as_often(Kept(), 10)

    async def act_as_often(other: Kept, times: int) -> None:
        """Let as much time pass as another saver takes for so many saves."""
        saver = Saver(tmp_path / "other.json", 0.001, other.note_problem)
        running = asyncio.create_task(saver.run(other.capture))
        for number in range(1, times + 1):
            saver.note_change()
            await other.wait_for(number)
        saver.stop()
        await running

    kept = run_with(tmp_path / "state.json", act)

    assert (kept.captures, kept.problems) == (3, [])
    assert (tmp_path / "state.json").exists()


def test_nothing_is_saved_without_a_change(tmp_path: Path) -> None:
    """A simulator in which nothing happens does not touch its file."""

    async def act(_saver: Saver, _kept: Kept) -> None:
        await asyncio.sleep(0)

    kept = run_with(tmp_path / "state.json", act)

    assert (kept.captures, (tmp_path / "state.json").exists()) == (0, False)


def test_it_tries_again_after_a_failure(tmp_path: Path) -> None:
    """A save that fails is reported, and the next change is saved as ever."""
    folder = tmp_path / "later"

    async def act(saver: Saver, kept: Kept) -> None:
        saver.note_change()
        await kept.wait_for(1, problems=1)
        folder.mkdir()
        saver.note_change()
        await kept.wait_for(2)

    kept = run_with(folder / "state.json", act)

    assert len(kept.problems) == 1
    assert (folder / "state.json").exists()
