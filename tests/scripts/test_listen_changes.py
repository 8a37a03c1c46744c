"""What `cronofy listen` tells of the changes behind notifications: each once, whatever happens on the way."""

from __future__ import annotations

import json
import signal
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.adapters.api.client import ApiClient
from cronofy_cli.adapters.simulator.control import SimulatorControl
from cronofy_cli.core.accounts.data_centers import data_center_at
from cronofy_cli.simulator.world.settings import ACCESS_TOKEN
from tests.in_process import run_main
from tests.scripts.listening import edit, listening
from tests.sender import post

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cronofy_cli.simulator.server import SimulatorServer
    from tests.scripts.listening import Listening
    from tests.support import Cli

CONNECTIONS = 64


@pytest.fixture
def control(simulator: SimulatorServer) -> Iterator[SimulatorControl]:
    """The simulator's controls."""
    with ApiClient(data_center_at(simulator.url), ACCESS_TOKEN) as api:
        yield SimulatorControl(api)


def fail_reads(control: SimulatorControl, times: int = 1, **how: object) -> None:
    """Let the next reads of events fail."""
    control.add_fault({"method": "GET", "path_prefix": "/v1/events", "times": times, **how})


def told(run: Listening) -> list[tuple[str, str]]:
    """Return every change that was told: its kind and the event's title."""
    return [(each["kind"], each["summary"]) for read in run.lines("events") for each in read["changes"]]


def wait_for_changes(run: Listening, count: int) -> list[tuple[str, str]]:
    """Return the changes once there are so many."""
    run.running.wait_until(lambda _: len(told(run)) >= count)
    return told(run)


def test_field_by_field(cli: Cli, simulator: SimulatorServer) -> None:
    """An event that is added, moved, renamed and deleted is told four times, with what was and what is."""
    with listening(cli) as run:
        uid = edit(cli, "add", "Lunch", "--calendar", "Work")["event_uid"]
        wait_for_changes(run, 1)
        edit(cli, "move", uid, "--by", "1d")
        wait_for_changes(run, 2)
        edit(cli, "delete", uid)
        wait_for_changes(run, 3)
        run.running.stop()

    assert told(run) == [("added", "Lunch"), ("moved", "Lunch"), ("removed", "Lunch")]
    moved = run.lines("events")[1]["changes"][0]
    assert [field["field"] for field in moved["fields"]] == ["start", "end"]
    assert moved["event"]["event_uid"] == uid
    shown = run_main(cli, "deliveries", "show", "last", "--json").json["events"]
    assert shown["changes"] == run.lines("events")[2]["changes"]


def test_the_first_change_of_an_event(cli: Cli, simulator: SimulatorServer) -> None:
    """An event that was there before the run is not "first seen": its first change tells what was and what is."""
    # Within the sync window of any day.
    day, next_day = ((datetime.now(UTC) + timedelta(days=days)).date().isoformat() for days in (7, 8))
    uid = edit(cli, "add", "Lunch", "--calendar", "Work", "--start", f"{day}T12:00")["event_uid"]
    with listening(cli) as run:
        edit(cli, "move", uid, "--by", "1d")
        assert wait_for_changes(run, 1) == [("moved", "Lunch")]

    [moved] = run.lines("events")[0]["changes"]
    start = next(field for field in moved["fields"] if field["field"] == "start")
    assert start["before"]["tzid"] == start["after"]["tzid"] == "Europe/London"
    assert (start["before"]["time"][:10], start["after"]["time"][:10]) == (day, next_day)


def test_a_change_is_told_once(cli: Cli, simulator: SimulatorServer) -> None:
    """What Cronofy sends again, later or out of order, brings nothing new; neither does the next run."""
    with listening(cli) as run:
        edit(cli, "add", "Lunch")
        wait_for_changes(run, 1)
        body = run.lines("delivery")[0]["body"]
        document = json.loads(body)
        document["notification"]["changes_since"] = "2026-01-01T00:00:00Z"
        post(run.callback_url, body.encode())
        run.wait_for("events", 2)
        post(run.callback_url, json.dumps(document).encode())
        run.wait_for("events", 3)
        run.running.stop()
    with listening(cli) as again:
        post(again.callback_url, body.encode())
        [read] = again.wait_for("events")

    lunches = [summary for _, summary in told(run) if summary == "Lunch"]
    assert (lunches, run.lines("events")[1]["changes"], read["changes"]) == (["Lunch"], [], [])
    assert [event["summary"] for event in read["events"]] == ["Lunch"]


def test_the_api_fails_for_a_while(cli: Cli, control: SimulatorControl) -> None:
    """429 and 500 are waited out, people are told, and the change is read in the end."""
    with listening(cli) as run:
        fail_reads(control, status=429)
        fail_reads(control, times=4, status=500)
        edit(cli, "add", "Lunch")
        assert wait_for_changes(run, 1) == [("added", "Lunch")]

    assert any("not read yet" in line and "retrying in 2 s" in line for line in run.running.errors)


def test_the_api_fails_until_the_end(cli: Cli, control: SimulatorControl) -> None:
    """What could not be read is given up with the command to do it, and the next run catches up on it."""
    with listening(cli) as run:
        fail_reads(control, times=1000, status=500)
        edit(cli, "add", "Lunch")
        [delivery] = run.wait_for("delivery")
        assert run.running.stop() == 130
    control.clear_faults()
    with listening(cli, "--since", "last") as again:
        assert wait_for_changes(again, 1) == [("added", "Lunch")]

    by_hand = f"cronofy events read --changes-since {delivery['id']} --data-center simulator"
    assert f"hint: read them by hand: {by_hand}" in run.running.errors
    assert run.lines("events") == []
    [read] = again.lines("events")
    assert (read["reconstructed"], read["delivery_ids"]) == (True, [])


def test_killed_before_it_was_read(cli: Cli, control: SimulatorControl) -> None:
    """A change that was answered and not read when `kill -9` came is told by the next run, and not by the one after."""
    with listening(cli) as run:
        fail_reads(control, times=10, delay_s=60)
        edit(cli, "add", "Lunch")
        run.wait_for("delivery")
        run.running.stop(signal.SIGKILL)
    control.clear_faults()
    seen: list[list[tuple[str, str]]] = []
    for _ in range(2):
        with listening(cli, "--since", "last") as again:
            again.wait_for("events")
            again.running.stop()
        seen.append(told(again))

    assert seen == [[("added", "Lunch")], []]


def test_slow_reads_and_many_connections(
    cli: Cli, control: SimulatorControl, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    """While a read hangs, 64 connections are answered; then one read does for all of them."""
    with listening(cli) as run:
        fail_reads(control, delay_s=3600)
        edit(cli, "add", "Lunch")
        [first] = run.wait_for("delivery")
        wait_until(lambda: not control.faults())
        post_from_everywhere(run.callback_url, first["body"].encode())
        # What is answered is passed on a moment later.
        run.wait_for("delivery", 1 + CONNECTIONS)
        printed_before_the_read = len(run.lines("events"))
        control.clear_faults()
        run.wait_for("events", 2)
        run.running.stop()

    assert printed_before_the_read == 0
    reads = run.lines("events")
    assert len(reads) == 2
    assert {number for read in reads for number in read["delivery_ids"]} == set(range(2, 3 + CONNECTIONS))
    assert told(run) == [("added", "Lunch")]


def post_from_everywhere(url: str, body: bytes) -> None:
    """Post a body over 64 connections at once; each is answered 200."""
    together = threading.Barrier(CONNECTIONS)
    answers: list[int] = []

    def send() -> None:
        together.wait()
        answers.append(post(url, body))

    threads = [threading.Thread(target=send) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * CONNECTIONS


def test_folded_on_screen(
    cli: Cli, control: SimulatorControl, wait_until: Callable[[Callable[[], bool]], None]
) -> None:
    """A burst is one read, and people are told of how many notifications."""
    body = b'{"notification":{"type":"change","changes_since":"2026-11-22T09:24:16Z"},"channel":{"filters":{}}}'
    command = ("listen", "--data-center", "simulator", "--print", "compact", "--ready-file", cli.folder / "ready")
    with cli.start(*command) as running:
        running.wait_for("Ready.")
        ready: dict[str, Any] = json.loads((cli.folder / "ready").read_bytes())
        fail_reads(control, delay_s=3600)
        edit(cli, "add", "Lunch")
        wait_until(lambda: not control.faults())
        post_from_everywhere(ready["callback_url"], body)
        running.wait_until(lambda lines: sum("<- 200" in line for line in lines) == 1 + CONNECTIONS)
        control.clear_faults()
        line = running.wait_for("one read, #")
        running.stop()

    assert int(line.split()[0]) == CONNECTIONS
    assert sum("one read" in each for each in running.lines) == 1
