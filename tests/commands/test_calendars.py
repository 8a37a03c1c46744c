"""`cronofy calendars`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.simulator.world.seed import BANK_HOLIDAYS, HOME, WORK
from tests.in_process import run_main

if TYPE_CHECKING:
    from tests.commands.conftest import Run
    from tests.fakes.scripted_server import ScriptedServer
    from tests.support import Cli


def test_in_a_pipe(run_at_simulator: Run) -> None:
    """A row a calendar: id, name, what is special, profile and provider."""
    result = run_at_simulator("calendars", "list")

    assert result.stdout == (
        f"{HOME}\tHome\tprimary\tjaned@company.com\tgoogle\n"
        f"{WORK}\tWork\t-\tjaned@company.com\tgoogle\n"
        f"{BANK_HOLIDAYS}\tBank Holidays\tread-only\tjane.doe@icloud.com\tapple\n"
    )


def test_on_a_terminal(run_at_simulator: Run) -> None:
    """A table under headings; an id that does not fit is folded, not cut."""
    result = run_at_simulator("calendars", "list", "--color", "never", terminal=True)

    assert [line.split()[0] for line in result.lines[:2]] == ["CALENDAR", HOME[: len(result.lines[1].split()[0])]]
    assert all(name in result.stdout for name in ("Home", "Work", "Bank"))


def test_for_programs(run_at_simulator: Run) -> None:
    """The calendars as the API describes them."""
    document = run_at_simulator("calendars", "list", "--json").json

    assert [(each["calendar_id"], each["calendar_readonly"]) for each in document] == [
        (HOME, False),
        (WORK, False),
        (BANK_HOLIDAYS, True),
    ]


def test_unknown_fields_pass_through(cli: Cli, cronofy: ScriptedServer) -> None:
    """Fields that we do not know reach programs as they came, with a calendar that has hardly any of the known ones."""
    cronofy.answer(body=b'{"calendars":[{"calendar_id":"cal_1","new":{"b":1.50,"a":[]}}]}')
    cronofy.answer(body=b'{"calendars":[{"calendar_id":"cal_1","calendar_deleted":true,"calendar_name":7}]}')

    assert run_main(cli, "calendars", "list", "--ndjson").stdout == (
        '{"calendar_id":"cal_1","new":{"b":1.50,"a":[]}}\n'
    )
    assert run_main(cli, "calendars", "list").stdout == "cal_1\t\tdeleted\t\t\n"
