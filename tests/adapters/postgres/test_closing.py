"""Whatever uses a PostgreSQL database lets go of its connection, also where it refuses what it finds there."""

from __future__ import annotations

import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import open_history
from cronofy_cli.adapters.leadership import Leadership, SharedUrl
from cronofy_cli.adapters.postgres import PostgresAddress
from cronofy_cli.errors import CronofyError, NotFound
from cronofy_cli.sync.copy import postgres_copy
from cronofy_cli.sync.postgres_budget import PostgresBudget
from tests.open_files import open_files
from tests.postgres_server import database_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.postgres_server import PostgresServer


def use_history(address: PostgresAddress) -> None:
    """Record, as a listener does."""
    with open_history(address) as history:
        history.newest_id()


def use_leadership(address: PostgresAddress) -> None:
    """Lead."""
    with closing(Leadership.open(address, SharedUrl("https://api.cronofy.com", "acc_1", "https://x.test"))) as made:
        assert made.try_to_lead()


def use_copy(address: PostgresAddress) -> None:
    """Write a copy."""
    with postgres_copy.open_copy(address, "acc_1", "uk") as copy, copy.transaction():
        assert copy.find(["evt_1"]) == {}


def use_budget(address: PostgresAddress) -> None:
    """Make a request."""
    with closing(PostgresBudget(address, "client", "uk")) as budget, budget.turn(threading.Event()):
        pass


@pytest.mark.parametrize(
    ("use", "schema"),
    [
        (use_history, "cronofy"),
        (use_leadership, "cronofy"),
        (use_copy, "cronofy_sync"),
        (use_budget, "cronofy_sync"),
    ],
)
def test_connections(
    use: Callable[[PostgresAddress], None], schema: str, postgres_server: PostgresServer, postgres_url: str
) -> None:
    """Nothing is left open after its use, nor where the tables are those of a later release."""
    address, files = PostgresAddress.parse(postgres_url), open_files()

    use(address)
    assert open_files() <= files
    postgres_server.execute(f"UPDATE {schema}.versions SET version = version + 90", database_of(postgres_url))
    with pytest.raises(CronofyError, match=r"newer|later") as caught:
        use(address)

    assert open_files() <= files, caught.value


def test_what_is_not_there(postgres_url: str) -> None:
    """A database without any tables of ours is looked at, and let go of."""
    address, files = PostgresAddress.parse(postgres_url), open_files()

    with open_history(address, read_only=True) as history:
        assert open_files() <= files
        assert history.newest_id() == 0
    with pytest.raises(NotFound, match="there is no copy in postgresql://") as caught:
        postgres_copy.open_existing(address, "acc_1", "uk")

    assert open_files() <= files, caught.value
