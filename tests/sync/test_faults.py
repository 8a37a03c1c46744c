"""Whatever ends a run of `sync`, the copy is whole, and the next run brings it up to date."""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.adapters.postgres import is_postgres
from cronofy_cli.sync.destination import place_of_one
from tests.fakes.scripted_server import scripted_server
from tests.in_process import run_main
from tests.postgres_server import wait_until_left
from tests.sync.keeping import POSTGRES, keeping, postgres_rows, rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.fakes.scripted_server import ScriptedServer
    from tests.support import Cli
    from tests.sync.keeping import Keeping

KILLS = 10
LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)
from cronofy_cli.app import main
sys.exit(main(sys.argv[2:]))
"""
"""`cronofy` in a world where no file may grow beyond a size: what a full disk gives."""


@pytest.fixture
def account(cli: Cli, database: Callable[[], str]) -> Iterator[Keeping]:
    """A simulated account whose events come in many pages."""
    with keeping(cli, database, page_size=40) as account:
        yield account


def is_whole(account: Keeping, out: str) -> bool:
    """Whether what a reader finds is one state of the copy, old or new; True if there is none yet."""
    path = account.cli.folder / out
    if out == POSTGRES:
        is_made = postgres_rows(account.place(out), "SELECT to_regclass('sync_state')") != [(None,)]
        states = account.rows("SELECT state FROM sync_state", out) if is_made else []
        return bool(states) or not is_made or not account.copied(out)
    if path.suffix == ".db":
        if not path.exists() or not rows(path, "SELECT 1 FROM sqlite_master"):
            return True
        (state,) = rows(path, "SELECT state FROM sync_state")
        return rows(path, "PRAGMA integrity_check") == [("ok",)] and json.loads(state[0])["sub"] != ""
    return not path.exists() or all(event["event_uid"] for event in account.copied(out).values())


@pytest.mark.parametrize("out", ["calendar.db", "calendar.ndjson", POSTGRES])
def test_kill_9_at_any_moment(out: str, account: Keeping, wait_until: Callable[[Callable[[], bool]], None]) -> None:
    """A loop of runs that are killed at random moments, with edits in between: no copy breaks, no change is lost."""
    dice, place = random.Random(7), account.place(out)

    def run_and_kill() -> None:
        known = len(account.requests) + dice.randint(1, 12)
        command = account.cli.command("sync", "--out", place)
        with subprocess.Popen(command, cwd=account.cli.folder, env=account.cli.environment) as process:
            wait_until(lambda: process.poll() is not None or len(account.requests) >= known)
            with suppress(subprocess.TimeoutExpired):
                process.wait(dice.uniform(0, 0.1))
            process.send_signal(signal.SIGKILL)
        if is_postgres(place):
            wait_until_left(place)

    for number in range(KILLS):
        account.add(summary=f"Event {number}", start=account.at(number))
        account.clock.turn(hours=7)
        run_and_kill()
        assert is_whole(account, out)

    account.synced(out)

    assert account.copied(out) == account.truth()
    assert account.sync(out, "--check").exit_code == 0


@pytest.mark.parametrize("out", ["calendar.db", "calendar.ndjson"])
def test_a_full_disk(out: str, account: Keeping) -> None:
    """On a full disk a run ends with a sentence, and the copy stays as it was; with room the next one succeeds."""
    account.synced(out)
    before = account.copied(out)
    for number in range(60):
        account.add(summary=f"Event {number} " + "long " * 400, start=account.at(3))
    limit = (account.cli.folder / out).stat().st_size + 4096

    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(limit), "sync", "--out", out],
        cwd=account.cli.folder,
        env=account.cli.environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "cannot be" in done.stderr
    assert "space" in done.stderr
    assert account.copied(out) == before
    account.synced(out)
    assert account.copied(out) == account.truth()


@pytest.mark.parametrize("fault", [{"drop": True}, {"status": 429}, {"status": 503}], ids=["drop", "429", "503"])
def test_a_page_that_fails_once(fault: dict[str, object], account: Keeping) -> None:
    """A page that breaks off, or is refused for too many requests, is asked for again."""
    account.fail(path_prefix="/v1/events/pages", times=1, **fault)

    assert account.sync().exit_code == 0
    assert account.copied() == account.truth()


@pytest.mark.usefixtures("each_database")
def test_the_server_breaks_off_amid_the_pages(account: Keeping) -> None:
    """A read that ends amid its pages leaves the copy as it was, and the next run loses nothing."""
    account.synced()
    before = account.copied()
    account.add(start=account.at(1))
    account.clock.turn(days=8)
    account.fail(path_prefix="/v1/events/pages", times=1, status=404)

    assert account.sync().exit_code == 1
    assert account.copied() == before
    account.synced()
    assert account.copied() == account.truth()


@pytest.mark.usefixtures("each_database")
def test_the_first_read_breaks_off(account: Keeping) -> None:
    """A first read that ends amid its pages leaves no half copy: the next run is the first."""
    account.fail(path_prefix="/v1/events/pages", times=1, status=404)

    assert account.sync().exit_code == 1
    assert account.sync(None, "--check", "--json").error["code"] == "not_found"
    assert account.synced()["first"] is True


def test_two_runs_at_once(account: Keeping) -> None:
    """A run that finds another at work ends with a sentence and touches nothing; readers are not kept out."""
    account.synced()
    connection = sqlite3.connect(account.cli.folder / "calendar.db", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")

    result = account.sync("calendar.db", "--json")

    assert (result.exit_code, result.error["code"]) == (1, "copy_busy")
    assert account.sync("calendar.db", "--check").exit_code == 0
    connection.close()
    account.synced()


def test_a_database_of_a_later_release(account: Keeping) -> None:
    """Copies that a later release has written are not touched."""
    account.out = POSTGRES
    account.synced()
    account.rows("UPDATE versions SET version = 99")

    assert "were written by a later release (format 99, this one knows 1)" in account.sync().stderr


def test_two_runs_at_once_in_a_database(account: Keeping) -> None:
    """A run that finds another at work on the account's copy ends with a sentence; those of other accounts go on."""
    account.out = POSTGRES
    account.synced()
    ((sub, data_center),) = account.rows("SELECT account, data_center FROM sync_state")
    with place_of_one(account.place()).open(sub, data_center) as copy, copy.transaction():
        result = account.sync(None, "--json")
        assert account.sync(None, "--check").exit_code == 0

    assert (result.exit_code, result.error["code"]) == (1, "copy_busy")
    account.synced()


def test_a_copy_of_a_later_release(account: Keeping) -> None:
    """A copy that a later release has written is not touched."""
    account.synced()
    connection = sqlite3.connect(account.cli.folder / "calendar.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()

    assert "was written by a later release (format 99, this one knows 1)" in account.sync().stderr


@pytest.mark.parametrize("years", [-3, 3])
def test_this_machines_clock_means_nothing(years: int, account: Keeping) -> None:
    """With years between this machine's clock and the server's, no change is lost: the server's time counts."""
    account.clock.turn(days=366 * years)
    account.synced()
    account.clock.turn(hours=1)
    account.add(start=account.at(1))

    assert account.counts() == {"added": 1}
    assert account.copied() == account.truth()


def test_a_server_without_a_date(cli: Cli) -> None:
    """Where answers have no date, changes are asked for by the newest `updated` that the server itself has given."""
    with scripted_server() as server:
        script(server, event("evt_1", "2026-11-20T10:00:00Z"))
        first = sync(cli, server)
        script(server, event("evt_2", "2026-11-20T11:30:00Z"), event("evt_2", "2026-11-20T11:30:00Z"))
        second = sync(cli, server)
        asked = [request.target for request in server.requests]

    assert first["full_read"] == "first"
    assert second["changes_since"] == "2026-11-20T09:55:00Z"
    assert "last_modified=2026-11-20T09:55:00Z" in asked[3]
    assert second["events"] == 2


def test_events_that_share_a_uid(cli: Cli) -> None:
    """Should two events of one read have the same uid, it is told that the copy has only one of them."""
    with scripted_server() as server:
        script(server, event("evt_1", "2026-11-20T10:00:00Z"), event("evt_1", "2026-11-20T11:00:00Z"), in_one=True)
        cli.environment |= {"CRONOFY_DATA_CENTER": server.url, "CRONOFY_ACCESS_TOKEN": "token"}
        result = run_main(cli, "sync", "--out", cli.folder / "calendar.db")

    assert "warning: events that share an event_uid with another: 1; the copy has only one of each" in result.stderr


@pytest.mark.parametrize("item", ['"evt_1"', "{}", '{"event_uid": 7}', "null"])
@pytest.mark.parametrize("options", [(), ("--check",)])
def test_an_item_that_is_no_event(item: str, options: tuple[str, ...], cli: Cli) -> None:
    """What no copy can be kept of makes a run and a check fail, and the copy stays as it was."""
    cli.environment["CRONOFY_ACCESS_TOKEN"] = "token"
    out = cli.folder / "calendar.db"
    with scripted_server() as server:
        script(server, event("evt_1", "2026-11-20T10:00:00Z"))
        sync(cli, server)
        server.answer(json={"sub": "acc_1", "zoneinfo": "Etc/UTC"})
        server.answer(json={"pages": {}, "events": [event("evt_2", "2026-11-21T10:00:00Z")]})
        server.answer(body=b'{"pages":{},"events":[%s]}' % item.encode())
        if options:
            server._script[-2:] = reversed(server._script[-2:])
        result = run_main(cli, "sync", "--out", out, *options)
        if options:
            server._script.clear()

    message = (
        "error: 1 item of the answer is no event, or has no event_uid: the copy would be incomplete, and is as it was"
    )
    assert (result.exit_code, result.stderr.splitlines()[0]) == (1, message)
    assert rows(out, "SELECT event_uid FROM events") == [("evt_1",)]


def test_a_title_with_a_bad_byte(cli: Cli) -> None:
    """An event with a byte that is not UTF-8, or half a surrogate pair, is kept with U+FFFD in its place."""
    cli.environment |= {"CRONOFY_ACCESS_TOKEN": "token"}
    end = b'","start":"x","end":"x"}'
    events = b'{"event_uid":"a","summary":"caf\xe9' + end + b',{"event_uid":"b","summary":"\\ud83d !' + end
    out = cli.folder / "calendar.db"
    with scripted_server() as server:
        cli.environment["CRONOFY_DATA_CENTER"] = server.url
        for _ in ("sync", "check"):
            server.answer(json={"sub": "acc_1", "zoneinfo": "Etc/UTC"})
            server.answer(body=b'{"pages":{},"events":[%s]}' % events)
        first = run_main(cli, "sync", "--out", out)
        check = run_main(cli, "sync", "--out", out, "--check")

    assert (first.exit_code, check.exit_code) == (0, 0), check.stderr
    assert rows(out, "SELECT summary FROM events ORDER BY event_uid") == [("caf\ufffd",), ("\ufffd !",)]


def script(server: ScriptedServer, *events: dict[str, Any], in_one: bool = False) -> None:
    """Let a server answer one run: who it is, then each read with an event; `in_one` read with all."""
    server.answer(json={"sub": "acc_1", "zoneinfo": "Etc/UTC"})
    for page in [events] if in_one else [(event,) for event in events]:
        server.answer(json={"pages": {"current": 1, "total": 1}, "events": list(page)})


def sync(cli: Cli, server: ScriptedServer) -> Any:
    """Run it against a scripted server to a good end."""
    cli.environment |= {"CRONOFY_DATA_CENTER": server.url, "CRONOFY_ACCESS_TOKEN": "token"}
    result = run_main(cli, "sync", "--out", cli.folder / "calendar.db", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    return result.json


def event(uid: str, updated: str) -> dict[str, Any]:
    """Return an event whose times cannot be read, so that any window holds it."""
    return {"event_uid": uid, "start": "some day", "end": "some day", "updated": updated}
