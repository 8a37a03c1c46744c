"""A simulated account to keep copies of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sync.keeping import POSTGRES, keeping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support import Cli
    from tests.sync.keeping import Keeping


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Callable[[], str]:
    """What returns the address of this test's PostgreSQL database, which is made when it is first asked for."""

    def address() -> str:
        return str(request.getfixturevalue("postgres_url"))

    return address


@pytest.fixture
def account(cli: Cli, database: Callable[[], str]) -> Iterator[Keeping]:
    """A simulated account whose clock stands still."""
    with keeping(cli, database) as account:
        yield account


@pytest.fixture(params=["calendar.db", POSTGRES])
def each_database(request: pytest.FixtureRequest, account: Keeping) -> str:
    """The test runs with a copy in SQLite, and with one in PostgreSQL."""
    account.out = request.param
    return str(request.param)
