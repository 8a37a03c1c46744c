"""A delivery as a row of the history, and back, exactly.

Bytes stay bytes. Names and values of the header lines are joined by line feeds, the one octet besides CR and NUL that
neither can hold (RFC 9110, 5.5; the parser refuses it): every spelling survives, also what is not UTF-8.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from cronofy_cli.core.notifications.deliveries import Delivery, ReceivedRequest
from cronofy_cli.core.notifications.notification import Notification, calendar_ids_in
from cronofy_cli.core.signature import SignatureState, Verdict
from cronofy_cli.errors import HistoryUnavailable

if TYPE_CHECKING:
    from cronofy_cli.core.notifications.deliveries import Headers

Row = tuple[Any, ...]
"""Columns of a delivery, in the order in which they are listed below."""

DELIVERY_FORMAT: Final = 1
"""How a delivery's own columns are encoded; stored with each one, so that histories of mixed age can be read."""
COLUMNS: Final = (
    "id, format, received_at, method, target, headers, body, signature, secret_label, type, changes_since, "
    "channel_id, callback_url, calendar_ids, only_managed, is_json, answer_status, context"
)
_TEXT_COLUMNS: Final = (3, *range(7, 14), 17)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
NO_ANSWER: Final = 0
"""In the place of the status of an answer that did not come in time."""
_NO_CALENDARS: Final = "[]"
_CALENDARS_IN_BODY: Final = ""
"""A channel's filter can name hundreds of calendars: they are read from the body again rather than stored twice."""


def to_row(delivery: Delivery) -> Row:
    """Return the values of a numbered delivery for these COLUMNS.

    They are of exactly the types that sqlite3 binds as they are. bytes, bool and enums are not: it would look for an
    adapter for each of them, which takes longer than all the rest (`need_adapt` in CPython's Modules/_sqlite/cursor.c).
    """
    request, notification = delivery.request, delivery.notification
    return (
        delivery.id,
        DELIVERY_FORMAT,
        to_micros(request.received_at),
        request.method,
        bytearray(request.target, "utf-8", "surrogateescape"),
        bytearray(_joined(request.headers)),
        bytearray(request.body),
        delivery.verdict.state.value,
        delivery.verdict.secret_label,
        notification.type,
        notification.changes_since,
        notification.channel_id,
        notification.callback_url,
        _CALENDARS_IN_BODY if notification.calendar_ids else _NO_CALENDARS,
        int(notification.only_managed),
        int(notification.is_json),
        delivery.answer_status or NO_ANSWER,
        delivery.context,
    )


def from_row(row: Row) -> Delivery | None:
    """Return the delivery that was stored in these COLUMNS; None if the row is damaged.

    Raises:
        HistoryUnavailable: a later release has written it in a way that is not known here.
    """
    try:
        return _from_row(row)
    except (ValueError, TypeError, AttributeError, OverflowError):
        # Another type than was stored, a verdict that does not exist, half a header, a year that no calendar has.
        return None


def has_broken_text(row: Row) -> bool:
    """Whether a column of text holds bytes instead, because they are not UTF-8."""
    return any(isinstance(row[column], bytes) for column in _TEXT_COLUMNS)


def _from_row(row: Row) -> Delivery:
    if row[1] > DELIVERY_FORMAT:
        raise HistoryUnavailable(
            f"delivery #{row[0]} was recorded by a newer cronofy",
            hint="upgrade with `pip install --upgrade cronofy-cli`",
        )
    return Delivery(
        request=_request(row),
        verdict=Verdict(SignatureState(row[7]), row[8]),
        notification=_notification(row),
        answer_status=row[16] or None,
        context=row[17],
        id=row[0],
    )


def to_micros(moment: datetime) -> int:
    """Return a moment as it is stored: microseconds since 1970 in UTC."""
    return (moment - _EPOCH) // _MICROSECOND


def from_micros(stored: int) -> datetime:
    """Return the moment that was stored."""
    return _EPOCH + stored * _MICROSECOND


def _request(row: Row) -> ReceivedRequest:
    return ReceivedRequest(
        received_at=from_micros(row[2]),
        method=row[3],
        target=row[4].decode("utf-8", "surrogateescape"),
        headers=_separated(row[5]),
        body=row[6],
    )


def _joined(headers: Headers) -> bytes:
    joined = b"\n".join(chain.from_iterable(headers))
    if headers and joined.count(b"\n") != 2 * len(headers) - 1:
        raise ValueError("a header line holds a line feed")
    return joined


def _separated(joined: bytes) -> Headers:
    parts = joined.split(b"\n") if joined else []
    return tuple(zip(parts[::2], parts[1::2], strict=True))


def _notification(row: Row) -> Notification:
    return Notification(
        type=row[9],
        changes_since=row[10],
        channel_id=row[11],
        callback_url=row[12],
        calendar_ids=() if row[13] == _NO_CALENDARS else calendar_ids_in(row[6]),
        only_managed=bool(row[14]),
        is_json=bool(row[15]),
    )
