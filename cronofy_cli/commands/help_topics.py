"""`cronofy help`: the help of any command, and topics that belong to all of them."""

from __future__ import annotations

from typing import Any

import typer

from cronofy_cli.adapters.environment import Variable
from cronofy_cli.cli.options import CommandGroup, ListCommand, app_context, check_command_name, command_app
from cronofy_cli.errors import ExitCode
from cronofy_cli.output.lists import Column, ListView, show_list


class HelpGroup(CommandGroup):
    """Topics, and every command of the program: `help channels list` is `channels list --help`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find a topic, or run the command with --help instead."""
        root = ctx.find_root()
        check_command_name(ctx, args[0], [*self.commands, *root.command.list_commands(root)])
        if args[0] in self.commands or args[0].startswith("-"):
            return super().resolve_command(ctx, args)
        root.command.main(args=[*args, "--help"], prog_name=root.info_name, standalone_mode=False)
        raise typer.Exit

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Return the topics and commands that a word at a TAB may become."""
        root = ctx.find_root()
        return [*super().shell_complete(ctx, incomplete), *root.command.shell_complete(root, incomplete)]


app = command_app("Show the help of a command, or explain a topic.", cls=HelpGroup)


@app.command("exit-codes", cls=ListCommand)
def exit_codes(context: typer.Context) -> None:
    """List the exit codes.

    \b
    Example:
      cronofy help exit-codes
    """
    view: ListView[ExitCode] = ListView(
        columns=(Column("CODE", lambda code: str(code.value)), Column("MEANING", lambda code: code.meaning, 80)),
        document=lambda code: _json({"code": code.value, "name": code.name.lower(), "meaning": code.meaning}),
        empty="",
    )
    show_list(app_context(context).output, ExitCode, view, streamed=True)


@app.command("environment", cls=ListCommand)
def environment(context: typer.Context) -> None:
    """List the environment variables that are read.

    \b
    Example:
      cronofy help environment --json
    """
    view: ListView[Variable] = ListView(
        columns=(Column("VARIABLE", str), Column("MEANING", lambda variable: variable.meaning, 100)),
        document=lambda variable: _json({"variable": variable, "meaning": variable.meaning}),
        empty="",
    )
    show_list(app_context(context).output, Variable, view, streamed=True)


def _json(document: dict[str, object]) -> bytes:
    import json

    return json.dumps(document).encode()
