"""`cronofy simulator`: a simulated Cronofy in a process of its own, and the commands that reach it."""

from __future__ import annotations

import json
import signal
import socket
import sys
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.simulator.world.seed import ACCOUNT_ID, HOME, WORK
from cronofy_cli.simulator.world.settings import CLIENT_ID, CLIENT_SECRET
from tests.in_process import run_main
from tests.simulator.receiver import receiving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.commands.conftest import Run
    from tests.support import Cli, Running

GONE = (
    "error: the simulator that CRONOFY_SIMULATOR_URL names, http://127.0.0.1:1, does not answer\n"
    "hint: unset CRONOFY_SIMULATOR_URL\n"
)
TOMORROW = datetime.now(UTC).date() + timedelta(days=1)


@contextmanager
def simulator_run(cli: Cli, *arguments: str | Path) -> Iterator[Running]:
    """Run `cronofy simulator run` on a free port, and go on when it is there."""
    with cli.start("simulator", "run", "--port", "0", "--json", *arguments) as running:
        running.wait_for("Stop with Ctrl-C.")
        running.wait_until(bool)
        yield running


@pytest.fixture
def edit(cli: Cli, simulator: object, run: Run) -> Run:
    """`cronofy simulator edit … --json`, with a simulator of the test's own."""

    def run_edit(*arguments: str | Path, stdin: bytes = b"", terminal: bool = False) -> object:
        return run("simulator", "edit", *arguments, "--json", stdin=stdin, terminal=terminal)

    return run_edit  # type: ignore[return-value]


def test_a_simulator_in_another_process(cli: Cli) -> None:
    """It announces itself, serves, is edited from outside, and is gone after Ctrl-C."""
    with simulator_run(cli) as running:
        document = json.loads(running.lines[0])
        assert document["control_url"] == f"{document['url']}/simulator"
        assert document["pid"] == running.process.pid

        status = run_main(cli, "simulator", "status", "--json").json
        added = run_main(cli, "simulator", "edit", "add", "Lunch", "--json").json
        listed = run_main(cli, "calendars", "list", "--data-center", "simulator")
        by_address = run_main(
            *(cli, "userinfo", "--json", "--data-center", document["url"]),
            environment={"CRONOFY_ACCESS_TOKEN": document["access_token"]},
        )

        assert status["api_url"] == document["url"]
        assert (added["summary"], added["calendar_id"]) == ("Lunch", HOME)
        assert listed.exit_code == 0
        assert by_address.json["email"] == "janed@company.com"
        assert running.stop() == 130

    assert run_main(cli, "simulator", "status").exit_code == 3


def test_a_second_simulator(cli: Cli) -> None:
    """A second simulator says how to name it. While both run commands ask which; afterwards they reach the first."""
    with simulator_run(cli) as first:
        with simulator_run(cli) as second:
            urls = [json.loads(each.lines[0])["url"] for each in (first, second)]
            unnamed = run_main(cli, "simulator", "status", "--json").exit_code
            between = run_main(cli, "simulator", "status", "--json", "--data-center", urls[1]).json["api_url"]
            second.stop()
        afterwards = run_main(cli, "simulator", "status", "--json").json["api_url"]
        first.stop()

    assert (unnamed, [afterwards, between]) == (2, urls)
    assert f"Others run at {urls[0]}: name the one you mean with --data-center {urls[1]}" in second.errors
    assert run_main(cli, "simulator", "status").exit_code == 3


@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_signals_end_it_in_order(number: int, exit_code: int, cli: Cli) -> None:
    """Any ending signal withdraws the announcement, and the exit code tells which it was."""
    with simulator_run(cli) as running:
        assert running.stop(number) == exit_code
        assert running.errors == ["Stop with Ctrl-C."]

    assert list((cli.data / "simulators").iterdir()) == []


def test_state_survives_a_restart(cli: Cli, tmp_path: Path) -> None:
    """With --state an added event and an open channel are there again in the next run."""
    state = tmp_path / "state.json"
    environment = {"CRONOFY_DATA_CENTER": "simulator"}
    with simulator_run(cli, "--state", state) as running:
        added = run_main(cli, "simulator", "edit", "add", "Kept", "--json").json
        channel = run_main(
            cli, "channels", "create", "--callback-url", "http://127.0.0.1:9/", "--json", environment=environment
        ).json
        running.stop()

    with simulator_run(cli, "--state", state):
        found = run_main(cli, "simulator", "edit", "delete", "Kept", "--json").json
        channels = run_main(cli, "channels", "list", "--json", environment=environment).json

    assert found["event_uid"] == added["event_uid"]
    assert channels == [channel]


def test_a_port_that_is_taken(cli: Cli) -> None:
    """It says which port is in use and how to take another one."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = run_main(cli, "simulator", "run", "--port", port)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"error: port {port} is in use\nhint: cronofy simulator run --port 0\n"


def test_a_place_that_cannot_be_written(cli: Cli, tmp_path: Path) -> None:
    """If it cannot be announced there, it ends with an error that names the place."""
    (tmp_path / "file").write_bytes(b"")

    result = run_main(
        cli, "simulator", "run", "--port", "0", environment={"CRONOFY_DATA_DIR": str(tmp_path / "file" / "data")}
    )

    assert (result.exit_code, result.stdout) == (2, "")
    assert "cannot be written" in result.stderr
    assert "CRONOFY_DATA_DIR" in result.stderr


def test_a_state_that_is_none(cli: Cli, tmp_path: Path) -> None:
    """A file that holds something else is left alone."""
    (tmp_path / "notes.txt").write_bytes(b"my notes")

    result = run_main(cli, "simulator", "run", "--port", "0", "--state", tmp_path / "notes.txt")

    assert result.exit_code == 1
    assert "does not hold a simulator's state" in result.stderr
    assert (tmp_path / "notes.txt").read_bytes() == b"my notes"


def test_settings(cli: Cli, tmp_path: Path) -> None:
    """Page size, further events and client secrets can be chosen; no secret is shown."""
    (tmp_path / "old").write_text("CRN_old\n", encoding="utf-8")
    (tmp_path / "new").write_text("CRN_new\n", encoding="utf-8")
    secrets = ("--client-secret-file", tmp_path / "old", "--client-secret-file", tmp_path / "new")

    with (
        receiving() as receiver,
        simulator_run(cli, "--page-size", "7", "--extra-events", "50", *secrets) as running,
    ):
        environment = {"CRONOFY_DATA_CENTER": "simulator"}
        read = ("events", "read", "--tzid", "Etc/UTC", "--verbose", "--ndjson")
        verbose = run_main(cli, *read, environment=environment)
        run_main(cli, "channels", "create", "--callback-url", receiver.url, environment=environment)
        header = receiver.wait_for(1)[0].headers["Cronofy-HMAC-SHA256"]
        running.stop()
        shown = "\n".join(running.lines + running.errors)

    pages = [line for line in verbose.stderr.splitlines() if line.startswith("> GET ") and "/v1/events" in line]
    assert len(pages) == -(-len(verbose.stdout_bytes.splitlines()) // 7)
    assert header.count(",") == 1
    assert "CRN_" not in shown


def test_an_edit_reaches_the_channels(cli: Cli, wait_until: Callable[[Callable[[], bool]], None]) -> None:
    """An owner's edit and a push arrive at the callback URL, and each attempt is listed."""
    environment = {"CRONOFY_DATA_CENTER": "simulator"}

    def attempts() -> list[list[str]]:
        return [row.split("\t") for row in run_main(cli, "simulator", "deliveries").lines]

    def wait_for(number: int) -> None:
        """Wait until so many attempts have their answer: an application has it sent a moment before it is noted."""
        wait_until(lambda: len(attempts()) == number)

    with receiving() as receiver, simulator_run(cli):
        channel_id = run_main(
            cli, "channels", "create", "--callback-url", receiver.url, "--json", environment=environment
        ).json["channel_id"]
        wait_for(1)
        run_main(cli, "simulator", "edit", "add", "Lunch", "--calendar", "Work")
        wait_for(2)
        pushed = run_main(
            *(cli, "simulator", "push", "smart_invite", "--channel", channel_id, "--field", "reply=yes", "--json")
        )
        invite = receiver.wait_for(1, "smart_invite")[0].notification
        wait_for(3)
        to_all = run_main(cli, "simulator", "push", "profile_disconnected")
        wait_for(4)
        status = run_main(cli, "simulator", "status", "--json").json
        rows = attempts()

    assert pushed.json == {"type": "smart_invite", "channel_ids": [channel_id]}
    assert invite == {"type": "smart_invite", "reply": "yes"}
    assert to_all.stdout == f"{channel_id}\n"
    assert status["channels"] == 1
    assert [row[1] for row in rows] == ["verification", "change", "smart_invite", "profile_disconnected"]
    assert {tuple(row[index] for index in (2, 3, 4, 6)) for row in rows} == {("1", "200", "-", channel_id)}


def test_nobody_to_push_to(cli: Cli, simulator: object) -> None:
    """Without an open channel a push goes nowhere, and says so on stderr."""
    result = run_main(cli, "simulator", "push", "change")

    assert (result.exit_code, result.stdout) == (0, "")
    assert "No channel is open" in result.stderr
    assert run_main(cli, "simulator", "push", "change", "--json").json == {"type": "change", "channel_ids": []}
    assert run_main(cli, "simulator", "deliveries").stdout == ""


def test_a_channel_to_push_to_that_is_none(cli: Cli, simulator: object) -> None:
    """A channel that is not open is named, and where the open ones are listed."""
    result = run_main(cli, "simulator", "push", "change", "--channel", "chn_nowhere")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "there is no open channel 'chn_nowhere'" in result.stderr


@pytest.mark.parametrize("field", ["no-equals", "=value"])
def test_a_field_that_is_none(field: str, cli: Cli) -> None:
    """A further field is a name, an equals sign and a value."""
    result = run_main(cli, "simulator", "push", "change", "--field", field)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"error: --field does not take '{field}'\nhint: write it as --field KEY=VALUE\n"


def test_add_with_everything(edit: Run) -> None:
    """Each option of an added event arrives in it."""
    event = edit(
        *("add", "Sales call", "--calendar", "work", "--start", f"{TOMORROW}T10:00", "--end", f"{TOMORROW}T11:30"),
        *("--tzid", "America/New_York", "--location", "Board room", "--description", "Bring figures"),
    ).json

    start = datetime.fromisoformat(event["start"])
    assert (event["summary"], event["calendar_id"], event["description"]) == ("Sales call", WORK, "Bring figures")
    assert event["location"]["description"] == "Board room"
    assert datetime.fromisoformat(event["end"]) - start == timedelta(minutes=90)
    assert start.astimezone(UTC).hour in {14, 15}


def test_move(edit: Run) -> None:
    """An event moves to a time or by a duration, forth and back, and keeps its length."""
    added = edit("add", "Review", "--start", f"{TOMORROW}T10:00:00Z", "--end", f"{TOMORROW}T10:45:00Z").json
    later = edit("move", "review", "--by", "1d").json
    back = edit("move", added["event_uid"], "--by", "-90m").json
    fixed = edit("move", "Review", "--start", f"{TOMORROW}T08:00", "--tzid", "Etc/UTC").json
    longer = edit("move", "Review", "--end", f"{TOMORROW}T12:00:00Z").json

    day_after = TOMORROW + timedelta(days=1)
    assert [(each["start"], each["end"]) for each in (later, back, fixed, longer)] == [
        (f"{day_after}T10:00:00Z", f"{day_after}T10:45:00Z"),
        (f"{day_after}T08:30:00Z", f"{day_after}T09:15:00Z"),
        (f"{TOMORROW}T08:00:00Z", f"{TOMORROW}T08:45:00Z"),
        (f"{TOMORROW}T08:00:00Z", f"{TOMORROW}T12:00:00Z"),
    ]
    assert {each["event_uid"] for each in (later, back, fixed, longer)} == {added["event_uid"]}


def test_days_keep_the_time_of_day(edit: Run) -> None:
    """A move by days over a change of clocks keeps the hour in the event's zone; one by hours does not."""
    at = ("--start", "2027-03-27T10:00", "--end", "2027-03-27T11:00", "--tzid", "Europe/London")
    edit("add", "Walk", *at)
    edit("add", "Swim", *at)

    by_days, back = edit("move", "Walk", "--by", "1d").json, edit("move", "Walk", "--by", "-1d").json
    by_hours = edit("move", "Swim", "--by", "24h").json

    assert (by_days["start"], by_days["end"]) == ("2027-03-28T09:00:00Z", "2027-03-28T10:00:00Z")
    assert back["start"] == "2027-03-27T10:00:00Z"
    assert by_hours["start"] == "2027-03-28T10:00:00Z"


def test_a_title_in_another_form(edit: Run, run: Run) -> None:
    """A title with an accent is found however it is written, by the simulator and by `why`: it looks the same."""
    edit("add", "Caf\u00e9", "--start", f"{TOMORROW}T10:00:00Z", "--end", f"{TOMORROW}T11:00:00Z")

    moved = edit("move", "cafe\u0301", "--by", "1h")
    explained = run("why", "--event", "cafe\u0301", "--json", "--data-center", "simulator").json

    assert (moved.exit_code, moved.json["summary"]) == (0, "Caf\u00e9")
    assert "event_unknown" not in {cause["code"] for cause in explained["causes"]}


def test_move_an_all_day_event(edit: Run) -> None:
    """An event of whole days moves by whole days."""
    edit("add", "Holiday", "--start", f"{TOMORROW}", "--end", f"{TOMORROW + timedelta(days=2)}")

    moved = edit("move", "Holiday", "--by", "1d").json

    assert (moved["start"], moved["end"]) == (
        f"{TOMORROW + timedelta(days=1)}",
        f"{TOMORROW + timedelta(days=3)}",
    )


def test_delete(edit: Run, run: Run) -> None:
    """A deleted event says so, and cannot be found again."""
    edit("add", "Old stand-up for nobody")

    deleted = edit("delete", "old stand-up for nobody")
    again = edit("delete", "old stand-up for nobody")

    assert deleted.json["deleted"] is True
    assert (again.exit_code, again.error["code"]) == (1, "not_found")


def test_another_event_is_not_deleted_silently(edit: Run, run: Run) -> None:
    """The beginning of a title is asked about at a terminal and refused elsewhere; a move names the event."""
    edit("add", "Zoo with Ada")
    moved = run("simulator", "edit", "move", "Zoo", "--by", "1d")
    assert "title\tZoo with Ada\n" in moved.stdout

    hint = "use the whole title, or the event's uid"
    refused = run("simulator", "edit", "delete", "Zoo")
    assert (refused.exit_code, refused.stdout, refused.stderr) == (
        2,
        "",
        f"error: no event has the title 'Zoo'; the title 'Zoo with Ada' begins so\nhint: {hint}\n",
    )
    said_no = run("simulator", "edit", "delete", "Zoo", stdin=b"n\n", terminal=True)
    assert (said_no.exit_code, "Delete 'Zoo with Ada', " in said_no.stderr) == (2, True)
    assert "nothing was deleted" in said_no.stderr
    said_yes = run("simulator", "edit", "delete", "zoo", stdin=b"y\n", terminal=True)
    assert said_yes.exit_code == 0, said_yes.stderr
    assert "Zoo with Ada" in said_yes.stdout
    assert run("simulator", "edit", "delete", "Zoo").exit_code == 1


def test_the_next_one_of_a_title_is_meant(edit: Run) -> None:
    """Of several events with a title, the first that is still to come is edited."""
    for days in (-3, 2, 9):
        start = TOMORROW + timedelta(days=days)
        edit("add", "Choir", "--start", f"{start}T10:00:00Z", "--end", f"{start}T11:00:00Z")

    assert edit("delete", "Choir").json["start"] == f"{TOMORROW + timedelta(days=2)}T10:00:00Z"


@pytest.mark.parametrize(
    ("arguments", "exit_code", "said"),
    [
        (["move", "Review"], 2, "a new time is needed"),
        (["move", "Review", "--by", "1d", "--start", "2026-11-24"], 2, "a new time is needed"),
        (["move", "Nowhere at all", "--by", "1d"], 1, "the simulator has no event 'Nowhere at all'"),
        (["delete", "evt_nowhere"], 1, "the simulator has no event 'evt_nowhere'"),
        (["add", "Lunch", "--calendar", "Garden"], 1, "calendar"),
        (["add", "Lunch", "--calendar", "Bank Holidays"], 4, "the calendar is read-only"),
        (["add", "Lunch", "--calendar", "Bank Holidays"], 4, "hint: name another one: --calendar Work"),
        (["delete", "Boxing Day"], 4, "hint: choose an event of another calendar"),
        (["add", "Lunch", "--start", "soon"], 1, "start"),
        (["add", "Lunch", "--tzid", "Mars/Olympus"], 1, "tzid: TZID not recognized (errors.tzid_unrecognized)"),
    ],
)
def test_edits_that_cannot_be_made(arguments: list[str], exit_code: int, said: str, edit: Run) -> None:
    """An edit that cannot be meant is refused with a reason."""
    edit("add", "Review")

    result = edit(*arguments)

    assert (result.exit_code, result.stdout) == (exit_code, "")
    assert said in f"{result.error['message']}, hint: {result.error['hint']}"


def test_an_amount_that_is_none(edit: Run) -> None:
    """A distance that no calendar has is refused as wrong usage."""
    edit("add", "Review")

    assert edit("move", "Review", "--by", "9999999999d").exit_code == 2


def test_the_start_says_what_to_set(cli: Cli, tmp_path: Path) -> None:
    """Address, client id and secret, token, account and world are in the ready file too, which goes with the run."""
    ready = tmp_path / "ready.json"
    with simulator_run(cli, "--ready-file", ready) as running:
        document = json.loads(running.lines[0])
        assert json.loads(ready.read_bytes()) == document
        assert (document["client_id"], document["client_secret"]) == (CLIENT_ID, CLIENT_SECRET)
        assert (document["world"], document["sub"]) == ("built-in", ACCOUNT_ID)
        assert document["url"].endswith(f":{document['port']}")
        assert running.stop() == 130
    assert not ready.exists()


def test_a_line_for_each_call_and_delivery(cli: Cli) -> None:
    """Calls and deliveries are printed as they come, what is not simulated is on stderr too; --quiet prints neither."""
    environment = {"CRONOFY_DATA_CENTER": "simulator"}
    with receiving() as receiver, simulator_run(cli) as running:
        run_main(cli, "channels", "create", "--callback-url", receiver.url, environment=environment)
        run_main(cli, "api", "GET", "/v1/resources", environment=environment)
        running.wait_until(lambda lines: any('"verification"' in line for line in lines))
        run_main(cli, "simulator", "push", "gdpr_requested")
        running.wait_until(lambda lines: any("gdpr_requested" in line for line in lines))
        lines = [json.loads(line) for line in running.lines[1:]]
        running.wait_for("not simulated")

    requests = [(one["method"], one["path"], one["status"]) for one in lines if one["kind"] == "request"]
    assert ("POST", "/v1/channels", 200) in requests
    assert ("GET", "/v1/resources", 501) in requests
    assert [one["type"] for one in lines if one["kind"] == "delivery"] == ["verification", "gdpr_requested"]
    with simulator_run(cli, "--quiet") as running:
        run_main(cli, "userinfo", environment=environment)
        running.stop()
        assert len(running.lines) == 1


def test_a_command_beside_a_simulator(cli: Cli) -> None:
    """It finds the simulator in its environment, and its exit code is ours; what cannot be run is exit code 2."""
    program = (
        "import os, urllib.request;"
        "ask = urllib.request.Request(os.environ['CRONOFY_API_URL'] + '/v1/userinfo',"
        " headers={'Authorization': 'Bearer ' + os.environ['CRONOFY_ACCESS_TOKEN']});"
        "print(os.environ['CRONOFY_SUB'] in urllib.request.urlopen(ask).read().decode());"
        "print('CRONOFY_DATA_CENTER' in os.environ);"
        "raise SystemExit(7)"
    )
    found = cli(*("simulator", "exec", "--", sys.executable, "-c", program), environment={"CRONOFY_DATA_CENTER": "uk"})
    assert (found.exit_code, found.stdout) == (7, "True\nFalse\n")

    missing = cli("simulator", "exec", "--", "no-such-program")
    assert missing.exit_code == 2
    assert "no-such-program" in missing.stderr


def test_our_own_commands_beside_a_simulator(cli: Cli, tmp_path: Path) -> None:
    """Inside `simulator exec` they find its simulator and not another one that runs, and nothing of it remains."""
    own = f"{sys.executable} -m cronofy_cli"
    commands = (
        "simulator edit add Lunch --calendar Home",
        "simulator clock --advance 1h",
        "simulator faults add /v1/events --status 503",
        "simulator faults clear",
        "events read --tzid UTC --data-center simulator --ndjson",
        "simulator requests",
        f"simulator world export -o {tmp_path / 'team.toml'}",
        "simulator reset",
        "simulator list",
    )
    script = " && ".join(f"{own} {command}" for command in commands)

    with simulator_run(cli):
        done = cli("simulator", "exec", "--", "sh", "-c", script)
        outside = run_main(cli, "simulator", "requests", "--path", "/v1/events")

    assert done.exit_code == 0, done.stderr
    assert "Lunch" in done.stdout
    assert "Lunch" in (tmp_path / "team.toml").read_text()
    assert outside.stdout == ""


def test_a_simulator_that_the_environment_names(cli: Cli) -> None:
    """One that is gone is named; one that is there is used, though its credentials be unknown or for another place."""
    gone = run_main(cli, "simulator", "reset", environment={"CRONOFY_SIMULATOR_URL": "http://127.0.0.1:1/simulator"})
    assert (gone.exit_code, gone.stderr) == (
        3,
        GONE,
    )
    none = run_main(cli, "simulator", "reset", environment={"CRONOFY_SIMULATOR_URL": "http://127.0.0.1:x"})
    assert none.exit_code == 3
    with simulator_run(cli) as running:
        url = json.loads(running.lines[0])["url"]
        with simulator_run(cli):
            one = {"CRONOFY_SIMULATOR_URL": url, "CRONOFY_ACCESS_TOKEN": "a-real-one"}
            assert run_main(cli, "simulator", "reset", environment=one).exit_code == 0
            elsewhere = one | {"CRONOFY_DATA_DIR": str(cli.folder / "elsewhere")}
            assert run_main(cli, "simulator", "reset", environment=elsewhere).exit_code == 0
            known = run_main(cli, "userinfo", "--data-center", "simulator", environment=one)
            assert known.exit_code == 0, known.stderr


def test_a_command_that_asks_for_more_than_is_simulated(cli: Cli) -> None:
    """Each call that is not simulated is named on stderr, once, and no other is."""
    program = (
        "import os, urllib.error, urllib.request\n"
        "for path in ('/v1/resources', '/v1/resources', '/v1/calendars', '/v1/accessible_calendars'):\n"
        "    try: urllib.request.urlopen(os.environ['CRONOFY_API_URL'] + path)\n"
        "    except urllib.error.HTTPError as error: error.close()\n"
    )

    done = cli("simulator", "exec", "--", sys.executable, "-c", program)

    assert done.stderr.splitlines() == [
        "not simulated: this simulator does not do GET /v1/resources (Resources)",
        "not simulated: this simulator does not do GET /v1/accessible_calendars (Accessible Calendars)",
    ]


def test_what_it_does_and_what_it_chose(cli: Cli) -> None:
    """Every documented call is listed, the simulated ones as such; each choice has a value and a meaning."""
    routes = run_main(cli, "simulator", "routes", "--json").json
    assert {one["simulated"] for one in routes} == {True, False}
    assert any(one["path"] == "/v1/batch" and one["simulated"] for one in routes)
    choices = run_main(cli, "simulator", "routes", "--choices", "--json").json
    assert all(one["meaning"] for one in choices)


@pytest.mark.parametrize("command", [("run",), ("exec", "--", "true")])
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--choice", "page_size=many"), "'page_size' is a whole number from 1 to 100000, not 'many'"),
        (("--choice", "page_size=0"), "'page_size' is a whole number from 1 to 100000, not '0'"),
        (("--choice", "coalesce_window_s=nan"), "'coalesce_window_s' is a number from 0 to 86400, not 'nan'"),
        (("--world", "team.toml"), "'page_size' is a whole number from 1 to 100000, not '-1'"),
    ],
)
def test_values_out_of_range(
    command: tuple[str, ...], options: tuple[str, ...], said: str, cli: Cli, tmp_path: Path
) -> None:
    """What is asked for by an option or a world file is refused at the start, with what it can be."""
    file = tmp_path / "team.toml"
    file.write_text('[choices]\npage_size = -1\n[[accounts]]\nemail = "ada@x.test"\n')
    given = [str(file) if option == "team.toml" else option for option in options]
    refused = run_main(cli, "simulator", command[0], "--port", "0", *given, *command[1:])

    assert refused.exit_code == 2
    assert said in " ".join(refused.stderr.split())


def test_an_export_replaces_no_file(cli: Cli, simulator: object, tmp_path: Path) -> None:
    """One that was edited stays as it is, unless --force says otherwise."""
    path = tmp_path / "team.toml"
    path.write_text("# edited")
    refused = run_main(cli, "simulator", "world", "export", "-o", path)
    assert (refused.exit_code, path.read_text()) == (2, "# edited")
    assert refused.stderr == f"error: '{path}' exists\nhint: add --force to replace it, or name another file\n"
    assert run_main(cli, "simulator", "world", "export", "-o", path, "--force").exit_code == 0
    assert "[[accounts]]" in path.read_text()


def test_reset_requests_and_export(cli: Cli, simulator: object, tmp_path: Path) -> None:
    """The world goes back to what was loaded, its calls are listed, and its file starts another one."""
    environment = {"CRONOFY_DATA_CENTER": "simulator"}
    run_main(cli, "simulator", "edit", "add", "Only for now")
    run_main(cli, "userinfo", environment=environment)
    listed = run_main(cli, "simulator", "requests", "--path", "/v1/userinfo", "--json").json
    assert [one["operation"] for one in listed] == ["userinfo"]
    assert run_main(cli, "simulator", "reset", "--json").json == {"reset": "first"}
    found = run_main(cli, "events", "read", "--tzid", "UTC", "--json", environment=environment)
    assert "Only for now" not in found.stdout
    path = tmp_path / "team.toml"
    assert run_main(cli, "simulator", "world", "export", "-o", path).exit_code == 0
    with simulator_run(cli, "--world", path) as running:
        assert json.loads(running.lines[0])["world"] == str(path)
