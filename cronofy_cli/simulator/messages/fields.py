"""Reading single values out of queries and bodies, and collecting what is wrong with them.

Pure. The keys of the errors are Cronofy's as far as they are known (docs: /developers/api/error-codes/).
"""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final, TypeGuard
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronofy_cli.core.times import is_date
from cronofy_cli.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

REQUIRED: Final = ("errors.required", "required")
TZID_UNRECOGNIZED: Final = ("errors.tzid_unrecognized", "TZID not recognized")
INVALID_TIME_PAIR: Final = ("errors.invalid_time_pair", "end must be after start")

_TRUE: Final = frozenset({"true", "1"})
_FALSE: Final = frozenset({"false", "0", ""})
_YEARS: Final = range(1900, 2201)
"""Beyond them local midnights leave the range of datetime."""


class FieldErrors:
    """What is wrong with a request, per field."""

    def __init__(self) -> None:
        self._problems: dict[str, tuple[tuple[str, str], ...]] = {}

    def add(self, field: str, problem: tuple[str, str]) -> None:
        """Note a problem, once: its key and its description."""
        known = self._problems.get(field, ())
        self._problems[field] = known if problem in known else (*known, problem)

    def not_recognized(self, field: str, expected: str) -> None:
        """Note that a value is not what is expected there."""
        self.add(field, ("errors.not_recognized", f"not recognized as {expected}"))

    def raise_if_any(self) -> None:
        """Refuse the request when a problem was noted.

        Raises:
            InvalidRequest: there is one.
        """
        if self._problems:
            raise InvalidRequest(f"invalid: {', '.join(self._problems)}", fields=self._problems)


def is_missing(value: object) -> bool:
    """Whether a value is absent, null or empty text."""
    return value is None or value == ""


def read_boolean(value: object, field: str, errors: FieldErrors, *, default: bool = False) -> bool:
    """Return a boolean of a query or a body; pycronofy writes `True`, others `true` or `1`."""
    if value is None:
        return default
    text = str(value).lower()
    if text not in _TRUE | _FALSE or not isinstance(value, bool | str | int):
        errors.not_recognized(field, "a boolean")
    return text in _TRUE


def read_text(value: object, field: str, errors: FieldErrors) -> str | None:
    """Return a text, or None when it is missing."""
    if value is not None and not isinstance(value, str):
        errors.not_recognized(field, "a string")
        return None
    return value


def read_required_text(value: object, field: str, errors: FieldErrors) -> str:
    """Return a text that must not be missing or empty."""
    text = read_text(value, field, errors)
    if is_missing(value):
        errors.add(field, REQUIRED)
    return text or ""


def read_number(value: object, field: str, errors: FieldErrors) -> float | None:
    """Return a number, or None when it is missing."""
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        errors.not_recognized(field, "a number")
        return None
    return float(value)


def read_texts(value: object, field: str, errors: FieldErrors) -> tuple[str, ...] | None:
    """Return a list of texts, or None when it is missing."""
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        errors.not_recognized(field, "an array of strings")
        return None
    return tuple(value)


def read_object(value: object, field: str, errors: FieldErrors) -> Mapping[str, object]:
    """Return a JSON object; a missing one is empty."""
    if value is None:
        return {}
    if not is_object(value):
        errors.not_recognized(field, "an object")
        return {}
    return value


def is_object(value: object) -> TypeGuard[dict[str, object]]:
    """Whether a decoded value is a JSON object."""
    return isinstance(value, dict)


def read_zone(tzid: str, field: str, errors: FieldErrors) -> ZoneInfo:
    """Return a time zone by its IANA name; an unknown one is noted and becomes UTC."""
    try:
        return ZoneInfo(tzid)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # OSError: the name of a folder in the database, such as "Europe".
        errors.add(field, TZID_UNRECOGNIZED)
        return ZoneInfo("Etc/UTC")


def read_date_or_time(value: object, field: str, errors: FieldErrors, *, zone: ZoneInfo | None = None) -> date | None:
    """Return a date or an aware time in UTC; None when it is missing or not recognized.

    Accepted as SDKs send them: `2026-04-19`, and `2026-04-19T09:24:16` with `Z`, `UTC` or an offset. Without one it is
    a wall-clock time in `zone`; where no zone is given, it is refused.
    """
    if is_missing(value):
        return None
    try:
        return _date_or_time(value, zone)
    except ValueError:
        errors.not_recognized(field, "a date or time")
        return None


def _date_or_time(value: object, zone: ZoneInfo | None) -> date:
    if not isinstance(value, str):
        raise ValueError("not a string")
    if is_date(value):
        return _in_range(date.fromisoformat(value))
    moment = datetime.fromisoformat(value.removesuffix("UTC").rstrip() + "Z" if value.endswith("UTC") else value)
    if moment.tzinfo is None:
        if zone is None:
            raise ValueError("no offset")
        moment = moment.replace(tzinfo=zone)
    _in_range(moment)
    return moment.astimezone(UTC)


def _in_range(day: date) -> date:
    if day.year not in _YEARS:
        raise ValueError("out of range")
    return day
