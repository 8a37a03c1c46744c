"""`cronofy deliveries tag`, `prune` and `path`: what is kept, what goes, and where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.cli.options import DataCommand, ListCommand, app_context, command_app
from cronofy_cli.commands.deliveries.choice import find_delivery, local_moment
from cronofy_cli.errors import NotFound, WrongUsage
from cronofy_cli.output.lists import Column, ListView, show_list, show_sentence

if TYPE_CHECKING:
    from cronofy_cli.cli.context import AppContext

app = command_app()


@app.command("tag", cls=ListCommand)
def tag(
    context: typer.Context,
    delivery: Annotated[
        str | None, typer.Argument(metavar="[ID|last|@TAG]", help="The delivery; none lists all tags.")
    ] = None,
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="The tag.")] = None,
    remove: Annotated[str | None, typer.Option(metavar="NAME", help="Remove this tag.")] = None,
) -> None:
    """Tag a delivery, so that all commands find it as @NAME; without arguments, list the tags.

    \b
    Examples:
      cronofy deliveries tag last broken
      cronofy deliveries replay @broken
      cronofy deliveries tag
      cronofy deliveries tag --remove broken
    """
    run = app_context(context)
    if remove is not None and delivery is None:
        _remove(run, remove.removeprefix("@"))
    elif delivery is None:
        rows = sorted(run.history.tags.all().items())
        show_list(run.output, rows, _tag_list())
    elif name is None or remove is not None:
        raise WrongUsage("a delivery and a tag are needed", hint="cronofy deliveries tag last NAME")
    else:
        _put(run, delivery, name)


@app.command("prune", cls=DataCommand)
def prune(
    context: typer.Context,
    older_than: Annotated[
        str | None, typer.Option(metavar="DURATION|TIME", help="Remove those received longer ago than this: 30d.")
    ] = None,
    keep: Annotated[int | None, typer.Option(metavar="N", min=0, help="Remove all but the newest N.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Remove old deliveries, with their forwards and events. Tagged ones are kept.

    The file does not shrink; new deliveries reuse the space.

    \b
    Examples:
      cronofy deliveries prune --older-than 30d --yes
      cronofy deliveries prune --keep 1000
    """
    run = app_context(context)
    if (older_than is None) == (keep is None):
        which = "one of them is needed" if keep is None else "not both"
        raise WrongUsage(f"--older-than or --keep: {which}", hint="for example --older-than 30d, or --keep 1000")
    question = f"Remove all but the newest {keep}?" if older_than is None else f"Remove those older than {older_than}?"
    moment = None if older_than is None else local_moment(older_than, option="--older-than")
    if not yes and not run.output.confirm(question, flag="--yes"):
        raise WrongUsage("nothing was removed", hint="answer y, or add --yes")
    from cronofy_cli.output.documents.deliveries import PrunedDocument

    history = run.open_history()
    removed = history.prune_all_but(keep or 0) if moment is None else history.prune_older(moment)
    show_sentence(run.output, f"{removed} removed", PrunedDocument(removed))


@app.command("path", cls=DataCommand)
def path(context: typer.Context) -> None:
    """Print the path of the file that deliveries are stored in.

    \b
    Examples:
      cronofy deliveries path
      sqlite3 "$(cronofy deliveries path)" "SELECT count(*) FROM deliveries"
    """
    from cronofy_cli.output.documents.deliveries import HistoryPathDocument

    run = app_context(context)
    found = str(run.history_place)
    show_sentence(run.output, found, HistoryPathDocument(found))


def _put(run: AppContext, delivery: str, name: str) -> None:
    from cronofy_cli.adapters.history.tags import check_tag
    from cronofy_cli.output.documents.deliveries import TagDocument

    name = check_tag(name)
    found = find_delivery(run.history, delivery)
    assert found.id is not None
    tags = run.open_history().tags
    before = tags.all().get(name, found.id)
    tags.put(name, found.id)
    moved = "" if before == found.id else f", #{before} no longer"
    show_sentence(run.output, f"#{found.id} is @{name}{moved}", TagDocument(name, found.id))


def _remove(run: AppContext, name: str) -> None:
    if not run.open_history().tags.remove(name):
        raise NotFound(f"no delivery has the tag @{name}", hint="cronofy deliveries tag")
    from cronofy_cli.output.documents.deliveries import TagRemovedDocument

    show_sentence(run.output, f"@{name} removed", TagRemovedDocument(name))


def _tag_list() -> ListView[tuple[str, int]]:
    from cronofy_cli.output.documents.deliveries import TagDocument

    return ListView(
        columns=(Column("TAG", lambda row: f"@{row[0]}"), Column("ID", lambda row: str(row[1]))),
        document=lambda row: TagDocument(*row).encode(),
        empty="No tags yet. Give one: cronofy deliveries tag last NAME",
    )
