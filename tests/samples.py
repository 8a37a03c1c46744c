"""Deliveries, events and reads for tests of what is kept and shown."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cronofy_cli.core.events.event_changes import compare
from cronofy_cli.core.notifications.deliveries import Delivery, ReceivedRequest
from cronofy_cli.core.notifications.notification import parse_notification
from cronofy_cli.core.signature import SignatureState, Verdict
from cronofy_cli.listen.changes.read_request import ChangeRead

if TYPE_CHECKING:
    from cronofy_cli.core.events.event_changes import EventChange

CHANGE = (
    b'{"notification":{"type":"change","changes_since":"2026-11-22T09:24:16Z"},'
    b'"channel":{"channel_id":"chn_1","callback_url":"https://example.com/hook","filters":{}}}'
)


def make_delivery(
    number: int = 129,
    body: bytes = CHANGE,
    state: SignatureState = SignatureState.VALID,
    status: int = 200,
    *,
    headers: tuple[tuple[bytes, bytes], ...] = ((b"Content-Type", b"application/json"), (b"x-Odd", b"\xe9\x1b[2J")),
    target: str = "/r/k3v9?user_id=42",
    context: str = "simulator",
) -> Delivery:
    """Return a recorded delivery of a fixed moment."""
    label = "CRONOFY_CLIENT_SECRET" if state is SignatureState.VALID else None
    moment = datetime(2026, 11, 22, 12, 4, 31, 123456, UTC)
    return Delivery(
        request=ReceivedRequest(moment, "POST", target, headers, body),
        verdict=Verdict(state, label),
        notification=parse_notification(body),
        answer_status=status,
        context=context,
        id=number,
    )


def make_event(number: int, **fields: str) -> bytes:
    """Return an event's JSON. `fields` are further ones, as JSON."""
    further = "".join(f',"{name}":{value}' for name, value in fields.items())
    return (
        f'{{"event_uid":"evt_{number}","calendar_id":"cal_1","summary":"Event {number}",'
        f'"start":"{datetime.now(UTC).year}-03-02T10:00:00Z","end":"{datetime.now(UTC).year}-03-02T11:00:00Z"'
        f',"created":"2026-01-01T00:00:00Z"{further}}}'
    ).encode()


def make_read(*events: bytes, delivery_ids: tuple[int, ...] = (129,)) -> ChangeRead:
    """Return what was read because of some deliveries."""
    return ChangeRead(delivery_ids, "2026-11-22T09:24:16Z", events)


def changes_of(*states: tuple[bytes | None, bytes]) -> tuple[EventChange, ...]:
    """Return what happened between two states of each event."""
    changes = [compare(before, after, "2026-11-22T09:24:16Z") for before, after in states]
    return tuple(change for change in changes if change is not None)


def make_change_read(*states: tuple[bytes | None, bytes]) -> ChangeRead:
    """Return what was read because of #129, when these were the states of the events before and after."""
    changes = changes_of(*states)
    return ChangeRead((129,), "2026-11-22T09:24:16Z", tuple(change.after for change in changes), changes)
