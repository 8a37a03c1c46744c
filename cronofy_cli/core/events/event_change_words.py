"""Changes of events in words for people: a mark, a title, and a line for each thing that is different.

Values from outside are on one line and harmless, and long ones are cut to where they differ. How the lines are aligned
and coloured is the output's job.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from cronofy_cli.core.events.event import parse_event
from cronofy_cli.core.events.event_changes import ChangeKind
from cronofy_cli.core.events.event_series import fold_series
from cronofy_cli.core.events.event_when_words import moved_words, occurrences_words, when_words
from cronofy_cli.core.events.field_changes import TIMES
from cronofy_cli.core.text import clean, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, tzinfo

    from cronofy_cli.core.events.event_changes import EventChange, FieldChange
    from cronofy_cli.core.events.event_series import ChangeGroup

_MARKS: Final = {ChangeKind.ADDED: "+", ChangeKind.REMOVED: "-"}
_LABELS: Final = {"location.description": "location"}
_PERSON: Final = re.compile(r"attendees\[(?P<address>.*?)\](?:\.(?P<member>.+))?")
_SHOWN_BEFORE: Final = 12
"""Characters of a long text that are shown before the first one that differs."""
_VALUE_WIDTH: Final = 40
_TITLE_WIDTH: Final = 60
_NOTHING: Final = "(none)"


@dataclass(frozen=True, slots=True)
class ChangeWords:
    """What is said of one event, or of the occurrences of a series that changed alike."""

    mark: str
    """`+` added, `-` removed, `~` anything else."""
    title: str
    details: tuple[str, ...]
    """The first one belongs beside the title."""
    calendar_id: str
    note: str
    """What it has to do with a series; empty for an event that has none."""


def describe_changes(changes: Iterable[EventChange], zone: tzinfo, today: date) -> list[ChangeWords]:
    """Return changes in words. Times are in the event's own zone where that is known, else in `zone`."""
    return [_describe(group, zone, today) for group in fold_series(changes, zone)]


def _describe(group: ChangeGroup, zone: tzinfo, today: date) -> ChangeWords:
    change = group.first
    return ChangeWords(
        mark=_MARKS.get(change.kind, "~"),
        title=_title(change),
        details=tuple(_details(group, zone, today)),
        calendar_id=change.calendar_id,
        note=occurrences_words(group, zone, today) if group.is_series else "",
    )


def _title(change: EventChange) -> str:
    title = shorten(clean(change.summary), _TITLE_WIDTH)
    return f'"{title}"' if title else _untitled(change)


def _untitled(change: EventChange) -> str:
    return "(private)" if parse_event(change.after).event_private else "(no title)"


def _details(group: ChangeGroup, zone: tzinfo, today: date) -> Iterator[str]:
    kind = group.first.kind
    if kind in {ChangeKind.MOVED, ChangeKind.CHANGED}:
        yield from moved_words(group, zone, today)
        yield from (_field_words(field) for field in group.first.fields if field.field not in TIMES)
        return
    when = when_words(group, zone, today)
    yield when if kind is not ChangeKind.FIRST_SEEN else f"{when}, first seen" if when else "first seen"


def _field_words(field: FieldChange) -> str:
    if person := _PERSON.fullmatch(field.field):
        return _person_words(clean(person["address"]), person["member"], field)
    label = clean(_LABELS.get(field.field, field.field))
    before, after = _values(field.before, field.after)
    return f"{label}  changed" if before == after else f"{label}  {before} -> {after}"


def _person_words(address: str, member: str | None, field: FieldChange) -> str:
    if member is None:
        if field.after is None:
            return f"{address}  not invited any more"
        return f"{address}  invited, {_answer(field.after)}"
    before, after = _values(field.before, field.after)
    # The answer is what people ask about: it needs no name.
    label = address if member == "status" else f"{address}  {clean(member)}"
    return f"{label}  {before} -> {after}"


def _answer(person: object) -> str:
    status = person.get("status") if isinstance(person, dict) else None
    return _text(status) if isinstance(status, str) else "no answer known"


def _values(before: object, after: object) -> tuple[str, str]:
    """Return both values, long ones from shortly before where they begin to differ."""
    old, new = _text(before), _text(after)
    if max(len(old), len(new)) <= _VALUE_WIDTH:
        return old, new
    shared = next(
        (index for index, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new))
    )
    cut = max(shared - _SHOWN_BEFORE, 0)
    old, new = ((f"…{text[cut:]}" if cut > 1 else text) for text in (old, new))
    return shorten(old, _VALUE_WIDTH), shorten(new, _VALUE_WIDTH)


def _text(value: object) -> str:
    if value is None or value in ("", [], {}):
        return _NOTHING
    return clean(value if isinstance(value, str) else msgspec.json.encode(value).decode())
