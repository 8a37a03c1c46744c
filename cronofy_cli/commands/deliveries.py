"""`cronofy deliveries`: what was received and is kept on disk."""

from __future__ import annotations

from typing import Annotated

import typer

from cronofy_cli.core.signature import SignatureState
from cronofy_cli.output.deliveries import delivery_document, delivery_list, full_text
from cronofy_cli.output.lists import show_list
from cronofy_cli.shared_options import DataCommand, ListCommand, app_context, command_app

app = command_app("List and show what was received.")

BIGGEST_LIMIT = 1_000_000_000
"""More than a disk holds, and a number that SQLite takes."""


@app.command("list", cls=ListCommand)
def list_deliveries(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=BIGGEST_LIMIT, help="How many of the newest.")] = 50,
    type_: Annotated[str | None, typer.Option("--type", metavar="TYPE", help="Only this notification type.")] = None,
    signature: Annotated[SignatureState | None, typer.Option(help="Only with this verdict.")] = None,
) -> None:
    """List received deliveries, the newest last.

    \b
    Examples:
      cronofy deliveries list
      cronofy deliveries list --type change --limit 10 --json
      cronofy deliveries list --signature invalid
    """
    from cronofy_cli.adapters.history import Criteria

    run = app_context(context)
    found = run.history.latest(limit, Criteria(type=type_, signature=signature))
    show_list(run.output, found, delivery_list(), streamed=True)


@app.command("show", cls=DataCommand)
def show(
    context: typer.Context,
    delivery: Annotated[str, typer.Argument(metavar="ID|last", help="Its number from 'deliveries list', or last.")],
    raw: Annotated[bool, typer.Option("--raw", help="The body's bytes alone, exactly as received.")] = False,
) -> None:
    """Show one delivery: its request as it came, the verdict, our answer, and the events read for it.

    \b
    Examples:
      cronofy deliveries show last
      cronofy deliveries show 129 --json
      cronofy deliveries show 129 --raw | sha256sum
    """
    import msgspec

    from cronofy_cli.commands.delivery_choice import find_delivery
    from cronofy_cli.output.json_text import pretty, show_document

    run = app_context(context)
    found = find_delivery(run.history, delivery)
    if raw:
        run.output.data_bytes(found.request.body)
        return
    events = run.history.events_of(found.id) if found.id is not None else None
    if run.output.format.is_json:
        document = {**delivery_document(found), "events": msgspec.Raw(events) if events is not None else None}
        show_document(run.output, msgspec.json.encode(document))
        return
    run.output.data(full_text(found, color=run.output.color_stdout).rstrip("\n"))
    if events is not None:
        run.output.data("\n    events read for it\n")
        lines = pretty(events, color=run.output.color_stdout).splitlines()
        run.output.data("\n".join(f"    {line}" for line in lines))
