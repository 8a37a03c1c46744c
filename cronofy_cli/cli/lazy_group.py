"""Groups of commands whose verbs are known by name: a verb's module is imported when that verb is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from typer.main import get_command

from cronofy_cli.cli.options import CommandGroup, command_app

if TYPE_CHECKING:
    from collections.abc import Mapping

    import typer
    from typer.core import TyperCommand


class Verb(NamedTuple):
    """Where a verb's function is, and which shared options it has."""

    module: str
    """In `cronofy_cli.commands`."""
    function: str
    cls: type[TyperCommand]

    def command(self, name: str) -> Any:
        """Import the module and return the command."""
        app = command_app()
        app.command(name, cls=self.cls)(getattr(_imported(self.module), self.function))
        return get_command(app)


class VerbGroup(NamedTuple):
    """Where the `app` of a group below a group is."""

    module: str
    """In `cronofy_cli.commands`."""

    def command(self, name: str) -> Any:
        """Import the module and return the group."""
        group = get_command(_imported(self.module).app)
        group.name = name
        return group


def _imported(module: str) -> Any:
    return import_module(f"cronofy_cli.commands.{module}")


class LateVerbs(CommandGroup):
    """Knows all names, loads one module."""

    verbs: ClassVar[Mapping[str, Verb | VerbGroup]]

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the signature is Typer's
        """Return all names, in the order of the help."""
        return list(self.verbs)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - the signature is Typer's
        """Return a command, its module imported now."""
        if cmd_name in self.verbs and cmd_name not in self.commands:
            self.commands[cmd_name] = self.verbs[cmd_name].command(cmd_name)
        return self.commands.get(cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the verb that `args` start with; for a name that is none, the nearest ones are looked for among all."""
        if args[0] not in self.verbs:
            for name in self.verbs:
                self.get_command(ctx, name)
        return super().resolve_command(ctx, args)


def late_group(help_text: str, verbs: Mapping[str, Verb | VerbGroup]) -> typer.Typer:
    """Return a Typer with these verbs."""
    return command_app(help_text, cls=type("Verbs", (LateVerbs,), {"verbs": verbs}))
