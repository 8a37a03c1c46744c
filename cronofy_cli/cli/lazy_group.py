"""Groups whose commands are known by name: a command's module is imported when that command is asked for.

A module holds its commands in a Typer called `app`. A name leads to the command of that name in it or, if `app` is a
single command or a group of its own, to all of it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from typer.core import TyperGroup
from typer.main import get_command

from cronofy_cli.cli.options import CommandGroup, command_app

if TYPE_CHECKING:
    from collections.abc import Mapping

    import typer


class LazyGroup(CommandGroup):
    """Knows all names, loads one module."""

    modules: ClassVar[Mapping[str, str]]
    """The module of each command, below `cronofy_cli.commands`, in the order of the help."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the signature is Typer's
        """Return all names, in the order of the help."""
        return list(self.modules)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - the signature is Typer's
        """Return a command, its module imported now."""
        if cmd_name in self.modules and cmd_name not in self.commands:
            self.commands[cmd_name] = _load(self.modules[cmd_name], cmd_name)
        return self.commands.get(cmd_name)


def lazy_app(help_text: str, modules: Mapping[str, str]) -> typer.Typer:
    """Return a Typer whose commands are in these modules."""
    return command_app(help_text, cls=type("Verbs", (LazyGroup,), {"modules": modules}))


def _load(module: str, name: str) -> Any:
    found = get_command(import_module(f"cronofy_cli.commands.{module}").app)
    if isinstance(found, TyperGroup) and name in found.commands:
        return found.commands[name]
    found.name = name
    return found
