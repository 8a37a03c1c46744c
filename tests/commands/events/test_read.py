"""`cronofy events read`."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import pytest

from cronofy_cli.simulator.world.seed import WORK
from tests.in_process import run_main

if TYPE_CHECKING:
    from tests.commands.conftest import Run
    from tests.fakes.scripted_server import ScriptedServer
    from tests.support import Cli

TODAY = datetime.now(UTC).date()
NEXT_MONTH = ("--from", f"{TODAY}", "--to", f"{TODAY + timedelta(days=30)}")
FIRST = (
    b'{"event_uid":"evt_1", "summary":"Caf\xc3\xa9\\t\\u202e", "unknown":{"b":1.50,"a":[]},'
    b'"start":"2026-11-24T10:00:00Z","end":"2026-11-24T11:00:00Z"}'
)
SECOND = b'{ "event_uid" : "evt_2","calendar_id":"cal_1","start":"2026-12-24","end":"2026-12-25","deleted":true }'


READ = ("events", "read", "--tzid", "Etc/UTC")
"""Read Events as such: without --tzid the account's zone is asked for first."""


def page(*events: bytes, next_page: str | None = None) -> bytes:
    """Return a page of Read Events."""
    further = f',"next_page":"{next_page}"' if next_page else ""
    return b'{"pages":{"current":1,"total":2%s},"events":[%s]}' % (further.encode(), b",".join(events))


def test_every_option_reaches_the_server(cli: Cli, cronofy: ScriptedServer) -> None:
    """Each parameter of the API is sent under its own name, calendars one by one."""
    cronofy.answer(body=page())

    run_main(
        cli,
        *("events", "read", "--from", "2026-11-22", "--to", "2026-11-29", "--tzid", "Europe/London"),
        *("--calendar", "cal_1", "--calendar", "cal_2", "--last-modified", "2026-11-22T09:24:16Z"),
        *("--include-managed", "--only-managed", "--include-deleted", "--include-moved", "--localized-times"),
        *("--include-geo", "--google-event-ids"),
    )

    address = urlsplit(cronofy.requests[0].target)
    assert (cronofy.requests[0].method, address.path) == ("GET", "/v1/events")
    assert parse_qsl(address.query) == [
        ("tzid", "Europe/London"),
        ("from", "2026-11-22"),
        ("to", "2026-11-29"),
        ("calendar_ids[]", "cal_1"),
        ("calendar_ids[]", "cal_2"),
        ("last_modified", "2026-11-22T09:24:16Z"),
        ("include_managed", "true"),
        ("only_managed", "true"),
        ("include_deleted", "true"),
        ("include_moved", "true"),
        ("localized_times", "true"),
        ("include_geo", "true"),
        ("google_event_ids", "true"),
    ]


def test_nothing_else_is_sent(cli: Cli, cronofy: ScriptedServer) -> None:
    """Without other options only the zone is sent: Cronofy's defaults apply."""
    cronofy.answer(body=page(), only_for="GET /v1/events?tzid=Etc/UTC")

    assert run_main(cli, *READ).exit_code == 0


def test_a_calendar_by_name(cli: Cli, cronofy: ScriptedServer) -> None:
    """A name becomes the id before events are asked for."""
    cronofy.answer(json={"calendars": [{"calendar_id": "cal_1", "calendar_name": "Work"}]})
    cronofy.answer(body=page(), only_for="GET /v1/events?tzid=Etc/UTC&calendar_ids[]=cal_1")

    assert run_main(cli, *READ, "--calendar", "work").exit_code == 0


def test_a_calendar_that_was_made_anew(cli: Cli, cronofy: ScriptedServer) -> None:
    """A name that a deleted calendar has too is the name of the one that is there."""
    old = {"calendar_id": "cal_1", "calendar_name": "Work", "calendar_deleted": True}
    cronofy.answer(json={"calendars": [old, {"calendar_id": "cal_2", "calendar_name": "Work"}]})
    cronofy.answer(body=page(), only_for="GET /v1/events?tzid=Etc/UTC&calendar_ids[]=cal_2")

    assert run_main(cli, *READ, "--calendar", "work").exit_code == 0


def test_lines_are_the_servers_own_bytes(cli: Cli, cronofy: ScriptedServer) -> None:
    """As NDJSON each event is what the server sent, byte for byte, on a line of its own, over all pages."""
    cronofy.answer(body=page(FIRST, next_page=f"{cronofy.url}/v1/events/pages/2"))
    cronofy.answer(body=page(SECOND), only_for="GET /v1/events/pages/2")

    result = run_main(cli, *READ, "--ndjson")

    assert result.stdout_bytes == FIRST + b"\n" + SECOND + b"\n"


def test_lines_on_a_terminal(cli: Cli, cronofy: ScriptedServer) -> None:
    """At a terminal what could drive it, or turn the direction of reading, is written as escapes of the same JSON."""
    event = {"event_uid": "evt_1", "summary": "\x9b31m \u202e x"}
    for _ in range(2):
        cronofy.answer(body=page(json.dumps(event, ensure_ascii=False).encode()))

    (shown,) = run_main(cli, *READ, "--ndjson", terminal=True).lines
    (piped,) = run_main(cli, *READ, "--ndjson").lines

    assert shown.isascii()
    assert json.loads(shown) == json.loads(piped) == event
    assert "\x9b" in piped


def test_one_document(cli: Cli, cronofy: ScriptedServer) -> None:
    """As JSON all pages are one array."""
    cronofy.answer(body=page(FIRST, next_page=f"{cronofy.url}/v1/events/pages/2"))
    cronofy.answer(body=page(SECOND))

    result = run_main(cli, *READ, "--json")

    assert result.stdout_bytes == b"[" + FIRST + b"," + SECOND + b"]\n"


def test_columns_in_a_pipe(cli: Cli, cronofy: ScriptedServer) -> None:
    """Id, start, end, title, state, calendar; times as they were sent, texts made harmless."""
    cronofy.answer(body=page(FIRST, SECOND))

    result = run_main(cli, *READ)

    assert result.stdout == (
        "evt_1\t2026-11-24T10:00:00Z\t2026-11-24T11:00:00Z\tCafé \t-\t\n"
        "evt_2\t2026-12-24\t2026-12-25\t\tdeleted\tcal_1\n"
    )


def test_on_a_terminal(cli: Cli, cronofy: ScriptedServer) -> None:
    """For people the times are in the zone that was asked for."""
    start = f"{TODAY.year}-07-01T23:30:00Z"
    event = f'{{"event_uid":"evt_1","summary":"Late","start":"{start}","end":"{start}"}}'
    cronofy.answer(body=page(event.encode()))

    result = run_main(cli, "events", "read", "--tzid", "Europe/London", "--color", "never", terminal=True)

    assert result.lines[0].split() == ["WHEN", "SUMMARY", "STATE", "CALENDAR", "EVENT", "UID"]
    assert "2 Jul 00:30  Late" in result.lines[1]


@pytest.mark.parametrize(
    ("format_", "begins"),
    [
        ([], b"evt_1\t"),
        (["--ndjson"], b'{"event_uid":"evt_1"'),
        (["--json"], b'[{"event_uid":"evt_1"'),
        (["--format", "csv"], b"event_uid,"),
        (["--format", "ics"], b"BEGIN:VCALENDAR\r\n"),
        (["--fields", "event_uid"], b"evt_1\n"),
        (["--fields", "event_uid", "--ndjson"], b'{"event_uid":"evt_1"}\n'),
    ],
    ids=["TSV", "NDJSON", "JSON", "CSV", "ICS", "fields", "fields of NDJSON"],
)
def test_a_page_is_written_before_the_next_is_answered(
    format_: list[str], begins: bytes, cli: Cli, cronofy: ScriptedServer
) -> None:
    """The first page is at the reader while the second has been asked for and not been answered."""
    reader_has_first = threading.Event()
    cronofy.answer(body=page(FIRST, next_page=f"{cronofy.url}/v1/events/pages/2"))
    cronofy.answer(body=page(SECOND), held_until=reader_has_first)

    with subprocess.Popen(cli.command(*READ, *format_), env=cli.environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        first = os.read(process.stdout.fileno(), 65536)
        cronofy.wait_for_requests(2)
        reader_has_first.set()
        rest = process.stdout.read()

    assert process.returncode == 0
    assert first.startswith(begins)
    assert (b"evt_2" in first, b"evt_2" in rest) == (False, True)


@pytest.mark.parametrize(
    "format_",
    [[], ["--json"], ["--ndjson"], ["--format", "csv"], ["--format", "ics"], ["--sort", "start"], ["--agenda"]],
    ids=" ".join,
)
def test_a_refusal_leaves_stdout_empty(format_: list[str], cli: Cli, cronofy: ScriptedServer) -> None:
    """If the first page cannot be had, there is no beginning of a document either."""
    cronofy.answer(401)

    result = run_main(cli, "events", "read", *format_)

    assert (result.exit_code, result.stdout) == (4, "")


def test_a_next_page_elsewhere_is_not_followed(cli: Cli, cronofy: ScriptedServer) -> None:
    """The token goes to the data center only: a page on another host is refused."""
    cronofy.answer(body=page(FIRST, next_page="https://elsewhere.example/v1/events/pages/2"))

    result = run_main(cli, *READ, "--ndjson")

    assert result.exit_code == 1
    assert "elsewhere.example" in result.stderr


def test_a_zone_that_is_none(run: Run) -> None:
    """A wrong zone is wrong usage, before anything is asked of Cronofy."""
    result = run("events", "read", "--tzid", "Mars/Olympus")

    assert (result.exit_code, result.stderr.splitlines()[0]) == (2, "error: 'Mars/Olympus' is not a time zone")


def test_all_pages_of_the_simulator(run_at_simulator: Run) -> None:
    """Over many pages each event comes once, and every format has the same ones."""
    arguments = ("events", "read", *NEXT_MONTH, "--tzid", "Europe/London")

    rows = run_at_simulator(*arguments).lines
    lines = [json.loads(line) for line in run_at_simulator(*arguments, "--ndjson").stdout_bytes.splitlines()]
    document = run_at_simulator(*arguments, "--json").json

    assert len(rows) > 40
    assert document == lines
    assert [row.split("\t")[0] for row in rows] == [event["event_uid"] for event in lines]
    assert {row.count("\t") for row in rows} == {5}


def test_only_a_calendar(run_at_simulator: Run) -> None:
    """A filter by name gives that calendar's events and no others."""
    rows = run_at_simulator("events", "read", *NEXT_MONTH, "--calendar", "Work").lines

    assert {row.split("\t")[5] for row in rows} == {WORK}


@pytest.mark.parametrize("options", [(), ("--agenda",), ("--format", "csv"), ("--format", "ics")])
def test_what_is_no_event(options: tuple[str, ...], cli: Cli, cronofy: ScriptedServer) -> None:
    """Items that are no events are counted and reported where events are shown; one with a bad byte is shown."""
    cronofy.answer(json={"sub": "acc_1", "zoneinfo": "Etc/UTC"})
    good = b'{"event_uid":"evt_1","calendar_id":"cal_1","summary":"caf\xe9","start":"2026-11-28","end":"2026-11-29"}'
    cronofy.answer(body=b'{"pages":{},"events":[%s,{},"x"]}' % good)
    if options == ("--agenda",):
        cronofy.answer(403, only_for="GET /v1/calendars")

    result = run_main(cli, "events", "read", "--from", "2026-11-01", "--to", "2026-12-31", *options)

    assert "warning: 2 of 3 items have no event_uid, and cannot be shown as events" in result.stderr
    assert b"caf\xe9" in result.stdout_bytes or "caf\ufffd" in result.stdout
