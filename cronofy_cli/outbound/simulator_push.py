"""Letting the running simulator send, as Cronofy does when a button of its dashboard is pressed.

It signs and posts by itself, to every open channel; what became of it stands in its list of attempts.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec

from cronofy_cli.core.attempt import CRONOFY_LIMIT_S, Attempt
from cronofy_cli.core.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cronofy_cli.adapters.simulator.control import SimulatorControl

LIMIT_S: Final = CRONOFY_LIMIT_S + 5
"""How long the simulator may take to post and to be answered."""
_PAUSE_S: Final = 0.05


class _SimulatorAttempt(msgspec.Struct, frozen=True):
    channel_id: str
    callback_url: str
    type: str
    attempt: int
    at: datetime
    duration_ms: float
    status: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Pushed:
    """The first attempt at one channel."""

    target: str
    """The channel's callback URL; its id when no attempt was made."""
    attempt: Attempt


def push(
    control: SimulatorControl, type_: str, fields: Mapping[str, object], *, limit_s: float = LIMIT_S
) -> Iterator[Pushed]:
    """Have a notification sent to every open channel, and yield what became of it at each; nothing without channels.

    Later attempts at a channel that failed are the simulator's business.
    """
    before = frozenset(control.attempts())
    waiting = set(control.push(type_, None, fields))
    deadline = time.monotonic() + limit_s
    while waiting and time.monotonic() < deadline:
        for raw in control.attempts():
            made = msgspec.json.decode(raw, type=_SimulatorAttempt)
            is_ours = raw not in before and made.type == type_ and made.attempt == 1
            if is_ours and made.channel_id in waiting:
                waiting.remove(made.channel_id)
                yield Pushed(made.callback_url, _attempt(made))
        if waiting:
            time.sleep(_PAUSE_S)
    for channel_id in sorted(waiting):
        yield Pushed(channel_id, _not_delivered(datetime.now(UTC), limit_s * 1000, "no attempt was made"))


def _attempt(made: _SimulatorAttempt) -> Attempt:
    if made.status is None:
        return _not_delivered(made.at, made.duration_ms, made.reason or "")
    return Attempt(made.at, timedelta(milliseconds=made.duration_ms), status=made.status)


def _not_delivered(started_at: datetime, duration_ms: float, reason: str) -> Attempt:
    duration = timedelta(milliseconds=duration_ms)
    return Attempt(started_at, duration, failure=Failure.NOT_DELIVERED, reason=f"not delivered: {reason}")
