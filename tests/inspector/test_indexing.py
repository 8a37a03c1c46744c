"""The inspector fills the search index of the history that is there."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from cronofy_cli.adapters.history import open_history
from tests.inspector.conftest import inspecting
from tests.samples import make_delivery

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BLOCK = 64
"""As many deliveries share a row of the index; what is less is looked through."""


def record(file: Path, count: int) -> None:
    """Record deliveries, as a command does that leaves indexing to others."""
    with open_history(file, survives_power_cut=False) as history:
        history.record([make_delivery(number) for number in range(count)])


def is_indexed(file: Path, total: int) -> bool:
    """Whether all is indexed that fills a row."""
    with open_history(file, read_only=True) as history:
        return history.total() == total and history.search.unindexed() == total % BLOCK


def test_a_history_that_comes_later(file: Path, wait_until: Callable[[Callable[[], bool]], None]) -> None:
    """It is indexed when it comes, again when more has come, and so is another one that takes its place."""
    with inspecting(file):
        record(file, 200)
        wait_until(partial(is_indexed, file, 200))
        record(file, 100)
        wait_until(partial(is_indexed, file, 300))
        for each in file.parent.glob(f"{file.stem}*"):
            each.unlink()
        record(file, 150)
        wait_until(partial(is_indexed, file, 150))
