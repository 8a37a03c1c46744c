"""`cronofy free-busy read`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.in_process import run_main

if TYPE_CHECKING:
    from tests.commands.conftest import Run
    from tests.fakes.scripted_server import ScriptedServer
    from tests.support import Cli

TODAY = datetime.now(UTC).date()
PERIOD = (
    b'{"calendar_id":"cal_1", "start":"2026-11-24T10:00:00Z","end":"2026-11-24T11:00:00Z","free_busy_status":"busy"}'
)
OWN = b'{"calendar_id":"cal_1","start":{"time":"2026-11-25","tzid":"Etc/UTC"},"event_uid":"evt_1","new":1.0}'


def test_every_option_reaches_the_server(cli: Cli, cronofy: ScriptedServer) -> None:
    """Each parameter of the API is sent under its own name, calendars one by one."""
    cronofy.answer(json={"pages": {}, "free_busy": []})

    run_main(
        cli,
        *("free-busy", "read", "--from", "2026-11-22", "--to", "2026-11-29", "--tzid", "Europe/London"),
        *("--calendar", "cal_1", "--calendar", "cal_2", "--last-modified", "2026-11-22T09:24:16Z"),
        *("--include-managed", "--include-ids", "--include-free", "--include-deleted", "--localized-times"),
    )

    address = urlsplit(cronofy.requests[0].target)
    assert (cronofy.requests[0].method, address.path) == ("GET", "/v1/free_busy")
    assert parse_qsl(address.query) == [
        ("tzid", "Europe/London"),
        ("from", "2026-11-22"),
        ("to", "2026-11-29"),
        ("calendar_ids[]", "cal_1"),
        ("calendar_ids[]", "cal_2"),
        ("last_modified", "2026-11-22T09:24:16Z"),
        ("include_managed", "true"),
        ("include_ids", "true"),
        ("include_free", "true"),
        ("include_deleted", "true"),
        ("localized_times", "true"),
    ]


def test_formats(cli: Cli, cronofy: ScriptedServer) -> None:
    """Start, end, status, calendar and id as columns; as NDJSON the server's own bytes, over all pages."""
    for _ in range(2):
        next_page = f"{cronofy.url}/v1/free_busy/pages/2".encode()
        cronofy.answer(body=b'{"pages":{"next_page":"%s"},"free_busy":[%s]}' % (next_page, PERIOD))
        cronofy.answer(body=b'{"pages":{},"free_busy":[%s]}' % OWN, only_for="GET /v1/free_busy/pages/2")

    read = ("free-busy", "read", "--tzid", "Etc/UTC")
    rows, lines = run_main(cli, *read), run_main(cli, *read, "--ndjson")

    assert rows.stdout == (
        "2026-11-24T10:00:00Z\t2026-11-24T11:00:00Z\tbusy\tcal_1\t\n2026-11-25\t\tunknown\tcal_1\tevt_1\n"
    )
    assert lines.stdout_bytes == PERIOD + b"\n" + OWN + b"\n"


def test_the_simulators_times(run_at_simulator: Run) -> None:
    """With --include-free there are free periods, and ids only if they are asked for."""
    week = ("--from", f"{TODAY}", "--to", f"{TODAY + timedelta(days=14)}")

    document = run_at_simulator("free-busy", "read", *week, "--include-free", "--json").json
    with_ids = run_at_simulator("free-busy", "read", *week, "--include-ids", "--json").json

    assert {"busy", "free"} <= {period["free_busy_status"] for period in document}
    assert all("event_uid" not in period for period in document)
    assert all("event_uid" in period for period in with_ids)


def test_on_a_terminal(run_at_simulator: Run) -> None:
    """For people there are headings and words for the times."""
    result = run_at_simulator("free-busy", "read", "--tzid", "Europe/London", "--color", "never", terminal=True)

    assert result.lines[0].split() == ["WHEN", "STATUS", "CALENDAR", "EVENT", "UID"]


def test_csv_fields_and_order(cli: Cli, cronofy: ScriptedServer) -> None:
    """CSV has the API's names as its heading; fields can be chosen and put in an order, as with events."""
    for _ in range(2):
        cronofy.answer(body=b'{"pages":{},"free_busy":[%s,%s]}' % (OWN, PERIOD))
    read = ("free-busy", "read", "--tzid", "Etc/UTC")

    table = run_main(cli, *read, "--format", "csv").stdout_bytes.split(b"\r\n")
    chosen = run_main(cli, *read, "--fields", "start,start.tzid", "--sort", "start").lines

    assert table[0] == b"calendar_id,start,end,free_busy_status,event_uid,event_id,deleted"
    assert table[1:] == [b"cal_1,2026-11-25,,,evt_1,,", b"cal_1,2026-11-24T10:00:00Z,2026-11-24T11:00:00Z,busy,,,", b""]
    assert chosen == ["2026-11-24T10:00:00Z\t", "2026-11-25\tEtc/UTC"]


@pytest.mark.parametrize("options", [["--format", "ics"], ["--agenda"], ["--changes-since", "1h"], ["--include-moved"]])
def test_what_only_events_have(options: list[str], run: Run) -> None:
    """Free/Busy has no titles to put into a calendar, and no moved events: such options are not there."""
    assert run("free-busy", "read", *options).exit_code == 2


def test_an_empty_answer(cli: Cli, cronofy: ScriptedServer) -> None:
    """People are told that there is nothing, and what may have been left out."""
    cronofy.answer(json={"pages": {}, "free_busy": []})

    result = run_main(cli, "free-busy", "read", "--tzid", "Etc/UTC", terminal=True)

    assert result.stderr.splitlines() == [
        "No periods in this time.",
        "note: events that your application manages are left out: --include-managed",
    ]


def test_help_names_fields_of_periods(run: Run) -> None:
    """What --fields can choose is shown by fields that periods have, and the examples make sense on any day."""
    shown = " ".join(run("free-busy", "read", "--help").stdout.split())

    assert "Only these fields: start,end,free_busy_status." in shown
    assert "--from monday --to friday" in shown
