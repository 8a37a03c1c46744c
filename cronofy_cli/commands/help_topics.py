"""`cronofy help`: the help of any command, and topics that belong to all of them."""

from __future__ import annotations

import re
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

PAGES = {
    "where": "Explain the expressions of --where and --query.",
    "json": "Explain the JSON output, and what scripts can rely on.",
    "errors": "List the codes of errors.",
    "time-words": "Explain how dates and times can be written.",
    "agents": "Explain what coding agents can use.",
}
"""The topics that are pages of text, and what each does."""


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


def plain(page: str) -> str:
    """Return a Markdown page as it reads best in a terminal: without fences, comments and the addresses of links."""
    lines = [line for line in page.splitlines() if not line.startswith(("```", "<!--"))]
    return re.sub(r"\[([^\]\n]+)\]\([^)\s]+\)", r"\1", "\n".join(lines)).removeprefix("# ").rstrip()


def _add_page(name: str, summary: str) -> None:
    def show(context: typer.Context) -> None:
        from cronofy_cli.adapters.topics import topic_page

        run = app_context(context)
        run.page_output()
        run.output.data(plain(topic_page(name)))

    show.__doc__ = f"{summary}\n\n\b\nExample:\n  cronofy help {name}\n"
    app.command(name, cls=LocalCommand)(show)


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


for _name, _summary in PAGES.items():
    _add_page(_name, _summary)
