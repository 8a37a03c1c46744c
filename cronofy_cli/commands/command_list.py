"""`cronofy commands`: the commands and their options as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.cli.options import ListCommand, app_context, command_app
from cronofy_cli.core.suggestion import did_you_mean
from cronofy_cli.errors import WrongUsage
from cronofy_cli.output.lists import Column, ListView, show_list

if TYPE_CHECKING:
    from cronofy_cli.output.documents.commands import CommandSummaryDocument

app = command_app()


@app.command(cls=ListCommand)
def commands(
    context: typer.Context,
    path: Annotated[
        list[str] | None, typer.Argument(metavar="[PATH]...", help="Only this command, or those below this group.")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="With every option of every command; a long document.")] = False,
) -> None:
    """List the commands. With a path or --all the JSON has their options, arguments, defaults and examples.

    \b
    Examples:
      cronofy commands
      cronofy commands --json
      cronofy commands deliveries list --json
    """
    from cronofy_cli.cli.tree_documents import command_document, command_summary, walk

    wanted = " ".join(path or ())
    found = [each for each in walk() if f"{each[0]} ".startswith(f"{wanted} ".lstrip())]
    if not found:
        known = [each for each, _, _ in walk(groups=True)]
        raise WrongUsage(f"there is no command '{wanted}'{did_you_mean(wanted, known)}", hint="cronofy commands")
    if wanted or all_:
        documents: list[CommandSummaryDocument] = [command_document(*each) for each in found]
    else:
        documents = [command_summary(each, command) for each, command, _ in found]
    run = app_context(context)
    run.page_output()
    show_list(run.output, documents, _view(), streamed=True)


def _view() -> ListView[CommandSummaryDocument]:
    return ListView(
        columns=(Column("COMMAND", lambda each: each.path), Column("SUMMARY", lambda each: each.summary, 120)),
        document=lambda each: each.encode(),
        empty="",
    )
