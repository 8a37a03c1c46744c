"""`cronofy auth secret`: the active client secrets of a context's application. Several, while one is being rotated."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.core.times import to_utc_seconds
from cronofy_cli.errors import NotFound, NotSignedIn, WrongUsage
from cronofy_cli.output.lists import Column, ListView, show_list
from cronofy_cli.output.records import show_record
from cronofy_cli.shared_options import DataCommand, ListCommand, LocalCommand, app_context, command_app

if TYPE_CHECKING:
    from cronofy_cli.context import AppContext
    from cronofy_cli.core.contexts import Context, StoredClientSecret, StoredSecrets

app = command_app("Manage the client secrets that signatures are checked with.")

LabelArgument = Annotated[str, typer.Argument(metavar="LABEL", help="What to call it.")]


class SecretCommand(LocalCommand):
    """A command about one client secret of a context."""

    shared = ("context", *DataCommand.shared)


class SecretsCommand(LocalCommand):
    """A command about all client secrets of a context."""

    shared = ("context", *ListCommand.shared)


@app.command("add", cls=SecretCommand)
def add(
    context: typer.Context,
    label: LabelArgument,
    client_secret_file: Annotated[
        str | None, typer.Option(metavar="FILE|-", help="The client secret, from a file or stdin.")
    ] = None,
) -> None:
    """Add a client secret to a context. Each one verifies; the first one signs in.

    \b
    Examples:
      cronofy auth secret add new --client-secret-file secret.txt
      pass show cronofy/new | cronofy auth secret add new --client-secret-file -
    """
    from cronofy_cli.commands.signing_in import keeper_of
    from cronofy_cli.core.contexts import StoredClientSecret

    run = app_context(context)
    current = _current(run)
    added = StoredClientSecret(label, _value(run, current, client_secret_file), datetime.now(UTC))

    def change(kept: StoredSecrets) -> StoredSecrets:
        for secret in kept.client_secrets:
            if secret.label == label:
                raise WrongUsage(f"there is a client secret '{label}' already", hint=_remove_command(current, label))
            if secret.value == added.value:
                raise WrongUsage(f"this client secret is known already, as '{secret.label}'")
        return replace(kept, client_secrets=(*kept.client_secrets, added))

    keeper_of(run).change(current, change)
    document = _document(added)
    show_record(run.output, list(document.items()), json.dumps(document).encode())


@app.command("list", cls=SecretsCommand)
def list_secrets(context: typer.Context) -> None:
    """List the labels of a context's client secrets; never their values.

    \b
    Example:
      cronofy auth secret list
    """
    from cronofy_cli.commands.signing_in import keeper_of

    run = app_context(context)
    current = _current(run)
    view: ListView[StoredClientSecret] = ListView(
        columns=(
            Column("LABEL", lambda secret: secret.label),
            Column("ADDED", lambda secret: to_utc_seconds(secret.added_at)),
        ),
        document=lambda secret: json.dumps(_document(secret)).encode(),
        empty="No client secret is kept. Add one: cronofy auth secret add LABEL --client-secret-file FILE",
    )
    show_list(run.output, keeper_of(run).secrets_of(current).client_secrets, view)


@app.command("remove", cls=SecretCommand)
def remove(context: typer.Context, label: LabelArgument) -> None:
    """Remove a client secret, once the rotation is over.

    \b
    Example:
      cronofy auth secret remove old
    """
    from cronofy_cli.commands.signing_in import keeper_of

    run = app_context(context)
    current = _current(run)

    def change(kept: StoredSecrets) -> StoredSecrets:
        rest = tuple(secret for secret in kept.client_secrets if secret.label != label)
        if len(rest) == len(kept.client_secrets):
            raise NotFound(f"there is no client secret '{label}'", hint=f"cronofy auth secret list{_option(current)}")
        if not rest:
            run.warn("no client secret is left: signatures cannot be checked, nor the access token renewed")
        return replace(kept, client_secrets=rest)

    keeper_of(run).change(current, change)
    show_record(run.output, [("removed", label)], json.dumps({"removed": label}).encode())


def _value(run: AppContext, current: Context, source: str | None) -> str:
    from cronofy_cli.commands.signature_input import read_secret
    from cronofy_cli.commands.signing_in import ask
    from cronofy_cli.core.oauth import checked_application

    if source is None:
        value = ask(run, "The client secret", option="--client-secret-file FILE", hidden=True)
    else:
        value = read_secret(run, source)
    return checked_application(current.client_id or "-", value).client_secret


def _current(run: AppContext) -> Context:
    found = run.settings.context
    if found is None:
        raise NotSignedIn("no context is chosen", hint="cronofy auth login, or name one: --context NAME")
    return found


def _option(context: Context) -> str:
    return f" --context {context.name}"


def _remove_command(context: Context, label: str) -> str:
    import shlex

    return f"cronofy auth secret remove {shlex.quote(label)}{_option(context)}"


def _document(secret: StoredClientSecret) -> dict[str, str]:
    return {"label": secret.label, "added_at": to_utc_seconds(secret.added_at)}
