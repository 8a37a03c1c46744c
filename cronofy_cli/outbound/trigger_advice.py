"""One sentence of advice for a post that did not go well: what forwarding says of the same failure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.history import Forward
from cronofy_cli.outbound import advice as forwarding_advice
from cronofy_cli.outbound.failure import FailureKind
from cronofy_cli.outbound.outcome import Trouble

if TYPE_CHECKING:
    from cronofy_cli.outbound.outcome import Outcome
    from cronofy_cli.outbound.target import Target

_TOO_SLOW: Final = "Cronofy gives up after 5 s and sends it again: answer first, then work"
"""Forwarding waits for longer than Cronofy and says another thing."""

_KINDS: Final = {
    Trouble.UNKNOWN_NAME: FailureKind.NO_SUCH_HOST,
    Trouble.CONNECTION_REFUSED: FailureKind.REFUSED,
    Trouble.CONNECT_TIMEOUT: FailureKind.UNREACHABLE,
    Trouble.NO_ROUTE: FailureKind.UNREACHABLE,
    Trouble.TLS: FailureKind.TLS,
    Trouble.BROKEN_OFF: FailureKind.CLOSED,
    Trouble.NOT_HTTP: FailureKind.NOT_HTTP,
}


def advice(outcome: Outcome, target: Target) -> str | None:
    """Return what to look at; None when all is well, or nothing is known about the failure."""
    if outcome.trouble is Trouble.ANSWER_TIMEOUT:
        return _TOO_SLOW
    if outcome.trouble is not None and outcome.trouble not in _KINDS:
        return None
    return forwarding_advice.advice(
        _as_forward(outcome, target), target, in_container=forwarding_advice.runs_in_container()
    )


def _as_forward(outcome: Outcome, target: Target) -> Forward:
    location = f"Location: {outcome.location}".encode("latin-1", "replace") if outcome.location else b""
    return Forward(
        delivery_id=0,
        target=target.url,
        attempt=1,
        started_at=datetime.now(UTC),
        duration=timedelta(milliseconds=outcome.elapsed_ms),
        address=outcome.address,
        status=outcome.status,
        failure=_KINDS[outcome.trouble].value if outcome.trouble is not None else None,
        reason=outcome.detail or None,
        answer_head=location,
    )
