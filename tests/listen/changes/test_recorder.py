"""What becomes of a read: it is kept, shown, and handed on if something was missed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import open_history
from cronofy_cli.core.events.event_changes import compare
from cronofy_cli.errors import HistoryUnavailable
from cronofy_cli.listen.changes.read_request import ChangeRead
from cronofy_cli.listen.changes.recorder import ChangeRecorder
from tests.listen.changes.test_catch_up import SINCE, made_up
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

    def keep(
        self,
        read: ChangeRead,
        *,
        hand_on: bool,
        opened: Callable[[], History] | None = None,
        keeps_missed: bool = False,
    ) -> None:
        """Take a read."""
        sinks = [self.handed_on.extend] if hand_on else []
        opened = opened or partial(open_history, self.file)
        with ChangeRecorder(
            opened,
            self.shown.append,
            self.troubles.append,
            sinks,
            targets_of=lambda _: ["http://app/"],
            clock=lambda: READ_AT,
            keeps_missed=keeps_missed,
        ) as recorder:
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

    assert [type(error) for error in kept.troubles] == [HistoryUnavailable]
    assert (len(kept.shown), kept.handed_on) == (1, [])
