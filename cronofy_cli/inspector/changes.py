"""What changed, for the page: the words of the list, and each event field by field with its times."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from cronofy_cli.core.events.event import event_time, parse_event
from cronofy_cli.core.events.event_change_words import describe_changes
from cronofy_cli.core.events.event_changes import ChangeKind, changes_in, compare
from cronofy_cli.core.events.event_local_times import day_words, is_near, local_time
from cronofy_cli.core.events.event_series import ChangeGroup, fold_series
from cronofy_cli.core.events.event_when_words import occurrences_words, when_words
from cronofy_cli.core.events.field_changes import TIMES
from cronofy_cli.core.events.read_comparison import compare_reads
from cronofy_cli.core.fields import as_object, decode_object, objects, text
from cronofy_cli.inspector.documents import (
    ChangedEventDocument,
    ComparedEventDocument,
    FieldDocument,
    OtherEventDocument,
    ReadDocument,
    SpanDocument,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime, tzinfo

    from cronofy_cli.core.events.event_changes import EventChange, FieldChange
    from cronofy_cli.core.events.read_comparison import EventDifference
    from cronofy_cli.core.fields import Fields

_SHOWN: Final = 50
"""Events of a read that are shown one by one."""
_OTHERS: Final = 200
_IN_THE_WEEK: Final = 60
"""Occurrences of a series that are drawn."""
_TITLE_WIDTH: Final = 200
_LONGEST: Final = timedelta(days=7 + 31)
"""After the beginning of a week: what ends later and began before is not found."""
EventsAround = Callable[[Collection[str], date, date], list[bytes]]
"""Returns the events that end from one day to another, of the account that has one of those named."""


def change_sentence(payload: bytes, zone: tzinfo, today: date) -> tuple[str, str]:
    """Return the kind of the first change of a read, and what changed in a few words."""
    changes = changes_in(payload)
    if changes is None:
        return "", "events were read"
    if not changes:
        return "", "no event differs"
    first = describe_changes(changes[:1], zone, today)[0]
    title = f"“{first.title[1:-1]}”" if first.title.startswith('"') else first.title
    detail = first.details[0].removeprefix("start  ").replace(" -> ", " → ") if first.details else ""
    more = f"and {len(changes) - 1} more" if len(changes) > 1 else ""
    return changes[0].kind.value, "  ".join(part for part in (title, detail, more) if part)


def read_document(payload: bytes, now: datetime, events_around: EventsAround) -> ReadDocument:
    """Return a read of events as it is shown, with the others of the week. `now` is in the zone of who looks."""
    zone, today = now.tzinfo, now.date()
    assert zone is not None
    document = decode_object(payload)
    names = {key: name for key, name in as_object(document.get("calendar_names")).items() if isinstance(name, str)}
    changes = changes_in(payload)
    events = list(objects(document, "events"))
    changed = {change.event_uid for change in changes or ()}
    groups = fold_series(changes or (), zone)
    shown = tuple(_changed(group, names, zone, today) for group in groups[:_SHOWN])
    read = {text(event, "event_uid") for event in events}
    around = [] if not shown else map(decode_object, _around(shown, changed, zone, events_around))
    seen = (event for event in around if text(event, "event_uid") not in read)
    return ReadDocument(
        changes_since=text(document, "changes_since"),
        delivery_ids=_numbers(document.get("delivery_ids")),
        events=len(events),
        changes=None if changes is None else shown,
        others=(*_others(events, changed), *_others(seen, changed, are_last_seen=True)),
    )


def _around(
    changes: Sequence[ChangedEventDocument], changed: set[str], zone: tzinfo, events_around: EventsAround
) -> list[bytes]:
    """Return what else is known of the week that the page shows: that of the first event as it is, else as it was."""
    spans = [span for change in changes for span in change.after] or [span for each in changes for span in each.before]
    start = local_time(spans[0].start, zone) if spans else None
    if start is None:
        return []
    try:
        monday = start.day - timedelta(days=start.day.weekday())
        first, last = monday - timedelta(days=1), monday + _LONGEST
    except OverflowError:  # near year 1 or 9999
        return []
    return events_around(changed, first, last)


def compared_events(
    before: bytes | None, after: bytes | None, zone: tzinfo, today: date
) -> tuple[tuple[ComparedEventDocument, ...], int]:
    """Return the events that differ between two reads, and how many more there are; none where one was not made."""
    if before is None or after is None:
        return (), 0
    differences = compare_reads(before, after)
    shown = differences[:_SHOWN]
    return tuple(_compared(each, zone, today) for each in shown), len(differences) - len(shown)


def _compared(event: EventDifference, zone: tzinfo, today: date) -> ComparedEventDocument:
    fields = [
        FieldDocument(_label(field), *(_words(field, value, zone, today) for value in (field.before, field.after)))
        for field in event.fields
    ]
    if event.before is None or event.after is None:
        fields = [FieldDocument("", *(_when(state, zone, today) for state in (event.before, event.after)))]
    return ComparedEventDocument(event.summary[:_TITLE_WIDTH] or "(no title)", tuple(fields))


def _when(event: bytes | None, zone: tzinfo, today: date) -> str | None:
    if event is None:
        return None
    fields = decode_object(event)
    if fields.get("deleted") is True:
        return "deleted"
    change = compare(None, event)
    return (change and when_words(ChangeGroup((change,), is_series=False), zone, today)) or "there"


def _numbers(value: object) -> tuple[int, ...]:
    return tuple(each for each in value if isinstance(each, int)) if isinstance(value, list) else ()


def _changed(group: ChangeGroup, names: dict[str, str], zone: tzinfo, today: date) -> ChangedEventDocument:
    change = group.first
    spans = [_spans(each) for each in group.changes[:_IN_THE_WEEK]]
    title = parse_event(change.after)
    return ChangedEventDocument(
        kind=change.kind.value,
        title=change.summary[:_TITLE_WIDTH] or ("(private)" if title.event_private else "(no title)"),
        calendar=names.get(change.calendar_id, change.calendar_id),
        note=occurrences_words(group, zone, today) if group.is_series else "",
        fields=tuple(_fields(change, zone, today)),
        before=tuple(before for before, _ in spans if before is not None),
        after=tuple(after for _, after in spans if after is not None),
    )


def _fields(change: EventChange, zone: tzinfo, today: date) -> Iterable[FieldDocument]:
    if change.kind in {ChangeKind.MOVED, ChangeKind.CHANGED}:
        for field in change.fields:
            before, after = (_words(field, value, zone, today) for value in (field.before, field.after))
            yield FieldDocument(_label(field), before, after)
        return
    when = when_words(ChangeGroup((change,), is_series=False), zone, today) or None
    gone = change.kind is ChangeKind.REMOVED
    yield FieldDocument("time", when if gone else None, None if gone else when)


def _label(field: FieldChange) -> str:
    label = "location" if field.field == "location.description" else field.field
    return label.removesuffix(".status").removeprefix("attendees[").replace("]", "")


def _words(field: FieldChange, value: object, zone: tzinfo, today: date) -> str | None:
    if value is None or value == "":
        return None
    if field.field in TIMES:
        return _time_words(value, zone, today, is_end=field.field == "end")
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _time_words(value: object, zone: tzinfo, today: date, *, is_end: bool) -> str:
    time = local_time(value, zone, is_end=is_end)
    if time is None:
        return value if isinstance(value, str) else msgspec.json.encode(value).decode()
    elsewhere = f" {time.tzid}" if time.is_elsewhere and time.tzid else ""
    day = day_words(time.day, today, is_near=is_near(time.day, today))
    return f"{day}{f' {time.clock}' if time.clock else ''}{elsewhere}"


def _spans(change: EventChange) -> tuple[SpanDocument | None, SpanDocument | None]:
    """Return when an event was, and when it is."""
    event = decode_object(change.after)
    after = _span(event)
    if change.kind is ChangeKind.REMOVED:
        return after, None
    if change.kind is not ChangeKind.MOVED:
        return None, after
    earlier = {field.field: field.before for field in change.fields if field.field in TIMES}
    return _span({**event, **earlier}), after


def _span(event: Fields) -> SpanDocument | None:
    start, end = event_time(event.get("start")), event_time(event.get("end"))
    if start is None or (start.moment is None and start.day is None):
        return None
    last = start if end is None else end
    return SpanDocument(start.text, last.text, is_all_day=start.day is not None)


def _others(
    events: Iterable[Fields], changed: set[str], *, are_last_seen: bool = False
) -> Iterable[OtherEventDocument]:
    shown = 0
    for event in events:
        span = _span(event)
        if span is None or text(event, "event_uid") in changed or event.get("deleted") is True:
            continue
        shown += 1
        if shown > _OTHERS:
            return
        yield OtherEventDocument((text(event, "summary") or "(no title)")[:_TITLE_WIDTH], span, are_last_seen)
