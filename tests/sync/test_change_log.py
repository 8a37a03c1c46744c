"""What is kept of a run's changes while the copy is written."""

from __future__ import annotations

import json

import pytest

from cronofy_cli.core.events.event_changes import ChangeKind, EventChange
from cronofy_cli.sync.change_log import ChangeLog, Counts, Effect

EVENT = b'{"event_uid":"evt_1","calendar_id":"cal_1","summary":"Lunch","start":"2026-11-23","end":"2026-11-24"}'


def change(kind: ChangeKind) -> EventChange:
    """Return a change of some kind."""
    return EventChange(kind, "evt_1", "cal_1", "Lunch", None if kind is ChangeKind.ADDED else EVENT, EVENT, ())


@pytest.mark.parametrize(("count", "held"), [(999, 999), (1000, 1000), (1001, 1000)])
def test_how_many_are_shown_in_words(count: int, held: int) -> None:
    """The first thousand changes are there for people; all of them are counted and can be read as lines."""
    with ChangeLog() as log:
        for _ in range(count):
            log.add(change(ChangeKind.CHANGED))

        assert (len(log.first), log.counts) == (held, Counts(changed=count))
        assert sum(1 for _ in log.lines()) == count


@pytest.mark.parametrize("kind", ChangeKind)
def test_each_kind_of_change(kind: ChangeKind) -> None:
    """Each is counted as what it is; what only slid into the window is no change of the calendar."""
    slid_in = kind is ChangeKind.FIRST_SEEN
    with ChangeLog() as log:
        log.add(change(kind))
        log.count(Effect.SLID_OUT, 2)

        name = "slid_in" if slid_in else kind.value
        assert log.counts == Counts(**{name: 1}, slid_out=2)
        assert log.counts.has_changes is not slid_in
        assert len(log.first) == (not slid_in)
        assert [json.loads(line)["kind"] for line in log.lines()] == [kind.value]
        assert [*log.lines()] == [*log.lines()]
