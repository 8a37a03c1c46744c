"""Which ngrok agent is taken, and what is none."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.tunnels.ngrok.agents import find_agent, installed_path, is_pyngrok_shim
from cronofy_cli.adapters.tunnels.ngrok.tunnel import status
from cronofy_cli.errors import Unreachable
from tests.fakes.ngrok_setup import FAKES

if TYPE_CHECKING:
    from tests.adapters.tunnels.support import Machine

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

    assert "cronofy tunnel install" in (caught.value.hint or "")
    assert list(machine.home.rglob("ngrok")) == [machine.home / ".config" / "ngrok"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("#!/bin/sh\necho hello\n", "is not an ngrok agent"),
        ("#!/nowhere/sh\n", "does not run: No such file"),
        ("#!/bin/sh\necho ngrok version 2.3.41\n", "is version 2.3.41; version 3 is needed"),
    ],
    ids=["other", "broken", "old"],
)
def test_programs_that_cannot_be_used(machine: Machine, tmp_path: Path, text: str, message: str) -> None:
    """A program that is no agent, or cannot be run, or is too old is named with what is wrong."""
    with pytest.raises(Unreachable, match=message):
        found(machine, program(tmp_path / "ngrok", text))


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
