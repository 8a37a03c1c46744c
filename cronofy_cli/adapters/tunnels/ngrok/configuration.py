"""ngrok's configuration: the user's own, read only, and the private one that our agent is started with.

The authtoken reaches the agent in that private file and in no other way: arguments can be read by every user of the
machine. docs: https://ngrok.com/docs/agent/config/v3
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.tunnels.ngrok.library import default_folder
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from cronofy_cli.adapters.tunnels.ngrok.agents import InstalledAgent

TOKEN_VARIABLE: Final = "NGROK_AUTHTOKEN"  # noqa: S105 - a name, not a value
DEFAULT_WEB_PORT: Final = 4040
LEFT_OUT: Final = frozenset(
    {"authtoken", "api_key", "log", "log_level", "log_format", "tunnels", "endpoints", "version"}
)
"""Secrets that are not ours to copy, what pyngrok refuses, and what would be started besides."""


@dataclass(frozen=True, slots=True)
class Token:
    """An authtoken, and where it came from."""

    value: str = field(repr=False)
    origin: str


@dataclass(frozen=True, slots=True)
class OwnConfiguration:
    """What the user's own configuration of ngrok says about the agent."""

    version: str | None = None
    options: Mapping[str, object] = field(default_factory=dict, repr=False)

    @property
    def authtoken(self) -> str | None:
        """The token that `ngrok config add-authtoken` wrote."""
        return _text(self.options.get("authtoken"))

    @property
    def secrets(self) -> tuple[str | None, ...]:
        """What must never be shown."""
        return (self.authtoken, _text(self.options.get("api_key")))

    @property
    def web_port(self) -> int:
        """The port of the local API of an agent that the user starts."""
        port = (_text(self.options.get("web_addr")) or "").rpartition(":")[2]
        return int(port) if port.isdecimal() else DEFAULT_WEB_PORT


def read_own_configuration() -> OwnConfiguration:
    """Return the user's own configuration, which may not exist.

    Raises:
        WrongUsage: it cannot be read.
    """
    import yaml  # type: ignore[import-untyped]  # pyngrok brings it; there is no typed reader of YAML here

    path = default_folder() / "ngrok.yml"
    try:
        with path.open(encoding="utf-8") as file:
            content = yaml.safe_load(file)
    except FileNotFoundError:
        return OwnConfiguration()
    except (OSError, ValueError, yaml.YAMLError):
        content = "unreadable"  # the reason is not shown: it quotes the line, which may hold the token
    if content is not None and not isinstance(content, dict):
        raise WrongUsage(
            f"ngrok's configuration {path} cannot be read", hint="ngrok config check tells where it is wrong"
        )
    return _own_configuration(content or {})


def _own_configuration(content: Mapping[str, object]) -> OwnConfiguration:
    """Version 3 keeps the agent's options apart; version 2 has them at the top."""
    version = _text(content.get("version"))
    options = content.get("agent") if version == "3" else content
    return OwnConfiguration(version, options if isinstance(options, dict) else {})


def find_token(given: Callable[[], str | None], environment: Mapping[str, str], own: OwnConfiguration) -> Token | None:
    """Return the authtoken: the one given, else the environment's, else that of ngrok's own configuration."""
    sources = (
        (given, "cronofy tunnel token"),
        (lambda: environment.get(TOKEN_VARIABLE), TOKEN_VARIABLE),
        (lambda: own.authtoken, "ngrok's own configuration"),
    )
    for find, origin in sources:
        if value := (find() or "").strip():
            return Token(value, origin)
    return None


def write_private_configuration(path: Path, agent: InstalledAgent, own: OwnConfiguration, token: Token | None) -> None:
    """Write what our agent is started with, readable by its owner only: the user's own options and the token.

    JSON is YAML. Agents before 3.16 know version 2 only.
    """
    options = {key: value for key, value in own.options.items() if key not in LEFT_OUT}
    if not options.get("web_addr", True):  # pyngrok speaks to the agent through it
        del options["web_addr"]
    if token is not None:
        options["authtoken"] = token.value
    version = own.version if own.version in {"2", "3"} else ("3" if agent.has_endpoints else "2")
    content = {"version": version, "agent": options} if version == "3" else {"version": version, **options}
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, default=str)


def _text(value: object) -> str | None:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) and value != "" else None
