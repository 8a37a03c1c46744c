"""The status line: whether notifications arrive, how many came, how the application does. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.text import clean
from cronofy_cli.output.terminal.cells import width

if TYPE_CHECKING:
    from collections.abc import Iterator


class State(StrEnum):
    """Whether notifications can arrive, and are recorded."""

    STARTING = "starting"
    READY = "ready"
    LOST = "not ready"
    UNRECORDED = "not recording"
    ENDING = "ending"


TROUBLED: Final = frozenset({State.LOST, State.UNRECORDED})
"""Those that a person has to see."""


@dataclass(frozen=True, slots=True)
class AppHealth:
    """How a target answered last."""

    place: str
    """Its port on this machine, or its host."""
    answer: str
    is_well: bool


@dataclass(frozen=True, slots=True)
class Status:
    """What the line says."""

    state: State
    seconds: float
    """For how long it has been in this state."""
    signed: int = 0
    not_signed: int = 0
    failed: int = 0
    """Forwards that the application did not take."""
    waiting: int = 0
    """Forwards that are still to be sent."""
    apps: tuple[AppHealth, ...] = ()
    tunnel: str | None = None
    reason: str | None = None
    """Why it is lost, or does not record."""
    is_paused: bool = False
    question: str | None = None
    """What is to be answered with y or n."""


_SIGNS: Final = {"ready": "●", "paused": "‖", "lost": "!", "bar": "│"}
_ASCII: Final = {"ready": "*", "paused": "=", "lost": "!", "bar": "|"}
_KEYS: Final = ("r replay  ↑ select  p pause  ? keys  q end", "r replay  ? keys", "? keys", "?")
_ASCII_KEYS: Final = ("r replay  Enter select  p pause  ? keys  q end", "r replay  ? keys", "? keys", "?")


def status_line(status: Status, columns: int, *, has_unicode: bool = True) -> str:
    """Return the line for a terminal of this width. What does not fit goes from the right: first keys, then facts."""
    signs = _SIGNS if has_unicode else _ASCII
    if status.question is not None:
        return f" ? [y/N] {status.question}"
    for text in _texts(status, signs):
        for keys in _KEYS if has_unicode else _ASCII_KEYS:
            space = columns - 1 - width(text) - width(keys) - 1
            if space >= 1:
                return f"{text}{' ' * space}{keys} "
    return f" {_state(status, signs)}"


def _texts(status: Status, signs: dict[str, str]) -> Iterator[str]:
    """Yield what can be said, in the order of preference. A reason comes before the counts, if it fits at all."""
    bar, begin = f" {signs['bar']} ", f" {_state(status, signs)}"
    reason = clean(status.reason or "")
    reasons = [f"{bar}{words}" for words in dict.fromkeys((reason, reason.partition(":")[0])) if words]
    facts = _facts(status, bar)
    for why in (*reasons, ""):
        for count in range(len(facts), 0, -1):
            yield f"{begin}{why}{''.join(facts[:count])}"


def _facts(status: Status, bar: str) -> list[str]:
    """Return what follows the state, with what stands in front of each, in the order of its weight."""
    facts = ["", f"{bar}{status.signed:,} signed"]
    if status.apps or status.failed or status.waiting:
        facts += [f"  {status.failed:,} failed", f"  {status.waiting:,} waiting"]
    facts.append(f"  {status.not_signed:,} not signed")
    if status.state in TROUBLED:
        return facts
    facts += [f"{bar}{app}" for app in _apps(status)]
    return [*facts, f"{bar}{status.tunnel}"] if status.tunnel else facts


def _state(status: Status, signs: dict[str, str]) -> str:
    if status.state is State.LOST:
        return f"{signs['lost']} nothing arrives for {duration(status.seconds)}, trying to recover"
    if status.state is State.UNRECORDED:
        return f"{signs['lost']} nothing is recorded for {duration(status.seconds)}"
    if status.is_paused:
        return f"{signs['paused']} forwarding is paused"
    if status.state is State.READY:
        return f"{signs['ready']} ready {duration(status.seconds)}"
    return status.state.value


def _apps(status: Status) -> list[str]:
    """Return the target that is worst off, and how many others there are."""
    if not status.apps:
        return []
    worst = min(status.apps, key=lambda app: app.is_well)
    more = len(status.apps) - 1
    return [f"{worst.place} {worst.answer}{f' and {more} more' if more else ''}"]


def duration(seconds: float) -> str:
    """Return a time in its two biggest units: 14 s, 5 min, 2 h 24 min, 3 d 1 h."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes = whole // 60
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h"
