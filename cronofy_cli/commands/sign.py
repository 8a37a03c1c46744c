"""`cronofy sign`: the signature header for a body."""

from __future__ import annotations

from typing import Annotated

import typer

from cronofy_cli.cli.client_secrets import SecretFilesOption, find_secrets, read_bytes
from cronofy_cli.cli.options import SigningCommand, app_context, command_app
from cronofy_cli.core.signature import HEADER, sign

app = command_app()


@app.command(cls=SigningCommand)
def sign_body(
    context: typer.Context,
    body: Annotated[str, typer.Argument(metavar="FILE|-", help="The body; - reads stdin.")],
    client_secret_file: SecretFilesOption = None,
) -> None:
    """Print the Cronofy-HMAC-SHA256 header value for a body: one digest for each client secret.

    \b
    Examples:
      cronofy sign body.json
      printf '{"example":"well-known"}' | cronofy sign - --client-secret-file secret.txt
      cronofy sign body.json --client-secret-file old=old.txt --client-secret-file new=new.txt
    """
    run = app_context(context)
    secrets = find_secrets(run, client_secret_file or [], body_source=body)
    value = sign(read_bytes(run, body), [secret.value for secret in secrets])
    if run.output.format.is_json:
        from cronofy_cli.output.documents.signatures import SignDocument
        from cronofy_cli.output.json_text import show_document

        show_document(run.output, SignDocument(HEADER, value).encode())
    else:
        run.output.data(value)
