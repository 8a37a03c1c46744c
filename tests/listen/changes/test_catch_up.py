"""What is read for what may have been missed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.core.notifications.delivery_filter import EVERYTHING, DeliveryFilter
from cronofy_cli.core.notifications.where import parse_where
from cronofy_cli.listen.changes.catch_up import Backfill
from cronofy_cli.listen.changes.read_request import ReadWish
from cronofy_cli.listen.changes.reader import ChangeReader
from cronofy_cli.listen.changes.reconstruction import Reconstruction
from tests.listen.changes.test_reader import FIRST, IMPATIENT, LIMIT_S, SECOND, THIRD, Cronofy
from tests.listen.changes.test_reconstruction import CHANNEL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MADE_UP = Reconstruction((), "uk", lambda: datetime.now(UTC))


@pytest.fixture
def cronofy() -> Cronofy:
    """Cronofy, which answers at once."""
    return Cronofy()


@pytest.fixture
def reader(cronofy: Cronofy) -> Iterator[ChangeReader]:
    """A reader at work."""
    reader = ChangeReader(cronofy.read, "Etc/UTC", cronofy.observe, cronofy.reads.append, cronofy, patience=IMPATIENT)
    reader.start()
    yield reader
    reader.stop(LIMIT_S)


@pytest.mark.parametrize(("last_read", "since"), [(None, SECOND), (FIRST, FIRST), (THIRD, SECOND)])
def test_a_gap(
    last_read: str | None,
    since: str,
    cronofy: Cronofy,
    reader: ChangeReader,
    wait_until: Callable[[Callable[[], bool]], None],
) -> None:
    """It is read from its beginning, or from the last moment before it up to which all was read."""
    if last_read is not None:
        reader.ask(ReadWish(last_read))
        wait_until(lambda: bool(cronofy.reads))

    Backfill(reader, MADE_UP.delivery, EVERYTHING.wants).read_gap(CHANNEL, datetime.fromisoformat(SECOND))
    reader.stop(LIMIT_S)

    read = cronofy.reads[-1]
    assert (read.changes_since, read.delivery_ids, read.is_reconstructed) == (since, (), True)
    assert read.missed is not None
    assert read.missed.notification.changes_since == since
    assert cronofy.queries[-1].only_managed is True


@pytest.mark.parametrize(
    ("chosen", "is_read"),
    [
        (DeliveryFilter(types=frozenset({"change"})), True),
        (DeliveryFilter(types=frozenset({"smart_invite"})), False),
        (DeliveryFilter(channel_ids=frozenset({"chn_2"})), False),
        (DeliveryFilter(where=parse_where("channel.filters.only_managed == `true`")), True),
    ],
)
def test_only_what_is_chosen(chosen: DeliveryFilter, is_read: bool, cronofy: Cronofy, reader: ChangeReader) -> None:
    """What nobody would want to be notified of is not read either."""
    Backfill(reader, MADE_UP.delivery, chosen.wants).read_since(CHANNEL, FIRST)
    reader.stop(LIMIT_S)

    assert bool(cronofy.reads) is is_read
