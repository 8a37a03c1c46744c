"""What becomes of each event that a run reads."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.sync.change_log import ChangeLog, Counts
from cronofy_cli.sync.destination import place_of_one
from cronofy_cli.sync.merge import LastRun, Merge
from cronofy_cli.sync.seen import Seen
from cronofy_cli.sync.window import WindowRule
from tests.sync.keeping import POSTGRES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cronofy_cli.sync.copy.interface import Copy

NOW = WindowRule("2026-11-01", "2027-06-01", "2026-11-01T00:00:00Z", "2027-06-01T00:00:00Z")
BEFORE = WindowRule("2026-10-01", "2027-05-01", "2026-10-01T00:00:00Z", "2027-05-01T00:00:00Z")
KNOWN_UNTIL = "2026-11-22T09:00:00Z"
LAST = LastRun(BEFORE, KNOWN_UNTIL)


@pytest.fixture(params=["calendar.db", POSTGRES])
def copy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Copy]:
    """A copy, in SQLite or in PostgreSQL, in the transaction of a run."""
    is_file = request.param != POSTGRES
    place = place_of_one(str(tmp_path / "calendar.db") if is_file else request.getfixturevalue("postgres_url"))
    with place.open("acc_1", "uk") as opened, opened.transaction():
        yield opened


def event(uid: str = "evt_1", day: str = "2026-11-24", **fields: Any) -> bytes:
    """Return an event's newest state."""
    times = {"start": f"{day}T10:00:00Z", "end": f"{day}T11:00:00Z"}
    return json.dumps(
        {"event_uid": uid, "summary": "Lunch", "updated": "2026-11-01T00:00:00Z", **times, **fields}
    ).encode()


class Runs:
    """Runs that merge what they read into a copy."""

    def __init__(self, copy: Copy, stack: ExitStack) -> None:
        self.copy = copy
        self._stack = stack

    def run(self, *events: bytes, rule: WindowRule = NOW, last: LastRun | None = LAST) -> tuple[ChangeLog, Merge]:
        """Merge what a run reads, and return what it did."""
        log = self._stack.enter_context(ChangeLog())
        merge = Merge(self.copy, self._stack.enter_context(Seen()), log, rule, last)
        merge.begin_read()
        merge.take(events)
        merge.drop_left_behind()
        return log, merge


@pytest.fixture
def runs(copy: Copy) -> Iterator[Runs]:
    """Runs, whose logs are closed at the end."""
    with ExitStack() as stack:
        yield Runs(copy, stack)


def kept(copy: Copy) -> list[str]:
    """Return the uids in the copy."""
    return [json.loads(each)["event_uid"] for each in copy.events()]


def kinds(log: ChangeLog) -> list[str]:
    """Return what is told one by one."""
    return [json.loads(line)["kind"] for line in log.lines()]


def test_the_first_run(copy: Copy, runs: Runs) -> None:
    """Everything is added and counted, nothing told one by one."""
    log, _ = runs.run(event("evt_1"), event("evt_2", "2026-11-25"), last=None)

    assert (kept(copy), log.counts, kinds(log)) == (["evt_1", "evt_2"], Counts(added=2), [])
    assert copy.is_changed


@pytest.mark.parametrize(
    ("after", "counts", "told"),
    [
        (event(), Counts(), []),
        (event(summary="Dinner"), Counts(changed=1), ["changed"]),
        (event(day="2026-11-25"), Counts(moved=1), ["moved"]),
        (event(deleted=True), Counts(removed=1), ["removed"]),
        (event(day="2027-07-01"), Counts(moved=1), ["moved"]),
        (event(day="2026-10-31", summary="Lunch"), Counts(moved=1), ["moved"]),
    ],
)
def test_an_event_that_is_known(after: bytes, counts: Counts, told: list[str], copy: Copy, runs: Runs) -> None:
    """Its newest state takes the place of the one before, or is dropped if it is gone or outside; once each is told."""
    runs.run(event(), last=None)
    copy.is_changed = False

    log, _ = runs.run(after)

    assert (log.counts, kinds(log)) == (counts, told)
    assert copy.is_changed is bool(told)
    is_there = json.loads(after).get("deleted") is None and "2026-11" in json.loads(after)["start"]
    assert copy.find(["evt_1"]).get("evt_1") == (after if is_there else None)


def test_what_differs_only_for_the_server(copy: Copy, runs: Runs) -> None:
    """A state that nobody would call a change is kept and not told."""
    runs.run(event(), last=None)

    log, _ = runs.run(event(updated="2026-11-22T09:00:00Z"))

    assert (log.counts, kinds(log)) == (Counts(), [])
    assert copy.find(["evt_1"]).get("evt_1") == event(updated="2026-11-22T09:00:00Z")


@pytest.mark.parametrize(
    ("day", "updated", "kind"),
    [
        ("2026-11-24", "2026-11-01T00:00:00Z", "added"),
        ("2027-05-02", "2026-11-01T00:00:00Z", "first_seen"),
        ("2027-05-02", KNOWN_UNTIL, "added"),
        ("2027-05-02", "2026-11-22T08:59:59Z", "first_seen"),
        ("2027-05-02", None, "first_seen"),
    ],
)
def test_an_event_that_is_new(day: str, updated: str | None, kind: str, copy: Copy, runs: Runs) -> None:
    """What the last run could have seen is added; what only the moving window brings has slid in."""
    runs.run(last=None)

    log, _ = runs.run(event(day=day, updated=updated))

    assert (kinds(log), kept(copy)) == ([kind], ["evt_1"])
    assert log.counts == (Counts(added=1) if kind == "added" else Counts(slid_in=1))


def test_a_copy_that_knows_no_time(runs: Runs) -> None:
    """Where it is not known until when the last run knew, what lay outside has slid in."""
    log, _ = runs.run(event(day="2027-05-02", updated="2026-11-22T09:00:00Z"), last=LastRun(BEFORE, None))

    assert log.counts == Counts(slid_in=1)


def test_what_never_was_here(copy: Copy, runs: Runs) -> None:
    """An event that is gone or outside, and was not in the copy, is nothing."""
    log, _ = runs.run(event(deleted=True), event("evt_2", "2027-07-01"))

    assert (log.counts, kept(copy)) == (Counts(), [])


def test_days_that_have_passed(copy: Copy, runs: Runs) -> None:
    """What the window has left behind is dropped and counted, not told one by one."""
    runs.run(event(day="2026-10-15"), event("evt_2"), rule=BEFORE, last=None)

    log, _ = runs.run()

    assert (log.counts, kinds(log), kept(copy)) == (Counts(slid_out=1), [], ["evt_2"])


def test_an_event_that_slid_out_unchanged(copy: Copy, runs: Runs) -> None:
    """An event that comes as it was, and now lies outside, has slid out."""
    runs.run(event(day="2026-10-15"), rule=BEFORE, last=None)

    log, _ = runs.run(event(day="2026-10-15"))

    assert (log.counts, kinds(log), kept(copy)) == (Counts(slid_out=1), [], [])


def test_what_a_whole_read_does_not_bring(copy: Copy, runs: Runs) -> None:
    """After a read of everything, an event that did not come is removed; after a read of changes it stays."""
    runs.run(event("evt_1"), event("evt_2"), last=None)

    runs.run(event("evt_1"))
    assert kept(copy) == ["evt_1", "evt_2"]
    log, merge = runs.run(event("evt_1"))
    merge.drop_missing()
    assert (kept(copy), log.counts, kinds(log)) == (["evt_1"], Counts(removed=1), ["removed"])


def test_what_comes_twice_and_what_is_no_event(copy: Copy, runs: Runs) -> None:
    """An event that a read brings twice is kept as it came last; what has no uid cannot be kept; both are counted."""
    _, merge = runs.run(event(), event(summary="Dinner"), event(uid=""), b'{"summary":"x"}', last=None)

    assert (merge.repeated, merge.unreadable) == (1, 2)
    assert copy.find(["evt_1"]).get("evt_1") == event(summary="Dinner")
