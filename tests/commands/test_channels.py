"""`cronofy channels`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.simulator.world.seed import HOME, WORK
from tests.fakes.scripted_server import scripted_server
from tests.in_process import run_main

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.simulator.server import SimulatorServer
    from tests.commands.conftest import Run
    from tests.fakes.scripted_server import ScriptedServer
    from tests.support import Cli, Result

HOOK = "http://127.0.0.1:9/hook?user_id=42"
LONG = "https://example.com/" + "x" * 200


@pytest.fixture
def channels(cli: Cli, simulator: SimulatorServer) -> Callable[..., Result]:
    """`cronofy channels`, with a simulator of the test's own."""
    cli.environment["CRONOFY_DATA_CENTER"] = "simulator"

    def run(*arguments: str, stdin: bytes = b"", terminal: bool = False) -> Result:
        return run_main(cli, "channels", *arguments, stdin=stdin, terminal=terminal)

    return run


def test_a_channels_life(channels: Callable[..., Result]) -> None:
    """It is created, listed, shown and closed; in a pipe a row has all its columns, whole."""
    created = channels("create", "--callback-url", HOOK, "--json")
    channel_id = created.json["channel_id"]

    assert channels("list").stdout == f"{channel_id}\t{HOOK}\tall\tall\tcreated\n"
    assert channels("show", channel_id).stdout == (
        f"channel\t{channel_id}\ncallback url\t{HOOK}\ncalendars\tall\nevents\tall\n"
    )
    assert channels("show", channel_id, "--json").json == created.json
    assert channels("list", "--json").json == [created.json]
    assert channels("close", channel_id).stdout == f"{channel_id}\n"
    assert (channels("list").stdout, channels("list", "--json").stdout) == ("", "[]\n")


def test_calendars_by_name_and_id(channels: Callable[..., Result]) -> None:
    """A channel can be limited to calendars by their names, whatever the case, and their ids."""
    created = channels("create", "--callback-url", HOOK, "--calendar", "work", "--calendar", HOME, "--only-managed")

    assert f"calendars\t{WORK} {HOME}\nevents\tonly managed\n" in created.stdout
    assert channels("list").stdout.endswith(f"\t{WORK} {HOME}\tmanaged\tcreated\n")


@pytest.mark.parametrize("name", ["Garden", ""])
def test_a_calendar_that_is_not_there(name: str, channels: Callable[..., Result]) -> None:
    """A name that no calendar has is refused before a channel is made."""
    result = channels("create", "--callback-url", HOOK, "--calendar", name)

    assert (result.exit_code, result.stderr) == (
        2,
        f"error: no calendar is named '{name}'\nhint: use its id; see: cronofy calendars list\n",
    )
    assert channels("list").stdout == ""


def test_a_channel_that_is_open_already(channels: Callable[..., Result]) -> None:
    """An identical channel is the one that is there, which is said once it is asked for again."""
    first, again = (channels("create", "--callback-url", HOOK) for _ in range(2))
    other = channels("create", "--callback-url", HOOK, "--only-managed")

    assert first.stdout == again.stdout != other.stdout
    assert (first.stderr, other.stderr) == ("", "")
    assert again.stderr == "note: this channel was open already, with the same callback URL and filters\n"
    assert len(channels("list").lines) == 2


def test_scheduling_conversations_are_shown(channels: Callable[..., Result]) -> None:
    """A channel that gets scheduling conversations too says so."""
    channel_id = channels("create", "--callback-url", HOOK, "--scheduling-conversations", "--json").json["channel_id"]

    assert channels("show", channel_id).lines[-1] == "also\tscheduling conversations"


def test_everything_is_sent(cli: Cli, cronofy: ScriptedServer) -> None:
    """Each parameter of the API reaches the server under its own name."""
    cronofy.answer(json={"channel": {"channel_id": "chn_1", "callback_url": LONG}}, only_for="POST /v1/channels")

    result = run_main(
        cli,
        *("channels", "create", "--callback-url", LONG, "--calendar", "cal_1", "--calendar", "cal_2"),
        *("--only-managed", "--scheduling-conversations"),
    )

    assert json.loads(cronofy.requests[0].body) == {
        "callback_url": LONG,
        "filters": {"calendar_ids": ["cal_1", "cal_2"], "only_managed": True},
        "scheduling_conversations": {"enabled": True},
    }
    assert result.stderr == "warning: the callback URL has 220 characters; Cronofy used to allow 128\n"
    assert f"callback url\t{LONG}\n" in result.stdout


def test_nothing_else_is_sent(cli: Cli, cronofy: ScriptedServer) -> None:
    """What was not asked for is left to Cronofy's defaults: no empty filter, no alpha feature."""
    cronofy.answer(json={"channel": {"channel_id": "chn_1", "callback_url": HOOK}})

    run_main(cli, "channels", "create", "--callback-url", HOOK)

    assert json.loads(cronofy.requests[0].body) == {"callback_url": HOOK}


def test_two_calendars_of_one_name(cli: Cli, cronofy: ScriptedServer) -> None:
    """A name that two calendars have is refused: the id tells them apart."""
    calendars = [{"calendar_id": f"cal_{number}", "calendar_name": "Team"} for number in (1, 2)]
    cronofy.answer(json={"calendars": calendars}, only_for="GET /v1/calendars")

    result = run_main(cli, "channels", "create", "--callback-url", HOOK, "--calendar", "TEAM")

    assert (result.exit_code, result.stderr.splitlines()[0]) == (2, "error: 2 calendars are named 'TEAM'")


def test_a_loopback_address_is_refused_without_a_call(cli: Cli) -> None:
    """For a real data center an address that Cronofy cannot reach is refused before anything is sent."""
    with scripted_server() as proxy:
        environment = {"HTTPS_PROXY": proxy.url, "CRONOFY_ACCESS_TOKEN": "tok_1", "CRONOFY_DATA_CENTER": "uk"}
        result = run_main(
            cli, "channels", "create", "--callback-url", "http://localhost:3000/hook", environment=environment
        )

    assert (result.exit_code, result.stderr) == (
        2,
        (
            "error: Cronofy cannot reach localhost from outside this machine or network\n"
            "hint: use a public address, add --force, or try it here: --data-center simulator\n"
        ),
    )


def test_force_takes_a_loopback_address(cli: Cli) -> None:
    """With --force the address is sent all the same, for whoever knows better."""
    with scripted_server() as proxy:
        proxy.answer(403, only_for="CONNECT api-uk.cronofy.com:443")
        environment = {"HTTPS_PROXY": proxy.url, "CRONOFY_ACCESS_TOKEN": "tok_1", "CRONOFY_DATA_CENTER": "uk"}
        result = run_main(
            cli, "channels", "create", "--callback-url", "http://localhost/", "--force", environment=environment
        )

    assert result.exit_code == 3
    assert "the proxy refused the way to api-uk.cronofy.com" in result.stderr


def test_a_refusal_is_shown(channels: Callable[..., Result]) -> None:
    """A 422 shows each field with its description, for people and for programs."""
    arguments = ("create", "--callback-url", HOOK, "--calendar", "cal_unknown")

    people, programs = channels(*arguments), channels(*arguments, "--json")

    assert (people.exit_code, programs.exit_code) == (1, 1)
    assert people.stderr.startswith("error: Cronofy refused the parameters: ")
    assert "calendar_ids" in people.stderr
    assert "\nhint: cronofy calendars list\n" in people.stderr
    assert programs.stdout == ""
    assert programs.error["code"] == "invalid_request"
    [(field, problems)] = programs.error["fields"].items()
    assert "calendar_ids" in field
    assert set(problems[0]) == {"key", "description"}


def test_close_all(channels: Callable[..., Result]) -> None:
    """With --all --yes every open channel is closed, and named."""
    opened = [channels("create", "--callback-url", f"{HOOK}&n={n}", "--json").json["channel_id"] for n in range(3)]

    closed = channels("close", "--all", "--yes", "--json")

    assert sorted(closed.json) == sorted(opened)
    assert channels("list").stdout == ""
    assert channels("close", "--all").stdout == ""


def test_close_all_asks(channels: Callable[..., Result]) -> None:
    """On a terminal it asks; only y or yes is an answer."""
    channel_id = channels("create", "--callback-url", HOOK, "--json").json["channel_id"]

    refused = channels("close", "--all", stdin=b"\n", terminal=True)
    kept = channels("list").stdout
    agreed = channels("close", "--all", stdin=b"y\n", terminal=True)

    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "Close 1 channel? [y/N] " in refused.stderr
    assert "nothing was closed" in refused.stderr
    assert kept.startswith(channel_id)
    assert (agreed.exit_code, agreed.stdout) == (0, f"{channel_id}\n")
    assert channels("list").stdout == ""


@pytest.mark.parametrize(
    ("option", "variable", "terminal"),
    [([], "", False), (["--no-input"], "", True), ([], "1", True)],
    ids=["pipe", "option", "environment"],
)
def test_close_all_with_nobody_to_ask(
    option: list[str], variable: str, terminal: bool, cli: Cli, channels: Callable[..., Result]
) -> None:
    """Where nobody can or may be asked, nothing is closed and the error names --yes."""
    channels("create", "--callback-url", HOOK)
    cli.environment["CRONOFY_NO_INPUT"] = variable

    result = channels("close", "--all", *option, terminal=terminal, stdin=b"y\n")

    assert result.exit_code == 2
    assert "hint:" in result.stderr
    assert "add --yes" in result.stderr
    assert channels("list").stdout != ""


def test_close_of_which_one_fails(channels: Callable[..., Result]) -> None:
    """Those that were closed before one could not be are told, to people and to programs."""
    first, second = (
        channels("create", "--callback-url", f"{HOOK}&n={n}", "--json").json["channel_id"] for n in range(2)
    )

    for_programs = channels("close", first, "chn_nowhere", "--json")
    for_people = channels("close", second, "chn_nowhere")

    assert (for_programs.exit_code, for_programs.json) == (1, [first])
    assert (for_people.exit_code, for_people.stdout) == (1, f"{second}\n")


@pytest.mark.parametrize("arguments", [[], ["chn_1", "--all"]])
def test_close_wants_to_know_which(arguments: list[str], channels: Callable[..., Result]) -> None:
    """Neither none nor both of ids and --all."""
    result = channels("close", *arguments)

    assert (result.exit_code, result.stderr.splitlines()[0]) == (2, "error: no channel is named")


@pytest.mark.parametrize("verb", ["show", "close"])
def test_a_channel_that_is_not_there(verb: str, run_at_simulator: Run) -> None:
    """An id that is unknown is exit code 1 and points to the list."""
    result = run_at_simulator("channels", verb, "chn_nowhere/../x")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "there is no open channel 'chn_nowhere/../x'" in result.stderr
    assert "hint: cronofy channels list" in result.stderr


def test_no_channels_on_a_terminal(channels: Callable[..., Result]) -> None:
    """For people an empty list says how to get one; it is a remark, not data."""
    result = channels("list", terminal=True)

    assert (result.exit_code, result.stdout) == (0, "")
    assert "cronofy listen" in result.stderr
