"""What differs between two states of an event, field by field, as JSON values.

Every field counts, known or not, unless a person would not call it a change: `updated`, how the same moment is written,
the order of the attendees, "empty" instead of "missing", and what is only there because a read asked for it. People are
told apart by their addresses. What a difference means for the event is `event_changes`' business.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from cronofy_cli.core.events.event import event_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.core.events.event import EventTime
    from cronofy_cli.core.fields import Fields

TIMES: Final = ("start", "end")
_NO_CHANGE: Final = frozenset({"updated", "deleted", *TIMES})
"""`deleted` makes the kind of a change; the times are compared as moments."""
_ON_REQUEST: Final = frozenset({"google_event_id", "location.lat", "location.long"})
"""Only there if `google_event_ids` or `include_geo` was asked for (docs: /developers/api/events/read-events/)."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that is not the same. None stands for one that is missing or null."""

    field: str
    """The API's name with a path: `location.description`, `attendees[jane@example.com].status`."""
    before: object
    after: object


def field_changes(before: Fields, after: Fields) -> tuple[FieldChange, ...]:
    """Return what differs: the times first, then the fields in the order in which they came."""
    return (*_times(before, after), *_members("", _without_noise(before), _without_noise(after)))


def _without_noise(fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if name not in _NO_CHANGE}


def _times(before: Fields, after: Fields) -> Iterator[FieldChange]:
    for name in TIMES:
        old, new = event_time(before.get(name)), event_time(after.get(name))
        if old is None and new is None:
            yield from _values(name, before.get(name), after.get(name))
        elif _instant(old) != _instant(new):
            yield FieldChange(name, before.get(name), after.get(name))
        # A plain time has no zone: whether there is one depends on `localized_times`.
        elif old and new and old.tzid and new.tzid and old.tzid != new.tzid:
            yield FieldChange(f"{name}.tzid", old.tzid, new.tzid)


def _instant(time: EventTime | None) -> object:
    return None if time is None else time.moment or time.day or time.text


def _members(path: str, before: Fields, after: Fields) -> Iterator[FieldChange]:
    for name in dict.fromkeys([*after, *before]):
        yield from _values(_member(path, name), before.get(name), after.get(name))


def _values(path: str, old: object, new: object) -> Iterator[FieldChange]:
    if path in _ON_REQUEST and (old is None or new is None):
        return
    if path == "attendees":
        yield from _attendees(old, new)
    elif _is_object_or_nothing(old) and _is_object_or_nothing(new):
        yield from _members(path, _object(old), _object(new))
    elif not _is_same(old, new):
        yield FieldChange(path, old, new)


def _attendees(old: object, new: object) -> Iterator[FieldChange]:
    before, after = _by_address(old), _by_address(new)
    if before is None or after is None:
        if not _is_same(old, new):
            yield FieldChange("attendees", old, new)
        return
    for key in dict.fromkeys([*after, *before]):
        person, previous = after.get(key), before.get(key)
        path = f"attendees[{(person or previous or {}).get('email')}]"
        if person is None or previous is None:
            yield FieldChange(path, previous, person)
        else:
            yield from _members(path, {**previous, "email": None}, {**person, "email": None})


def _by_address(value: object) -> dict[str, Fields] | None:
    """Return people by their address, whose case means nothing; None where somebody has none or comes twice."""
    if not _is_there(value):
        return {}
    if not isinstance(value, list):
        return None
    people = {_address(person): person for person in value}
    return None if "" in people or len(people) != len(value) else people


def _address(person: object) -> str:
    address = person.get("email") if isinstance(person, dict) else None
    return address.casefold() if isinstance(address, str) else ""


def _is_there(value: object) -> bool:
    return value is not None and value not in ("", [], {})


def _is_object_or_nothing(value: object) -> bool:
    return isinstance(value, dict) or value is None


def _object(value: object) -> Fields:
    return value if isinstance(value, dict) else {}


def _is_same(old: object, new: object) -> bool:
    if not _is_there(old) and not _is_there(new):
        return True
    # As JSON, because to Python true is 1.
    return msgspec.json.encode(old, order="sorted") == msgspec.json.encode(new, order="sorted")


def _member(path: str, name: str) -> str:
    if not name.replace("_", "").isalnum():
        return f"{path}[{msgspec.json.encode(name).decode()}]"
    return f"{path}.{name}" if path else name
