"""An empty history, and the numbers of what it finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import open_history

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cronofy_cli.adapters.history import History


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the history is."""
    return tmp_path / "history.db"


@pytest.fixture
def history(path: Path) -> Iterator[History]:
    """An empty history."""
    with open_history(path) as opened:
        yield opened
