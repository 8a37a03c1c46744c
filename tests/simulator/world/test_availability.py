"""When people are free."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from msgspec import structs

from cronofy_cli.simulator.world.availability import (
    Found,
    Group,
    Member,
    busy_periods,
    common_periods,
    free_periods,
    overlap,
    slots,
    who_can,
    without_overlaps,
)
from tests.simulator.worlds import all_day, event, timed

if TYPE_CHECKING:
    from cronofy_cli.simulator.world.availability import Period

LONDON = ZoneInfo("Europe/London")
HOUR = timedelta(hours=1)


def at(hour: float) -> datetime:
    """Return a moment of a day."""
    return datetime(2026, 6, 1, tzinfo=UTC) + timedelta(hours=hour)


def span(start: float, end: float) -> Period:
    """Return a stretch of that day."""
    return at(start), at(end)


def spans(*pairs: tuple[float, float]) -> tuple[Period, ...]:
    """Return stretches of that day."""
    return tuple(span(*pair) for pair in pairs)


def test_what_blocks() -> None:
    """An opaque event blocks, with its buffers; a free, cancelled, declined or deleted one does not."""
    meeting = event("evt_1", timed("2026-06-01T10:00"))
    free = [
        structs.replace(meeting, transparency="transparent"),
        structs.replace(meeting, status="cancelled"),
        structs.replace(meeting, participation_status="declined"),
        structs.replace(meeting, deleted=True),
    ]

    assert busy_periods([meeting, *free], LONDON, timedelta(), timedelta()) == [span(10, 11)]
    assert busy_periods([meeting], LONDON, timedelta(minutes=30), HOUR) == [span(9, 11.5)]


def test_a_whole_day() -> None:
    """An all-day event blocks from midnight to midnight in the account's zone."""
    holiday = event("evt_1", all_day("2026-06-01"))

    assert busy_periods([holiday], LONDON, timedelta(), timedelta()) == [span(-1, 23)]


@pytest.mark.parametrize(
    ("busy", "free"),
    [
        (spans(), spans((9, 17))),
        (spans((10, 11)), spans((9, 10), (11, 17))),
        (spans((8, 9)), spans((9, 17))),
        (spans((17, 18)), spans((9, 17))),
        (spans((8, 10)), spans((10, 17))),
        (spans((9, 10)), spans((10, 17))),
        (spans((16, 18)), spans((9, 16))),
        (spans((8, 18)), spans()),
        (spans((9, 17)), spans()),
        (spans((12, 13), (10, 11)), spans((9, 10), (11, 12), (13, 17))),
        (spans((10, 13), (11, 12)), spans((9, 10), (13, 17))),
        (spans((10, 12), (12, 13)), spans((9, 10), (13, 17))),
    ],
)
def test_what_is_left(busy: tuple[Period, ...], free: tuple[Period, ...]) -> None:
    """A day's hours without what is busy, in order, nothing of no length."""
    assert free_periods(spans((9, 17)), busy) == free


def test_two_days() -> None:
    """Each stretch loses what is busy in it."""
    assert free_periods(spans((33, 41), (9, 17)), spans((16, 34))) == spans((9, 16), (34, 41))


@pytest.mark.parametrize(
    ("other", "shared"),
    [
        (spans((9, 17)), spans((9, 12), (13, 17))),
        (spans((12, 13)), spans()),
        (spans((11, 14)), spans((11, 12), (13, 14))),
        (spans((16, 20), (8, 10)), spans((9, 10), (16, 17))),
    ],
)
def test_what_is_shared(other: tuple[Period, ...], shared: tuple[Period, ...]) -> None:
    """What lies in both, in order."""
    assert overlap(spans((9, 12), (13, 17)), other) == shared


ADA = Member("ada", spans((9, 12), (13, 17)))
BOB = Member("bob", spans((10, 14)))
BOTH, ANY = Group((ADA, BOB), 2), Group((ADA, BOB), 1)


@pytest.mark.parametrize(
    ("groups", "start", "end", "subs"),
    [
        ([BOTH], 10, 12, ("ada", "bob")),
        ([BOTH], 9, 11, None),
        ([ANY], 9, 11, ("ada",)),
        ([ANY], 12, 13, ("bob",)),
        ([ANY], 14, 15, ("ada",)),
        ([ANY], 11, 15, None),
        ([ANY, BOTH], 10, 12, ("ada", "bob")),
        ([ANY, Group((BOB,), 1)], 9, 11, None),
    ],
)
def test_who_can(groups: list[Group], start: float, end: float, subs: tuple[str, ...] | None) -> None:
    """Every group needs enough of its members for the whole time; each person is named once."""
    assert who_can(groups, at(start), at(end)) == subs


def test_the_longest_stretches() -> None:
    """The same people together, as long as they can: none inside a longer one of the same people."""
    assert common_periods([BOTH], HOUR) == [Found(*span(10, 12), ("ada", "bob")), Found(*span(13, 14), ("ada", "bob"))]
    assert common_periods([BOTH], timedelta(hours=1.5)) == [Found(*span(10, 12), ("ada", "bob"))]
    assert common_periods([ANY], HOUR) == [
        Found(*span(9, 12), ("ada",)),
        Found(*span(10, 12), ("ada", "bob")),
        Found(*span(10, 14), ("bob",)),
        Found(*span(13, 14), ("ada", "bob")),
        Found(*span(13, 17), ("ada",)),
    ]


def test_slots() -> None:
    """Slots begin with each stretch and then every step, as long as they fit; overlapping ones can be left out."""
    periods = common_periods([BOTH], HOUR)

    found = slots([BOTH], periods, HOUR, timedelta(minutes=30))

    assert [(one.start, one.end) for one in found] == [*spans((10, 11), (10.5, 11.5), (11, 12), (13, 14))]
    assert {one.subs for one in found} == {("ada", "bob")}
    assert [one.start for one in without_overlaps(found)] == [at(10), at(11), at(13)]


def test_slots_of_stretches_that_overlap() -> None:
    """A slot is there once, in order, although it lies in several stretches."""
    found = slots([ANY], common_periods([ANY], HOUR), HOUR, HOUR)

    assert [one.start for one in found] == [at(hour) for hour in (9, 10, 11, 12, 13, 14, 15, 16)]
