"""The programs in which coding agents run: where their settings and skills are, and how a server is written there."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SERVER: Final = "cronofy-cli"
"""The server's name in settings: Cronofy has a scheduling server of its own."""
SKILL: Final = "cronofy-notifications"
SKILL_FILE: Final = Path(__file__).parent / "skills" / SKILL / "SKILL.md"
LONGEST_TOOL_S: Final = 600
"""How long Codex waits for a tool; its own 60 s are less than `wait_for_notification` may take."""
LONGEST_START_S: Final = 20


class ClientName(StrEnum):
    """A program that can be set up."""

    CLAUDE = "claude"
    CODEX = "codex"
    CURSOR = "cursor"
    VSCODE = "vscode"


@dataclass(frozen=True, slots=True)
class Client:
    """Where a program looks, below a project's folder or the user's home."""

    name: ClientName
    settings: str
    """Its settings in a project."""
    user_settings: str | None
    """Its settings for all projects; None where their place differs by system and profile."""
    group: str
    """The key of servers."""
    skills: str
    programs: tuple[str, ...]
    """Commands and folders of the home that show that it is here."""

    def settings_file(self, folder: Path, *, is_global: bool) -> Path:
        """Return the file that names servers.

        Raises:
            WrongUsage: its place for all projects is not known.
        """
        if not is_global:
            return folder / self.settings
        if self.user_settings is None:
            raise WrongUsage(
                f"{self.name} keeps the settings for all projects in a profile",
                hint="leave out --global and set it up in each project",
            )
        return folder / self.user_settings

    def skill_file(self, folder: Path) -> Path:
        """Return where the skill goes."""
        return folder / self.skills / SKILL / SKILL_FILE.name

    def is_here(self, environment: Mapping[str, str], home: Path) -> bool:
        """Whether the program seems to be installed."""
        path = environment.get("PATH", "")
        return any(
            (home / each).is_dir() if each.startswith(".") else shutil.which(each, path=path) for each in self.programs
        )


_CODEX_SETTINGS: Final = ".codex/config.toml"
_CURSOR_SETTINGS: Final = ".cursor/mcp.json"
_AGENTS_SKILLS: Final = ".agents/skills"
CLIENTS: Final = (
    Client(ClientName.CLAUDE, ".mcp.json", ".claude.json", "mcpServers", ".claude/skills", ("claude", ".claude")),
    Client(ClientName.CODEX, _CODEX_SETTINGS, _CODEX_SETTINGS, "mcp_servers", _AGENTS_SKILLS, ("codex", ".codex")),
    Client(ClientName.CURSOR, _CURSOR_SETTINGS, _CURSOR_SETTINGS, "mcpServers", _AGENTS_SKILLS, ("cursor", ".cursor")),
    Client(ClientName.VSCODE, ".vscode/mcp.json", None, "servers", _AGENTS_SKILLS, ("code", ".vscode")),
)


def server_entry(client: ClientName, command: Sequence[str]) -> dict[str, Any]:
    """Return how a program writes the command that starts our server. Never a secret: the context names whose it is."""
    entry: dict[str, Any] = {"command": command[0], "args": list(command[1:])}
    if client is ClientName.CODEX:
        return entry | {"startup_timeout_sec": LONGEST_START_S, "tool_timeout_sec": LONGEST_TOOL_S}
    return {"type": "stdio", **entry}
