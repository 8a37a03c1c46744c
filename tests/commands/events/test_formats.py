"""The formats of `events read`: CSV, iCalendar, chosen fields, an order, the agenda, and progress."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import icalendar
import pytest

from tests.in_process import run_main
from tests.test_start_up import imported

if TYPE_CHECKING:
    from cronofy_cli.simulator.server import SimulatorServer
    from tests.commands.conftest import Run
    from tests.fakes.scripted_server import ScriptedServer
    from tests.support import Cli

TODAY = datetime.now(UTC).date()
READ = ("events", "read", "--tzid", "Etc/UTC")
MONTH = ("--from", "today", "--to", "+30d")
FIRST = (
    b'{"event_uid":"evt_1","calendar_id":"cal_1","summary":"=HYPERLINK(\\"http://x\\")","start":"2026-11-24T10:00:00Z",'
    b'"end":"2026-11-24T11:00:00Z","n":1.50,"attendees":[{"email":"a@x"},{"email":"b@x"}]}'
)
PLACE = b'{"description":"Here\\nand there"}'
SECOND = (
    b'{"event_uid":"evt_2","calendar_id":"cal_1","summary":"Lunch, \\"late\\"","start":"2026-11-23","end":"2026-11-24",'
    b'"location":%s,"deleted":true}' % PLACE
)


def answer(cronofy: ScriptedServer, *, delay_s: float = 0, times: int = 1) -> None:
    """Script two pages."""
    for _ in range(times):
        pages = b'{"current":1,"total":2,"next_page":"%s/v1/events/pages/2"}' % cronofy.url.encode()
        cronofy.answer(body=b'{"pages":%s,"events":[%s]}' % (pages, FIRST), delay_s=delay_s)
        cronofy.answer(body=b'{"pages":{"current":2,"total":2},"events":[%s]}' % SECOND)


def test_csv(cli: Cli, cronofy: ScriptedServer) -> None:
    """A heading, then a line for each event over all pages, quoted where needed; formulas are made harmless."""
    answer(cronofy)

    result = run_main(cli, *READ, "--format", "csv")

    header, *rows = csv.reader(io.StringIO(result.stdout_bytes.decode(), newline=""), strict=True)
    found = [dict(zip(header, row, strict=True)) for row in rows]
    assert [row["event_uid"] for row in found] == ["evt_1", "evt_2"]
    assert found[0]["summary"] == '\'=HYPERLINK("http://x")'
    assert (found[1]["summary"], found[1]["location.description"]) == ('Lunch, "late"', "Here\nand there")
    assert (found[1]["start"], found[1]["deleted"]) == ("2026-11-23", "true")
    assert result.stdout_bytes.count(b"\r\n") == 3


def test_an_empty_csv(cli: Cli, cronofy: ScriptedServer) -> None:
    """Without events there is the heading."""
    cronofy.answer(body=b'{"pages":{},"events":[]}')

    assert run_main(cli, *READ, "--format", "csv", "--fields", "summary,start").stdout_bytes == b"summary,start\r\n"


@pytest.mark.parametrize(
    ("fields", "options", "expected"),
    [
        ("n,location", ["--ndjson"], b'{"n":1.50,"location":null}\n{"n":null,"location":%s}\n' % PLACE),
        ("attendees.email", ["--json"], b'[{"attendees":[{"email":"a@x"},{"email":"b@x"}]},{"attendees":null}]\n'),
        ("event_uid,attendees.email,n", [], b"evt_1\ta@x, b@x\t1.50\nevt_2\t\t\n"),
        ("location.description,n", ["--format", "csv"], b'location.description,n\r\n,1.50\r\n"Here\nand there",\r\n'),
    ],
    ids=["NDJSON", "JSON", "TSV", "CSV"],
)
def test_fields(fields: str, options: list[str], expected: bytes, cli: Cli, cronofy: ScriptedServer) -> None:
    """Only the chosen fields, in their order, with the server's own bytes; what is missing is null, or nothing."""
    answer(cronofy)

    assert run_main(cli, *READ, "--fields", fields, *options).stdout_bytes == expected


def test_a_field_that_nothing_has(cli: Cli, cronofy: ScriptedServer) -> None:
    """A name that was mistyped is pointed out, with the one that was meant."""
    answer(cronofy)

    result = run_main(cli, *READ, "--fields", "sumary,event_uid,location.nothing")

    assert (result.exit_code, result.stderr) == (0, "warning: nothing has a field 'sumary'; did you mean 'summary'?\n")


@pytest.mark.parametrize("options", [[], ["--ndjson"], ["--format", "csv"]], ids=["TSV", "NDJSON", "CSV"])
def test_an_order(options: list[str], cli: Cli, cronofy: ScriptedServer) -> None:
    """All pages are in one order, in any format."""
    answer(cronofy, times=2)

    by_start, by_uid = (run_main(cli, *READ, "--sort", order, *options).stdout for order in ("start", "event_uid:desc"))

    assert by_start.index("evt_2") < by_start.index("evt_1")
    assert by_start == by_uid


def test_ics(cli: Cli, cronofy: ScriptedServer) -> None:
    """One calendar over all pages, which an iCalendar library reads back."""
    answer(cronofy)

    result = run_main(cli, *READ, "--format", "ics")

    events = icalendar.Calendar.from_ical(result.stdout_bytes).walk("VEVENT")
    assert [str(event["uid"]) for event in events] == ["evt_1", "evt_2"]
    assert events[1]["status"] == "CANCELLED"


def test_ics_of_the_simulator(run_at_simulator: Run) -> None:
    """Every event of the simulator is in the calendar with its times, in UTC and in their own zones alike."""
    lines = run_at_simulator("events", "read", *MONTH, "--ndjson").stdout_bytes.splitlines()
    starts = {event["event_uid"]: event["start"] for event in map(json.loads, lines)}

    for options in ([], ["--localized-times"]):
        content = run_at_simulator("events", "read", *MONTH, "--format", "ics", *options).stdout_bytes
        events = icalendar.Calendar.from_ical(content).walk("VEVENT")
        assert {str(event["uid"]): _text(event.decoded("dtstart")) for event in events} == starts


def _text(start: object) -> str:
    if isinstance(start, datetime):
        return f"{start.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return str(start)


def test_csv_of_the_simulator(run_at_simulator: Run) -> None:
    """CSV and NDJSON hold the same events."""
    lines = run_at_simulator("events", "read", *MONTH, "--ndjson").stdout_bytes.splitlines()
    content = run_at_simulator("events", "read", *MONTH, "--format", "csv", "--fields", "event_uid,start").stdout_bytes

    assert list(csv.reader(io.StringIO(content.decode(), newline="")))[1:] == [
        [event["event_uid"], event["start"]] for event in map(json.loads, lines)
    ]


def test_a_table_in_a_pipe(cli: Cli, cronofy: ScriptedServer) -> None:
    """--format is stronger than where the output goes."""
    answer(cronofy)
    cronofy.answer(json={"calendars": [{"calendar_id": "cal_1", "calendar_name": "Work"}]})
    answer(cronofy)

    assert run_main(cli, *READ, "--format", "table").lines[0].startswith("WHEN")
    assert run_main(cli, *READ, "--format", "tsv", terminal=True).lines[0].startswith("evt_1\t")


@pytest.mark.parametrize(
    "options",
    [
        ["--format", "csv", "--json"],
        ["--format", "json", "--ndjson"],
        ["--format", "ndjson", "--json"],
        ["--format", "ics", "--fields", "summary"],
        ["--format", "yaml"],
        ["--agenda", "--json"],
        ["--agenda", "--ndjson"],
        ["--agenda", "--format", "csv"],
        ["--agenda", "--sort", "start"],
        ["--agenda", "--fields", "summary"],
        ["--sort", "start:down"],
        ["--fields", ""],
    ],
    ids=" ".join,
)
def test_what_contradicts_itself(options: list[str], cli: Cli, cronofy: ScriptedServer) -> None:
    """Two formats at once, and what a format cannot show, are wrong usage; nothing is asked of Cronofy."""
    assert run_main(cli, *READ, *options).exit_code == 2
    assert cronofy.requests == []


def test_the_same_said_twice(cli: Cli, cronofy: ScriptedServer) -> None:
    """That is no contradiction."""
    answer(cronofy)

    assert run_main(cli, *READ, "--format", "json", "--json").stdout_bytes == b"[" + FIRST + b"," + SECOND + b"]\n"


def test_the_agenda(run_at_simulator: Run) -> None:
    """Without dates it shows this day and the six after it, with the calendars' names."""
    result = run_at_simulator("events", "read", "--agenda", "--verbose")

    days = [" ".join(line.split()[:4]) for line in result.lines if line and not line.startswith(" ")]
    week = [TODAY + timedelta(days=days) for days in range(-1, 9)]
    assert days == [text for text in (f"{day:%a} {day.day} {day:%b %Y}" for day in week) if text in days]
    assert 4 <= len(days) <= 7
    assert "(Work)" in result.stdout
    assert "sent: from=" in result.stderr


def test_an_agenda_without_the_calendars_names(cli: Cli, cronofy: ScriptedServer) -> None:
    """A token that may not list calendars can read an agenda: it names them by their ids."""
    event = {"event_uid": "evt_1", "calendar_id": "cal_1", "summary": "Tea", "start": "2026-11-24", "end": "2026-11-24"}
    date = {"Date": "Tue, 24 Nov 2026 12:00:00 GMT"}
    cronofy.answer(json={"sub": "acc_1"}, headers=date, only_for="GET /v1/userinfo")
    cronofy.answer(json={"pages": {}, "events": [event]})
    cronofy.answer(403, only_for="GET /v1/calendars")

    result = run_main(cli, *READ, "--agenda")

    assert (result.exit_code, result.lines[-1]) == (0, "  all day  Tea  (cal_1)")


def test_an_agenda_of_nothing(cli: Cli, cronofy: ScriptedServer) -> None:
    """Where there is nothing, that is said, and no calendar's name is asked for."""
    cronofy.answer(json={"sub": "acc_1"}, only_for="GET /v1/userinfo")
    cronofy.answer(body=b'{"pages":{},"events":[]}')

    result = run_main(cli, *READ, "--agenda", "--from", "today", "--to", "tomorrow")

    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "No events.\n")


def test_progress(cli: Cli, cronofy: ScriptedServer) -> None:
    """A read that takes a while says at a terminal how far it is, if nothing else appears; in a pipe it does not."""
    answer(cronofy, delay_s=0.55)
    cronofy.answer(json={"calendars": [{"calendar_id": "cal_1", "calendar_name": "Work"}]})
    answer(cronofy, delay_s=0.55)

    person = run_main(cli, *READ, "--sort", "start", "--include-managed", terminal=True)
    script = run_main(cli, *READ, "--sort", "start", "--include-managed")

    assert "page 1 of 2, 1 events, " in person.stderr
    assert person.stderr.endswith("\r\x1b[K")
    assert script.stderr == ""


@pytest.mark.parametrize("format_", ["tsv", "ndjson", "csv", "ics"])
def test_what_a_format_needs_is_loaded_for_it_alone(format_: str, cli: Cli, simulator: SimulatorServer) -> None:
    """The libraries of one format cost the others nothing."""
    loaded = imported(cli, *READ, *MONTH, "--format", format_, "--data-center", "simulator")

    needed = {"csv": {"csv"}, "ics": {"icalendar", "dateutil"}}.get(format_, set())
    assert needed <= loaded
    assert not loaded & ({"csv", "icalendar", "dateutil", "sqlite3", "rich"} - needed)


def test_an_order_by_a_field_that_nothing_has(cli: Cli, cronofy: ScriptedServer) -> None:
    """A mistyped field to sort by is pointed out as well: the order is then none."""
    answer(cronofy)

    result = run_main(cli, *READ, "--sort", "sumary", "--json")

    assert (result.exit_code, result.stderr) == (0, "warning: nothing has a field 'sumary'; did you mean 'summary'?\n")
