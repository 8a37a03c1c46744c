"""Which ngrok agent is taken, and what is none."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.tunnels.ngrok.agents import checked_agent, find_agent, installed_path, is_pyngrok_shim
from cronofy_cli.adapters.tunnels.ngrok.tunnel import status
from cronofy_cli.errors import Unreachable
from tests.fakes.ngrok_setup import FAKES

if TYPE_CHECKING:
    from tests.adapters.tunnels.support import Machine

HOW_TO_INSTALL = "cronofy tunnel install, or install it with brew, apt, choco or winget"
AGENT = '#!/bin/sh\necho "ngrok version 3.39.10"\n'


def program(path: Path, text: str = AGENT) -> Path:
    """Write a program that can be run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o700)
    return path


def found(machine: Machine, named: Path | None = None, **environment: str) -> Path:
    """Return the agent that is taken; pyngrok's variable may name one."""
    if named is not None:
        environment["PYNGROK_NGROK_PATH"] = str(named)
    variables = {"PATH": "/usr/bin:/bin", "HOME": str(machine.home), **environment}
    return find_agent(variables, machine.data_folder).path


def test_pyngroks_shim_is_passed_over(machine: Machine) -> None:
    """The `ngrok` that pyngrok brings is the first on the PATH, and the agent behind it is taken."""
    shim = Path(sys.executable).with_name("ngrok")

    assert shim.exists()
    assert is_pyngrok_shim(shim)
    assert found(machine, PATH=os.environ["PATH"]) == FAKES / "ngrok"


def test_the_order(machine: Machine, tmp_path: Path) -> None:
    """The agent that pyngrok's variable names comes first, then the PATH, our own folder, and ngrok's."""
    theirs = program(machine.home / ".config" / "ngrok" / "ngrok")
    assert found(machine) == theirs
    ours = program(installed_path(machine.data_folder))
    assert found(machine) == ours
    on_path = program(tmp_path / "bin" / "ngrok")
    path = f"{on_path.parent}:/usr/bin:/bin"
    assert found(machine, PATH=path) == on_path
    named = program(tmp_path / "named")
    assert found(machine, named, PATH=path) == named
    shutil.rmtree(machine.data_folder)


def test_none_is_installed(machine: Machine) -> None:
    """Without an agent the error says how to get one, and nothing is downloaded."""
    with pytest.raises(Unreachable, match="no ngrok agent is installed") as caught:
        found(machine)

    assert caught.value.hint == HOW_TO_INSTALL
    assert list(machine.home.rglob("ngrok")) == [machine.home / ".config" / "ngrok"]


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("#!/bin/sh\necho hello\n", "PATH is not an ngrok agent: it does not tell its version", HOW_TO_INSTALL),
        ("#!/nowhere/sh\n", "the ngrok agent PATH does not run: No such file or directory", HOW_TO_INSTALL),
        (
            "#!/bin/sh\necho ngrok version 2.3.41\n",
            "the ngrok agent PATH is version 2.3.41; version 3 is needed",
            "ngrok update, or: cronofy tunnel install",
        ),
    ],
    ids=["other", "broken", "old"],
)
def test_programs_that_cannot_be_used(machine: Machine, tmp_path: Path, text: str, message: str, hint: str) -> None:
    """A program that is no agent, or cannot be run, or is too old is named with what is wrong, and what to do."""
    path = program(tmp_path / "ngrok", text)
    with pytest.raises(Unreachable) as caught:
        found(machine, path)

    assert (caught.value.message, caught.value.hint) == (message.replace("PATH", str(path)), hint)


@pytest.mark.parametrize(
    ("version", "has_endpoints"), [("3.0.0", False), ("3.29.9", False), ("3.30.0", True), ("4.0.0", True)]
)
@pytest.mark.usefixtures("machine")
def test_versions(version: str, has_endpoints: bool, tmp_path: Path) -> None:
    """Every agent of version 3 will do; its local API knows endpoints from 3.30 on."""
    agent = checked_agent(program(tmp_path / "ngrok", f"#!/bin/sh\necho ngrok version {version} >&2\n"), {})

    assert (agent.version_text, agent.has_endpoints) == (version, has_endpoints)


def test_a_program_that_hangs(machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that does not tell its version in time is given up."""
    monkeypatch.setattr("cronofy_cli.adapters.tunnels.ngrok.agents.VERSION_LIMIT_S", 0.2)
    with pytest.raises(Unreachable, match="no answer within"):
        found(machine, program(tmp_path / "ngrok", "#!/bin/sh\nexec sleep 60\n"))


def test_the_version_is_asked_without_our_secrets(machine: Machine, tmp_path: Path) -> None:
    """The agent learns none of our secrets from its environment."""
    agent = program(tmp_path / "ngrok", f'{AGENT}env > "$HOME/seen"\n')

    found(machine, agent, CRONOFY_ACCESS_TOKEN="secret", NGROK_AUTHTOKEN="secret")

    assert "secret" not in (machine.home / "seen").read_text()


def test_status(machine: Machine) -> None:
    """The status tells which agent and whose authtoken would be used, not the token."""
    machine.set(NGROK_AUTHTOKEN="2from_the_environment_0123456789")
    expected = f"agent 3.39.10 at {FAKES / 'ngrok'}, "

    stored, variable = status(machine.settings()), status(machine.settings(token=None))
    assert (stored.is_usable, stored.detail) == (True, f"{expected}authtoken from cronofy tunnel token")
    assert (variable.is_usable, variable.detail) == (True, f"{expected}authtoken from NGROK_AUTHTOKEN")


def test_status_without_a_token(machine: Machine) -> None:
    """An agent without a token is not enough."""
    missing = status(machine.settings(token=None))

    assert not missing.is_usable
    assert missing.detail.endswith("but no authtoken")
    assert "cronofy tunnel token" in (missing.hint or "")
