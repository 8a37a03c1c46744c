"""Letting the running simulator send, as Cronofy does when a button of its dashboard is pressed.

It signs and posts by itself, to every open channel; what became of it stands in its list of attempts.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from cronofy_cli.outbound.outcome import Outcome, Trouble
from cronofy_cli.outbound.timed_sender import ANSWER_LIMIT_S

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cronofy_cli.adapters.simulator.control import SimulatorControl

LIMIT_S: Final = ANSWER_LIMIT_S + 5
"""How long the simulator may take to post and to be answered."""
_PAUSE_S: Final = 0.05


class _Attempt(msgspec.Struct, frozen=True):
    channel_id: str
    callback_url: str
    type: str
    attempt: int
    milliseconds: float
    status: int | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Pushed:
    """The first attempt at one channel."""

    callback_url: str
    outcome: Outcome


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
            attempt = msgspec.json.decode(raw, type=_Attempt)
            is_ours = raw not in before and attempt.type == type_ and attempt.attempt == 1
            if is_ours and attempt.channel_id in waiting:
                waiting.remove(attempt.channel_id)
                yield Pushed(attempt.callback_url, _outcome(attempt))
        if waiting:
            time.sleep(_PAUSE_S)
    for channel_id in sorted(waiting):
        yield Pushed(channel_id, Outcome(limit_s * 1000, trouble=Trouble.NOT_DELIVERED, detail="no attempt was made"))


def _outcome(attempt: _Attempt) -> Outcome:
    trouble = Trouble.NOT_DELIVERED if attempt.status is None else None
    return Outcome(attempt.milliseconds, attempt.status, trouble=trouble, detail=attempt.error or "")
