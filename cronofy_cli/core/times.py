"""Times as Cronofy writes them.

UTC with whole seconds and a `Z` in notifications and queries (docs: /developers/api/push-notifications/).
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

_LONGEST_TIME: Final = 40
"""One with nanoseconds and an offset has 35 characters."""


def to_utc_seconds(moment: datetime) -> str:
    """Return `moment` as `2026-04-19T09:24:16Z`, whole seconds, rounded down."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def to_utc_millis(moment: datetime) -> str:
    """Return `moment` as `2026-04-19T09:24:16.123Z`."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def parse_time(text: str) -> datetime:
    """Return the moment that an RFC 3339 time with an offset names.

    Raises:
        ValueError: it is not one, or has no offset.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"'{text}' has no offset")
    return moment


def names_moment(text: str) -> bool:
    """Whether Cronofy takes `text` for the moment to read changes from: an RFC 3339 time with an offset, or a date."""
    if is_date(text):
        return True
    # fromisoformat() takes more, such as 20260419T092416Z.
    if len(text) > _LONGEST_TIME or not is_date(text[: len("2026-04-19")]):
        return False
    try:
        parse_time(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return False
    return True


def parse_http_date(text: str) -> datetime | None:
    """Return the moment that an HTTP date names (RFC 9110, 5.6.7), without a zone in UTC; None if it is no date."""
    # Late: it brings sockets and random numbers, and almost no command needs it.
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def is_date(text: str) -> bool:
    """Whether `text` is a calendar date such as `2026-04-19` and nothing more."""
    # fromisoformat() takes more: 20260419 with two characters behind it, and 2026-W16-7 for a week's day.
    if len(text) != len("2026-04-19") or "W" in text or text[4] != "-":
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
