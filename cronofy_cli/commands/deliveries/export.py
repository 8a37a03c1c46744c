"""`cronofy deliveries export` and `import`: to other tools, other people, and back."""

from __future__ import annotations

from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.cli.options import LocalCommand, SigningCommand, app_context, command_app
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

    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.core.notifications.deliveries import Delivery

app = command_app()

_STDOUT = Path("-")


DeliveriesArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[ID|last|@TAG]...", help="The deliveries; by default all that match the filters."),
]
RedactOption = Annotated[
    bool, typer.Option("--redact", help="Leave out signatures, credentials, addresses, URLs and e-mails.")
]
ResignOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="[LABEL=]FILE|-",
        help="Sign again with this client secret, such as one for tests, from a file or stdin; repeatable.",
    ),
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
    client_secret_file: ResignOption = None,
    output: OutputOption = None,
) -> None:
    """Export deliveries as NDJSON, HAR, a shell script of curl commands, or a pytest fixture.

    NDJSON holds forwards, tags and events too, HAR the forwards, except with --redact. What is redacted has no valid
    signature; with --client-secret-file it has that of a client secret for tests.

    \b
    Examples:
      cronofy deliveries export --since 1d -o deliveries.ndjson
      cronofy deliveries export last --format curl | sh -s http://localhost:3000/hook
      cronofy deliveries export --type change --format pytest --redact --client-secret-file test.txt -o conftest.py
      cronofy deliveries export --format har -o deliveries.har
    """
    from cronofy_cli import __version__
    from cronofy_cli.adapters.history import EVERYTHING, Criteria
    from cronofy_cli.output.exports.formats import exported
    from cronofy_cli.output.exports.ndjson import kept_beside

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
    chosen = _changed(run, chosen, client_secret_file or [], redact=redact)
    beside = None if redact else partial(kept_beside, run.history)
    _write(run, exported(chosen, format_, __version__, beside), format_, output)


def _changed(
    run: AppContext, chosen: Iterable[Delivery], secret_files: list[str], *, redact: bool
) -> Iterable[Delivery]:
    """Return deliveries without what is to be left out, and signed again with the client secrets that were given."""
    if redact:
        from cronofy_cli.output.exports.redaction import redacted

        chosen = map(redacted, chosen)
    if secret_files:
        from cronofy_cli.cli.client_secrets import given_secrets
        from cronofy_cli.outbound.edited_body import with_body

        secrets = given_secrets(run, secret_files)
        chosen = (with_body(each, each.request.body, secrets) for each in chosen)
    return chosen


def _write(run: AppContext, parts: Iterable[bytes], format_: ExportFormat, output: Path | None) -> None:
    if output is not None and output != _STDOUT:
        from cronofy_cli.adapters.output_files import write_output

        write_output(output, parts)
        return
    from cronofy_cli.output.json_text import write_json_lines

    is_json = format_ in {ExportFormat.NDJSON, ExportFormat.HAR}
    for part in parts:
        if is_json:
            write_json_lines(run.output, part)
        else:
            run.output.outside(part)


@app.command("import", cls=SigningCommand)
def import_deliveries(
    context: typer.Context,
    source: Annotated[str, typer.Argument(metavar="FILE|-", help="A file that 'deliveries export' wrote as NDJSON.")],
) -> None:
    """Import exported deliveries into the history, with new numbers. Those that are there already are left out.

    Anybody can write such a file: the signature is checked with the client secrets known here, and what the file says
    of it is shown as its claim. 'wait', '--follow' and 'last' pass imported deliveries over.

    \b
    Examples:
      cronofy deliveries import deliveries.ndjson
      ssh server cronofy deliveries export --since 1h | cronofy deliveries import -
    """
    from cronofy_cli.cli.client_secrets import opened
    from cronofy_cli.commands.deliveries.imports import Importer
    from cronofy_cli.output.documents.deliveries import ImportedDocument
    from cronofy_cli.output.exports.read_ndjson import read_deliveries
    from cronofy_cli.output.lists import show_sentence

    run = app_context(context)
    # All of it is read before anything is written: half an import is none.
    with opened(run, source) as file:
        found = list(read_deliveries(file))
    importer = Importer(run)
    importer.take(found)
    there = len(found) - importer.count
    sentence = f"{importer.count} imported" + (f", {there} already there" if there else "")
    show_sentence(run.output, sentence, ImportedDocument(importer.count, there))
    for tag in importer.taken_tags:
        run.warn(f"the tag @{tag} stays with the delivery that has it")
