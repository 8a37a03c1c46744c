"""`cronofy events get`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.in_process import run_main

if TYPE_CHECKING:
    from cronofy_cli.simulator.server import SimulatorServer
    from tests.commands.conftest import Run
    from tests.fakes.scripted_server import ScriptedServer
    from tests.support import Cli

GET = ("events", "get", "--tzid", "Europe/London")
EVENT = (
    b'{"event_uid":"evt_2","calendar_id":"cal_1","summary":"Call\\u001b[31m","start":"2021-07-01T10:00:00Z",'
    b'"end":"2021-07-01T11:00:00Z","description":"One\\ntwo","status":"tentative","participation_status":"accepted",'
    b'"organizer":{"email":"boss@x"},"attendees":[{"email":"a@x","display_name":"Ann","status":"declined"}],"new":1.50}'
)


def test_the_pages_after_it_do_not_matter(cli: Cli, cronofy: ScriptedServer) -> None:
    """Everything that is known is asked for, and nothing more once the event is there; its bytes are the server's."""
    pages = b'{"next_page":"https://elsewhere.example/v1/events/pages/2"}'
    cronofy.answer(body=b'{"pages":%s,"events":[{"event_uid":"evt_1"},%s]}' % (pages, EVENT))

    result = run_main(cli, *GET, "evt_2", "--json")

    assert (result.exit_code, result.stdout_bytes) == (0, EVENT + b"\n")
    assert cronofy.requests[0].target == "/v1/events?tzid=Europe/London&include_managed=true&include_moved=true"


def test_for_people(cli: Cli, cronofy: ScriptedServer) -> None:
    """Its times in the zone, who takes part and how they answered, one line each, harmless."""
    cronofy.answer(body=b'{"pages":{},"events":[%s]}' % EVENT)

    result = run_main(cli, *GET, "evt_2")

    assert result.lines == [
        "event\tevt_2",
        "title\tCall[31m",
        "when\tThu 1 Jul 2021 11:00-12:00 (Europe/London)",
        "calendar\tcal_1",
        "state\ttentative",
        "answer\taccepted",
        "organizer\tboss@x",
        "attendee\tAnn <a@x> declined",
        "description\tOne two",
    ]


def test_one_that_is_not_there(cli: Cli, cronofy: ScriptedServer) -> None:
    """Exit code 1, and what may be the reason."""
    cronofy.answer(body=b'{"pages":{},"events":[{"event_uid":"evt_1"}]}')

    result = run_main(cli, *GET, "evt_2", "--calendar", "cal_1")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        "error: Cronofy knows no event 'evt_2' here",
        (
            "hint: an event must lie between 42 days back and 201 days ahead; only the chosen calendars were read; "
            "if it may be deleted, add --include-deleted"
        ),
    ]


def test_a_deleted_one(cli: Cli, simulator: SimulatorServer, run: Run) -> None:
    """A deleted event is found with the flag only."""
    cli.environment["CRONOFY_DATA_CENTER"] = "simulator"
    uid = run("simulator", "edit", "add", "Lunch", "--json").json["event_uid"]
    before = run("events", "get", uid, "--json").json
    run("simulator", "edit", "delete", uid)

    without, with_flag = run("events", "get", uid, "--json"), run("events", "get", uid, "--include-deleted", "--json")

    assert (before["summary"], before["deleted"]) == ("Lunch", False)
    assert (without.exit_code, without.error["code"]) == (1, "not_found")
    assert json.loads(with_flag.stdout)["deleted"] is True
