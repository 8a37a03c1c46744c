"""A run that fails amid what it reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest

from cronofy_cli.adapters.api.endpoints import EventPage
from cronofy_cli.core.server_time import ServerTime
from cronofy_cli.errors import Unreachable
from cronofy_cli.sync.change_log import ChangeLog
from cronofy_cli.sync.copy.sqlite_copy import open_copy
from cronofy_cli.sync.copy_files import destination_at
from cronofy_cli.sync.destination import place_of_one
from cronofy_cli.sync.errors import CopyUnavailable
from cronofy_cli.sync.plan import PlanOptions
from cronofy_cli.sync.run import synchronize
from cronofy_cli.sync.state import Wish

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from cronofy_cli.core.api.queries import EventsQuery
    from cronofy_cli.sync.change_log import Effect

EVENT = msgspec.Raw(b'{"event_uid":"evt_1","start":"2026-11-24","end":"2026-11-25","summary":"Lunch"}')
WISH = Wish("uk", "acc_1", None, None, "Europe/London", ())
NOW = ServerTime(datetime(2026, 11, 22, tzinfo=UTC), is_known=True)
OPTIONS = PlanOptions(full=False, full_every=timedelta(days=7))


class FullLog(ChangeLog):
    """A log that cannot be written."""

    def count(self, effect: Effect, number: int = 1) -> None:
        """Fail."""
        raise OSError(f"no space left for {number} {effect}")


def test_reading_ends_with_what_fails(tmp_path: Path) -> None:
    """When an event cannot be kept no further page is asked for, what is open is closed, and nothing was written."""
    opened: list[Generator[EventPage]] = []
    ended: list[EventsQuery] = []

    def read(query: EventsQuery) -> Generator[EventPage]:
        def pages() -> Generator[EventPage]:
            try:
                yield EventPage((EVENT,), 1, 2)
                pytest.fail("a further page was asked for")
            finally:
                ended.append(query)

        opened.append(pages())
        return opened[-1]

    with open_copy(destination_at(tmp_path / "calendar.db")) as copy, FullLog() as log:
        with pytest.raises(CopyUnavailable):
            synchronize(copy, WISH, OPTIONS, NOW, read, log)

        assert (len(opened), len(ended)) == (1, 1)
        with copy.transaction():
            assert copy.count() == 0


@pytest.mark.parametrize("database", ["SQLite", "PostgreSQL"])
def test_a_run_that_fails_amid_writing(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """What was written before the failure is not kept, and the next run writes everything."""
    out = str(tmp_path / "calendar.db") if database == "SQLite" else str(request.getfixturevalue("postgres_url"))

    def read(_query: EventsQuery) -> Generator[EventPage]:
        yield EventPage((EVENT,), 1, 2)
        if not may_end:
            raise Unreachable("Cronofy is away")

    for may_end, count in ((False, 0), (True, 1)):
        with place_of_one(out).open("acc_1", "uk") as copy, ChangeLog() as log:
            try:
                synchronize(copy, WISH, OPTIONS, NOW, read, log)
            except Unreachable:
                assert not may_end
            with copy.transaction():
                assert (copy.count(), copy.state is not None) == (count, may_end)
