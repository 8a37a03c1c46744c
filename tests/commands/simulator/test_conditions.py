"""`cronofy simulator` beyond the owner's edits: the application's, profiles, calendars, clock, provider and faults."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.http import import_httpx
from cronofy_cli.simulator.world.seed import HOME, WORK
from tests.simulator.receiver import receiving
from tests.simulator.running import settle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.simulator.server import SimulatorServer
    from tests.commands.conftest import Run
    from tests.simulator.receiver import Receiver
    from tests.support import Cli, Result


@pytest.fixture
def cronofy(cli: Cli, simulator: SimulatorServer, run: Run) -> Run:
    """Commands whose data center is a simulator of the test's own."""
    cli.environment["CRONOFY_DATA_CENTER"] = "simulator"
    return run


@pytest.fixture
def receiver(cronofy: Run) -> Iterator[Receiver]:
    """An application with an open channel, whose verification has arrived."""
    with receiving() as receiver:
        cronofy("channels", "create", "--callback-url", receiver.url)
        receiver.wait_for(1, "verification")
        yield receiver


def sent(simulator: SimulatorServer, receiver: Receiver) -> list[str]:
    """Return the types of all that was sent, once nothing more is to be sent."""
    with import_httpx().Client(base_url=simulator.url, trust_env=False, timeout=60) as client:
        settle(client)
    return [each.type for each in receiver.received()]


def managed(cronofy: Run) -> list[tuple[str, str]]:
    """Return calendar and title of the application's events."""
    result = cronofy("api", "GET", "/v1/events?tzid=UTC&only_managed=true")
    return [(event["calendar_id"], event["summary"]) for event in result.json["events"]]


def test_the_application_writes(cronofy: Run, receiver: Receiver, simulator: SimulatorServer) -> None:
    """It writes, updates and deletes events of its own, and no channel is told of it."""
    written = cronofy("simulator", "application", "write", "booking-42", "Demo", "--calendar", "Work", "--json").json
    updated = cronofy("simulator", "application", "write", "booking-42", "Demo for Ada", "--calendar", "Work")
    shown = managed(cronofy)
    deleted = cronofy("simulator", "application", "delete", "booking-42", "--calendar", "Work")

    assert (written["event_id"], written["summary"]) == ("booking-42", "Demo")
    assert datetime.fromisoformat(written["end"]) - datetime.fromisoformat(written["start"]) == timedelta(minutes=30)
    assert (updated.exit_code, shown) == (0, [(WORK, "Demo for Ada")])
    assert (deleted.stdout, managed(cronofy)) == ("deleted\tbooking-42\n", [])
    assert sent(simulator, receiver) == ["verification"]


@pytest.mark.parametrize(
    ("start", "end"),
    [("2026-12-24", "2026-12-25"), ("2026-12-24T10:00:00Z", "2026-12-24T10:30:00+00:00")],
)
def test_the_end_follows_the_start(start: str, end: str, cronofy: Run) -> None:
    """Without --end a day lasts until the next one, and a time half an hour."""
    written = cronofy("simulator", "application", "write", "b", "Demo", "--start", start, "--json").json

    assert (written["start"], written["end"]) == (start, end)


def test_the_next_full_hour(cronofy: Run, simulator: SimulatorServer) -> None:
    """Without --start it begins with the next full hour of the simulator's clock."""
    cronofy("simulator", "clock", "--stop")
    now = datetime.fromisoformat(cronofy("simulator", "clock", "--json").json["now"])
    written = cronofy("simulator", "application", "write", "b", "Demo", "--json").json

    start = datetime.fromisoformat(written["start"])
    assert (start.minute, start.second) == (0, 0)
    assert timedelta(0) < start - now <= timedelta(hours=1)


def test_an_application_that_cannot_write(cronofy: Run) -> None:
    """What the API refuses is an error with its reason."""
    nowhere = cronofy("simulator", "application", "write", "b", "Demo", "--calendar", "Garden")
    never = cronofy("simulator", "application", "write", "b", "Demo", "--start", "soon")

    assert (nowhere.exit_code, "no calendar is named 'Garden'" in nowhere.stderr) == (2, True)
    assert (never.exit_code, "start" in never.stderr) == (1, True)


def test_a_profile_comes_and_goes(cronofy: Run, receiver: Receiver, simulator: SimulatorServer) -> None:
    """Disconnecting, reconnecting and the first sync are told; each command shows the profile as it is now."""
    lost = cronofy("simulator", "profile", "disconnect", "google", "--json").json
    cronofy("simulator", "edit", "add", "Missed")
    found = cronofy("simulator", "profile", "reconnect", "janed@company.com")
    receiver.wait_for(1, "change")
    cronofy("simulator", "profile", "start-sync", "pro_Xk3vQ2mZ7yHnT4pB")
    cronofy("simulator", "profile", "finish-sync", "google")

    assert (lost["profile_connected"], "profile_relink_url" in lost) == (False, True)
    assert found.lines[-1] == "connected\tyes"
    assert sorted(sent(simulator, receiver)) == [
        "change",
        "profile_disconnected",
        "profile_initial_sync_completed",
        "verification",
    ]


def test_a_profile_that_is_none(cronofy: Run) -> None:
    """An unknown profile is named, with the command that lists them."""
    result = cronofy("simulator", "profile", "disconnect", "exchange")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("error: the simulator has no profile 'exchange'\nhint: cronofy profiles list")


def test_a_calendar_is_removed(cronofy: Run) -> None:
    """It is listed as deleted afterwards, and cannot be removed again."""
    removed = cronofy("simulator", "calendar", "remove", "Home", "--json").json
    again = cronofy("simulator", "calendar", "remove", HOME)

    assert (removed["calendar_id"], removed["calendar_deleted"]) == (HOME, True)
    assert again.exit_code == 1


def test_the_clock_is_turned(cronofy: Run) -> None:
    """Shown as it is, turned forward, and refused where it cannot be meant."""
    before = cronofy("simulator", "clock", "--json").json
    after = cronofy("simulator", "clock", "--advance", "10d", "--json").json
    refused = cronofy("simulator", "clock", "--advance", "-1d")

    assert (before["ahead_s"], after["ahead_s"]) == (0, 864000)
    assert datetime.fromisoformat(after["now"]) > datetime.now(UTC) + timedelta(days=9)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert cronofy("simulator", "clock").lines[-2:] == ["ahead\t864000 s", "stopped\tno"]


def test_the_next_event_is_that_of_the_turned_clock(cronofy: Run) -> None:
    """Titles, and hours that are not named, are meant by the simulator's clock, not by this machine's."""
    now = datetime.now(UTC)
    for days in (2, 30):
        cronofy("simulator", "edit", "add", "Choir", "--start", f"{now + timedelta(days=days):%Y-%m-%dT10:00:00Z}")
    cronofy("simulator", "clock", "--advance", "10d")
    cronofy("simulator", "application", "write", "booking-42", "Demo")

    moved = cronofy("simulator", "edit", "move", "Choir", "--by", "1h", "--json").json
    (written,) = cronofy("api", "GET", "/v1/events?tzid=UTC&only_managed=true").json["events"]

    assert moved["start"] == f"{now + timedelta(days=30):%Y-%m-%dT11:00:00Z}"
    assert written["start"] > f"{now + timedelta(days=9):%Y-%m-%d}"


def test_when_an_edited_event_is(cronofy: Run) -> None:
    """For people a day of another year has its year, and an all-day event no zone."""
    far = datetime.now(UTC).year + 1
    shown = [
        dict(line.split("\t") for line in cronofy("simulator", "edit", "add", "Fair", "--start", start).lines)["when"]
        for start in (f"{far}-06-01T10:00:00Z", f"{far}-06-01")
    ]

    day = f"{datetime(far, 6, 1, tzinfo=UTC):%a} 1 Jun {far}"
    assert shown == [f"{day} 10:00-10:30 UTC", day]


def test_the_provider_is_slow(cronofy: Run) -> None:
    """Its delay is set, shown, and taken back."""
    shown = [
        cronofy("simulator", "provider", *arguments).stdout
        for arguments in (("--delay", "30s"), (), ("--delay", "0"), ())
    ]

    assert shown == ["delay\t30 s\n", "delay\t30 s\n", "delay\t0 s\n", "delay\t0 s\n"]


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("v1/channels", "start it with a slash: /v1/channels"),
        ("GET /v1/channels", "name it apart: /v1/channels --method GET"),
    ],
)
def test_a_path_of_a_fault(path: str, hint: str, cronofy: Run) -> None:
    """What is no path is refused with what was meant, the method apart from it."""
    refused = cronofy("simulator", "faults", "add", path, "--status", "500")

    assert (refused.exit_code, refused.stderr.splitlines()[1]) == (2, f"hint: {hint}")


def test_calls_fail_to_order(cronofy: Run) -> None:
    """An ordered failure meets the next calls, is listed until it is used up, and can be taken back."""
    ordered = cronofy("simulator", "faults", "add", "/v1/userinfo", "--status", "402", "--times", "2", "--json").json
    failed = cronofy("userinfo").exit_code
    left = cronofy("simulator", "faults", "list", "--json").json
    cleared = cronofy("simulator", "faults", "clear")
    works = cronofy("userinfo").exit_code

    assert [(each["path_prefix"], each["status"], each["times"]) for each in ordered] == [("/v1/userinfo", 402, 2)]
    assert [each["times"] for each in left] == [1]
    assert (failed, cleared.stdout, works) == (4, "", 0)
    assert cronofy("simulator", "faults", "list").stdout == ""


def test_a_slow_call(cronofy: Run) -> None:
    """A call can be slow, or end without an answer."""
    (slow,) = cronofy("simulator", "faults", "add", "/v1/events", "--delay", "2s", "--method", "get", "--json").json
    both: Result = cronofy("simulator", "faults", "add", "/v1/channels", "--drop", "--json")

    assert (slow["delay_s"], slow["method"]) == (2, "GET")
    assert [each["drop"] for each in both.json] == [False, True]


@pytest.mark.parametrize(
    "arguments", [["/v1/events"], ["v1/events", "--drop"], ["/v1/events", "--drop", "--status", "500"]]
)
def test_a_failure_that_is_none(arguments: list[str], cronofy: Run) -> None:
    """A failure that would never happen, or in two ways, is wrong usage and not ordered."""
    result = cronofy("simulator", "faults", "add", *arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert cronofy("simulator", "faults", "list").stdout == ""


def test_an_event_is_changed_deleted_and_restored(cronofy: Run, receiver: Receiver) -> None:
    """The owner changes what an event says, deletes it, and takes it out of the bin by its title."""
    cronofy("simulator", "edit", "add", "Review")
    changed = cronofy("simulator", "edit", "change", "Review", "--title", "Big review", "--location", "Attic", "--json")
    cronofy("simulator", "edit", "delete", "big review")
    restored = cronofy("simulator", "edit", "undelete", "Big review", "--json").json
    again = cronofy("simulator", "edit", "undelete", "Big review")
    nothing = cronofy("simulator", "edit", "change", "Big review")

    assert (changed.json["summary"], changed.json["location"]) == ("Big review", {"description": "Attic"})
    assert (restored["event_uid"], restored["deleted"]) == (changed.json["event_uid"], False)
    assert "the simulator has no deleted event 'Big review'" in again.stderr
    assert nothing.exit_code == 2
    receiver.wait_for(1, "change")


def test_the_clock_is_set_stopped_and_started(cronofy: Run) -> None:
    """A stopped clock shows what it was set to; started again it goes on from there."""
    cronofy("simulator", "clock", "--set", "2030-01-01T10:00:00Z", "--stop")
    assert cronofy("simulator", "clock", "--json").json["now"] == "2030-01-01T10:00:00Z"
    moved = cronofy("simulator", "clock", "--advance", "2h", "--json").json
    assert (moved["now"], moved["stopped"]) == ("2030-01-01T12:00:00Z", True)
    assert cronofy("simulator", "clock", "--start", "--json").json["stopped"] is False
