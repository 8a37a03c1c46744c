"""Reading the events behind `change` notifications."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.core.signature import SignatureState
from cronofy_cli.errors import Unreachable
from cronofy_cli.listener.change_reader import ChangeRead, ChangeReader
from tests.samples import make_delivery, make_event

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cronofy_cli.core.queries import EventsQuery
    from cronofy_cli.errors import CronofyError

LIMIT_S = 10.0


def change(since: str = "2026-11-22T09:24:16Z", **filters: object) -> bytes:
    """Return the body of a `change` notification."""
    document = {
        "notification": {"type": "change", "changes_since": since},
        "channel": {"channel_id": "chn_1", "callback_url": "https://example.com/", "filters": filters},
    }
    return json.dumps(document).encode()


class Cronofy:
    """Answers reads, as soon as it may, and keeps what was asked, read and complained about."""

    def __init__(self) -> None:
        self.queries: list[EventsQuery] = []
        self.reads: list[ChangeRead] = []
        self.troubles: list[CronofyError] = []
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.asked = threading.Event()
        self.fails = False

    def read(self, query: EventsQuery) -> Iterable[bytes]:
        """Answer with one event."""
        self.queries.append(query)
        self.asked.set()
        assert self.may_answer.wait(LIMIT_S)
        if self.fails:
            raise Unreachable("no answer")
        return [make_event(len(self.queries))]


@pytest.fixture
def cronofy() -> Cronofy:
    """Cronofy, which answers at once."""
    return Cronofy()


@pytest.fixture
def reader(cronofy: Cronofy) -> Iterator[ChangeReader]:
    """A reader at work."""
    reader = ChangeReader(cronofy.read, "Europe/London", cronofy.reads.append, cronofy.troubles.append)
    reader.start()
    yield reader
    cronofy.may_answer.set()
    reader.stop(LIMIT_S)


def test_a_change_is_read(cronofy: Cronofy, reader: ChangeReader) -> None:
    """The read asks for everything since then, deleted, moved and managed events too, in the account's zone."""
    reader([make_delivery(7, change())])
    reader.stop(LIMIT_S)

    [query] = cronofy.queries
    assert (query.tzid, query.last_modified, query.calendar_ids) == ("Europe/London", "2026-11-22T09:24:16Z", ())
    assert (query.include_deleted, query.include_moved, query.include_managed) == (True, True, True)
    assert cronofy.reads == [ChangeRead((7,), "2026-11-22T09:24:16Z", (make_event(1),))]


def test_changes_that_arrive_during_a_read_are_folded(cronofy: Cronofy, reader: ChangeReader) -> None:
    """While one read is under way the others wait, and then need one read together, from the earliest time on."""
    cronofy.may_answer.clear()
    reader([make_delivery(1, change("2026-11-22T09:24:16Z"))])
    assert cronofy.asked.wait(LIMIT_S)
    reader([make_delivery(2, change("2026-11-22T09:30:00Z")), make_delivery(3, change("2026-11-22T09:25:00Z"))])
    reader([make_delivery(4, change("2026-11-22T09:31:00Z"))])
    cronofy.may_answer.set()
    reader.stop(LIMIT_S)

    assert [(read.delivery_ids, read.changes_since) for read in cronofy.reads] == [
        ((1,), "2026-11-22T09:24:16Z"),
        ((2, 3, 4), "2026-11-22T09:25:00Z"),
    ]


def test_each_filter_has_its_own_read(cronofy: Cronofy, reader: ChangeReader) -> None:
    """Changes of channels with different filters are not mixed, whatever their order."""
    cronofy.may_answer.clear()
    reader([make_delivery(1, change())])
    assert cronofy.asked.wait(LIMIT_S)
    reader(
        [
            make_delivery(2, change(calendar_ids=["cal_1"])),
            make_delivery(3, change(only_managed=True)),
            make_delivery(4, change(calendar_ids=["cal_1"])),
        ]
    )
    cronofy.may_answer.set()
    reader.stop(LIMIT_S)

    asked = {
        read.delivery_ids: (query.calendar_ids, query.only_managed)
        for read, query in zip(cronofy.reads, cronofy.queries, strict=True)
    }
    assert asked == {(1,): ((), None), (2, 4): (("cal_1",), None), (3,): ((), True)}


@pytest.mark.parametrize(
    ("body", "state", "is_read"),
    [
        (change(), SignatureState.VALID, True),
        (change(), SignatureState.UNKNOWN, True),
        (change(), SignatureState.INVALID, False),
        (change(), SignatureState.UNSIGNED, False),
        (b'{"notification":{"type":"change"}}', SignatureState.VALID, False),
        (b'{"notification":{"type":"verification"}}', SignatureState.VALID, False),
        (b"not JSON", SignatureState.VALID, False),
    ],
)
def test_what_is_read_for(
    body: bytes, state: SignatureState, is_read: bool, cronofy: Cronofy, reader: ChangeReader
) -> None:
    """Only changes with a time cause a read, and never one whose signature is wrong: anyone could send it."""
    reader([make_delivery(1, body, state)])
    reader.stop(LIMIT_S)

    assert bool(cronofy.queries) is is_read


def test_a_failed_read_is_told_and_the_next_one_made(cronofy: Cronofy, reader: ChangeReader) -> None:
    """Cronofy not answering once does not end the reading."""
    cronofy.fails = True
    cronofy.may_answer.clear()
    reader([make_delivery(1, change())])
    assert cronofy.asked.wait(LIMIT_S)
    reader([make_delivery(2, change())])
    cronofy.may_answer.set()
    reader.stop(LIMIT_S)

    assert ([str(error) for error in cronofy.troubles], cronofy.reads) == (["no answer"] * 2, [])


def test_the_payload_holds_each_events_own_bytes() -> None:
    """What is kept is one JSON document with the events as the server sent them."""
    read = ChangeRead((1, 2), "2026-11-22T09:24:16Z", (b'{"a" : 1.50}', b"{}"))

    assert read.payload() == (
        b'{"delivery_ids":[1,2],"changes_since":"2026-11-22T09:24:16Z","events":[{"a" : 1.50},{}]}'
    )


def test_stopping_does_not_wait_longer_than_it_may(cronofy: Cronofy, reader: ChangeReader) -> None:
    """A read that hangs does not keep the program from ending."""
    cronofy.may_answer.clear()
    reader([make_delivery(1, change())])
    assert cronofy.asked.wait(LIMIT_S)

    reader.stop(0.01)

    assert cronofy.reads == []
