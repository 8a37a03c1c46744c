"""The notice of a newer version: once a day, at a terminal, never in the way."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli import __version__
from cronofy_cli.adapters.updates import Known, Updates, look
from cronofy_cli.core.versions import is_newer
from tests.in_process import run_main
from tests.outbound.app import answer_of, running_app

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.support import Cli, Result

NOTICE = f"\nA newer version of cronofy is there: {__version__} -> 99.1\nhint: "
OTHER = b'{"info": {"version": "99.2"}}'
COMMAND = ("help", "exit-codes")


def known(cli: Cli) -> dict[str, Any]:
    """Return what is kept."""
    found: dict[str, Any] = json.loads((cli.data / "update.json").read_text())
    return found


def keep(cli: Cli, newest: str, *, looked_at: float) -> None:
    """Keep what a look has found."""
    cli.data.mkdir(exist_ok=True)
    (cli.data / "update.json").write_text(json.dumps({"looked_at": looked_at, "newest": newest, "said": False}))


def run(cli: Cli, *arguments: str, environment: Mapping[str, str] | None = None, terminal: bool = True) -> Result:
    """Run a command for a user who has not switched the notice off."""
    settings = {"CRONOFY_NO_UPDATE_NOTICE": "", "HTTPS_PROXY": "http://127.0.0.1:9", **(environment or {})}
    return run_main(cli, *(arguments or COMMAND), environment=settings, terminal=terminal)


def test_a_newer_version_is_said_once(cli: Cli) -> None:
    """The first command after a look names it and how to get it; the next ones are silent."""
    keep(cli, "99.1", looked_at=time.time())

    first, second = run(cli), run(cli)

    assert NOTICE in first.stderr
    assert "cronofy-cli" in first.stderr.splitlines()[-1]
    assert (first.exit_code, second.stderr) == (0, "")


@pytest.mark.parametrize("newest", [__version__, "0.0.1", "", "nonsense", "99.1.dev1+x"])
def test_what_is_not_newer_is_not_said(newest: str, cli: Cli) -> None:
    """Nor is what is no version of a release."""
    keep(cli, newest, looked_at=time.time())

    assert run(cli).stderr == ""


@pytest.mark.parametrize(
    ("arguments", "environment", "terminal"),
    [
        ((), {}, False),
        ((), {"CI": "true"}, True),
        ((), {"BUILD_NUMBER": "7"}, True),
        ((), {"RUN_ID": "7"}, True),
        ((), {"CRONOFY_NO_UPDATE_NOTICE": "1"}, True),
        ((*COMMAND, "--json"), {}, True),
    ],
    ids=["pipe", "CI", "Jenkins", "TaskCluster", "switched off", "JSON"],
)
def test_where_nothing_is_said_or_asked(
    arguments: tuple[str, ...], environment: dict[str, str], terminal: bool, cli: Cli
) -> None:
    """Without a terminal, in CI, switched off, and for programs: no notice, and no look."""
    keep(cli, "99.1", looked_at=0)

    assert run(cli, *arguments, environment=environment, terminal=terminal).stderr == ""
    assert known(cli)["looked_at"] == 0


def test_a_look_of_a_new_day(cli: Cli, wait_until: Callable[[Callable[[], bool]], None]) -> None:
    """A command at a terminal starts one look a day, in a process of its own, which asks the index."""
    with running_app() as proxy:
        for _ in range(3):
            run(cli, environment={"HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}"})
        proxy.await_received(1)
        assert [received.line for received in proxy.received] == [b"CONNECT pypi.org:443 HTTP/1.1"]
    assert known(cli)["looked_at"] > 0


def test_what_a_look_finds(tmp_path: Path) -> None:
    """The newest version is kept; an index that fails or answers nonsense changes nothing."""
    file = tmp_path / "update.json"
    with running_app() as index:
        for body, status in ((b'{"info": {"version": "99.1"}}', 200), (b"nonsense", 200), (b"{}", 200), (OTHER, 503)):
            index.answer = lambda _, status=status, body=body: answer_of(status, body)  # type: ignore[misc]
            look(file, f"http://127.0.0.1:{index.port}/pypi/cronofy-cli/json")
            assert json.loads(file.read_text())["newest"] == "99.1"
    look(file, f"http://127.0.0.1:{index.port}/")


def test_a_file_that_is_broken(cli: Cli) -> None:
    """It is as if nothing was known."""
    cli.data.mkdir()
    (cli.data / "update.json").write_text("{")

    assert run(cli).stderr == ""
    assert known(cli)["newest"] == Known().newest


@pytest.mark.parametrize(
    ("prefix", "command"),
    [
        ("/home/ann/.local/share/pipx/venvs/cronofy-cli", "pipx upgrade cronofy-cli"),
        ("/home/ann/.local/share/uv/tools/cronofy-cli", "uv tool upgrade cronofy-cli"),
        ("/home/ann/.cache/uv/archive-v0/x", "uvx cronofy-cli@latest"),
        ("/home/ann/project/.venv", "pip install --upgrade cronofy-cli"),
    ],
)
def test_how_to_get_it(prefix: str, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command is that of whatever this one was installed with."""
    monkeypatch.setattr(sys, "prefix", prefix)
    (tmp_path / "update.json").write_text(json.dumps({"looked_at": 0, "newest": "99.1"}))

    notice = Updates({"CRONOFY_DATA_DIR": str(tmp_path)}).notice()

    assert notice == f"A newer version of cronofy is there: {__version__} -> 99.1\nhint: {command}"


@pytest.mark.parametrize(
    ("version", "than", "newer"),
    [
        ("1.0.0", "1.0.0rc1", True),
        ("1.0.0rc2", "1.0.0rc1", True),
        ("1.0.0rc1", "1.0.0b9", True),
        ("1.10", "1.9.9", True),
        ("1.0", "1.0.0", False),
        ("1.0.0rc1", "1.0.0", False),
        ("0.9", "1.0.0rc1", False),
        ("x", "1.0", False),
    ],
)
def test_which_version_is_newer(version: str, than: str, newer: bool) -> None:
    """Numbers count as numbers, and what comes before a release is older than it."""
    assert is_newer(version, than) is newer
