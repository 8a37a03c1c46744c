"""Reading the events behind `change` notifications."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.api.client import ApiClient
from cronofy_cli.adapters.event_cache import open_event_cache
from cronofy_cli.adapters.history import open_history
from cronofy_cli.core.accounts.data_centers import data_center_at
from cronofy_cli.core.events.event_changes import compare
from cronofy_cli.core.signature import SignatureState
from cronofy_cli.errors import InvalidRequest, NotSignedIn, Unreachable
from cronofy_cli.listen.changes.change_detector import ChangeDetector
from cronofy_cli.listen.changes.read_request import ChangeRead, ReadRequest
from cronofy_cli.listen.changes.reader import ChangeReader, Patience, read_pages
from cronofy_cli.listen.changes.recorder import ChangeRecorder
from tests.fakes.scripted_server import scripted_server
from tests.listen.changes.refusing import refusing
from tests.samples import make_delivery, make_event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from cronofy_cli.adapters.history import Gap, History
    from cronofy_cli.core.api.queries import EventsQuery
    from cronofy_cli.core.events.event_changes import EventChange
    from cronofy_cli.errors import CronofyError

LIMIT_S = 60.0
FIRST, SECOND, THIRD = "2026-11-22T09:24:16Z", "2026-11-22T09:25:00Z", "2026-11-22T09:30:00Z"
IMPATIENT = Patience(settle_s=0.0, pauses_s=(0.0, 0.0))


def change(since: str = FIRST, **filters: object) -> bytes:
    """Return the body of a `change` notification."""
    document = {
        "notification": {"type": "change", "changes_since": since},
        "channel": {"channel_id": "chn_1", "callback_url": "https://example.com/", "filters": filters},
    }
    return json.dumps(document).encode()


class Cronofy:
    """Answers reads, as soon as it may, and keeps what was asked, read and complained about."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.history_file = folder / "deliveries.db"
        with self.open_history() as history:
            history.record([make_delivery(0)] * 9)
        self.queries: list[EventsQuery] = []
        self.reads: list[ChangeRead] = []
        self.told: list[str] = []
        self.hints: list[str | None] = []
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.pages = 1
        self.failures: list[Exception] = []
        self._asked = threading.Semaphore(0)

    def reader(self, patience: Patience = IMPATIENT) -> ChangeReader:
        """Return a reader that asks here, with a cache and a history of its own."""
        environment = {"CRONOFY_DATA_DIR": str(self._folder)}
        detector = ChangeDetector(partial(open_event_cache, "uk", "acc_1", environment), self.trouble)
        recorder = ChangeRecorder(self.open_history, self.reads.append, self.trouble, clock=partial(datetime.now, UTC))
        return ChangeReader(self.read, detector, recorder, self, self.trouble, patience=patience)

    def open_history(self) -> History:
        """Open the history once more."""
        return open_history(self.history_file)

    def read(self, request: ReadRequest, await_turn: Callable[[], None]) -> Iterator[list[bytes]]:
        """Answer with one event a page."""
        for page in range(self.pages):
            await_turn()
            self.queries.append(request.query("Europe/London"))
            self._asked.release()
            assert self.may_answer.wait(LIMIT_S)
            if self.failures:
                raise self.failures.pop(0)
            yield [make_event(len(self.queries) + page)]

    def tick(self, name: str, detail: str) -> None:
        """Keep a step."""
        self.told.append(f"{name}: {detail}")

    def gap(self, gap: Gap) -> None:
        """Keep a gap."""
        self.told.append(gap.reason)

    def remark(self, text: str) -> None:
        """Keep what is said to people."""
        self.told.append(text)

    def trouble(self, error: CronofyError) -> None:
        """Keep what went wrong."""
        self.told.append(f"error: {error.message}")
        self.hints.append(error.hint)

    def await_read(self) -> None:
        """Wait until the next read has begun."""
        assert self._asked.acquire(timeout=LIMIT_S)


def as_new(event: bytes) -> EventChange:
    """Return the change that an event is that was never seen before."""
    change = compare(None, event, FIRST)
    assert change is not None
    return change


@pytest.fixture
def cronofy(tmp_path: Path) -> Iterator[Cronofy]:
    """Cronofy, which answers at once."""
    cronofy = Cronofy(tmp_path)
    yield cronofy
    cronofy.may_answer.set()


@pytest.fixture
def start(cronofy: Cronofy) -> Iterator[Callable[..., ChangeReader]]:
    """Starts readers, which end with the test."""
    readers: list[ChangeReader] = []

    def start(patience: Patience = IMPATIENT) -> ChangeReader:
        reader = cronofy.reader(patience)
        readers.append(reader)
        reader.start()
        return reader

    yield start
    cronofy.may_answer.set()
    for reader in readers:
        reader.stop(LIMIT_S)


def test_a_change_is_read(cronofy: Cronofy, start: Callable[..., ChangeReader]) -> None:
    """The read asks for everything since then, deleted, moved and managed events too, in the account's zone."""
    reader = start()
    reader([make_delivery(7, change())])
    reader.stop(LIMIT_S)

    [query] = cronofy.queries
    assert (query.tzid, query.last_modified, query.calendar_ids) == ("Europe/London", FIRST, ())
    assert (query.include_deleted, query.include_moved, query.include_managed) == (True, True, True)
    event = make_event(1)
    assert cronofy.reads == [ChangeRead((7,), FIRST, (event,), (as_new(event),))]


def test_changes_that_arrive_during_a_read_are_folded(cronofy: Cronofy, start: Callable[..., ChangeReader]) -> None:
    """While one read is under way the others wait, and then need one read together, from the earliest time on."""
    cronofy.may_answer.clear()
    reader = start()
    reader([make_delivery(1, change(FIRST))])
    cronofy.await_read()
    reader([make_delivery(2, change(THIRD)), make_delivery(3, change(SECOND))])
    reader([make_delivery(4, change("2026-11-22T09:31:00Z"))])
    cronofy.may_answer.set()
    reader.stop(LIMIT_S)

    assert [(read.delivery_ids, read.changes_since) for read in cronofy.reads] == [((1,), FIRST), ((2, 3, 4), SECOND)]


def test_a_history_that_takes_it_later(
    cronofy: Cronofy, start: Callable[..., ChangeReader], wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    """What was read while the history could not be written is there later, though nothing new has come."""
    reader = start(Patience(settle_s=0, rest_s=0.01))
    with refusing(cronofy.history_file):
        reader([make_delivery(1, change())])
        wait_until(lambda: len(cronofy.told) >= 1)

    with cronofy.open_history() as history:
        wait_until(lambda: history.events_of(1) is not None)
    assert cronofy.told[0].startswith("error: ")
    assert len(cronofy.reads) == 1


def test_a_burst_is_folded(cronofy: Cronofy, start: Callable[..., ChangeReader]) -> None:
    """Notifications that come one right after the other are read once, in whatever order they come."""
    reader = start(Patience(settle_s=LIMIT_S))
    for number, since in enumerate([SECOND, THIRD, FIRST], 1):
        reader([make_delivery(number, change(since))])
    reader.stop(LIMIT_S)

    assert [(read.delivery_ids, read.changes_since) for read in cronofy.reads] == [((1, 2, 3), FIRST)]


def test_each_filter_has_its_own_read(cronofy: Cronofy, start: Callable[..., ChangeReader]) -> None:
    """Changes of channels with different filters are not mixed, whatever their order."""
    reader = start(Patience(settle_s=LIMIT_S))
    reader(
        [
            make_delivery(1, change()),
            make_delivery(2, change(calendar_ids=["cal_1"])),
            make_delivery(3, change(only_managed=True)),
            make_delivery(4, change(calendar_ids=["cal_1"])),
        ]
    )
    reader.stop(LIMIT_S)

    asked = {
        read.delivery_ids: (query.calendar_ids, query.only_managed)
        for read, query in zip(cronofy.reads, cronofy.queries, strict=True)
    }
    assert asked == {(1,): ((), None), (2, 4): (("cal_1",), None), (3,): ((), True)}


@pytest.mark.parametrize(
    ("state", "is_read"),
    [
        (SignatureState.VALID, True),
        (SignatureState.UNKNOWN, True),
        (SignatureState.INVALID, False),
        (SignatureState.UNSIGNED, False),
    ],
)
def test_what_is_read_for(
    state: SignatureState, is_read: bool, cronofy: Cronofy, start: Callable[..., ChangeReader]
) -> None:
    """A change whose signature is wrong never causes a read: anyone could send it."""
    reader = start()
    reader([make_delivery(1, change(), state)])
    reader.stop(LIMIT_S)

    assert bool(cronofy.queries) is is_read


def test_a_failed_read_is_tried_again_and_told(cronofy: Cronofy, start: Callable[..., ChangeReader]) -> None:
    """What fails once is read at the next try, together with what has come meanwhile."""
    cronofy.failures = [Unreachable("no answer")]
    cronofy.may_answer.clear()
    reader = start()
    reader([make_delivery(1, change(SECOND))])
    cronofy.await_read()
    reader([make_delivery(2, change(FIRST))])
    cronofy.may_answer.set()
    cronofy.await_read()
    reader.stop(LIMIT_S)

    assert cronofy.told == [" the changes of #1 not read yet: no answer; retrying in 0 s"]
    assert [(read.delivery_ids, read.changes_since) for read in cronofy.reads] == [((1, 2), FIRST)]


def test_what_cannot_be_read_is_given_up(cronofy: Cronofy, start: Callable[..., ChangeReader]) -> None:
    """In the end the command to read it by hand is named; it is read with the next change nevertheless."""
    cronofy.failures = [Unreachable("no answer") for _ in range(3)]
    reader = start()
    reader([make_delivery(1, change(FIRST))])
    for _ in range(3):
        cronofy.await_read()
    reader([make_delivery(2, change(SECOND))])
    cronofy.await_read()
    reader.stop(LIMIT_S)

    assert cronofy.told[-1] == "error: the changes of #1 could not be read: no answer"
    assert cronofy.hints == ["read them by hand: cronofy events read --changes-since 1"]
    assert [(read.delivery_ids, read.changes_since) for read in cronofy.reads] == [((1, 2), FIRST)]


@pytest.mark.parametrize(
    ("error", "mended"),
    [
        (NotSignedIn("the token is refused", hint="cronofy auth login"), "cronofy auth login; then "),
        (InvalidRequest("last_modified is no time", hint="correct last_modified", fields={}), ""),
    ],
)
def test_what_is_hopeless_is_not_tried_again(
    error: CronofyError, mended: str, cronofy: Cronofy, start: Callable[..., ChangeReader]
) -> None:
    """What would be refused again is given up at once, with what mends it: a new token, not another option."""
    cronofy.failures = [error]
    reader = start()
    reader([make_delivery(1, change())])
    reader.stop(LIMIT_S)

    assert len(cronofy.queries) == 1
    assert cronofy.hints == [f"{mended}read them by hand: cronofy events read --changes-since 1"]


def test_the_end_does_not_wait_for_another_try(cronofy: Cronofy, start: Callable[..., ChangeReader]) -> None:
    """A read that fails at the end of a run is given up at once, and said so."""
    cronofy.failures = [Unreachable("no answer")] * 2
    reader = start(Patience(settle_s=0.0, pauses_s=(3600.0,)))
    reader([make_delivery(1, change())])
    cronofy.await_read()

    assert reader.stop(LIMIT_S)
    assert cronofy.told[-1] == "error: the changes of #1 could not be read: no answer"


def test_stopping_does_not_wait_longer_than_it_may(cronofy: Cronofy, start: Callable[..., ChangeReader]) -> None:
    """A read that hangs does not keep the program from ending, and what comes of it later is left alone."""
    cronofy.may_answer.clear()
    reader = start()
    reader([make_delivery(1, change())])
    cronofy.await_read()

    assert not reader.stop(0.01)
    cronofy.may_answer.set()
    assert reader.stop(LIMIT_S)
    assert cronofy.reads == []


def test_the_limits_of_the_application_are_kept(cronofy: Cronofy, start: Callable[..., ChangeReader]) -> None:
    """A read of 120 pages waits for its turns: one less than 50 a second, as a page is asked for ahead."""
    slept: list[float] = []
    cronofy.pages = 120
    reader = start(replace(IMPATIENT, monotonic=lambda: sum(slept), sleep=slept.append))
    reader([make_delivery(1, change())])
    reader.stop(LIMIT_S)

    assert len(cronofy.queries) == 120
    assert slept == [1.0, 1.0]


def test_the_moment_up_to_which_all_is_read(cronofy: Cronofy, start: Callable[..., ChangeReader]) -> None:
    """It is that of the newest notification that was read, also when an older one is read after it."""
    reader = start()
    assert reader.read_since is None
    reader.ask(ReadRequest(SECOND))
    cronofy.await_read()
    reader.ask(ReadRequest(FIRST), ReadRequest("soon"))
    reader.stop(LIMIT_S)

    assert len(cronofy.reads) == 3
    assert reader.read_since == SECOND


def test_a_bug_is_reported(cronofy: Cronofy, start: Callable[..., ChangeReader]) -> None:
    """An exception that is not ours ends the reader and is reported, with what failed."""
    cronofy.failures = [KeyError("x")]
    reader = start()
    reader([make_delivery(1, change())])

    assert reader.wait(LIMIT_S)
    assert cronofy.told[0].startswith("error: change reader failed: KeyError: 'x'")


@pytest.mark.parametrize(("total", "turns"), [(1, 1), (2, 2), (None, 2)])
def test_a_turn_for_each_page(total: int | None, turns: int) -> None:
    """Each page that is asked for takes a turn, and none is taken for a page that there is not."""
    taken: list[None] = []
    with scripted_server() as server, ApiClient(data_center_at(server.url), "tok_1") as api:
        pages: dict[str, object] = {"current": 1, "total": total}
        ahead: dict[str, object] = {"next_page": f"{server.url}/v1/events/pages/2"} if total == 2 else {}
        server.answer(json={"pages": pages | ahead, "events": [{"event_uid": "evt_1"}]})
        if total == 2:
            server.answer(json={"pages": {"current": 2, "total": 2}, "events": [{"event_uid": "evt_2"}]})
        read = list(read_pages(api, "Etc/UTC", ReadRequest(FIRST), lambda: taken.append(None)))

    assert (len(taken), [len(page) for page in read]) == (turns, [1] * (2 if total == 2 else 1))
