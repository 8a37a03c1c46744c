"""`cronofy doctor`, from the command line to what is written, with a simulator and real servers."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Any, Protocol
from unittest.mock import patch

import pytest
from typer.main import get_command

from cronofy_cli.cli.context import AppContext
from cronofy_cli.commands.doctor import app
from cronofy_cli.errors import WrongUsage
from tests.adapters.callback_probe.tls_servers import (
    Authorities,
    make_authorities,
    serving,
)
from tests.in_process import Stream
from tests.ports import free_port
from tests.support import Result

if TYPE_CHECKING:
    from pathlib import Path

    from cronofy_cli.simulator.server import SimulatorServer
    from tests.support import Cli

WITHOUT_ACCOUNT = ["token", "clock", "profiles", "initial_sync", "channels"]
LOCAL = ["python", "dependencies", "settings", "private_files", "keyring", "signed_in", "client_secrets"]
ONLINE = ["token", "data_center", "clock", "profiles", "initial_sync", "channels"]


class Doctor(Protocol):
    """Runs the command to its end."""

    def __call__(self, *arguments: str, terminal: bool = False) -> Result: ...


@pytest.fixture
def doctor(cli: Cli) -> Doctor:
    """The command in this process, without a keyring."""
    cli.environment["CRONOFY_NO_KEYRING"] = "1"

    def run(*arguments: str, terminal: bool = False) -> Result:
        out, err = Stream(is_terminal=terminal), Stream(is_terminal=terminal)
        context = AppContext(cli.environment, Stream(), out, err)
        command = get_command(app)
        with patch.dict(os.environ, cli.environment, clear=True), context.resources:
            code = command.main(args=list(arguments), prog_name="doctor", standalone_mode=False, obj=context)
        return Result(code or 0, out.text, err.text, out.content)

    return run


def states(result: Result) -> dict[str, str]:
    """Return the state of each check by its name."""
    return {each["check"]: each["state"] for each in result.json}


def only(result: Result, name: str) -> dict[str, Any]:
    """Return the one check of that name."""
    (found,) = [each for each in result.json if each["check"] == name]
    return dict(found)


def test_at_a_simulator_all_is_well(doctor: Doctor, simulator: SimulatorServer) -> None:
    """Signed in to a simulator nothing fails, the order is fixed, and the exit code is 0."""
    result = doctor("--data-center", "simulator", "--json")

    assert [each["check"] for each in result.json] == [*LOCAL, *ONLINE]
    assert set(states(result).values()) <= {"ok", "skipped"}
    assert result.exit_code == 0
    assert only(result, "data_center")["evidence"] == {
        "data_center": "simulator",
        "api_url": simulator.url,
        "origin": "--data-center",
    }


def test_the_callback_urls_of_its_channels_are_checked(doctor: Doctor, cli: Cli, simulator: SimulatorServer) -> None:
    """A channel's callback URL is probed, and one that takes anybody's notifications fails the command."""
    with serving(None, 200, 200, 200) as (url, server):
        created = cli("channels", "create", "--data-center", "simulator", "--callback-url", url)
        server.wait_for_requests(1)
        result = doctor("--data-center", "simulator", "--json")

    assert created.exit_code == 0
    assert only(result, "channels")["finding"] == "1 of 128 open, 1 opened by this machine"
    assert only(result, "callback_signature")["code"] == "accepts_wrong_signature"
    assert only(result, "callback_signature")["subject"] == url
    assert result.exit_code == 1


def test_without_an_account(doctor: Doctor) -> None:
    """What is on this machine is checked all the same; the rest is skipped and says why."""
    result = doctor("--json")

    found = states(result)
    assert list(found) == [*LOCAL, *WITHOUT_ACCOUNT]
    assert {found[name] for name in WITHOUT_ACCOUNT} == {"skipped"}
    assert {each["finding"] for each in result.json if each["check"] in WITHOUT_ACCOUNT} == {"not signed in"}
    assert (found["python"], found["signed_in"], result.exit_code) == ("ok", "failed", 1)


def test_no_simulator_runs(doctor: Doctor) -> None:
    """A data center that is not there fails its own check with the command that starts it."""
    result = doctor("--data-center", "simulator", "--json")

    assert only(result, "data_center")["hint"].endswith("cronofy simulator run")
    assert states(result)["channels"] == "skipped"


def test_broken_settings(doctor: Doctor, cli: Cli) -> None:
    """Settings that cannot be read fail one check; the installation is checked all the same."""
    cli.environment["CRONOFY_CONFIG_DIR"] = str(cli.folder)
    (cli.folder / "config.toml").write_text("data_center = ")

    result = doctor("--json")

    assert only(result, "settings")["code"] == "settings_unreadable"
    assert (states(result)["python"], states(result)["channels"], result.exit_code) == ("ok", "skipped", 1)


def test_no_secret_is_shown(doctor: Doctor, cli: Cli) -> None:
    """Neither the token nor a client secret appears anywhere, with --verbose neither."""
    secrets = {"CRONOFY_ACCESS_TOKEN": "tok_secret_one", "CRONOFY_CLIENT_SECRET": "CRN_secret_two"}
    cli.environment |= secrets | {"CRONOFY_DATA_CENTER": f"http://127.0.0.1:{free_port()}"}

    result = doctor("--json", "--verbose")

    assert only(result, "client_secrets")["state"] == "ok"
    assert not [value for value in secrets.values() if value in result.stdout + result.stderr]
    assert "GET http://127.0.0.1" in result.stderr


def test_fix(doctor: Doctor, cli: Cli) -> None:
    """--fix makes the tool's files private again and says what it did."""
    cli.data.mkdir()
    file = cli.data / "deliveries.db"
    file.touch()
    file.chmod(0o644)

    before = only(doctor("--json"), "private_files")
    fixed = doctor("--fix", "--json").json

    assert (before["state"], before["hint"]) == ("warning", "cronofy doctor --fix")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [(each["subject"], each["finding"]) for each in fixed if "changed" in each["finding"]] == [
        (str(file), "mode changed from 0644 to 0600")
    ]


@pytest.mark.parametrize(
    ("make", "cause"),
    [
        (Authorities.incomplete_chain, "certificate_chain_incomplete"),
        (Authorities.expired, "certificate_expired"),
        (Authorities.wrong_host, "certificate_wrong_host"),
        (Authorities.self_signed, "certificate_self_signed"),
        (Authorities.old_protocol, "tls_too_old"),
    ],
)
def test_one_url_with_a_fault(make: Any, cause: str, doctor: Doctor, cli: Cli, tmp_path: Path) -> None:
    """--url looks at one address, needs no account, and names the fault."""
    authorities = make_authorities(tmp_path)
    cli.environment["SSL_CERT_FILE"] = str(authorities.root_file)

    with serving(make(authorities)) as (url, _):
        result = doctor("--url", url, "--json")

    assert only(result, "callback_tls")["code"] == cause
    assert result.exit_code == 1


def test_one_url_without_a_fault(doctor: Doctor, cli: Cli, tmp_path: Path) -> None:
    """A healthy handler on this machine only gets the warning that Cronofy cannot reach it; the exit code is 0."""
    authorities = make_authorities(tmp_path)
    cli.environment["SSL_CERT_FILE"] = str(authorities.root_file)

    with serving(authorities.valid(), 401, 401) as (url, _):
        result = doctor("--url", url, "--json")

    assert states(result) == {
        "callback_reachable": "warning",
        "callback_tls": "ok",
        "callback_response": "ok",
        "callback_signature": "ok",
    }
    assert result.exit_code == 0


def test_a_signed_notification_only_if_asked(doctor: Doctor, cli: Cli) -> None:
    """--signed posts a verification with the right signature too, and needs a client secret for it."""
    with serving(None) as (url, server):
        with pytest.raises(WrongUsage, match="needs a client secret"):
            doctor("--url", url, "--signed")
        cli.environment["CRONOFY_CLIENT_SECRET"] = "CRN_1"
        for status in (401, 401, 200):
            server.answer(status)
        result = doctor("--url", url, "--signed", "--json")

    assert states(result)["callback_signed"] == "ok"


@pytest.mark.parametrize("arguments", [("--url", "example.com"), ("--url", "https://example.com", "--fix")])
def test_wrong_usage(arguments: tuple[str, ...], doctor: Doctor) -> None:
    """What cannot be an address, or contradicts itself, is refused before anything is looked at."""
    with pytest.raises(WrongUsage):
        doctor(*arguments)


def test_for_people(doctor: Doctor, cli: Cli) -> None:
    """A line for each check; below one that needs attention what it means and how to fix it; the sums on stderr."""
    cli.environment["NO_COLOR"] = "1"
    port = free_port()

    result = doctor("--url", f"https://localhost:{port}/hook", terminal=True)

    url = f"https://localhost:{port}/hook"
    never_arrives = "Cronofy cannot deliver, and closes the channel after 24 hours of failures"
    margin, fix = " " * 23, "start the server, or correct the port"
    lines = [" ".join(part.split()) for part in result.stdout.replace(f"\n{margin}", " ").splitlines()]
    assert lines == [
        f"✗ callback reachable {url}: nothing listens on port {port} of localhost {never_arrives} fix: {fix}",
        f"- callback response {url}: Cronofy does not get as far as the handler",
    ]
    assert all(len(line) <= 100 for line in result.lines)
    assert result.stderr == "1 failed, 1 skipped\n"


def test_in_a_pipe(doctor: Doctor) -> None:
    """State, check, subject, code, finding, meaning and hint, tab-separated, nothing cut."""
    port = free_port()

    result = doctor("--url", f"http://localhost:{port}/")

    assert result.lines[0].split("\t") == [
        "failed",
        "callback_reachable",
        f"http://localhost:{port}/",
        "connection_refused",
        f"nothing listens on port {port} of localhost",
        "Cronofy cannot deliver, and closes the channel after 24 hours of failures",
        "start the server, or correct the port",
    ]
    assert result.stderr == ""


def test_as_lines_of_json(doctor: Doctor) -> None:
    """--ndjson writes one check a line."""
    result = doctor("--url", f"http://localhost:{free_port()}/", "--ndjson")

    assert [line.startswith('{"check":"callback_') for line in result.lines] == [True, True]
