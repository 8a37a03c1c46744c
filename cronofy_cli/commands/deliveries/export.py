"""`cronofy deliveries export` and `import`: to other tools, other people, and back."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.cli.options import DataCommand, LocalCommand, app_context, command_app
from cronofy_cli.commands.deliveries.choice import (
    ChannelOption,
    SignatureOption,
    SinceOption,
    TypeOption,
    UntilOption,
    find_deliveries,
    local_moment,
)
from cronofy_cli.errors import WrongUsage
from cronofy_cli.output.exports.formats import ExportFormat

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cronofy_cli.core.notifications.deliveries import Delivery

app = command_app()

_AT_ONCE = 500
_STDOUT = Path("-")


DeliveriesArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[ID|last|@TAG]...", help="The deliveries; by default all that match the filters."),
]
RedactOption = Annotated[
    bool, typer.Option("--redact", help="Leave out signatures, credentials, addresses, URLs and e-mails.")
]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write to this file instead of stdout.")
]


@app.command("export", cls=LocalCommand)
def export_deliveries(
    context: typer.Context,
    deliveries: DeliveriesArgument = None,
    format_: Annotated[ExportFormat, typer.Option("--format", help="Output format.")] = ExportFormat.NDJSON,
    type_: TypeOption = None,
    channel: ChannelOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    signature: SignatureOption = None,
    redact: RedactOption = False,
    output: OutputOption = None,
) -> None:
    """Export deliveries as NDJSON, HAR, a shell script of curl commands, or a pytest fixture.

    \b
    Examples:
      cronofy deliveries export --since 1d -o deliveries.ndjson
      cronofy deliveries export last --format curl | sh -s http://localhost:3000/hook
      cronofy deliveries export --type change --format pytest --redact -o conftest.py
      cronofy deliveries export --format har -o deliveries.har
    """
    from cronofy_cli import __version__
    from cronofy_cli.adapters.history import EVERYTHING, Criteria
    from cronofy_cli.output.exports.formats import exported

    run = app_context(context)
    criteria = Criteria(
        type=type_,
        channel=channel,
        since=local_moment(since, option="--since") if since is not None else None,
        until=local_moment(until, option="--until") if until is not None else None,
        signature=signature,
    )
    if deliveries and criteria != EVERYTHING:
        raise WrongUsage(
            "deliveries are named both by id and by a filter",
            hint="use either ids or filters such as --type and --since",
        )
    chosen: Iterable[Delivery] = (
        find_deliveries(run.history, deliveries)
        if deliveries
        else chain.from_iterable(run.history.between(1, criteria=criteria))
    )
    if redact:
        from cronofy_cli.output.exports.redaction import redacted

        chosen = map(redacted, chosen)
    parts = exported(chosen, format_, __version__)
    if output is None or output == _STDOUT:
        for part in parts:
            run.output.data_bytes(part)
        return
    from cronofy_cli.adapters.output_files import write_output

    write_output(output, parts)


@app.command("import", cls=DataCommand)
def import_deliveries(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="FILE|-", help="A file that 'deliveries export' wrote as NDJSON.")],
) -> None:
    """Import exported deliveries into the history, with new numbers and the result that they had.

    \b
    Examples:
      cronofy deliveries import deliveries.ndjson
      ssh server cronofy deliveries export --since 1h | cronofy deliveries import -
    """
    from cronofy_cli.cli.client_secrets import read_bytes
    from cronofy_cli.output.documents.deliveries import ImportedDocument
    from cronofy_cli.output.exports.ndjson import read_delivery_lines
    from cronofy_cli.output.lists import show_sentence

    run = app_context(context)
    # All of it is read before anything is written: half an import is none.
    found = list(read_delivery_lines(read_bytes(run, source)))
    history = run.open_history()
    for start in range(0, len(found), _AT_ONCE):
        history.record(found[start : start + _AT_ONCE])
    show_sentence(run.output, f"{len(found)} imported", ImportedDocument(len(found)))
