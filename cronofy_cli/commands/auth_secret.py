"""`cronofy auth secret`: the active client secrets of a context's application. Several, while one is being rotated."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.core.times import to_utc_seconds
from cronofy_cli.errors import NotFound, NotSignedIn, WrongUsage
from cronofy_cli.output.lists import Column, ListView, show_list
from cronofy_cli.shared_options import DataCommand, ListCommand, app_context, command_app

if TYPE_CHECKING:
    from cronofy_cli.context import AppContext
    from cronofy_cli.core.contexts import Context, StoredClientSecret

app = command_app("Manage the client secrets that signatures are checked with.")

LabelArgument = Annotated[str, typer.Argument(metavar="LABEL", help="What to call it.")]


@app.command("add", cls=DataCommand)
def add(
    context: typer.Context,
    label: LabelArgument,
    client_secret_file: Annotated[
        str, typer.Option(metavar="FILE|-", help="The client secret, from a file or stdin.")
    ] = "-",  # noqa: S107 - stdin, not a password
) -> None:
    """Add a client secret to the current context. Each one verifies; the first one signs in.

    \b
    Example:
      cronofy auth secret add new --client-secret-file secret.txt
    """
    from cronofy_cli.accounts.keeping import with_client_secret
    from cronofy_cli.commands.signature_input import read_secret
    from cronofy_cli.commands.signing_in import keeper_of

    run = app_context(context)
    current, keeper = _current(run), keeper_of(run)
    value = read_secret(run, client_secret_file)
    kept = keeper.secrets_of(current)
    if any(secret.label == label for secret in kept.client_secrets):
        raise WrongUsage(f"there is a client secret '{label}' already", hint=f"cronofy auth secret remove {label}")
    added = with_client_secret(kept, value, label).client_secrets[0]
    keeper.keep(current, replace(kept, client_secrets=(*kept.client_secrets, added)))
    _show(run, (added,))


@app.command("list", cls=ListCommand)
def list_secrets(context: typer.Context) -> None:
    """List the labels of the current context's client secrets; never their values.

    \b
    Example:
      cronofy auth secret list
    """
    from cronofy_cli.commands.signing_in import keeper_of

    run = app_context(context)
    _show(run, keeper_of(run).secrets_of(_current(run)).client_secrets)


@app.command("remove", cls=DataCommand)
def remove(context: typer.Context, label: LabelArgument) -> None:
    """Remove a client secret, once the rotation is over.

    \b
    Example:
      cronofy auth secret remove old
    """
    from cronofy_cli.commands.signing_in import keeper_of

    run = app_context(context)
    current, keeper = _current(run), keeper_of(run)
    kept = keeper.secrets_of(current)
    rest = tuple(secret for secret in kept.client_secrets if secret.label != label)
    if len(rest) == len(kept.client_secrets):
        raise NotFound(f"there is no client secret '{label}'", hint="cronofy auth secret list")
    keeper.keep(current, replace(kept, client_secrets=rest))
    run.output.data(json.dumps({"removed": label}) if run.flags.json else label)


def _current(run: AppContext) -> Context:
    found = run.settings.context
    if found is None:
        raise NotSignedIn("no context is chosen", hint="cronofy auth login, or name one: --context NAME")
    return found


def _show(run: AppContext, secrets: tuple[StoredClientSecret, ...]) -> None:
    view: ListView[StoredClientSecret] = ListView(
        columns=(
            Column("LABEL", lambda secret: secret.label),
            Column("ADDED", lambda secret: to_utc_seconds(secret.added_at)),
        ),
        document=lambda secret: json.dumps(
            {"label": secret.label, "added_at": to_utc_seconds(secret.added_at)}
        ).encode(),
        empty="No client secret is kept. Add one: cronofy auth secret add LABEL --client-secret-file FILE",
    )
    show_list(run.output, secrets, view)
