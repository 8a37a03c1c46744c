"""The command tree: which module holds which command. A module is imported when its command is asked for."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from cronofy_cli import __version__
from cronofy_cli.cli.options import RootGroup
from cronofy_cli.output.plain import write_line

if TYPE_CHECKING:
    from collections.abc import Sequence

SUMMARIES = {
    "demo": "See the whole story in a minute, without an account.",
    "listen": "Receive, verify and print push notifications.",
    "channels": "Create, list, show and close notification channels.",
    "calendars": "List the account's calendars.",
    "profiles": "List the account's connected profiles.",
    "userinfo": "Show whose account it is.",
    "events": "Read events.",
    "free-busy": "Read free and busy times.",
    "sync": "Keep a copy of the calendars in a file, and say what changed.",
    "auth": "Sign in to an account, and manage what is kept of it.",
    "context": "Switch between named sets of application, account and data center.",
    "config": "Read and change settings.",
    "verify": "Check the signature of a notification.",
    "sign": "Print the signature for a body.",
    "trigger": "Send a correctly signed sample of any notification to a handler.",
    "check": "Check that a handler survives what Cronofy really sends.",
    "deliveries": "List, show, replay and export what was received.",
    "wait": "Block until matching notifications have arrived.",
    "why": "Explain why no notifications arrive.",
    "api": "Call anything else of Cronofy's API.",
    "simulator": "Run Cronofy on this machine, and edit its calendars.",
    "tunnel": "Look at and set up what gives 'listen' a public address.",
    "doctor": "Check each part of the set-up, and say what mends it.",
    "completion": "Print the completion script for a shell.",
    "help": "Explain exit codes and environment variables.",
}
"""Each command's name and its line in the top help, in the order of that help."""

COMPLETION_VARIABLE = "_CRONOFY_COMPLETE"
"""Set by a shell's completion script when it asks the program; Typer answers."""

EPILOG = """\b
Start here:
  cronofy demo                        everything at once, without an account
  cronofy listen --help               receive notifications on this machine
  cronofy help exit-codes             what scripts can rely on
"""


class CommandTree(RootGroup):
    """Knows all names, loads one module."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the signature is Typer's
        """Return all names, in the order of the help."""
        return list(SUMMARIES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - the signature is Typer's
        """Return a command, its module imported now."""
        if cmd_name not in SUMMARIES:
            return None
        if cmd_name not in self.commands:
            module = import_module(f"cronofy_cli.commands.{module_name(cmd_name)}")
            command = get_command(module.app)
            command.name = cmd_name
            self.commands[cmd_name] = command
        return self.commands[cmd_name]

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - the signature is Typer's
        """Write the names and summaries without importing the modules."""
        with formatter.section("Commands"):
            formatter.write_dl(list(SUMMARIES.items()))

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Return what a word at a TAB may become: our names without importing the modules, or options."""
        from typer._click.shell_completion import CompletionItem

        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        return [CompletionItem(name, help=text) for name, text in SUMMARIES.items() if name.startswith(incomplete)]

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that `args` start with; a name that is none is answered with the nearest ones."""
        name = args[0]
        if name not in SUMMARIES and not name.startswith("-") and not ctx.resilient_parsing:
            near = get_close_matches(name, SUMMARIES)
            ctx.fail(f"there is no command '{name}'" + (f"; did you mean '{near[0]}'?" if near else ""))
        return super().resolve_command(ctx, args)


def module_name(command: str) -> str:
    """Return the module in `commands/` that holds a command. `help` would hide a builtin."""
    places = {"help": "help_topics", "listen": "listen.command"}
    if command in {"auth", "deliveries", "events", "simulator"}:
        return f"{command}.group"
    return places.get(command, command.replace("-", "_"))


def build_tree() -> Any:
    """Return the program's command, ready to be run."""
    app = typer.Typer(
        cls=CommandTree,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        no_args_is_help=True,
        epilog=EPILOG,
        context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 100},
    )
    app.callback()(_program)
    return get_command(app)


def _show_version(context: typer.Context, value: bool) -> None:
    if value and not context.resilient_parsing:
        raise typer.Exit(write_line(f"cronofy {__version__}"))


def _program(
    *,
    version: bool = typer.Option(False, "--version", help="Show the version.", is_eager=True, callback=_show_version),
) -> None:
    """Receive, verify and explain Cronofy's push notifications on your own machine."""


def command_paths() -> Sequence[str]:
    """Return every command with its verb, such as `channels list`."""
    root = build_tree()
    context = typer.Context(root)
    paths: list[str] = []
    for name in root.list_commands(context):
        command = root.get_command(context, name)
        paths.extend(_paths_below(name, command))
    return paths


def _paths_below(path: str, command: Any) -> list[str]:
    if not isinstance(command, TyperGroup):
        return [path]
    context = typer.Context(command)
    verbs = command.list_commands(context)
    return [below for verb in verbs for below in _paths_below(f"{path} {verb}", command.get_command(context, verb))]
