"""Many processes at once with one token that is no longer accepted: none of them may lose the sign-in."""

from __future__ import annotations

import json
import subprocess
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.simulator.world.settings import CLIENT_ID, CLIENT_SECRET, SimulatorSettings
from tests.auth.simulated import log_in, secrets_in, simulated, status_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support import Cli


@pytest.mark.parametrize(
    ("processes", "is_known_here"), [(20, True), (6, False)], ids=["its end is known", "it is only refused"]
)
def test_processes_share_one_refresh(cli: Cli, tmp_path: Path, processes: int, is_known_here: bool) -> None:
    """All succeed, the refresh token was rotated once, and the one that is kept is the one that works."""
    ahead = [timedelta()]
    cli.environment["CRONOFY_CONFIG_DIR"] = str(tmp_path / "config")
    settings = SimulatorSettings(port=0, rotate_refresh_tokens=True)
    with simulated(cli, settings, clock=lambda: datetime.now(UTC) + ahead[0]) as simulator:
        assert log_in(cli, "--insecure-storage").exit_code == 0
        before = secrets_in(cli)
        ahead[0] = timedelta(hours=2)
        if is_known_here:
            _end_token(tmp_path / "config" / "secrets" / "context-simulator.json")

        assert _exit_codes_of_many(cli, processes) == [0] * processes

        after = secrets_in(cli)
        assert after["refresh_token"] != before["refresh_token"]
        assert status_of(f"{simulator.url}/simulator")[1]["authorizations"] == 1
        assert _refresh(simulator.url, before["refresh_token"]) == (400, {"error": "invalid_grant"})
        assert cli("auth", "refresh").exit_code == 0
        assert secrets_in(cli)["refresh_token"] not in {before["refresh_token"], after["refresh_token"]}


def _exit_codes_of_many(cli: Cli, number: int) -> list[int]:
    with ExitStack() as stack:
        processes = [
            stack.enter_context(
                subprocess.Popen(
                    cli.command("calendars", "list"),
                    env=cli.environment,
                    cwd=cli.folder,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            )
            for _ in range(number)
        ]
    return [process.returncode for process in processes]


def _end_token(path: Path) -> None:
    secrets = json.loads(path.read_bytes()) | {"expires_at": "2026-01-01T00:00:00Z"}
    path.write_text(json.dumps(secrets), encoding="utf-8")


def _refresh(url: str, refresh_token: str) -> tuple[int, dict[str, object]]:
    application: dict[str, object] = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    wish = application | {"grant_type": "refresh_token", "refresh_token": refresh_token}
    return status_of(f"{url}/oauth/token", wish)
