"""Putting events and periods into the order of a field.

Pure. All of them must be there: this is for what is held in memory.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.events.field_paths import parse_fields, value_at
from cronofy_cli.core.fields import as_object
from cronofy_cli.core.times import is_date, parse_time
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import tzinfo

    import msgspec

    from cronofy_cli.core.events.field_paths import FieldPath

_ASCENDING: Final = "asc"
_DESCENDING: Final = "desc"

_YEAR_0: Final = re.compile(r"0000-\d\d-\d\d")

_Key = tuple[int, float | str]
"""The kind of a value, so that values of different kinds are never compared, and the value."""


@dataclass(frozen=True, slots=True)
class Order:
    """A field, and in which direction it is followed."""

    path: FieldPath
    descending: bool = False

    def sorted(self, items: Iterable[msgspec.Raw], zone: tzinfo) -> list[msgspec.Raw]:
        """Return the items in order, equal ones as they came, those without the field last.

        Times are compared as moments, a day as its start in `zone`; texts without regard to case.
        """
        found: list[tuple[_Key, msgspec.Raw]] = []
        missing: list[msgspec.Raw] = []
        for item in items:
            key = _key(value_at(item, self.path), zone)
            if key is None:
                missing.append(item)
            else:
                found.append((key, item))
        found.sort(key=lambda pair: pair[0], reverse=self.descending)
        return [item for _, item in found] + missing


def parse_order(text: str) -> Order:
    """Return the order that `start` or `updated:desc` names.

    Raises:
        WrongUsage: it names none.
    """
    field, _, direction = text.partition(":")
    paths = parse_fields(field)
    if len(paths) != 1 or direction not in {"", _ASCENDING, _DESCENDING}:
        raise WrongUsage(f"--sort does not take '{text}'", hint="write it as --sort start, or --sort updated:desc")
    return Order(paths[0], descending=direction == _DESCENDING)


def _key(value: object, zone: tzinfo) -> _Key | None:
    time = as_object(value).get("time")
    value = value if time is None else time
    if isinstance(value, bool | int | float):
        return 0, float(value)
    if isinstance(value, str):
        moment = _moment(value, zone)
        return (2, value.casefold()) if moment is None else (1, moment)
    if isinstance(value, list):
        return (3, ", ".join(str(item).casefold() for item in value)) if value else None
    return None if value is None else (4, str(value))


def _moment(text: str, zone: tzinfo) -> float | None:
    """Return the seconds since 1970 of a time or of a day's start."""
    if _YEAR_0.match(text):
        # Some sources send it for a date that is not known.
        return -math.inf
    try:
        if is_date(text):
            day = date.fromisoformat(text)
            return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC).timestamp()
        return parse_time(text).timestamp() if "T" in text else None
    except (ValueError, OverflowError):
        return None
