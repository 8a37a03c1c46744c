"""`cronofy schemas`: the JSON Schema of what commands print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.cli.options import ListCommand, app_context, command_app
from cronofy_cli.core.suggestion import did_you_mean
from cronofy_cli.errors import WrongUsage
from cronofy_cli.output.lists import Column, ListView, show_list

if TYPE_CHECKING:
    from cronofy_cli.output.documents.commands import SchemaSummaryDocument

app = command_app()


@app.command(cls=ListCommand)
def schemas(
    context: typer.Context,
    name: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Print this schema: deliveries-list, or error.")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="With every schema; a long document.")] = False,
) -> None:
    """List the schemas of what commands print with --json and --ndjson, or print one as JSON Schema.

    The schema of a list is that of the whole document; with --ndjson each line is one of its items. Objects of
    Cronofy's API are printed as Cronofy sends them, and have no schema here.

    \b
    Examples:
      cronofy schemas
      cronofy schemas listen > listen.schema.json
      cronofy schemas deliveries list --query '"$defs"'
    """
    from cronofy_cli.cli.printed import schema_names
    from cronofy_cli.output.documents.commands import SchemaSummaryDocument

    run, known = app_context(context), schema_names()
    run.page_output()
    if name:
        from cronofy_cli.cli.json_schemas import json_schema
        from cronofy_cli.output.json_text import show_document

        wanted = "-".join(name)
        if wanted not in known:
            raise WrongUsage(
                f"there is no schema '{wanted}'{did_you_mean(wanted, list(known))}", hint="cronofy schemas"
            )
        show_document(run.output, json_schema(known[wanted]))
        return
    documents: list[SchemaSummaryDocument]
    if all_:
        from cronofy_cli.cli.json_schemas import schema_document

        documents = [schema_document(each, command) for each, command in known.items()]
    else:
        documents = [SchemaSummaryDocument(*each) for each in known.items()]
    show_list(run.output, documents, _view(), streamed=True)


def _view() -> ListView[SchemaSummaryDocument]:
    return ListView(
        columns=(Column("NAME", lambda each: each.name), Column("COMMAND", lambda each: each.command)),
        document=lambda each: each.encode(),
        empty="",
    )
