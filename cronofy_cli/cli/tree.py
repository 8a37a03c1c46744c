"""The command tree: which module holds which command. A module is imported when its command is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import typer
from typer.core import TyperGroup
from typer.main import get_command

from cronofy_cli import __version__
from cronofy_cli.cli.lazy_group import LazyGroup
from cronofy_cli.cli.options import ApiListCommand, shared_options
from cronofy_cli.cli.value_types import with_checked_values
from cronofy_cli.output.plain import write_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COMMANDS = {
    "demo": ("demo", "See how push notifications work in a minute, without an account."),
    "listen": ("listen.command", "Receive, verify and print push notifications."),
    "channels": ("channels", "Create, list, show and close notification channels."),
    "calendars": ("calendars", "List the account's calendars."),
    "profiles": ("profiles", "List the account's connected profiles."),
    "userinfo": ("userinfo", "Show whose account it is."),
    "events": ("events.group", "Read events."),
    "free-busy": ("free_busy", "Read free and busy times."),
    "sync": ("sync", "Keep a copy of the calendars in a file, and report what changed."),
    "auth": ("auth.group", "Sign in to an account, and manage its tokens and secrets."),
    "context": ("context", "Switch between named sets of application, account and data center."),
    "config": ("config", "Read and change settings."),
    "verify": ("verify", "Check the signature of a notification."),
    "sign": ("sign", "Print the signature for a body."),
    "trigger": ("trigger", "Send a correctly signed sample of any notification to a handler."),
    "check": ("check", "Check that a handler copes with what Cronofy really sends."),
    "init": ("init", "Write a notification handler, with its test and a CI job."),
    "deliveries": ("deliveries.group", "List, show, replay and export what was received."),
    "inspect": ("inspector", "Show deliveries in the browser, as they arrive."),
    "wait": ("wait", "Block until matching notifications have arrived."),
    "why": ("why", "Explain why no notifications arrive."),
    "api": ("api", "Call any endpoint of Cronofy's API."),
    "simulator": ("simulator.group", "Run Cronofy on this machine, and edit its calendars."),
    "tunnel": ("tunnel", "Show and set up the tunnels that give 'listen' a public address."),
    "doctor": ("doctor", "Check each part of the set-up, and say how to fix it."),
    "agent": ("agent", "Set up coding agents: a skill, and the MCP server."),
    "mcp": ("mcp", "Serve coding agents by the Model Context Protocol."),
    "commands": ("command_list", "List the commands and their options, for programs."),
    "schemas": ("schemas", "Print the JSON Schema of what commands print."),
    "completion": ("completion", "Print the completion script for a shell."),
    "help": ("help_topics", "Show the help of a command, or explain a topic."),
}
"""Each command's name, its module, and its line in the top help, in the order of that help."""

COMPLETION_VARIABLE = "_CRONOFY_COMPLETE"
"""Set by a shell's completion script when it asks the program; Typer answers."""

EPILOG = """\b
Start here:
  cronofy demo                        everything at once, without an account
  cronofy listen --help               receive notifications on this machine
  cronofy help exit-codes             what scripts can rely on
"""


class RootGroup(LazyGroup):
    """The program itself: takes all shared options before a command's name, and shows its help without its commands."""

    modules: ClassVar[Mapping[str, str]] = {name: module for name, (module, _) in COMMANDS.items()}

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.params = with_checked_values([*self.params, *shared_options(ApiListCommand.shared)])

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - the signature is Typer's
        """Write the names and summaries without importing the modules."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Return what a word at a TAB may become: our names without importing the modules, or options."""
        from typer._click.shell_completion import CompletionItem

        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        return [CompletionItem(name, help=text) for name, (_, text) in COMMANDS.items() if name.startswith(incomplete)]


def build_tree() -> Any:
    """Return the program's command, ready to be run."""
    app = typer.Typer(
        cls=RootGroup,
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
