"""Made-up notifications, and what becomes of a read that nobody announced."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.event_cache import open_event_cache
from cronofy_cli.adapters.history import open_history
from cronofy_cli.core.events.event_changes import ChangeKind, compare
from cronofy_cli.core.notifications.channels import parse_channel
from cronofy_cli.core.signature import HEADER, ClientSecret, SignatureState, judge
from cronofy_cli.errors import HistoryUnavailable
from cronofy_cli.listen.changes.change_detector import SeenEvents
from cronofy_cli.listen.changes.read_request import ChangeRead, ReadWish, folded
from cronofy_cli.listen.changes.reconstruction import Reconstruction
from cronofy_cli.listen.changes.recorder import ReadKeeper
from tests.samples import make_delivery, make_event
from tests.vectors import EXAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cronofy_cli.adapters.history import History
    from cronofy_cli.core.notifications.deliveries import Delivery
    from cronofy_cli.errors import CronofyError

SINCE = "2026-11-22T09:24:16Z"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SECRETS = [ClientSecret("new", "CRN_1"), ClientSecret("old", "CRN_2")]
CHANNEL = parse_channel(
    b'{"channel_id":"chn_1","callback_url":"https://example.com/team/r/k3v9?user_id=42","filters":{"only_managed":true}}'
)


def made_up(secrets: list[ClientSecret] | None = None) -> Delivery:
    """Make up a notification."""
    return Reconstruction(SECRETS if secrets is None else secrets, "uk", lambda: NOW).delivery(CHANNEL, SINCE)


def test_it_is_shaped_like_cronofys() -> None:
    """It has the fields of the published `change`, the right moment, and the channel as Cronofy knows it."""
    published = next(json.loads(example.body) for example in EXAMPLES if example.type == "change")
    body = json.loads(made_up().request.body)

    assert body == {"notification": {"type": "change", "changes_since": SINCE}, "channel": json.loads(CHANNEL.raw)}
    assert {key: set(body[key]) for key in body} == {key: set(published[key]) for key in published}


def test_it_goes_to_the_callback_url() -> None:
    """An application gets path and query as with each notification, and may tell who made it."""
    request = made_up().request

    assert (request.method, request.target, request.received_at) == ("POST", "/team/r/k3v9?user_id=42", NOW)
    assert request.header("host") == "example.com"
    assert request.header("content-length") == str(len(request.body))
    assert "(reconstructed)" in (request.header("user-agent") or "")


@pytest.mark.parametrize("secret", SECRETS)
def test_it_is_signed(secret: ClientSecret) -> None:
    """Each of the application's client secrets verifies it."""
    delivery = made_up()

    verdict = judge(delivery.request.header(HEADER), delivery.request.body, [secret])

    assert verdict.state is delivery.verdict.state is SignatureState.VALID


def test_without_a_secret() -> None:
    """Nothing is signed with nothing."""
    delivery = made_up([])

    assert (delivery.request.header(HEADER), delivery.verdict.state) == (None, SignatureState.UNKNOWN)


class Kept:
    """What a keeper of reads showed, handed on and complained about."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "history.db"
        self.shown: list[ChangeRead] = []
        self.handed_on: list[Delivery] = []
        self.troubles: list[CronofyError] = []

    def keep(self, history: History, read: ChangeRead, *, hand_on: bool) -> None:
        """Take a read."""
        sinks = [self.handed_on.extend] if hand_on else []
        ReadKeeper(history, self.shown.append, self.troubles.append, sinks)(read)


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    """A keeper's surroundings."""
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
    kept.keep(history, missed(make_event(1)), hand_on=True)

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
    kept.keep(history, read, hand_on=hand_on)

    assert (kept.shown, kept.handed_on, history.newest_id()) == ([read], [], 0)


def test_events_are_kept_with_their_deliveries(kept: Kept, history: History) -> None:
    """What a notification brought is found with it, and is not handed on a second time."""
    [first, second] = history.record([make_delivery(0), make_delivery(0)])
    assert first.id is not None
    assert second.id is not None
    read = ChangeRead((first.id, second.id), SINCE, (make_event(1),))

    kept.keep(history, read, hand_on=True)

    assert history.events_of(first.id) == history.events_of(second.id) == read.payload({})
    assert (kept.shown, kept.handed_on) == ([read], [])


def test_a_history_that_cannot_be_written(kept: Kept, history: History) -> None:
    """What was read is shown all the same; what could not be recorded is not handed on."""
    history.close()
    with open_history(kept.file, read_only=True) as read_only:
        kept.keep(read_only, missed(make_event(1)), hand_on=True)

    assert [type(error) for error in kept.troubles] == [HistoryUnavailable]
    assert (len(kept.shown), kept.handed_on) == (1, [])


def test_seen_events_are_told_once(tmp_path: Path) -> None:
    """What one run has told the next one does not tell again, from whenever on it reads."""
    environment = {"CRONOFY_DATA_DIR": str(tmp_path)}
    troubles: list[CronofyError] = []
    event = make_event(1, created='"2026-11-22T09:30:00Z"')

    kinds = []
    for _ in range(2):
        seen = SeenEvents(lambda: open_event_cache("uk", "acc_1", environment), troubles.append)
        kinds.append([change.kind for change in seen.observe([event], SINCE)])
        seen.close()

    assert (kinds, troubles) == ([[ChangeKind.ADDED], []], [])


def test_a_cache_that_cannot_be_used(tmp_path: Path) -> None:
    """It is told once, and changes are told as far as they can be without what was seen before."""
    (tmp_path / "event-cache").write_bytes(b"not a folder")
    troubles: list[CronofyError] = []
    seen = SeenEvents(lambda: open_event_cache("uk", "acc_1", {"CRONOFY_DATA_DIR": str(tmp_path)}), troubles.append)

    told = [[change.kind for change in seen.observe([make_event(1)], SINCE)] for _ in range(2)]
    seen.close()

    assert told == [[ChangeKind.FIRST_SEEN]] * 2
    assert [error.code for error in troubles] == ["event_cache_unavailable"]


def test_several_gaps_become_one() -> None:
    """If they are read together, the notification that speaks of the earliest stands for all."""
    later = "2026-11-22T10:00:00Z"
    made_later = Reconstruction(SECRETS, "uk", lambda: NOW).delivery(CHANNEL, later)

    [read] = folded([ReadWish(later, missed=made_later), ReadWish(SINCE, missed=made_up())])

    assert read.missed == made_up()
