"""What is said where the history's file cannot be used."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history.database import HistoryDamaged
from cronofy_cli.adapters.history.sqlite_database import translated
from cronofy_cli.errors import HistoryUnavailable
from tests.adapters.sqlite_errors import sqlite_errors
from tests.golden_errors import compare_errors

if TYPE_CHECKING:
    from cronofy_cli.errors import CronofyError

FILE = Path("/state/deliveries.db")


def test_words() -> None:
    """What is said of each failure of SQLite and of the file system is kept word for word."""
    told: list[tuple[str, CronofyError]] = [(f"{count} damaged", HistoryDamaged(count, FILE)) for count in (1, 2)]
    for name, error in sqlite_errors():
        with pytest.raises(HistoryUnavailable) as caught, translated(FILE):
            raise error
        told.append((name, caught.value))

    compare_errors("sqlite.txt", told, Path(__file__).parent / "golden")
