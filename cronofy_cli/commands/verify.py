"""`cronofy verify`: was this body signed by Cronofy?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.commands.signature_input import find_secrets, read_bytes
from cronofy_cli.core.signature import HEADER, verify_signature
from cronofy_cli.errors import WrongUsage
from cronofy_cli.output.streams import OutputFormat, Style
from cronofy_cli.shared_options import DataCommand, app_context, command_app

if TYPE_CHECKING:
    from cronofy_cli.context import AppContext

app = command_app()


@dataclass(frozen=True, slots=True)
class _Signed:
    body: bytes
    header: str | None


@app.command(cls=DataCommand)
def verify(
    context: typer.Context,
    body: Annotated[str | None, typer.Argument(metavar="FILE|-", help="The raw body; - reads it from stdin.")] = None,
    signature: Annotated[str | None, typer.Option(metavar="VALUE", help=f"The value of the {HEADER} header.")] = None,
    request: Annotated[
        str | None, typer.Option(metavar="FILE|-", help="A saved HTTP request instead: head, empty line, body.")
    ] = None,
    delivery: Annotated[
        str | None, typer.Option(metavar="ID|last", help="A stored delivery instead; see 'deliveries list'.")
    ] = None,
    client_secret_file: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE|-", help="A client secret, from a file or stdin; repeat it for several."),
    ] = None,
) -> None:
    """Check that Cronofy signed a body. Exits with 5 if it did not.

    \b
    Examples:
      cronofy verify body.json --signature "38ArsN7+J/O8joGsgirVEdV16a/+eb+5QgHGIiuv4hk="
      cronofy verify --request saved-request.txt --client-secret-file secret.txt
      cronofy verify --delivery last
    """
    run = app_context(context)
    if [body, request, delivery].count(None) != 2:
        raise WrongUsage("name one thing to verify", hint="a body FILE or -, --request FILE, or --delivery ID")
    secrets = find_secrets(run, client_secret_file or [], body_source=body or request)
    signed = _read(run, body, signature, request, delivery)
    _show(run, verify_signature(signed.header, signed.body, secrets))


def _read(
    run: AppContext, body: str | None, signature: str | None, request: str | None, delivery: str | None
) -> _Signed:
    if delivery is not None:
        from cronofy_cli.commands.delivery_choice import find_delivery

        stored = find_delivery(run.history, delivery).request
        return _Signed(stored.body, signature if signature is not None else stored.header(HEADER))
    if request is not None:
        from cronofy_cli.core.http_message import parse_saved_request

        saved = parse_saved_request(read_bytes(run, request))
        return _Signed(saved.body, signature if signature is not None else saved.header(HEADER))
    assert body is not None
    return _Signed(read_bytes(run, body), signature)


def _show(run: AppContext, label: str) -> None:
    output = run.output
    if output.format.is_json:
        import json

        output.data(json.dumps({"state": "valid", "secret": label}))
    elif output.format is OutputFormat.TSV:
        output.data(f"valid\t{label}")
    else:
        output.data(f"{output.paint('✓ valid', Style.GREEN)}  signed with {label}")
