"""Deliveries and forwards of chosen moments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from cronofy_cli.adapters.history import Forward
from cronofy_cli.core.attempt import Attempt
from cronofy_cli.core.failure import Failure
from cronofy_cli.core.signature import SignatureState
from tests.samples import CHANGE, make_delivery

if TYPE_CHECKING:
    from cronofy_cli.core.notifications.deliveries import Delivery

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
APP = "http://localhost:3000/hook"


def at(minute: int, body: bytes = CHANGE, state: SignatureState = SignatureState.VALID, status: int = 200) -> Delivery:
    """Return a delivery received so many minutes after START."""
    made = make_delivery(0, body, state, status)
    return made._replace(request=made.request._replace(received_at=START + timedelta(minutes=minute)), id=None)


def forward(delivery_id: int, status: int | None = 200, *, target: str = APP, number: int = 1) -> Forward:
    """Return an attempt that was answered so, or refused when `status` is None."""
    return Forward(delivery_id, target, number, answered(status))


def answered(status: int | None = 200, **changes: Any) -> Attempt:
    """Return an attempt that was answered so, or refused when `status` is None."""
    made = Attempt(
        started_at=START,
        duration=timedelta(milliseconds=23, microseconds=5),
        address=None if status is None else "127.0.0.1:3000",
        status=status,
        failure=Failure.CONNECTION_REFUSED if status is None else None,
        reason="connection refused" if status is None else None,
        answer_head=b"" if status is None else b"HTTP/1.1 %d X\r\nX-Odd: \xe9\r\n\r\n" % status,
        answer_body=bytes(range(256)),
        is_cut=True,
    )
    return made._replace(**changes)
