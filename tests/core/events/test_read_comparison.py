"""Events of two reads are compared by their `event_uid`."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.events.read_comparison import compare_reads

LUNCH = {"event_uid": "evt_l", "summary": "Lunch", "start": "2026-11-24T12:00:00Z", "end": "2026-11-24T13:00:00Z"}
CALL = {"event_uid": "evt_c", "summary": "Call", "start": "2026-11-25T09:00:00Z", "end": "2026-11-25T10:00:00Z"}


def read(*events: dict[str, Any]) -> bytes:
    """Return a read as the history keeps it."""
    return json.dumps({"changes_since": "2026-11-23T12:04:16Z", "events": events}).encode()


def found(before: bytes, after: bytes) -> list[tuple[str, bool, bool, list[str]]]:
    """Return for each event that differs where it is, and which fields differ."""
    return [
        (each.summary, each.before is not None, each.after is not None, [field.field for field in each.fields])
        for each in compare_reads(before, after)
    ]


def test_an_event_is_met_again_wherever_it_stands() -> None:
    """One more at the top makes no other one differ."""
    more = {**LUNCH, "event_uid": "evt_m", "summary": "More"}
    later = {**CALL, "start": "2026-11-25T09:30:00Z", "attendees": [{"email": "ada@example.com"}]}

    assert found(read(CALL, LUNCH), read(more, LUNCH, later)) == [
        ("More", False, True, []),
        ("Call", True, True, ["start", "attendees[ada@example.com]"]),
    ]
    assert found(read(LUNCH, CALL), read(CALL)) == [("Lunch", True, False, [])]


def test_a_deleted_event_differs() -> None:
    """From one that is there, not from itself."""
    gone = {**LUNCH, "deleted": True}

    assert found(read(LUNCH), read(gone)) == [("Lunch", True, True, ["deleted"])]
    assert found(read(gone), read(gone)) == []


def test_what_cannot_be_met_again_is_passed_over() -> None:
    """An event without an id, or a read that is none."""
    assert found(read({"summary": "nameless"}), read()) == []
    assert found(b"[", b'{"events":[1,{"event_uid":2}]}') == []


@given(order=st.permutations([LUNCH, CALL, {"event_uid": "evt_x"}, {"event_uid": "evt_y", "summary": "Y"}]))
def test_the_order_means_nothing(order: list[dict[str, Any]]) -> None:
    """However the same events stand, nothing differs."""
    assert found(read(*order), read(*sorted(order, key=lambda event: str(event["event_uid"])))) == []
