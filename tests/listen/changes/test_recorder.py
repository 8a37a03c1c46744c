"""What becomes of a read: it is kept, shown, and handed on if something was missed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.adapters.history import open_history
from cronofy_cli.core.events.event_changes import compare
from cronofy_cli.errors import HistoryUnavailable
from cronofy_cli.listen.changes.read_request import ChangeRead
from cronofy_cli.listen.changes.recorder import ChangeRecorder
from tests.listen.changes.refusing import refusing
from tests.listen.changes.test_catch_up import SINCE, made_up
from tests.open_files import open_files
from tests.samples import make_delivery, make_event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from cronofy_cli.adapters.history import History
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.errors import CronofyError

READ_AT = datetime(2026, 11, 22, 12, 0, 5, tzinfo=UTC)


class Kept:
    """What a recorder of reads showed, handed on and complained about."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "history.db"
        self.shown: list[ChangeRead] = []
        self.handed_on: list[Delivery] = []
        self.troubles: list[CronofyError] = []

    def recorder(
        self, *, hand_on: bool, opened: Callable[[], History] | None = None, keeps_missed: bool = False
    ) -> ChangeRecorder:
        """Return one, not entered yet."""
        return ChangeRecorder(
            opened or partial(open_history, self.file),
            self.shown.append,
            self.troubles.append,
            [self.handed_on.extend] if hand_on else [],
            targets_of=lambda _: ["http://app/"],
            clock=lambda: READ_AT,
            keeps_missed=keeps_missed,
        )

    def keep(self, read: ChangeRead, **options: Any) -> None:
        """Take a read."""
        with self.recorder(**options) as recorder:
            recorder(read)


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    """A recorder's surroundings."""
    return Kept(tmp_path)


@pytest.fixture
def history(kept: Kept) -> Iterator[History]:
    """An empty history."""
    with open_history(kept.file) as history:
        yield history


def missed(*events: bytes) -> ChangeRead:
    """Return a read of what was missed, everything in it new."""
    changes = [compare(None, event, SINCE) for event in events]
    return ChangeRead((), SINCE, events, tuple(each for each in changes if each is not None), made_up())


def test_what_was_missed_is_recorded_and_handed_on(kept: Kept, history: History) -> None:
    """The made-up notification is in the history, marked, with its events, before the application gets it."""
    kept.keep(missed(make_event(1)), hand_on=True)

    [delivery] = kept.handed_on
    assert delivery.id is not None
    assert history.get(delivery.id) == delivery
    assert history.is_reconstructed(delivery.id)
    assert json.loads(history.events_of(delivery.id) or b"")["delivery_ids"] == [delivery.id]
    assert [read.delivery_ids for read in kept.shown] == [(delivery.id,)]
    assert kept.troubles == []


@pytest.mark.parametrize(("read", "hand_on"), [(missed(make_event(1)), False), (missed(), True)])
def test_what_is_only_shown(read: ChangeRead, hand_on: bool, kept: Kept, history: History) -> None:
    """Unless it is wanted, or if nothing new was missed, nothing is made up."""
    kept.keep(read, hand_on=hand_on)

    assert (kept.shown, kept.handed_on, history.newest_id()) == ([read], [], 0)


@pytest.mark.parametrize("hand_on", [False, True])
def test_what_was_missed_is_recorded_for_others(hand_on: bool, kept: Kept, history: History) -> None:
    """Where others read the history too it is recorded in any case, and to be forwarded only if it is handed on."""
    kept.keep(missed(make_event(1)), hand_on=hand_on, keeps_missed=True)

    assert history.is_reconstructed(1)
    assert len(kept.handed_on) == hand_on
    assert history.forwards.owed(1) == (["http://app/"] if hand_on else [])


def test_events_are_kept_with_their_deliveries(kept: Kept, history: History) -> None:
    """What a notification brought is found with it, and is not handed on a second time."""
    [first, second] = history.record([make_delivery(0), make_delivery(0)])
    assert first.id is not None
    assert second.id is not None
    read = ChangeRead((first.id, second.id), SINCE, (make_event(1),))

    kept.keep(read, hand_on=True)

    assert history.events_of(first.id) == history.events_of(second.id) == read.payload({})
    assert (kept.shown, kept.handed_on) == ([read], [])


def test_a_history_that_cannot_be_written(kept: Kept, history: History) -> None:
    """What was read is shown all the same; what could not be recorded is not handed on."""
    history.close()
    kept.keep(missed(make_event(1)), hand_on=True, opened=partial(open_history, kept.file, read_only=True))

    first, last = kept.troubles
    assert isinstance(first, HistoryUnavailable)
    assert last.message == f"what changed since {SINCE} was read and shown, but is not in the history"
    assert last.hint == f"to see it again: cronofy events read --changes-since {SINCE}"
    assert (len(kept.shown), kept.handed_on) == (1, [])


def test_a_history_that_can_be_written_again(kept: Kept, history: History) -> None:
    """What it did not take is written and handed on once it does, in order and once; it is shown at once."""
    [first] = history.record([make_delivery(0)])
    assert first.id is not None
    received = ChangeRead((first.id,), SINCE, (make_event(2),))
    with kept.recorder(hand_on=True) as recorder:
        with refusing(kept.file):
            recorder(missed(make_event(1)))
            recorder(received)
            assert (len(kept.shown), kept.handed_on, history.newest_id()) == (2, [], first.id)
        recorder(ChangeRead((first.id,), SINCE, (make_event(3),)))
        recorder.write_rest()

    assert len(kept.troubles) == 1
    [made] = kept.handed_on
    assert made.id == first.id + 1
    assert history.is_reconstructed(made.id)
    assert json.loads(history.events_of(made.id) or b"")["events"] == [json.loads(make_event(1))]
    assert json.loads(history.events_of(first.id) or b"")["events"] == [json.loads(make_event(3))]
    assert history.times_of(first.id).events_read_at == READ_AT


def test_a_commit_whose_answer_was_lost(kept: Kept, history: History) -> None:
    """What was written though that was not heard is not written a second time."""
    read = missed(make_event(1))
    with kept.recorder(hand_on=True) as recorder:
        with refusing(kept.file):
            recorder(read)
        assert read.missed is not None
        history.record([read.missed], are_reconstructed=True)

    assert history.newest_id() == 1
    assert [each.id for each in kept.handed_on] == [1]


def test_the_history_is_let_go(kept: Kept) -> None:
    """When a run has ended, its history can be moved or removed: nothing holds it open."""
    recorder = kept.recorder(hand_on=True)
    with recorder:
        recorder(missed(make_event(1)))
        assert open_files(kept.file)

    assert open_files(kept.file) == set(), recorder


def test_what_is_too_much_is_named(kept: Kept, history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not everything fits into memory: the oldest is given up, with a word."""
    monkeypatch.setattr("cronofy_cli.listen.changes.recorder._MOST_UNWRITTEN", 1)
    [first] = history.record([make_delivery(0)])
    assert first.id is not None
    with kept.recorder(hand_on=False) as recorder, refusing(kept.file):
        for since in ("2026-11-22T09:00:00Z", SINCE):
            recorder(ChangeRead((first.id,), since, (make_event(1),)))

    assert [type(error) for error in kept.troubles] == [HistoryUnavailable] * 2
    assert "since 2026-11-22T09:00:00Z was read" in kept.troubles[1].message
    assert history.events_of(first.id) is not None
