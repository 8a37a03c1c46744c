"""ngrok's configuration: what is read from the user's own, and what our agent is given."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml  # type: ignore[import-untyped]  # pyngrok brings it, without types

from cronofy_cli.adapters.tunnels.ngrok.agents import InstalledAgent
from cronofy_cli.adapters.tunnels.ngrok.configuration import (
    OwnConfiguration,
    Token,
    find_token,
    read_own_configuration,
    write_private_configuration,
)
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from tests.adapters.tunnels.support import Machine

NEW = InstalledAgent(Path("/ngrok"), (3, 39, 10))
OLD = InstalledAgent(Path("/ngrok"), (3, 5, 0))
VERSION_2 = "version: '2'\nauthtoken: 2own\nproxy_url: http://proxy:3128\nlog_format: json\ntunnels: {a: {addr: 1}}\n"
VERSION_3 = (
    "version: 3\nagent: {authtoken: 2own, proxy_url: 'http://proxy:3128', web_addr: false}\nendpoints: [{name: a}]\n"
)


def written(path: Path, own: OwnConfiguration, agent: InstalledAgent = NEW) -> dict[str, Any]:
    """Return what an agent would read."""
    write_private_configuration(path, agent, own, Token("2given", "a test"))
    content: dict[str, Any] = yaml.safe_load(path.read_text())
    return content


@pytest.mark.parametrize("text", [VERSION_2, VERSION_3], ids=["2", "3"])
def test_the_users_own_options_are_kept(machine: Machine, tmp_path: Path, text: str) -> None:
    """The user's proxy is our agent's too; what would start other tunnels, or what pyngrok refuses, is left out."""
    machine.ngrok_configuration.write_text(text)
    content = written(tmp_path / "ngrok.yml", read_own_configuration())

    version = content.pop("version")
    options = content.pop("agent") if version == "3" else content
    assert options == {"proxy_url": "http://proxy:3128", "authtoken": "2given"}
    assert content in ({}, options)


@pytest.mark.parametrize(("agent", "version"), [(NEW, "3"), (OLD, "2")], ids=["new", "old"])
def test_the_version_fits_the_agent(tmp_path: Path, agent: InstalledAgent, version: str) -> None:
    """An agent before 3.16 does not know version 3 of the configuration."""
    assert written(tmp_path / "ngrok.yml", OwnConfiguration(), agent)["version"] == version


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    """The file is private from its first byte, and an existing one is not written into."""
    path = tmp_path / "ngrok.yml"
    written(path, OwnConfiguration())

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        written(path, OwnConfiguration())


@pytest.mark.parametrize(
    ("given", "variable", "origin"),
    [
        ("2stored", "2variable", "cronofy tunnel token"),
        (" \n", "2variable", "NGROK_AUTHTOKEN"),
        (None, None, "ngrok's own configuration"),
    ],
)
def test_where_the_token_comes_from(machine: Machine, given: str | None, variable: str | None, origin: str) -> None:
    """The stored token comes first, then the variable, then what `ngrok config add-authtoken` wrote."""
    machine.ngrok_configuration.write_text(VERSION_3)
    environment = {"NGROK_AUTHTOKEN": variable} if variable else {}
    token = find_token(lambda: given, environment, read_own_configuration())

    assert token is not None
    assert token.origin == origin
    assert token.value not in repr(token)


def test_no_token_anywhere(machine: Machine) -> None:
    """Without any, there is none."""
    machine.ngrok_configuration.unlink()

    assert find_token(lambda: None, {}, read_own_configuration()) is None


@pytest.mark.parametrize("text", ["agent: {authtoken: 2own", "authtoken: 2own: x", "- 2own", "2own", "\0"])
def test_an_unreadable_configuration_is_not_quoted(machine: Machine, text: str) -> None:
    """The error names the file, and quotes nothing of it: there is a token in it."""
    machine.ngrok_configuration.write_text(text)
    with pytest.raises(WrongUsage, match=r"ngrok\.yml cannot be read") as caught:
        read_own_configuration()

    assert "2own" not in f"{caught.value}{caught.value.hint}"
    assert caught.value.hint == "ngrok config check tells where it is wrong"


@pytest.mark.parametrize("text", ["", "version: 3\n", "version: 3\nagent:\n", "agent: 5\nversion: '3'\n"])
def test_an_empty_configuration(machine: Machine, text: str) -> None:
    """A configuration without options says nothing."""
    machine.ngrok_configuration.write_text(text)
    own = read_own_configuration()

    assert (own.authtoken, own.web_port) == (None, 4040)


@pytest.mark.parametrize(
    ("address", "port"), [("localhost:4567", 4567), (":4567", 4567), (4567, 4567), (False, 4040), ("x", 4040)]
)
def test_where_an_agent_of_the_users_is_looked_for(address: object, port: int) -> None:
    """An agent of the user's is looked for where their configuration has its local API, else on 4040."""
    assert OwnConfiguration("3", {"web_addr": address}).web_port == port
