"""What `wait` collects out of the history, and what it says of the rest."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pytest

from cronofy_cli.adapters.history import Criteria, open_history
from cronofy_cli.adapters.journal import Journal, RunRecord
from cronofy_cli.core.notifications.where import parse_where
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.listen.wait import Collector, Listeners, Wanted, find_listeners, misses
from tests.samples import make_delivery

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cronofy_cli.adapters.history import History
    from cronofy_cli.core.notifications.deliveries import Delivery

OWN = "/r/own"


def body(type_: str = "change", channel_id: str = "chn_1", path: str = "/hook") -> bytes:
    """Return a notification's body."""
    channel = {"channel_id": channel_id, "callback_url": f"https://a.example.com{path}"}
    return msgspec.json.encode({"notification": {"type": type_}, "channel": channel})


def came(type_: str = "change", channel_id: str = "chn_1", path: str = "/hook") -> Delivery:
    """Return a delivery that comes."""
    return make_delivery(0, body(type_, channel_id, path))


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    """A history with one delivery, from before."""
    with open_history(tmp_path / "deliveries.db") as opened:
        opened.record([came()])
        yield opened


class Waiting:
    """A collector, and what is recorded between two of its looks."""

    def __init__(self, history: History, wanted: Wanted, *, after_id: int = 1, own_path: str | None = None) -> None:
        self.shown: list[int | None] = []
        self.collector = Collector(
            history, wanted, after_id, lambda delivery: self.shown.append(delivery.id), own_path=own_path
        )
        self._history = history
        self._looks_without_news = 0

    def collect(self, *batches: list[Delivery]) -> list[int | None]:
        """Collect while these come, and for a few looks more; return the numbers of what was found."""
        coming = list(batches)
        self._looks_without_news = 0

        def pause(_seconds: float) -> None:
            if coming:
                with open_history(self._history.place) as other:
                    other.record(coming.pop(0))
            else:
                self._looks_without_news += 1

        self.collector.collect(pause, lambda: self._looks_without_news > 2)
        return [delivery.id for delivery in self.collector.found]


def test_as_many_as_are_waited_for(history: History) -> None:
    """It ends with the last one that is wanted, although more have come, and tells of each when it comes."""
    waiting = Waiting(history, Wanted(2))

    assert waiting.collect([came()], [came(), came()], [came()]) == [2, 3]
    assert (waiting.shown, waiting.collector.is_complete) == ([2, 3], True)


def test_what_was_there_counts_if_it_is_asked_for(history: History) -> None:
    """Deliveries after a number count, also those that are there already."""
    assert Waiting(history, Wanted(1), after_id=0).collect() == [1]


def test_too_few(history: History) -> None:
    """When the time is over it ends with what came, and can go on later without loss."""
    waiting = Waiting(history, Wanted(3))

    assert waiting.collect([came()]) == [2]
    assert not waiting.collector.is_complete
    assert waiting.collect([came()], [came()]) == [2, 3, 4]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(9), [2, 3, 4, 5]),
        (Wanted(9, Criteria(type="profile_disconnected")), [3]),
        (Wanted(9, Criteria(channel="chn_2")), [4]),
        (Wanted(9, where=parse_where("channel.channel_id == 'chn_2'")), [4]),
        (Wanted(9, data_center="de"), [5]),
        (Wanted(9, data_center="simulator", where=parse_where("notification.type == 'change'")), [2, 4]),
    ],
)
def test_what_is_waited_for(wanted: Wanted, found: list[int], history: History) -> None:
    """Type, channel, expression and data center are all to fit."""
    coming = [came(), came("profile_disconnected"), came(channel_id="chn_2"), came()._replace(context="de")]

    assert Waiting(history, wanted).collect(coming) == found


@pytest.mark.parametrize(
    ("criteria", "own_path", "found"),
    [
        (Criteria(), OWN, [3, 4]),
        (Criteria(), None, [2, 3, 4]),
        (Criteria(type="verification"), OWN, [2, 3]),
    ],
)
def test_the_own_verification(criteria: Criteria, own_path: str | None, found: list[int], history: History) -> None:
    """The verification of a channel of its own is a step on the way; it counts if verifications are waited for."""
    coming = [came("verification", path=OWN), came("verification", path="/r/other"), came(path=OWN)]

    assert Waiting(history, Wanted(9, criteria), own_path=own_path).collect(coming) == found


@pytest.mark.parametrize(
    ("wanted", "reasons"),
    [
        (Wanted(9), []),
        (Wanted(9, data_center="uk"), ["is of data center simulator"] * 4),
        (Wanted(9, Criteria(type="last")), ["is not of type last"] * 4),
        (Wanted(9, Criteria(channel="chn_2")), ["is of another channel"] * 3),
        (
            Wanted(9, Criteria(signature=SignatureState.VALID)),
            ["has the signature state invalid; --any-signature counts it"],
        ),
        (Wanted(9, where=parse_where("channel.channel_id == 'chn_2'")), ["does not match --where"] * 3),
        (
            Wanted(9, Criteria(type="change", channel="chn_2")),
            ["is of another channel", "is not of type change", "is of another channel"],
        ),
    ],
)
def test_why_the_rest_does_not_count(wanted: Wanted, reasons: list[str], history: History) -> None:
    """Each that came since the waiting began and does not count has its first reason; what came before has none."""
    waiting = Waiting(history, wanted)
    waiting.collect(
        [came(), came("profile_disconnected"), came(channel_id="chn_2")],
        [make_delivery(0, body(), SignatureState.INVALID)],
    )

    assert [miss.reason for miss in misses(waiting.collector)] == reasons


def listeners(tmp_path: Path, *runs: tuple[str, str], dead: bool = False) -> Journal:
    """Return a journal with runs for data centers and accounts."""
    journal = Journal({"CRONOFY_DATA_DIR": str(tmp_path)})
    for data_center, sub in runs:
        entry = journal.begin(data_center, sub)
        path = tmp_path / "runs" / f"{entry.run_id}.json"
        if dead:
            record = msgspec.json.decode(path.read_bytes(), type=RunRecord)
            path.write_bytes(msgspec.json.encode(replace(record, process=None)))
    return journal


@pytest.mark.parametrize(
    ("data_center", "sub", "has_own", "elsewhere"),
    [
        ("uk", "acc_1", True, {"de", "us", "uk"}),
        ("uk", "acc_3", False, {"de", "us", "uk"}),
        ("au", "acc_1", False, {"de", "us", "uk"}),
        ("uk", None, True, {"de", "us"}),
        (None, "acc_2", True, {"uk", "de"}),
        (None, None, True, set()),
    ],
)
def test_who_listens(
    data_center: str | None, sub: str | None, has_own: bool, elsewhere: set[str], tmp_path: Path
) -> None:
    """A run for this data center and account is this one's own; others are named once by their data center."""
    journal = listeners(tmp_path, ("uk", "acc_1"), ("uk", "acc_2"), ("de", "acc_1"), ("us", "acc_2"), ("de", "acc_1"))

    found = find_listeners(journal, data_center, sub)

    assert (found.has_own, set(found.elsewhere), len(found.elsewhere)) == (has_own, elsewhere, len(elsewhere))


def test_nobody_listens(tmp_path: Path) -> None:
    """A run that was killed does not listen."""
    assert find_listeners(listeners(tmp_path, ("uk", "acc_1"), dead=True), None, None) == Listeners(False, ())
