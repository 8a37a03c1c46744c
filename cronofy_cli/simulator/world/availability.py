"""When people are free: arithmetic on stretches of time.

Pure. What blocks a time: opaque events that are neither cancelled nor declined. Buffers widen an event on both sides.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import timedelta
    from zoneinfo import ZoneInfo

    from cronofy_cli.simulator.world.model import Event, Span

Period = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Member:
    """One person, by where they are free."""

    sub: str
    free: tuple[Period, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Members of whom some or all are needed."""

    members: tuple[Member, ...]
    required: int


@dataclass(frozen=True, slots=True)
class Found:
    """A stretch in which every group is met, and who can."""

    start: datetime
    end: datetime
    subs: tuple[str, ...]


def busy_periods(events: Iterable[Event], zone: ZoneInfo, before: timedelta, after: timedelta) -> list[Period]:
    """Return the stretches that events block, widened: a meeting needs `before` free ahead of it and `after` behind."""
    busy = []
    for event in events:
        blocks = event.transparency != "transparent" and event.status != "cancelled"
        if not event.deleted and blocks and event.participation_status != "declined":
            start, end = _instants(event.span, zone)
            busy.append((start - after, end + before))
    return busy


def free_periods(within: Iterable[Period], busy: Iterable[Period]) -> tuple[Period, ...]:
    """Return what is left of some stretches without others."""
    free: list[Period] = []
    blocked = sorted(busy)
    for start, end in sorted(within):
        position = start
        for busy_start, busy_end in blocked:
            if busy_start >= end:
                break
            if busy_start > position:
                free.append((position, busy_start))
            position = max(position, busy_end)
        if position < end:
            free.append((position, end))
    return tuple(free)


def overlap(first: Iterable[Period], second: Iterable[Period]) -> tuple[Period, ...]:
    """Return the stretches that two sets share."""
    found = []
    for start, end in first:
        for other_start, other_end in second:
            if max(start, other_start) < min(end, other_end):
                found.append((max(start, other_start), min(end, other_end)))
    return tuple(sorted(found))


def common_periods(groups: Iterable[Group], duration: timedelta) -> list[Found]:
    """Return the longest stretches of at least `duration` in which the same people can."""
    groups = tuple(groups)
    edges = sorted({edge for group in groups for member in group.members for period in member.free for edge in period})
    found: list[Found] = []
    for start in edges:
        for end in (edge for edge in edges if edge - start >= duration):
            subs = who_can(groups, start, end)
            if subs is not None:
                found.append(Found(start, end, subs))
    return _maximal(found)


def who_can(groups: Iterable[Group], start: datetime, end: datetime) -> tuple[str, ...] | None:
    """Return who is free for a whole stretch, or None when a group is not met."""
    subs: list[str] = []
    for group in groups:
        able = [
            member.sub for member in group.members if any(first <= start and end <= last for first, last in member.free)
        ]
        if len(able) < group.required:
            return None
        subs += [sub for sub in able if sub not in subs]
    return tuple(subs)


def slots(groups: Iterable[Group], periods: Iterable[Found], duration: timedelta, step: timedelta) -> list[Found]:
    """Return slots of exactly `duration`, every `step` from the start of each stretch."""
    groups = tuple(groups)
    found: dict[datetime, Found] = {}
    for period in periods:
        start = period.start
        while start + duration <= period.end:
            subs = who_can(groups, start, start + duration)
            if subs is not None:
                found.setdefault(start, Found(start, start + duration, subs))
            start += step
    return [found[start] for start in sorted(found)]


def without_overlaps(found: Iterable[Found]) -> list[Found]:
    """Return the slots of which none begins before the last one has ended."""
    kept: list[Found] = []
    for slot in found:
        if not kept or slot.start >= kept[-1].end:
            kept.append(slot)
    return kept


def _maximal(found: list[Found]) -> list[Found]:
    """Return the stretches that lie inside no other one with the same people or more."""
    return [
        one
        for one in found
        if not any(
            other != one and other.start <= one.start and one.end <= other.end and set(one.subs) <= set(other.subs)
            for other in found
        )
    ]


def _instants(span: Span, zone: ZoneInfo) -> Period:
    """Return a span's start and end as instants: an all-day one is from midnight to midnight in `zone`."""
    if not span.all_day:
        return span.start, span.end
    return span.start.replace(tzinfo=zone).astimezone(UTC), span.end.replace(tzinfo=zone).astimezone(UTC)
