"""`cronofy profiles`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.in_process import run_main

if TYPE_CHECKING:
    from tests.commands.conftest import Run
    from tests.fakes.scripted_server import ScriptedServer
    from tests.support import Cli


def test_in_a_pipe(run_at_simulator: Run) -> None:
    """A row a profile: id, name, provider, state, where to reconnect."""
    assert run_at_simulator("profiles", "list").stdout == (
        "pro_Xk3vQ2mZ7yHnT4pB\tjaned@company.com\tgsuite\tconnected\t-\n"
        "pro_Pw8rT5nC2bLfJ6kD\tjane.doe@icloud.com\ticloud\tconnected\t-\n"
    )


def test_a_disconnected_profile(cli: Cli, cronofy: ScriptedServer) -> None:
    """A profile that was disconnected shows where its user reconnects it."""
    profile = {
        "profile_id": "pro_1",
        "profile_name": "jane",
        "provider_name": "exchange",
        "profile_connected": False,
        "profile_relink_url": "https://app.cronofy.com/relink/1",
    }
    cronofy.answer(json={"profiles": [profile]}, only_for="GET /v1/profiles")

    assert run_main(cli, "profiles", "list").stdout == (
        "pro_1\tjane\texchange\tdisconnected\thttps://app.cronofy.com/relink/1\n"
    )


def test_no_profiles(cli: Cli, cronofy: ScriptedServer) -> None:
    """No profile is an empty document."""
    cronofy.answer(json={"profiles": []})

    assert run_main(cli, "profiles", "list", "--json").stdout == "[]\n"
