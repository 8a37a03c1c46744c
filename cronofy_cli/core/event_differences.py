"""What differs between the events that were read because of two deliveries. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.core.events.read_comparison import compare_reads, event_uids
from cronofy_cli.core.notifications.delivery_diff import Difference, DifferencePart, json_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.core.events.read_comparison import EventDifference


def compare_events(before: bytes | None, after: bytes | None) -> tuple[Difference, ...]:
    """Return what differs between the events that were read because of two deliveries (JSON); None where none were."""
    if before is None or after is None:
        old, new = (None if read is None else json_text(event_uids(read)) for read in (before, after))
        return () if old == new else (Difference(DifferencePart.EVENT, "events", old, new),)
    return tuple(each for difference in compare_reads(before, after) for each in _of_event(difference))


def _of_event(event: EventDifference) -> Iterator[Difference]:
    place = f"events[{event.event_uid}]"
    if event.before is None or event.after is None:
        old, new = (None if state is None else state.decode() for state in (event.before, event.after))
        yield Difference(DifferencePart.EVENT, place, old, new)
    for field in event.fields:
        old, new = (None if value is None else json_text(value) for value in (field.before, field.after))
        yield Difference(DifferencePart.EVENT, f"{place}.{field.field}", old, new)
