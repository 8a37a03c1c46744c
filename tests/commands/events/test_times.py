"""Which zone and which days `events read` asks for, and what it tells people of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.in_process import run_main

if TYPE_CHECKING:
    from tests.commands.conftest import Run
    from tests.fakes.scripted_server import ScriptedServer
    from tests.support import Cli

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
"""By the server's clock, whatever day it is here."""
TODAY = NOON.date()
DATE = {"Date": format_datetime(NOON, usegmt=True)}
READ = ("events", "read", "--tzid", "Etc/UTC")
EMPTY = {"pages": {"current": 1, "total": 1}, "events": [], "free_busy": []}
SOME = {"pages": {"current": 1, "total": 1}, "events": [{"event_uid": "evt_1", "start": "2026-11-24"}]}


ACCOUNT = {"sub": "acc_1", "zoneinfo": "Europe/London"}


def say_the_time(cronofy: ScriptedServer, moment: datetime = NOON) -> None:
    """Answer the request that is made for the server's clock."""
    headers = {"Date": format_datetime(moment, usegmt=True)}
    cronofy.answer(json=ACCOUNT, headers=headers, only_for="GET /v1/userinfo")


def day(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


def sent(cronofy: ScriptedServer, number: int = -1) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(cronofy.requests[number].target).query))


@pytest.mark.parametrize("command", ["events", "free-busy"])
def test_the_accounts_zone(command: str, cli: Cli, cronofy: ScriptedServer) -> None:
    """Without --tzid the account's own zone is used, for which it is asked once."""
    cronofy.answer(json={"sub": "acc_1", "zoneinfo": "America/New_York"}, only_for="GET /v1/userinfo")
    cronofy.answer(json=EMPTY)

    result = run_main(cli, command, "read")

    assert (result.exit_code, result.stderr) == (0, "")
    assert sent(cronofy) == {"tzid": "America/New_York"}


@pytest.mark.parametrize("zone", [None, "", "Mars/Olympus"])
def test_the_machines_zone(zone: str | None, cli: Cli, cronofy: ScriptedServer) -> None:
    """Where the account has none that is known, this machine's is used."""
    cronofy.answer(json={"sub": "acc_1", "zoneinfo": zone})
    cronofy.answer(json=EMPTY)

    run_main(cli, "events", "read", environment={"TZ": "Asia/Tokyo"})

    assert sent(cronofy) == {"tzid": "Asia/Tokyo"}


def test_a_token_that_may_not_see_whose_it_is(cli: Cli, cronofy: ScriptedServer) -> None:
    """Events are read all the same, with a warning: Cronofy wants one zone in all requests of a user."""
    cronofy.answer(403)
    cronofy.answer(json=SOME)

    result = run_main(cli, "events", "read", environment={"TZ": "Asia/Tokyo"})

    assert (result.exit_code, result.lines) == (0, ["evt_1\t2026-11-24\t\t\t-\t"])
    assert result.stderr.startswith("warning: the account's time zone is not known")


def test_an_empty_zone(run: Run) -> None:
    """A zone that is given and is none is refused, not replaced."""
    assert run("events", "read", "--tzid", "").exit_code == 2


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--from", "today", "--to", "+7d"], {"from": day(0), "to": day(7)}),
        (["--from", "-2w", "--to", "tomorrow"], {"from": day(-14), "to": day(2)}),
        (["--from", "tomorrow", "--to", f"{TODAY:%A}"], {"from": day(1), "to": day(8)}),
        (["--window"], {"from": day(-42), "to": day(201)}),
        (["--window-edge"], {"from": day(194), "to": day(201)}),
        (["--last-modified", "yesterday"], {"last_modified": f"{day(-1)}T00:00:00Z"}),
        (["--from", "2026-07-01T10:00+02:00"], {"from": "2026-07-01T08:00:00Z"}),
    ],
)
@pytest.mark.parametrize("command", ["events", "free-busy"])
def test_words(command: str, options: list[str], expected: dict[str, str], cli: Cli, cronofy: ScriptedServer) -> None:
    """Words become the dates and times that they stand for; a last day in words is included."""
    say_the_time(cronofy)
    cronofy.answer(json=EMPTY)

    run_main(cli, command, "read", "--tzid", "Etc/UTC", *options)

    assert sent(cronofy) == {"tzid": "Etc/UTC"} | expected


def test_words_are_shown_as_what_was_sent(cli: Cli, cronofy: ScriptedServer) -> None:
    """People see what their words became, with its weekday; scripts see nothing, unless they ask with --verbose."""
    for _ in range(3):
        say_the_time(cronofy)
        cronofy.answer(json=SOME)
    cronofy.answer(json=SOME)
    words = (*READ, "--from", "today", "--to", "today")
    line = f"sent: from={day(0)} ({TODAY:%a}) to={day(1)} ({TODAY + timedelta(days=1):%a}, not included) tzid=Etc/UTC"

    assert run_main(cli, *words, terminal=True).stderr.splitlines()[0] == line
    assert run_main(cli, *words).stderr == ""
    assert line in run_main(cli, *words, "--verbose").stderr.splitlines()
    assert "sent:" not in run_main(cli, *READ, "--from", day(0), "--to", day(1), terminal=True).stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--window", "--window-edge"], "--window and --window-edge cannot be combined"),
        (["--window", "--from", "today"], "--window and --from or --to cannot be combined"),
        (["--window-edge", "--to", "+7d"], "--window-edge and --from or --to cannot be combined"),
        (["--from", "someday"], "--from does not take 'someday'"),
        (["--to", ""], "--to does not take ''"),
        (["--last-modified", "soon"], "--last-modified does not take 'soon'"),
        (["--changes-since", "1h", "--last-modified", "1h"], "--changes-since and --last-modified cannot be combined"),
        (["--changes-since", "soon"], "--changes-since does not take 'soon'"),
    ],
)
def test_what_cannot_be_meant(options: list[str], message: str, cli: Cli, cronofy: ScriptedServer) -> None:
    """Contradictions and nonsense are wrong usage, before any event is asked for."""
    result = run_main(cli, *READ, *options)

    assert (result.exit_code, result.stderr.splitlines()[0]) == (2, f"error: {message}")
    assert cronofy.requests == []


@pytest.mark.parametrize(
    ("options", "warning"),
    [
        (["--from", day(-43)], f"from {day(-43)} is before the default sync window"),
        (["--to", day(202)], f"to {day(202)} is after the default sync window"),
        (["--from", day(300)], "all of it is outside of the default sync window"),
        (["--from", day(0), "--to", day(-1)], f"from {day(0)} is not before to {day(-1)}"),
        (["--last-modified", f"{day(2)}T00:00:00Z"], "is in the future"),
        (["--from", day(-42), "--to", day(201), "--last-modified", f"{day(-1)}T00:00:00Z"], None),
    ],
)
def test_warnings(options: list[str], warning: str | None, cli: Cli, cronofy: ScriptedServer) -> None:
    """Who asks for what Cronofy cannot know is warned, in scripts too, once, with the reason; no one else is."""
    cronofy.answer(json=EMPTY, headers=DATE)

    result = run_main(cli, *READ, *options)

    assert result.exit_code == 0
    assert [line.startswith("warning: ") for line in result.stderr.splitlines()] == ([True] if warning else [])
    assert warning is None or warning in result.stderr


def test_the_servers_clock(cli: Cli, cronofy: ScriptedServer) -> None:
    """Words, the window and warnings go by the server's clock, whatever this machine's says."""
    servers = datetime.now(UTC) + timedelta(days=100)
    long_ago = str(servers.date() - timedelta(days=100))
    say_the_time(cronofy, servers)
    cronofy.answer(json=EMPTY)
    say_the_time(cronofy, servers)
    cronofy.answer(json=EMPTY)
    cronofy.answer(json=SOME, headers={"Date": format_datetime(servers, usegmt=True)})
    today = servers.date()

    run_main(cli, *READ, "--from", "today", "--to", "today")
    words = sent(cronofy)
    run_main(cli, *READ, "--window")
    window = sent(cronofy)
    warned = run_main(cli, *READ, "--from", long_ago, "--to", str(today + timedelta(days=201)))

    assert (words["from"], words["to"]) == (str(today), str(today + timedelta(days=1)))
    assert (window["from"], window["to"]) == (str(today - timedelta(days=42)), str(today + timedelta(days=201)))
    assert warned.stderr.splitlines() == [warned.stderr.strip()]
    assert warned.stderr.startswith(f"warning: from {long_ago} is before the default sync window")


def test_a_refusal_is_warned_of_too(cli: Cli, cronofy: ScriptedServer) -> None:
    """Where Cronofy refuses days that it knows nothing of, the reason stands before the refusal."""
    refusal = {"errors": {"from": [{"key": "errors.too_early", "description": "too early"}]}}
    cronofy.answer(422, json=refusal, headers=DATE)

    result = run_main(cli, *READ, "--from", day(-300))

    assert [line.partition(":")[0] for line in result.stderr.splitlines()][:2] == ["warning", "error"]


def test_deletions_are_left_out(cli: Cli, cronofy: ScriptedServer) -> None:
    """Who asks for changes without deletions is told so, in scripts too: the answer looks complete."""
    cronofy.answer(json=SOME)
    cronofy.answer(json=SOME)
    since = (*READ, "--last-modified", "2026-01-01T00:00:00Z", "--include-managed")
    note = "note: events that were deleted since then are left out: --include-deleted\n"

    assert run_main(cli, *since).stderr == note
    assert run_main(cli, *since, "--include-deleted").stderr == ""


def test_an_empty_answer_is_explained(cli: Cli, cronofy: ScriptedServer) -> None:
    """People are told what may have been left out, and what is wrong with the calendars that they named."""
    cronofy.answer(json=EMPTY)
    cronofy.answer(json={"calendars": [{"calendar_id": "cal_1", "calendar_name": "Old", "calendar_deleted": True}]})

    result = run_main(cli, *READ, "--calendar", "cal_1", "--last-modified", "2026-01-01T00:00:00Z", terminal=True)

    assert (result.stdout, result.exit_code) == ("", 0)
    assert result.stderr.splitlines() == [
        "No events.",
        "note: the calendar 'Old' is deleted",
        "note: events that your application manages are left out: --include-managed",
        "note: events that were deleted since then are left out: --include-deleted",
        "note: events that were moved out of this time since then are left out: --include-moved",
    ]


def test_an_explanation_that_cannot_be_had(cli: Cli, cronofy: ScriptedServer) -> None:
    """An answer is not spoiled because the reason for it is not known."""
    cronofy.answer(json=EMPTY)
    cronofy.answer(403)

    assert run_main(cli, *READ, "--calendar", "cal_1", "--include-managed", terminal=True).exit_code == 0


def test_managed_events_are_left_out(cli: Cli, cronofy: ScriptedServer) -> None:
    """People are told so by default, and not where they asked for them; scripts are not."""
    for _ in range(4):
        cronofy.answer(json=SOME)
    note = "note: events that your application manages are left out: --include-managed\n"

    assert run_main(cli, *READ, terminal=True).stderr == note
    assert run_main(cli, *READ, "--include-managed", terminal=True).stderr == ""
    assert run_main(cli, *READ, "--only-managed", terminal=True).stderr == ""
    assert run_main(cli, *READ).stderr == ""


def test_a_zone_of_rules(cli: Cli, cronofy: ScriptedServer) -> None:
    """Where TZ holds rules and the account has no zone, the days are those of UTC, and a warning says so."""
    cronofy.answer(json={"sub": "acc_1", "zoneinfo": None})
    cronofy.answer(json=EMPTY)

    result = run_main(cli, "events", "read", environment={"TZ": "CST6CDT,M3.2.0,M11.1.0"})

    assert sent(cronofy) == {"tzid": "Etc/UTC"}
    assert "warning: TZ is 'CST6CDT,M3.2.0,M11.1.0', which is no time zone's name" in result.stderr
    assert "--tzid" in result.stderr
