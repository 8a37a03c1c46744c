"""The receiver of the Python handlers: what it takes, when it reads, and what becomes of what fails."""

from __future__ import annotations

import json
import logging
import sqlite3
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.core.signature import digest
from tests.outbound.app import answer_of, running_app
from tests.scaffolds.receiving import change, page, receiver_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.outbound.app import App, Received

JSON = "Content-Type: application/json"
DAY_S = 86_400


@pytest.mark.parametrize("body", [b"[]", b'{"notification": {"type": "change"}, "channel": {}}', b"null", b"[" * 9000])
def test_odd_bodies_that_cronofy_signed_are_taken(
    body: bytes, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever is signed gets 2xx; what cannot be kept is not an error, is told of, and is not read."""
    caplog.set_level(logging.INFO)
    receiver = receiver_of(tmp_path, CRONOFY_CLIENT_SECRET="real")

    assert receiver.take(body, digest(body, "real")) == 200
    for since, channel in ((None, "c"), ("2026-01-01T00:00:00Z", {}), (5, "c"), ("soon", "c")):
        odd = json.dumps(
            {"notification": {"type": "change", "changes_since": since}, "channel": {"channel_id": channel}}
        ).encode()
        assert receiver.take(odd, digest(odd, "real")) == 200
    receiver.read_unread()

    assert set(caplog.messages) == {"a notification of a kind that is not handled"}
    assert {record.levelno for record in caplog.records} == {logging.INFO}


@pytest.mark.parametrize("signatures", [None, "", ",", "é", "\udcff", "x, y"])
def test_what_cronofy_did_not_sign(signatures: str | None, tmp_path: Path) -> None:
    """Whatever the header holds, it is refused, and nothing is kept."""
    receiver = receiver_of(tmp_path, CRONOFY_CLIENT_SECRET="real")

    assert receiver.take(change("chn_1", "2026-03-01T00:00:10Z"), signatures) == 401
    with closing(sqlite3.connect(tmp_path / "inbox.db")) as database:
        assert database.execute("SELECT count(*) FROM unread").fetchone() == (0,)


@pytest.mark.parametrize("secrets", ["", " , ", None])
def test_without_a_secret_it_does_not_start(secrets: str | None, tmp_path: Path) -> None:
    """A variable that is not set is an error, and not a key that everybody has."""
    with pytest.raises(ValueError, match="CRONOFY_CLIENT_SECRET is not set"):
        receiver_of(tmp_path, **({} if secrets is None else {"CRONOFY_CLIENT_SECRET": secrets}))


def test_an_event_that_is_not_taken_is_tried_again_and_holds_no_other_up(tmp_path: Path) -> None:
    """What the application fails at comes again at the next read, and the others have come meanwhile."""
    handed: list[str] = []

    def on_event(event: dict[str, str]) -> None:
        handed.append(event["summary"])
        if event["summary"] == "First" and handed.count("First") == 1:
            raise RuntimeError("the application's database is away")

    with running_app() as cronofy:
        cronofy.answer = lambda _: answer_of(200, page("First", "Second"), "Content-Type: application/json")
        receiver = receiver_of(
            tmp_path,
            on_event,
            CRONOFY_CLIENT_SECRET="real",
            CRONOFY_ACCESS_TOKEN="t",
            CRONOFY_API_URL=f"http://127.0.0.1:{cronofy.port}",
        )
        body = change("chn_1", "2026-03-01T00:00:10Z")
        receiver.take(body, digest(body, "real"))
        for _ in range(3):
            receiver.read_unread()

    assert handed == ["First", "Second", "First"]


@contextmanager
def reading(folder: Path, answer: Callable[[Received], bytes], on_event: Any = print) -> Iterator[tuple[Any, App]]:
    """Run a receiver beside a Cronofy that answers so."""
    with running_app() as cronofy:
        cronofy.answer = answer
        url = f"http://127.0.0.1:{cronofy.port}"
        environment = {"CRONOFY_CLIENT_SECRET": "real", "CRONOFY_ACCESS_TOKEN": "t", "CRONOFY_API_URL": url}
        yield receiver_of(folder, on_event, **environment), cronofy


def take(receiver: Any, since: str = "2026-03-01T00:00:10Z") -> None:
    """Let a change of a channel arrive."""
    body = change("chn_1", since)
    assert receiver.take(body, digest(body, "real")) == 200


def is_all_read(folder: Path) -> bool:
    """Whether nothing is left to be read, so that a receiver's thread has nothing to complain of later."""
    with closing(sqlite3.connect(folder / "inbox.db")) as database:
        return bool(database.execute("SELECT count(*) FROM unread").fetchone() == (0,))


def test_what_is_read_and_until_when(tmp_path: Path) -> None:
    """All pages of what changed since 5 seconds before the earliest `changes_since`, deleted events too, with the token
    of the channel; once it was taken, nothing is read until something comes.
    """
    handed: list[str] = []

    def answer(received: Received) -> bytes:
        if b"second" in received.line:
            return answer_of(200, page("Second"), JSON)
        url = f"http://127.0.0.1:{cronofy.port}/second"
        first = json.loads(page("First"))
        return answer_of(200, json.dumps(first | {"pages": {"next_page": url}}).encode(), JSON)

    with reading(tmp_path, answer, lambda event: handed.append(event["summary"])) as (receiver, cronofy):
        take(receiver, "2026-03-01T00:00:20Z")
        take(receiver, "2026-03-01T00:00:10Z")
        take(receiver, "2026-03-01T00:00:30Z")
        for _ in range(2):
            receiver.read_unread()
        take(receiver)
        for _ in range(2):
            receiver.read_unread()

    assert handed == ["First", "Second"]
    lines = [received.line.decode() for received in cronofy.received]
    query = "tzid=Etc%2FUTC&include_deleted=true&last_modified=2026-03-01T00%3A00%3A05Z"
    assert lines == [f"GET /v1/events?{query} HTTP/1.1", "GET /second HTTP/1.1"] * 2
    assert {received.value(b"Authorization") for received in cronofy.received} == {b"Bearer t"}


def test_an_event_is_known_by_what_it_says(tmp_path: Path) -> None:
    """The order in which Cronofy names its fields is no change; any other value is."""
    events = [
        {"event_uid": "1", "summary": "a"},
        {"summary": "a", "event_uid": "1"},
        {"summary": "b", "event_uid": "1"},
    ]
    answers = [json.dumps({"pages": {}, "events": [event]}).encode() for event in events]
    handed: list[str] = []

    with reading(tmp_path, lambda _: answer_of(200, answers.pop(0), JSON), lambda e: handed.append(e["summary"])) as (
        receiver,
        _,
    ):
        for _ in range(3):
            take(receiver)
            receiver.read_unread()

    assert handed == ["a", "b"]


@pytest.mark.parametrize(("days", "times"), [(29.5, 1), (30.5, 2)])
def test_what_was_handed_on_is_remembered_for_30_days(days: float, times: int, tmp_path: Path) -> None:
    """After that an event that comes again counts as changed."""
    handed: list[str] = []

    with reading(tmp_path, lambda _: answer_of(200, page("First"), JSON), lambda e: handed.append(e["summary"])) as (
        receiver,
        _,
    ):
        take(receiver)
        receiver.read_unread()
        with closing(sqlite3.connect(tmp_path / "inbox.db")) as database, database:
            database.execute("UPDATE seen SET at = ?", (time.time() - days * DAY_S,))
        take(receiver)
        receiver.read_unread()

    assert handed == ["First"] * times


def test_what_fails_is_logged_and_stays_unread(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A refused read, and an event that the application fails at, are told by their names and are tried again."""
    answers = [answer_of(401), answer_of(200, page("First"), JSON), answer_of(200, page("First"), JSON)]

    def on_event(_event: object) -> None:
        raise RuntimeError("the application's database is away")

    with reading(tmp_path, lambda _: answers.pop(0), on_event) as (receiver, _):
        take(receiver)
        for _ in range(3):
            receiver.read_unread()

    assert answers == []
    told = "the event evt_First was not taken; tried again in 60 s"
    assert caplog.messages == ["the events of chn_1 cannot be read; tried again in 60 s", told, told]


def test_an_inbox_that_cannot_be_read(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    """It is logged, and the thread goes on: what comes once it can be read again is read."""
    handed: list[str] = []
    inbox, away = tmp_path / "inbox.db", tmp_path / "away.db"

    with reading(tmp_path, lambda _: answer_of(200, page("First"), JSON), lambda e: handed.append(e["summary"])) as (
        receiver,
        cronofy,
    ):
        inbox.rename(away)
        inbox.mkdir()
        receiver.start()
        wait_until(lambda: bool(caplog.messages))
        inbox.rmdir()
        away.rename(inbox)
        take(receiver)
        wait_until(lambda: handed == ["First"] and is_all_read(tmp_path))

    assert set(caplog.messages) == {"the inbox cannot be read; tried again in 60 s"}
    assert len(caplog.messages) + len(cronofy.received) < 20, "it is tried again after a pause only"


def test_what_fails_is_not_tried_again_at_once(
    tmp_path: Path, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    """A read that is refused is tried again when something comes, or after a minute."""
    with reading(tmp_path, lambda _: answer_of(401)) as (receiver, cronofy):
        take(receiver)
        receiver.start()
        cronofy.await_received(1)
        for _ in range(20):
            before = len(cronofy.received)
            take(receiver)
            wait_until(lambda before=before: len(cronofy.received) > before)  # type: ignore[misc]

        assert len(cronofy.received) < 30
        cronofy.answer = lambda _: answer_of(200, page(), JSON)
        take(receiver)
        wait_until(lambda: is_all_read(tmp_path))


def test_a_reader_of_the_inbox_keeps_no_notification_out(tmp_path: Path) -> None:
    """While the events are read, or somebody looks at the file, notifications are taken."""
    receiver = receiver_of(tmp_path, CRONOFY_CLIENT_SECRET="real")
    with closing(sqlite3.connect(tmp_path / "inbox.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM unread").fetchone() == (0,)
        take(receiver)
        assert reader.execute("SELECT count(*) FROM unread").fetchone() == (0,)
