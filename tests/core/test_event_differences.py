"""Differences between the events of two deliveries."""

from __future__ import annotations

from cronofy_cli.core.event_differences import compare_events
from cronofy_cli.core.notifications.delivery_diff import Difference, DifferencePart


def test_events() -> None:
    """Each field of an event that differs has its path; an event that one read lacks is given whole."""
    before = b'{"events":[{"event_uid":"e1","summary":"Call"},{"event_uid":"e2","summary":"Lunch"}]}'
    after = b'{"events":[{"event_uid":"e2","summary":"Late lunch"}]}'

    assert compare_events(before, after) == (
        Difference(DifferencePart.EVENT, "events[e2].summary", '"Lunch"', '"Late lunch"'),
        Difference(DifferencePart.EVENT, "events[e1]", '{"event_uid":"e1","summary":"Call"}', None),
    )
    assert compare_events(before, before) == compare_events(None, None) == ()
    assert compare_events(None, after) == (Difference(DifferencePart.EVENT, "events", None, '["e2"]'),)
