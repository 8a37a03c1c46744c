"""Which command an agent has as a tool, and why not where it has none. An allow list: a new command is no tool."""

from __future__ import annotations

from typing import Final

TOOLS: Final[dict[str, tuple[str, ...]]] = {
    "status": ("auth status", "simulator list"),
    "list_deliveries": ("deliveries list",),
    "show_delivery": ("deliveries show",),
    "why": ("why",),
    "verify_signature": ("verify",),
    "wait_for_notification": ("wait",),
    "trigger_notification": ("trigger",),
    "check_handler": ("check handler",),
    "replay_delivery": ("deliveries replay",),
    "read_events": ("events read",),
    "simulator_edit": (
        "simulator edit add",
        "simulator edit move",
        "simulator edit change",
        "simulator edit delete",
    ),
    "help_topic": ("help",),
}
"""Each tool, and the commands whose work it does; `help` stands for all its topics."""

READING: Final = frozenset(
    {
        *("status", "list_deliveries", "show_delivery", "why", "verify_signature", "read_events", "help_topic"),
    }
)
"""The tools that change nothing and send nothing to the application."""

NO_TOOL: Final[dict[str, str]] = {
    "demo": "for people",
    "listen": "runs until it is stopped: the user starts it; wait_for_notification listens by itself",
    "init": "writes files",
    "inspect": "for people, in a browser",
    "channels": "opens and closes what others may use",
    "calendars": "an id or name is enough for read_events",
    "profiles": "status and why say what matters about them",
    "userinfo": "status says whose account it is",
    "events": "read_events is enough",
    "free-busy": "read_events is enough",
    "sync": "writes files",
    "auth": "handles secrets",
    "context": "the context is chosen when the server is started",
    "config": "settings are the user's",
    "sign": "makes signatures with the client secret",
    "deliveries": "writes files or the history; list, show and replay are tools",
    "api": "could write to a real calendar",
    "simulator": "edits of the owner are enough",
    "tunnel": "the user's set-up",
    "doctor": "why is the question that an agent has",
    "commands": "for agents with a shell",
    "schemas": "for agents with a shell",
    "completion": "for shells",
    "agent": "sets agents up",
    "mcp": "is the server itself",
}
"""Commands and groups without a tool of their own, and the reason."""


def tool_of(command: str) -> str | None:
    """Return the tool that does a command's work."""
    for tool, commands in TOOLS.items():
        if any(f"{command} ".startswith(f"{each} ") for each in commands):
            return tool
    return None
