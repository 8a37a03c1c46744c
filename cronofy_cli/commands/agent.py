"""`cronofy agent`: the skill for coding agents, and setting up the programs in which they run."""

from __future__ import annotations

import shutil
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.adapters.paths import expanded
from cronofy_cli.agent.clients import CLIENTS, SKILL_FILE, ClientName
from cronofy_cli.cli.options import LocalCommand, SigningListCommand, app_context, command_app
from cronofy_cli.core.counts import counted
from cronofy_cli.errors import NotFound, WrongUsage
from cronofy_cli.output.lists import Column, ListView, show_list

if TYPE_CHECKING:
    from cronofy_cli.agent.clients import Client
    from cronofy_cli.agent.setup import Change
    from cronofy_cli.cli.context import AppContext

app = command_app("Set up coding agents: a skill, and the MCP server.")

ClientArgument = Annotated[
    list[ClientName] | None, typer.Argument(help="The programs to set up; by default those that are on this machine.")
]
PrintOption = Annotated[bool, typer.Option("--print", help="Only show what would change.")]
RemoveOption = Annotated[bool, typer.Option("--remove", help="Undo it.")]
GlobalOption = Annotated[bool, typer.Option("--global", help="For all your projects, instead of this folder's.")]
ForceOption = Annotated[
    bool, typer.Option("--force", help="Replace or remove a skill too that is not as this version writes it.")
]
YesOption = Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.")]


@app.command("skill", cls=LocalCommand)
def skill(context: typer.Context) -> None:
    """Print the skill: what a coding agent should know about notifications and this command line.

    \b
    Example:
      cronofy agent skill > SKILL.md
    """
    run = app_context(context)
    run.page_output()
    run.output.data(SKILL_FILE.read_text(encoding="utf-8").rstrip("\n"))


@app.command("setup", cls=SigningListCommand)
def setup(
    context: typer.Context,
    client: ClientArgument = None,
    print_: PrintOption = False,
    remove: RemoveOption = False,
    global_: GlobalOption = False,
    force: ForceOption = False,
    yes: YesOption = False,
) -> None:
    """Write the MCP server and the skill into the settings of coding agents, after showing the change and asking.

    Comments and other settings stay as they are; a broken file is not touched, nor without --force a skill that is
    another's, was edited, or is of another version. With --context or --data-center the
    server is started with it. No secret is written anywhere.

    \b
    Examples:
      cronofy agent setup
      cronofy agent setup claude --print
      cronofy agent setup codex cursor --data-center simulator --yes
      cronofy agent setup --remove
    """
    from cronofy_cli.agent.setup import Action, apply, plan

    run = app_context(context)
    folder = expanded("~") if global_ else Path.cwd()
    changes = plan(_clients(run, client), folder, _server_command(run), is_global=global_, removes=remove, forces=force)
    pending = [change for change in changes if change.action not in {Action.NOTHING, Action.KEEP}]
    is_json = run.output.format.is_json
    if not is_json:
        for change in pending:
            run.output.data(change.diff)
    if pending and not print_:
        if not yes and not run.output.confirm(f"Write {counted(len(pending), 'file')}?", flag="--yes"):
            raise WrongUsage("nothing was written", hint="answer y, or add --yes")
        apply(pending)
    if is_json:
        show_list(run.output, changes, _view(is_done=not print_))
        return
    _say_what_was_done(run, changes, is_done=not print_)


def _clients(run: AppContext, chosen: list[ClientName] | None) -> list[Client]:
    if chosen:
        return [each for each in CLIENTS if each.name in chosen]
    found = [each for each in CLIENTS if each.is_here(run.environment, expanded("~"))]
    if not found:
        raise NotFound(
            "no program with a coding agent was found", hint=f"name one: cronofy agent setup {'|'.join(ClientName)}"
        )
    return found


def _server_command(run: AppContext) -> list[str]:
    """Return how the server is started: by name where that is found, else by this Python."""
    is_found = shutil.which("cronofy", path=run.environment.get("PATH", "")) is not None
    program = ["cronofy"] if is_found else [sys.executable, "-m", "cronofy_cli"]
    return [*program, "mcp", *run.chosen_options]


def _say_what_was_done(run: AppContext, changes: list[Change], *, is_done: bool) -> None:
    from cronofy_cli.agent.setup import Action

    words = {
        Action.CREATE: "created" if is_done else "to create",
        Action.CHANGE: "changed" if is_done else "to change",
        Action.REMOVE: "removed" if is_done else "to remove",
        Action.KEEP: "kept, as it is not this version's; --force replaces or removes it",
        Action.NOTHING: "as it was" if is_done else "as it is",
    }
    for change in changes:
        run.output.note(f"{words[change.action]}: {change.file}")
    if find_spec("mcp") is None and any(change.after is not None for change in changes):
        run.output.note("note: the server needs one more package: pip install 'cronofy-cli[mcp]'")


def _view(*, is_done: bool) -> ListView[Change]:
    def document(change: Change) -> bytes:
        from cronofy_cli.agent.setup import Action
        from cronofy_cli.output.documents.agents import AgentFileDocument

        written = is_done and change.action not in {Action.NOTHING, Action.KEEP}
        return AgentFileDocument(change.client, str(change.file), change.action, written, change.diff).encode()

    return ListView(columns=(Column("FILE", lambda change: str(change.file)),), document=document, empty="")
