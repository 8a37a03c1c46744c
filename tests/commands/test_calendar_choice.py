"""Settings that stand in for options: calendars, and what `listen` takes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pexpect
import pytest

from cronofy_cli.adapters.paths import user_file
from cronofy_cli.adapters.settings.keys import Key
from cronofy_cli.adapters.settings.writing import save_context, set_value
from cronofy_cli.core.accounts.contexts import Context
from tests.in_process import run_main
from tests.ports import free_port
from tests.scripts.listening import listening, open_channels

if TYPE_CHECKING:
    from pathlib import Path

    from cronofy_cli.simulator.server import SimulatorServer
    from tests.commands.conftest import Run
    from tests.fakes.scripted_server import ScriptedServer
    from tests.support import Cli

CALENDARS = {
    "calendars": [
        {"calendar_id": "cal_1", "calendar_name": "Work"},
        {"calendar_id": "cal_2", "calendar_name": "Home"},
    ]
}
LIMIT_S = 300
NOTHING = {"pages": {"current": 1, "total": 1}, "events": [], "free_busy": []}


@pytest.fixture
def home(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """A user whose settings are in a folder of the test's."""
    monkeypatch.chdir(tmp_path)
    cli.environment["CRONOFY_CONFIG_DIR"] = str(tmp_path / "config")
    return cli


@pytest.mark.parametrize("command", [("events", "read"), ("free-busy", "read")], ids=" ".join)
def test_calendars_of_the_settings_are_read(
    home: Cli, cronofy: ScriptedServer, run: Run, command: tuple[str, ...]
) -> None:
    """Without --calendar the settings' calendars count, by name or id; with it they do not."""
    set_value(user_file(home.environment), Key.CALENDARS, ("work", "cal_9"))
    cronofy.answer(json=CALENDARS, only_for="GET /v1/calendars")
    cronofy.answer(json=NOTHING)
    cronofy.answer(json=NOTHING)

    read = (*command, "--tzid", "Etc/UTC")
    assert [run(*read).exit_code, run(*read, "--calendar", "cal_2").exit_code] == [0, 0]

    by_settings, by_option = (cronofy.requests[number].target for number in (1, 2))
    assert by_settings.endswith("calendar_ids[]=cal_1&calendar_ids[]=cal_9")
    assert by_option.endswith("calendar_ids[]=cal_2")


def test_a_channel_for_the_calendars_of_the_settings(home: Cli, cronofy: ScriptedServer, run: Run) -> None:
    """A channel is created with the settings' calendars as its filter."""
    set_value(user_file(home.environment), Key.CALENDARS, ("cal_1",))
    cronofy.answer(json={"channel": {"channel_id": "chn_1", "callback_url": "http://h/", "filters": {}}})

    assert run("channels", "create", "--callback-url", "https://example.com/hook").exit_code == 0

    assert json.loads(cronofy.requests[0].body)["filters"] == {"calendar_ids": ["cal_1"]}


def test_calendars_of_a_context_are_its_own_accounts(home: Cli, cronofy: ScriptedServer, run: Run) -> None:
    """At another data center than the context's its calendars are not asked for; at its own they are."""
    path = user_file(home.environment)
    save_context(path, Context("acme", data_center=cronofy.url, calendar_ids=("cal_1",)))
    save_context(path, Context("other", data_center="uk", calendar_ids=("cal_2",)))
    cronofy.answer(json=NOTHING)
    cronofy.answer(json=NOTHING)

    for context in ("acme", "other"):
        assert run("events", "read", "--tzid", "Etc/UTC", "--context", context).exit_code == 0

    assert ["calendar_ids" in request.target for request in cronofy.requests] == [True, False]


def test_listen_takes_its_port_and_calendars_from_the_settings(home: Cli, simulator: SimulatorServer) -> None:
    """The settings' port and calendars are those of `listen` without options, and options come before them."""
    path, ports = user_file(home.environment), (free_port(), free_port())
    set_value(path, Key.PORT, ports[0])
    set_value(path, Key.CALENDARS, ("Work",))
    filters = []
    for port, options in zip(ports, [(), ("--port", str(ports[1]), "--calendar", "Home")], strict=True):
        with listening(home, *options) as run:
            assert run.port == port
            filters += [channel["filters"]["calendar_ids"] for channel in open_channels(home)]
            run.running.stop()

    assert [len(calendar_ids) for calendar_ids in filters] == [1, 1]
    assert filters[0] != filters[1]


@pytest.mark.parametrize(("setting", "is_full"), [(None, False), ("full", True)])
def test_listen_prints_as_the_settings_say(
    home: Cli, simulator: SimulatorServer, setting: str | None, is_full: bool
) -> None:
    """On a terminal the setting counts."""
    if setting is not None:
        set_value(user_file(home.environment), Key.PRINT, setting)
    program, *arguments = home.command("listen", "--data-center", "simulator", "--no-read-events", "--count", "1")
    terminal = pexpect.spawn(
        program, arguments, env=home.environment, cwd=str(home.folder), encoding="utf-8", timeout=LIMIT_S
    )
    terminal.expect_exact("Ready.")
    run_main(home, "simulator", "push", "gdpr_requested")
    terminal.expect(pexpect.EOF)
    terminal.wait()

    assert terminal.exitstatus == 0
    assert "gdpr_requested" in terminal.before
    assert ("Cronofy-HMAC-SHA256" in terminal.before) is is_full


def test_in_a_pipe_it_is_json_as_ever(home: Cli, simulator: SimulatorServer) -> None:
    """A setting for people does not break scripts."""
    set_value(user_file(home.environment), Key.PRINT, "full")

    with listening(home) as run:
        assert run.running.lines[0].startswith('{"kind":"ready"')


def test_a_calendar_by_its_name_in_another_form(home: Cli, cronofy: ScriptedServer) -> None:
    """A name with an accent is found however it is written: macOS writes the accent as a character of its own."""
    cronofy.answer(json={"calendars": [{"calendar_id": "cal_1", "calendar_name": "Caf\u00e9"}]})
    cronofy.answer(json=NOTHING)

    result = run_main(home, "events", "read", "--tzid", "Etc/UTC", "--calendar", "cafe\u0301")

    assert result.exit_code == 0, result.stderr
    assert "calendar_ids[]=cal_1" in cronofy.requests[-1].target


def test_a_calendar_with_a_typo(home: Cli, cronofy: ScriptedServer, run: Run) -> None:
    """A calendar's misspelt name is answered with the nearest one; a name that is like none gets no suggestion."""
    for _ in range(2):
        cronofy.answer(json={"calendars": [{"calendar_id": "cal_1", "calendar_name": "Work"}]})

    near, far = (run("events", "read", "--tzid", "Etc/UTC", "--calendar", name) for name in ("Wrok", "Garden"))

    assert near.stderr.splitlines()[0] == "error: no calendar is named 'Wrok'; did you mean 'Work'?"
    assert far.stderr.splitlines()[0] == "error: no calendar is named 'Garden'"
