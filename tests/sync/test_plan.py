"""What a run reads, as a matter of clocks and windows alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.api.sync_window import Days, sync_window
from cronofy_cli.core.times import to_utc_seconds
from cronofy_cli.core.zones import find_zone
from cronofy_cli.sync.plan import (
    OVERLAP,
    FullRead,
    PlanOptions,
    changes_query,
    make_plan,
    whole_query,
)
from cronofy_cli.sync.state import CopyState, Identity

if TYPE_CHECKING:
    from cronofy_cli.sync.plan import Plan

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
LONDON = find_zone("Europe/London")
OPTIONS = PlanOptions(full=False, full_every=timedelta(days=7))


def left_at(moment: datetime, *, known: bool = True, full_read_at: datetime | None = None) -> CopyState:
    """Return what a run at a moment leaves."""
    window = sync_window(moment.astimezone(LONDON).date())
    at = to_utc_seconds(moment)
    return CopyState(
        data_center="uk",
        sub="acc_1",
        tzid="Europe/London",
        calendar_ids=(),
        first_day=window.first,
        end_day=window.end,
        known_until=at if known else None,
        run_at=at,
        full_read_at=to_utc_seconds(full_read_at or moment),
    )


def plan(state: CopyState | None, now: datetime = NOW, options: PlanOptions = OPTIONS, world: str = "") -> Plan:
    """Return the plan of a run."""
    return make_plan(state, now, LONDON, world, options)


def test_the_first_run() -> None:
    """The first run reads the whole window and asks for no changes."""
    made = plan(None)

    assert made.window == made.whole == sync_window(date(2026, 11, 22))
    assert (made.changes_since, made.full_read) == (None, FullRead.FIRST)


def test_a_later_run() -> None:
    """A later run asks for changes since before the last run, and reads the week at the window's far end."""
    made = plan(left_at(NOW - timedelta(hours=1)))

    assert made.changes_since == "2026-11-22T08:25:00Z"
    assert made.whole == Days(date(2027, 6, 4), date(2027, 6, 11))
    assert made.full_read is None


@given(st.integers(0, 240))
def test_no_day_is_left_out(days: int) -> None:
    """Whatever time passed since the last run, each day of the window was in it or is read in whole."""
    before = left_at(NOW - timedelta(days=days))
    made = plan(before, options=PlanOptions(full=False, full_every=timedelta(days=3000)))

    window = [made.window.first + timedelta(days=number) for number in range(243)]
    assert all(day in before.window or day in made.whole for day in window)
    assert made.changes_since == to_utc_seconds(NOW - timedelta(days=days) - OVERLAP)


@pytest.mark.parametrize(
    ("state", "options", "reason"),
    [
        (left_at(NOW - timedelta(hours=1)), PlanOptions(full=True, full_every=timedelta(days=7)), FullRead.ASKED),
        (left_at(NOW, full_read_at=NOW - timedelta(days=7)), OPTIONS, FullRead.DUE),
        (left_at(NOW, known=False), OPTIONS, FullRead.UNKNOWN),
        (left_at(NOW + timedelta(hours=1)), OPTIONS, FullRead.CLOCK),
        (left_at(NOW - timedelta(days=243)), OPTIONS, FullRead.APART),
    ],
    ids=["asked", "due", "unknown", "clock", "apart"],
)
def test_reasons_for_a_full_read(state: CopyState, options: PlanOptions, reason: FullRead) -> None:
    """Everything is read when it is asked for or due, or when what changed since cannot be known."""
    made = plan(state, options=options)

    assert (made.full_read, made.whole) == (reason, made.window)


def test_another_world() -> None:
    """In another simulator everything is read, and no changes are asked for: its times say nothing of the copy."""
    made = plan(left_at(NOW), world="http://127.0.0.1:7080 17")

    assert (made.full_read, made.changes_since) == (FullRead.RESTARTED, None)


def test_a_clock_that_went_back() -> None:
    """Where the server's clock went back, no change is asked for by a time that has not come yet."""
    assert plan(left_at(NOW + timedelta(hours=1))).changes_since is None


def test_midnight_twice() -> None:
    """Where two servers do not agree which day it is, the window does not go back."""
    midnight = datetime(2026, 11, 23, tzinfo=UTC)
    after = left_at(midnight + timedelta(seconds=1))

    made = plan(after, midnight - timedelta(seconds=1))

    assert (made.window, made.full_read) == (after.window, None)


def test_a_clock_that_is_a_little_behind() -> None:
    """Five minutes are as good as none: the window stays, and changes are asked for. Beyond them nothing is known."""
    after = left_at(datetime(2026, 11, 23, 0, 1, tzinfo=UTC))
    behind = datetime(2026, 11, 22, 23, 56, tzinfo=UTC)

    made, too_late = plan(after, behind), plan(after, behind - timedelta(seconds=1))

    assert (made.window, made.full_read) == (after.window, None)
    assert (too_late.window, too_late.full_read) == (sync_window(date(2026, 11, 22)), FullRead.CLOCK)


def test_the_days_are_those_of_the_zone() -> None:
    """Which days the window has is a matter of the copy's zone."""
    made = make_plan(None, datetime(2026, 11, 22, 23, tzinfo=UTC), find_zone("Asia/Tokyo"), "", OPTIONS)

    assert made.window == sync_window(date(2026, 11, 23))


def test_what_is_asked_for() -> None:
    """Deletions and moves out of the window are asked for, managed events too, always with the copy's zone."""
    identity = Identity("uk", "acc_1", "Europe/London", ("cal_1",), "")
    made = plan(left_at(NOW - timedelta(hours=1)))

    assert changes_query(identity, made).parameters() == [
        ("tzid", "Europe/London"),
        ("from", "2026-10-11"),
        ("to", "2027-06-11"),
        ("calendar_ids[]", "cal_1"),
        ("last_modified", "2026-11-22T08:25:00Z"),
        ("include_managed", "true"),
        ("include_deleted", "true"),
        ("include_moved", "true"),
    ]
    assert whole_query(identity, made.whole).parameters() == [
        ("tzid", "Europe/London"),
        ("from", "2027-06-04"),
        ("to", "2027-06-11"),
        ("calendar_ids[]", "cal_1"),
        ("include_managed", "true"),
    ]
