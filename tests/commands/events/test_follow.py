"""`cronofy events follow`."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.in_process import run_main

if TYPE_CHECKING:
    from cronofy_cli.simulator.server import SimulatorServer
    from tests.fakes.scripted_server import ScriptedServer
    from tests.support import Cli

FOLLOW = ("events", "follow", "--tzid", "Etc/UTC", "--every", "10ms")


def event(uid: str, updated: str, summary: str = "x", **fields: object) -> dict[str, object]:
    start = {"start": "2026-11-24T10:00:00Z", "end": "2026-11-24T11:00:00Z"}
    created = {"created": "2026-01-01T00:00:00Z", "updated": f"2026-11-22T{updated}Z", "deleted": False}
    return {"event_uid": uid, "calendar_id": "cal_1", "summary": summary, **start, **created, **fields}


def answer(cronofy: ScriptedServer, *events: object) -> None:
    cronofy.answer(json={"pages": {"current": 1, "total": 1}, "events": events})


def sent(cronofy: ScriptedServer, number: int) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(cronofy.requests[number].target).query))


def test_each_change_once(cli: Cli, cronofy: ScriptedServer) -> None:
    """What was there before is not told; each change is, once, however often it is read."""
    known, changed = event("evt_1", "09:00:00"), event("evt_1", "09:10:00", "y")
    new = event("evt_2", "09:10:00", created="2026-11-22T09:10:00Z")
    answer(cronofy, known)
    answer(cronofy, known)
    answer(cronofy, changed)
    answer(cronofy, changed)
    answer(cronofy, known, changed, new)
    answer(cronofy, new | {"deleted": True, "updated": "2026-11-22T09:11:00Z"})

    result = run_main(cli, *FOLLOW, "--count", "3")

    changes = [json.loads(line) for line in result.lines]
    assert result.exit_code == 0
    assert [(change["kind"], change["event_uid"]) for change in changes] == [
        ("changed", "evt_1"),
        ("added", "evt_2"),
        ("removed", "evt_2"),
    ]
    assert changes[0]["fields"] == [{"field": "summary", "before": "x", "after": "y"}]
    assert changes[0]["event"] == changed


def test_what_is_asked(cli: Cli, cronofy: ScriptedServer) -> None:
    """First everything, then what was modified since the newest change, and a little before: clocks do not matter."""
    answer(cronofy, event("evt_1", "09:00:00"), event("evt_2", "08:00:00"))
    answer(cronofy)
    answer(cronofy, event("evt_1", "09:10:00", "y"))

    run_main(cli, *FOLLOW, "--count", "1", "--calendar", "cal_1", "--only-managed")

    everything = {
        "tzid": "Etc/UTC",
        "calendar_ids[]": "cal_1",
        "include_managed": "true",
        "only_managed": "true",
        "include_deleted": "true",
        "include_moved": "true",
    }
    since = {"last_modified": "2026-11-22T08:58:00Z"}
    assert [sent(cronofy, number) for number in range(3)] == [everything, everything | since, everything | since]


def test_no_more_than_asked_for(cli: Cli, cronofy: ScriptedServer) -> None:
    """--count ends it after so many changes, even if more came at once."""
    answer(cronofy)
    answer(cronofy, event("evt_1", "09:00:00"), event("evt_2", "09:00:00"))

    assert len(run_main(cli, *FOLLOW, "--count", "1").lines) == 1


def test_since(cli: Cli, cronofy: ScriptedServer) -> None:
    """With --since what changed until now comes first, and nothing older; what was created since is added."""
    before, then = (
        {"created": f"2020-05-01T{hour:02}:00:00Z", "updated": f"2020-05-01T{hour:02}:00:00Z"} for hour in (9, 10)
    )
    answer(
        cronofy,
        event("evt_1", "") | before,
        event("evt_2", "") | then,
        event("evt_3", "") | before | {"updated": then["updated"]},
    )

    result = run_main(cli, *FOLLOW, "--since", "2020-05-01T10:00:00Z", "--count", "2")

    changes = [json.loads(line) for line in result.lines]
    assert [(change["event_uid"], change["kind"]) for change in changes] == [
        ("evt_2", "added"),
        ("evt_3", "first_seen"),
    ]


class Clock:
    """Stands still but for the pauses that are made, however long the reads take."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def monotonic(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        """Let so much time pass at once."""
        self.now_s += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """What the time limit goes by."""
    clock = Clock()
    monkeypatch.setattr("cronofy_cli.adapters.deadline.time", clock)
    return clock


def test_the_time_limit(cli: Cli, cronofy: ScriptedServer, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """--timeout ends it with 124."""
    monkeypatch.setattr("time.sleep", clock.sleep)
    answer(cronofy)

    result = run_main(cli, "events", "follow", "--tzid", "Etc/UTC", "--every", "1m", "--timeout", "30s")

    assert (result.exit_code, result.stdout, clock.now_s) == (124, "", 30)
    assert "error: 0 changes came within 30s" in result.stderr


@pytest.mark.parametrize("is_first", [True, False], ids=["the first read", "a later one"])
def test_the_time_limit_bounds_every_read(
    is_first: bool, cli: Cli, cronofy: ScriptedServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that does not answer keeps nobody beyond --timeout, and what came until then is counted."""
    held = threading.Event()
    reads = 1 if is_first else 3
    monkeypatch.setattr(clock, "monotonic", lambda: 2.0 if len(cronofy.requests) == reads else 0.0)
    if not is_first:
        answer(cronofy, event("evt_1", "09:00:00"))
        answer(cronofy, event("evt_1", "09:10:00", "y"))
    cronofy.answer(held_until=held)

    result = run_main(cli, *FOLLOW, "--timeout", "2s")
    held.set()

    assert (result.exit_code, len(result.lines)) == (124, 0 if is_first else 1)
    expected = "did not come within the time limit of 2 s" if is_first else "error: 1 change came within 2s"
    assert expected in result.stderr


def test_one_change_within_the_time_limit(
    cli: Cli, cronofy: ScriptedServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came in time is counted in the error."""
    monkeypatch.setattr("time.sleep", clock.sleep)
    answer(cronofy, event("evt_1", "09:00:00"))
    changes = ("events", "follow", "--tzid", "Etc/UTC", "--since", "2020-01-01")

    result = run_main(cli, *changes, "--every", "1m", "--timeout", "30s")

    assert (result.exit_code, len(result.lines)) == (124, 1)
    assert "error: 1 change came within 30s" in result.stderr


def test_a_limit_of_requests(cli: Cli, cronofy: ScriptedServer) -> None:
    """Too many requests, or a failure, are told, waited out, and nothing is lost."""
    answer(cronofy, event("evt_1", "09:00:00"))
    for _ in range(4):
        cronofy.answer(429, headers={"Retry-After": "0"})
    answer(cronofy, event("evt_1", "09:10:00", "y"))

    result = run_main(cli, *FOLLOW, "--count", "1")

    assert (result.exit_code, len(result.lines)) == (0, 1)
    assert "warning: too many requests" in result.stderr


def test_half_a_read(cli: Cli, cronofy: ScriptedServer) -> None:
    """What came before a page failed is told at once, and the rest the next time, from the same time on."""
    first, second = event("evt_1", "09:10:00", "y"), event("evt_2", "09:05:00", "y")
    answer(cronofy, event("evt_1", "09:00:00"), event("evt_2", "09:00:00"))
    pages = {"current": 1, "total": 2, "next_page": f"{cronofy.url}/v1/events/pages/2"}
    cronofy.answer(json={"pages": pages, "events": [first]})
    cronofy.answer(404)
    answer(cronofy, first, second)

    result = run_main(cli, *FOLLOW, "--count", "2")

    assert [json.loads(line)["event_uid"] for line in result.lines] == ["evt_1", "evt_2"]
    assert sent(cronofy, 3)["last_modified"] == "2026-11-22T08:58:00Z"


def test_a_refused_token_ends_it(cli: Cli, cronofy: ScriptedServer) -> None:
    """What waiting cannot mend is an error."""
    answer(cronofy)
    cronofy.answer(401)

    assert run_main(cli, *FOLLOW).exit_code == 4


def test_more_often_than_cronofy_allows(cli: Cli) -> None:
    """Cronofy itself is not asked more often than once a second."""
    cli.environment["CRONOFY_ACCESS_TOKEN"] = "tok_1"

    result = run_main(cli, *FOLLOW, "--data-center", "uk")

    assert (result.exit_code, result.stderr.splitlines()[1]) == (2, "hint: use 1s or longer")


@pytest.fixture
def simulated(cli: Cli, simulator: SimulatorServer) -> Cli:
    """A command line whose data center is a simulator of its own."""
    cli.environment["CRONOFY_DATA_CENTER"] = "simulator"
    return cli


def test_ctrl_c(simulated: Cli) -> None:
    """Ctrl-C ends it with 130 and without a word; changes until then are at the reader already."""
    with simulated.start("events", "follow", "--every", "50ms") as running:
        running.wait_for("Following ")
        run_main(simulated, "simulator", "edit", "add", "Lunch")
        line = json.loads(running.wait_for('"Lunch"'))
        exit_code = running.stop()

    assert exit_code == 130
    assert (line["kind"], line["summary"]) == ("added", "Lunch")
    assert len(running.errors) == 1


def test_for_people(simulated: Cli) -> None:
    """At a terminal a change is a line with its time, its mark and the calendar's name."""
    run_main(simulated, "simulator", "edit", "add", "Lunch", "--calendar", "Home")

    result = run_main(simulated, *FOLLOW, "--since", "1m", "--count", "1", "--color", "never", terminal=True)

    assert len(result.lines) == 1
    assert result.lines[0][8:15] == '  + "Lu'
    assert result.lines[0].endswith("(Home)")


def test_the_pace(cli: Cli, cronofy: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """After each failure in a row the pause doubles, to 16 times its length; after a success it is itself again."""
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    answer(cronofy)
    answer(cronofy)
    for _ in range(6):
        cronofy.answer(404)
    answer(cronofy)
    answer(cronofy, event("evt_1", "09:00:00"))

    result = run_main(cli, "events", "follow", "--tzid", "Etc/UTC", "--every", "2s", "--count", "1")

    assert result.exit_code == 0
    assert pauses == [2, 2, 4, 8, 16, 32, 32, 32, 2]
    assert result.stderr.count("trying again later") == 6


@pytest.mark.parametrize(("every", "exit_code"), [("999ms", 2), ("1s", 4)])
def test_how_often_cronofy_may_be_asked(every: str, exit_code: int, cli: Cli) -> None:
    """Once a second, as its rate limits allow; that is said before anybody is asked, or hears of a missing sign-in."""
    result = run_main(cli, "events", "follow", "--every", every, "--data-center", "uk", "--json")

    assert (result.exit_code, result.stdout) == (exit_code, "")
    if exit_code == 2:
        assert result.error["message"] == "--every 999ms is more often than Cronofy's rate limits allow"
        assert result.error["hint"] == "use 1s or longer"
