"""An empty history, in a file and in PostgreSQL: tests that ask for `history` or a place run with both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import open_history, sqlite_file
from cronofy_cli.adapters.postgres import PostgresAddress
from tests.postgres_server import database_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from cronofy_cli.adapters.history import History
    from cronofy_cli.adapters.history_place import HistoryPlace
    from tests.postgres_server import PostgresServer


_EMPTY = """
    SET search_path = cronofy;
    TRUNCATE deliveries, event_reads, gaps, moments, search_blocks, search_marks CASCADE;
    UPDATE numbers SET newest = 0
"""


@pytest.fixture(params=["sqlite", "postgres"])
def new_place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], HistoryPlace]:
    """Return a place where no history is: another file at each call, and the same database emptied again."""
    if request.param == "sqlite":
        return lambda: tmp_path_factory.mktemp("history") / "state" / "history.db"
    server: PostgresServer = request.getfixturevalue("postgres_server")
    url: str = request.getfixturevalue("postgres_url")
    name = database_of(url)

    def emptied() -> HistoryPlace:
        address = PostgresAddress.parse(url)
        open_history(address).close()
        server.execute(_EMPTY, name)
        return address

    return emptied


@pytest.fixture
def place(new_place: Callable[[], HistoryPlace]) -> HistoryPlace:
    """Where the history is."""
    return new_place()


@pytest.fixture
def history(place: HistoryPlace) -> Iterator[History]:
    """An empty history."""
    with open_history(place) as opened:
        yield opened


@pytest.fixture
def waits_for_writers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that another writes to is waited for however long that takes: on a busy machine, longer than a second."""
    monkeypatch.setattr(sqlite_file, "BUSY_TIMEOUT_S", 60.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a history's file is."""
    return tmp_path / "state" / "history.db"


@pytest.fixture
def file_history(path: Path) -> Iterator[History]:
    """An empty history in a file."""
    with open_history(path) as opened:
        yield opened


@pytest.fixture
def address(postgres_url: str) -> PostgresAddress:
    """Where a history's database is."""
    return PostgresAddress.parse(postgres_url)
