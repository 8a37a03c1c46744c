"""`cronofy verify`: was this body signed by Cronofy, and if not, why?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.cli.client_secrets import (
    SecretFilesOption,
    given_secrets,
    kept_secrets,
    read_bytes,
)
from cronofy_cli.cli.options import SigningCommand, app_context, command_app
from cronofy_cli.core.accounts.data_centers import SIMULATOR
from cronofy_cli.core.signature import HEADER, SignatureState, judge
from cronofy_cli.errors import SignatureMismatch, WrongUsage
from cronofy_cli.output.streams import OutputFormat, Style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.core.autopsy import Finding
    from cronofy_cli.core.notifications.deliveries import Delivery, Headers
    from cronofy_cli.core.signature import ClientSecret
    from cronofy_cli.output.streams import Output

app = command_app()


@dataclass(frozen=True, slots=True)
class _Signed:
    body: bytes
    header: str | None
    headers: Headers = ()
    """Of the whole request, where there is one."""


@app.command(cls=SigningCommand)
def verify(
    context: typer.Context,
    body: Annotated[str | None, typer.Argument(metavar="FILE|-", help="The raw body; - reads stdin.")] = None,
    signature: Annotated[str | None, typer.Option(metavar="VALUE", help=f"The value of the {HEADER} header.")] = None,
    request: Annotated[
        str | None, typer.Option(metavar="FILE|-", help="Use a saved HTTP request: head, empty line, body.")
    ] = None,
    delivery: Annotated[
        str | None, typer.Option(metavar="ID|last|@TAG", help="Use a stored delivery; see 'cronofy deliveries list'.")
    ] = None,
    client_secret_file: SecretFilesOption = None,
) -> None:
    """Check that Cronofy signed a body, and explain why not. Exits with 5 if it did not.

    \b
    Examples:
      cronofy verify body.json --signature "38ArsN7+J/O8joGsgirVEdV16a/+eb+5QgHGIiuv4hk="
      cronofy verify --request saved-request.txt --client-secret-file secret.txt
      cronofy verify --delivery last --client-secret-file old=old.txt --client-secret-file new=new.txt
      cronofy verify --request - --json < saved-request.txt | jq -r .cause
    """
    run = app_context(context)
    if [body, request, delivery].count(None) != 2:
        raise WrongUsage(
            "exactly one thing to verify is needed", hint="a body FILE or -, --request FILE, or --delivery ID"
        )
    stored = _stored(run, delivery) if delivery is not None else None
    given = _given(run, client_secret_file or [], stored, body_source=body or request)
    secrets = given or kept_secrets(run)
    signed = _read(run, body, signature, request, stored)
    verdict = judge(signed.header, signed.body, secrets)
    if verdict.state is SignatureState.VALID and verdict.secret_label is not None:
        _show_valid(run.output, verdict.secret_label)
        return
    finding = _examine(run, signed, secrets, were_given=bool(given))
    if run.output.format.is_json:
        # People read it in the error.
        from cronofy_cli.output.documents.signatures import VerifyDocument
        from cronofy_cli.output.json_text import show_document

        show_document(run.output, VerifyDocument.of(verdict.state, finding).encode())
    raise mismatch(verdict.state, finding, hint=_what_is_missing(body, signed))


def _stored(run: AppContext, name: str) -> Delivery:
    from cronofy_cli.commands.deliveries.choice import find_delivery

    return find_delivery(run.history, name)


def _given(
    run: AppContext, files: Sequence[str], stored: Delivery | None, *, body_source: str | None
) -> tuple[ClientSecret, ...]:
    """Return the secrets of files or the environment; what the simulator has sent is the simulator's to verify."""
    is_chosen = files or run.flags.context or run.flags.data_center
    if stored is None or stored.context != SIMULATOR or is_chosen:
        return given_secrets(run, files, body_source=body_source)
    from cronofy_cli.cli.other_secrets import simulator_secrets

    return simulator_secrets(run)


def _read(
    run: AppContext, body: str | None, signature: str | None, request: str | None, delivery: Delivery | None
) -> _Signed:
    if delivery is not None:
        stored = delivery.request
        return _Signed(stored.body, signature if signature is not None else stored.header(HEADER), stored.headers)
    if request is not None:
        from cronofy_cli.core.notifications.http_message import parse_saved_request

        saved = parse_saved_request(read_bytes(run, request))
        return _Signed(saved.body, signature if signature is not None else saved.header(HEADER), saved.headers)
    assert body is not None
    return _Signed(read_bytes(run, body), signature)


def _examine(run: AppContext, signed: _Signed, secrets: Sequence[ClientSecret], *, were_given: bool) -> Finding:
    # Late: a signature that is right needs none of it.
    from cronofy_cli.cli.other_secrets import other_secrets
    from cronofy_cli.core.autopsy import examine

    foreign = other_secrets(run, secrets, were_given=were_given)
    return examine(
        signed.header,
        signed.body,
        secrets,
        headers=signed.headers,
        other_secrets=foreign.others,
        removed_secrets=foreign.removed,
    )


def _what_is_missing(body: str | None, signed: _Signed) -> str | None:
    """Return what to give besides a body: alone it says nothing about who signed it."""
    if body is None or signed.header is not None:
        return None
    from cronofy_cli.core.notifications.http_message import parse_saved_request

    try:
        parse_saved_request(signed.body)
    except WrongUsage:
        return f"give the value of the {HEADER} header with --signature, or the whole request with --request FILE"
    return f"this is a whole request: cronofy verify --request {body}"


def _show_valid(output: Output, label: str) -> None:
    if output.format.is_json:
        from cronofy_cli.output.documents.signatures import VerifyDocument
        from cronofy_cli.output.json_text import show_document

        show_document(output, VerifyDocument(SignatureState.VALID, label).encode())
    elif output.format is OutputFormat.TSV:
        output.data(f"valid\t{label}")
    else:
        output.data(f"{output.paint('✓ valid', Style.GREEN)}  signed with {label}")


def mismatch(state: SignatureState, finding: Finding, *, hint: str | None = None) -> SignatureMismatch:
    """Return the error for a signature that is not right; `hint` takes the place of the finding's own."""
    return SignatureMismatch(_message(state, finding), hint=hint or _clause(finding.hint))


def _message(state: SignatureState, finding: Finding) -> str:
    from cronofy_cli.core.autopsy import Cause, Confidence

    problem = "there is no signature" if state is SignatureState.UNSIGNED else "the signature does not match"
    if finding.confidence is Confidence.NONE:
        return f"{problem}, and the cause is unknown"
    likely = "; likely" if finding.confidence is Confidence.LIKELY else ""
    is_foreign = finding.cause in {Cause.OTHER_CONTEXT_SECRET, Cause.REMOVED_SECRET}
    whose = f" ({finding.secret_label})" if is_foreign and finding.secret_label else ""
    return f"{problem}{likely}: {_clause(finding.explanation)}{whose}"


def _clause(sentence: str) -> str:
    """Return a sentence as it stands behind a colon: no full stop, and a small letter unless the word is a name."""
    word = sentence.partition(" ")[0]
    is_name = word[1:] != word[1:].lower()
    return (sentence if is_name else sentence[:1].lower() + sentence[1:]).removesuffix(".")
