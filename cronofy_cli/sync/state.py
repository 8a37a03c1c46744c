"""What a copy remembers between runs, and whether it may be used for what is wanted now. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from msgspec import Struct

from cronofy_cli.core.api.sync_window import Days
from cronofy_cli.errors import WrongUsage


class Fingerprint(Struct, frozen=True):
    """How a file looked when it was written: a cheap way to see that it is still the same."""

    size: int
    modified_ns: int


class CopyState(Struct, frozen=True, kw_only=True):
    """Whose copy it is, and how far it goes. Times are RFC 3339 in UTC."""

    data_center: str
    sub: str
    """The account."""
    tzid: str
    calendar_ids: tuple[str, ...]
    """Sorted; none stands for all."""
    first_day: date
    end_day: date
    """The window: from the first day until this one, which is not part of it."""
    known_until: str | None
    """The server's time before which no change is unknown; None where the server never told one."""
    run_at: str
    full_read_at: str
    world: str = ""
    """Tells simulators of one name apart: each begins with calendars of its own."""
    ndjson: Fingerprint | None = None

    @property
    def window(self) -> Days:
        """The days that the copy holds."""
        return Days(self.first_day, self.end_day)


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose events, seen from which zone: what must stay the same from run to run, but for a simulator's world."""

    data_center: str
    sub: str
    tzid: str
    calendar_ids: tuple[str, ...]
    world: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What a run was asked for. None leaves a choice to the copy, and for a new one to the default."""

    data_center: str
    sub: str
    tzid: str | None
    calendar_ids: tuple[str, ...] | None
    default_tzid: str
    default_calendar_ids: tuple[str, ...]
    world: str = ""
    """As of a state."""


def identity_of(wish: Wish, state: CopyState | None, name: str) -> Identity:
    """Return whose copy to keep; `name` is what messages call it.

    Raises:
        WrongUsage: the copy is another one's. To merge two accounts, zones or sets of calendars would spoil it: with
            another `tzid` events may be missed (docs: /developers/api/events/free-busy/).
    """
    tzid, calendar_ids = wish.tzid, wish.calendar_ids
    if state is None:
        calendars = wish.default_calendar_ids if calendar_ids is None else calendar_ids
        return Identity(wish.data_center, wish.sub, tzid or wish.default_tzid, calendars, wish.world)
    if (wish.data_center, wish.sub) != (state.data_center, state.sub):
        raise WrongUsage(
            f"{name} is a copy of account {state.sub} in data center {state.data_center}, "
            f"not of {wish.sub} in {wish.data_center}",
            hint="name another file with --out, or the other account with --context",
        )
    if tzid not in {None, state.tzid}:
        raise WrongUsage(
            f"{name} is a copy seen from {state.tzid}: with {tzid} events may be missed",
            hint="leave --tzid out, or start another copy with --out",
        )
    if calendar_ids not in {None, state.calendar_ids}:
        raise WrongUsage(
            f"{name} is a copy of {_calendars(state.calendar_ids)}, not of {_calendars(calendar_ids or ())}",
            hint="leave --calendar out, or start another copy with --out",
        )
    return Identity(state.data_center, state.sub, state.tzid, state.calendar_ids, wish.world)


def _calendars(calendar_ids: tuple[str, ...]) -> str:
    return ", ".join(calendar_ids) or "all calendars"
