"""`cronofy help`: the help of any command, and topics that belong to all of them."""

from __future__ import annotations

from typing import Any

import typer

from cronofy_cli.adapters.environment import Variable
from cronofy_cli.cli.options import (
    CommandGroup,
    ListCommand,
    LocalCommand,
    app_context,
    check_command_name,
    command_app,
)
from cronofy_cli.errors import ExitCode
from cronofy_cli.output.lists import Column, ListView, show_list

EXPRESSIONS = """\
--where EXPR chooses notifications by their JSON body; --query EXPR filters the JSON that a command prints. Both take
JMESPath, a language that the AWS and Azure command lines use too: https://jmespath.org

Paths:
  notification.type                     a field of a field
  channel.filters.calendar_ids[0]       an item of a list; [-1] is the last one
  [].channel_id                         a field of every item of a list
  "odd key"                             double quotes are for names of fields

Values:
  'change'                              a string
  `3`  `true`  `null`                   numbers and other JSON
  '2026-11-22T00:00:00Z'                a time is a string; times in UTC compare correctly

Conditions:
  ==  !=  <  <=  >  >=                  compare
  &&  ||  !  ( )                        and, or, not
  contains(PATH, 'text')                in a string or a list; also starts_with, ends_with
  [?only_managed == `true`]             the items of a list for which a condition is true

A missing field is null. --where matches when the result is not null, false or empty, so that a path alone asks whether
a field is there: --where notification.changes_since. The number 0 counts as true.

--query prints JSON, with or without --json. With --json it sees the whole document, with --ndjson each line. With -r,
strings are printed without quotes and lists one item per line. No result is null, with exit code 0.

Quoting: around strings use double quotes, around back quotes single quotes, because a shell runs what stands between
back quotes inside double quotes.
  cronofy wait --where "notification.type == 'change'"
  cronofy listen 3000/hook --where 'channel.filters.only_managed != `true`'
  cronofy deliveries list --where "contains(channel.filters.calendar_ids, 'cal_1')"
  cronofy channels list --query '[].channel_id' -r
With both in one expression, escape the back quotes: "type == 'change' && count > \\`2\\`". In PowerShell use single
quotes outside and double the ones inside: 'notification.type == ''change'''."""


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
    from cronofy_cli.output.documents.settings import ExitCodeDocument

    view: ListView[ExitCode] = ListView(
        columns=(Column("CODE", lambda code: str(code.value)), Column("MEANING", lambda code: code.meaning, 80)),
        document=lambda code: ExitCodeDocument(code.value, code.name.lower(), code.meaning).encode(),
        empty="",
    )
    show_list(app_context(context).output, ExitCode, view, streamed=True)


@app.command("where", cls=LocalCommand)
def where(context: typer.Context) -> None:
    """Explain the expressions of --where and --query.

    \b
    Example:
      cronofy help where
    """
    app_context(context).output.data(EXPRESSIONS)


@app.command("environment", cls=ListCommand)
def environment(context: typer.Context) -> None:
    """List the environment variables that are read.

    \b
    Example:
      cronofy help environment --json
    """
    from cronofy_cli.output.documents.settings import VariableDocument

    view: ListView[Variable] = ListView(
        columns=(Column("VARIABLE", str), Column("MEANING", lambda variable: variable.meaning, 100)),
        document=lambda variable: VariableDocument(variable.value, variable.meaning).encode(),
        empty="",
    )
    show_list(app_context(context).output, Variable, view, streamed=True)
