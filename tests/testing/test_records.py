"""What a simulator noted, as a test reads it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from cronofy_cli.testing.calendars import Calendar, Event, Profile
from cronofy_cli.testing.control import Control
from cronofy_cli.testing.records import Delivery, Request, record

NOTED: dict[str, Any] = {
    "number": 1,
    "at": "2026-11-24T10:00:00.5Z",
    "channel_id": "chn_1",
    "callback_url": "http://127.0.0.1:3000/",
    "type": "change",
    "attempt": 2,
    "status": 200,
    "failure": None,
    "reason": None,
    "duration_ms": 3.5,
    "signature": "a-signature",
    "body": '{"notification":{"type":"change"}}',
    "of_a_later_release": True,
}


@pytest.mark.parametrize(
    ("status", "succeeded"),
    [(200, True), (204, True), (299, True), (199, False), (300, False), (500, False), (None, False)],
)
def test_what_is_a_success(status: int | None, succeeded: bool) -> None:
    """A 2xx is, as for Cronofy; no answer is not."""
    assert record(Delivery, NOTED | {"status": status}).succeeded is succeeded


def test_a_delivery() -> None:
    """Everything that was noted, its time as a time and its body as JSON; what is not known here is left out."""
    delivery = record(Delivery, NOTED)

    assert (delivery.number, delivery.attempt, delivery.duration_ms) == (1, 2, 3.5)
    assert delivery.at == datetime(2026, 11, 24, 10, 0, 0, 500_000, UTC)
    assert delivery.json == {"notification": {"type": "change"}}


def test_what_belongs_to_a_calendar() -> None:
    """An event, a calendar and a profile are what is known of them, however they are reached."""

    def made(url: str) -> tuple[Event, Calendar, Profile]:
        control = Control(url)
        return (
            Event({"summary": "Lunch"}, control),
            Calendar("cal_1", "Work", "pro_1", False, control, "acc_1"),
            Profile("pro_1", "google", control),
        )

    assert made("http://127.0.0.1:1") == made("http://127.0.0.1:2")
    assert [repr(one) for one in made("http://127.0.0.1:1")] == [
        "Event(data={'summary': 'Lunch'})",
        "Calendar(calendar_id='cal_1', name='Work', profile_id='pro_1', readonly=False)",
        "Profile(profile_id='pro_1', provider_name='google')",
    ]


def test_what_a_failed_test_shows() -> None:
    """Of a delivery and of a call that is what tells them apart, not the bytes that were sent."""
    request = record(Request, {"number": 1, "at": NOTED["at"], "body": '{"a":1}', "note": "not simulated"})

    assert request.json == {"a": 1}
    assert "not simulated" in repr(request)
    assert "chn_1" in repr(record(Delivery, NOTED))
    for hidden in ("a-signature", "notification", '{"a":1}'):
        assert hidden not in f"{record(Delivery, NOTED)!r} {request!r}"
