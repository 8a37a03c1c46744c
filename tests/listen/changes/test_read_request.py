"""Reads that are wished for: what a delivery asks for, and how several become one."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.events.event_changes import compare
from cronofy_cli.listen.changes.read_request import ChangeRead, ReadRequest, folded, request_for, seconds_of
from tests.samples import CHANGE, make_delivery, make_event

EARLY, LATE = "2026-11-22T09:24:16Z", "2026-11-22T09:30:00Z"

WISHES = st.lists(
    st.builds(
        ReadRequest,
        changes_since=st.sampled_from([EARLY, LATE, "2026-11-22T10:24:15+01:00", "soon"]),
        calendar_ids=st.sampled_from([(), ("cal_1",)]),
        only_managed=st.booleans(),
        delivery_ids=st.tuples(st.integers(1, 99)),
    )
)


def test_a_delivery_asks_for_what_it_speaks_of() -> None:
    """Everything since its moment, with the filters of its channel, for the sake of its number."""
    body = CHANGE.replace(b'"filters":{}', b'"filters":{"calendar_ids":["cal_1"],"only_managed":true}')

    assert request_for(make_delivery(7, body)) == ReadRequest(EARLY, ("cal_1",), only_managed=True, delivery_ids=(7,))


@pytest.mark.parametrize("only_managed", [False, True])
def test_what_is_asked_for(only_managed: bool) -> None:
    """All that changed in the channel's calendars, deleted and moved events too, with the zones of their own."""
    asked = ReadRequest(EARLY, ("cal_1",), only_managed).query("Europe/Prague")

    assert (asked.tzid, asked.calendar_ids, asked.last_modified) == ("Europe/Prague", ("cal_1",), EARLY)
    assert bool(asked.only_managed) is only_managed
    assert (asked.include_deleted, asked.include_moved, asked.localized_times) == (True, True, True)
    assert not ReadRequest(EARLY).query("Etc/UTC").only_managed


@pytest.mark.parametrize(
    "body",
    [
        b'{"notification":{"type":"change"}}',
        b'{"notification":{"type":"change","changes_since":"soon"}}',
        b'{"notification":{"type":"verification"}}',
        b"not JSON",
    ],
)
def test_what_asks_for_nothing(body: bytes) -> None:
    """Only a change with a moment can be read."""
    assert request_for(make_delivery(7, body)) is None


@given(WISHES)
def test_folding_forgets_nothing(wishes: list[ReadRequest]) -> None:
    """Whatever comes in whatever order: each delivery is in a read of its filters that begins no later than it says."""
    reads = folded(wishes)

    assert len({read.kind for read in reads}) == len(reads)
    for wish in wishes:
        [read] = [each for each in reads if each.kind == wish.kind]
        assert set(wish.delivery_ids) <= set(read.delivery_ids)
        assert (seconds_of(read.changes_since) or 0) <= (seconds_of(wish.changes_since) or 0)


def test_moments_are_compared_as_such() -> None:
    """The earliest moment counts, however its zone is written; a read is asked for in Cronofy's own words."""
    other_zone = "2026-11-22T10:24:15+01:00"

    [read] = folded([ReadRequest(LATE), ReadRequest(other_zone), ReadRequest(EARLY)])

    assert read.query("Etc/UTC").last_modified == other_zone


def test_a_moment_that_is_none_spoils_no_other_read() -> None:
    """What Cronofy will refuse is asked for by itself."""
    assert folded([ReadRequest("soon"), ReadRequest(LATE), ReadRequest("soon")]) == [
        ReadRequest("soon"),
        ReadRequest(LATE),
    ]


def test_what_was_missed_is_read_by_itself() -> None:
    """A read that nobody announced is told apart from those that were."""
    missed = make_delivery()

    reads = folded(
        [ReadRequest(EARLY, missed=missed), ReadRequest(LATE, delivery_ids=(7,)), ReadRequest(LATE, missed=missed)]
    )

    assert reads == [ReadRequest(EARLY, missed=missed), ReadRequest(LATE, delivery_ids=(7,))]


@pytest.mark.parametrize(
    ("wish", "title", "by_hand"),
    [
        (ReadRequest(EARLY, delivery_ids=(7,)), "the changes of #7", "7"),
        (ReadRequest(EARLY, delivery_ids=(7, 8, 9)), "the changes of #7 and 2 more", EARLY),
        (ReadRequest(EARLY), f"the changes since {EARLY}", EARLY),
        (ReadRequest("$(id)"), "the changes since $(id)", "$(id)"),
    ],
)
def test_names(wish: ReadRequest, title: str, by_hand: str) -> None:
    """A read is named by its delivery or its moment."""
    assert (wish.title, wish.by_hand) == (title, by_hand)


def test_the_payload_holds_each_events_own_bytes() -> None:
    """What is kept is one JSON document: the events as the server sent them, what is new about them, and where."""
    event = make_event(1)
    change = compare(None, event, EARLY)
    assert change is not None
    read = ChangeRead((1, 2), EARLY, (b'{"a" : 1.50}', event), (change,))

    payload = read.payload({"cal_1": "Work", "cal_2": "Home"})

    assert b'"events":[{"a" : 1.50},' + event + b"]" in payload
    assert json.loads(payload) == {
        "calendar_names": {"cal_1": "Work"},
        "delivery_ids": [1, 2],
        "changes_since": EARLY,
        "events": [{"a": 1.5}, json.loads(event)],
        "changes": [
            {
                "kind": "first_seen",
                "event_uid": "evt_1",
                "calendar_id": "cal_1",
                "summary": "Event 1",
                "fields": [],
                "event": json.loads(event),
            }
        ],
    }
