"""`cronofy auth secret`: the active client secrets of a context's application. Several, while one is being rotated."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.cli.options import DataCommand, ListCommand, LocalCommand, app_context, command_app
from cronofy_cli.core.accounts.client_secrets import check_label, forgotten, with_added, with_removed
from cronofy_cli.core.times import to_utc_seconds
from cronofy_cli.errors import NotFound, NotSignedIn, WrongUsage
from cronofy_cli.output.lists import Column, ListView, show_list, show_record

if TYPE_CHECKING:
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.core.accounts.contexts import Context, StoredClientSecret, StoredSecrets
    from cronofy_cli.output.documents.accounts import ClientSecretDocument

app = command_app("Manage the client secrets that signatures are checked with.")

LabelArgument = Annotated[str, typer.Argument(metavar="LABEL", help="The secret's label.")]


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
    """Add a client secret to a context. All of them verify signatures; the first one signs in.

    \b
    Examples:
      cronofy auth secret add new --client-secret-file secret.txt
      pass show cronofy/new | cronofy auth secret add new --client-secret-file -
    """
    from cronofy_cli.commands.auth.prompts import keeper_of
    from cronofy_cli.core.accounts.contexts import StoredClientSecret

    run = app_context(context)
    current = _current(run)
    added = StoredClientSecret(check_label(label), _value(run, current, client_secret_file), datetime.now(UTC))

    def change(kept: StoredSecrets) -> StoredSecrets:
        for secret in kept.client_secrets:
            if secret.label == label:
                raise WrongUsage(f"there is already a client secret '{label}'", hint=_remove_command(current, label))
            if secret.value == added.value:
                raise WrongUsage(f"this client secret is already known as '{secret.label}'")
        return with_added(kept, added)

    keeper_of(run).change(current, change)
    fields = [("label", label), ("added_at", to_utc_seconds(added.added_at))]
    show_record(run.output, fields, _document(added).encode())


@app.command("list", cls=SecretsCommand)
def list_secrets(context: typer.Context) -> None:
    """List the labels of a context's client secrets, active and removed; never their values.

    \b
    Examples:
      cronofy auth secret list
      cronofy auth secret list --json | jq -r '.[] | select(.removed_at == null) | .label'
    """
    from cronofy_cli.commands.auth.prompts import keeper_of

    run = app_context(context)
    current = _current(run)
    view: ListView[StoredClientSecret] = ListView(
        columns=(
            Column("LABEL", lambda secret: secret.label),
            Column("ADDED", lambda secret: to_utc_seconds(secret.added_at)),
            Column("REMOVED", lambda secret: _removed_at(secret) or "-"),
        ),
        document=lambda secret: _document(secret).encode(),
        empty="No client secret is kept. Add one: cronofy auth secret add LABEL --client-secret-file FILE",
    )
    kept = keeper_of(run).secrets_of(current)
    show_list(run.output, (*kept.client_secrets, *kept.removed_client_secrets), view)


@app.command("remove", cls=SecretCommand)
def remove(
    context: typer.Context,
    label: LabelArgument,
    forget: Annotated[
        bool, typer.Option("--forget", help="Erase it, and those removed earlier with this label.")
    ] = False,
) -> None:
    """Remove a client secret, once the rotation is over. It no longer verifies, signs or signs in.

    Its value stays where the context's secrets are, only so that 'verify' and 'listen' can say that a signature was
    made with a removed secret. The last 5 that were removed stay, fewer where a keyring has no room. --forget erases
    it, also later, and 'auth logout' and 'context remove' erase all of them.

    \b
    Examples:
      cronofy auth secret remove old
      cronofy auth secret remove old --forget
    """
    from cronofy_cli.commands.auth.prompts import keeper_of

    run = app_context(context)
    current = _current(run)

    def change(kept: StoredSecrets) -> StoredSecrets:
        rest = forgotten(kept, label) if forget else with_removed(kept, label, datetime.now(UTC))
        if rest == kept:
            raise _nothing_to_remove(kept, current, label)
        if kept.client_secrets and not rest.client_secrets:
            run.warn("no client secret is left: signatures cannot be checked and the access token cannot be refreshed")
        return rest

    from cronofy_cli.output.documents.accounts import ClientSecretRemovedDocument

    keeper_of(run).change(current, change)
    fields = [("removed", label), ("forgotten", "yes" if forget else "no")]
    show_record(run.output, fields, ClientSecretRemovedDocument(label, forget).encode())


def _nothing_to_remove(kept: StoredSecrets, current: Context, label: str) -> NotFound:
    if any(secret.label == label for secret in kept.removed_client_secrets):
        return NotFound(
            f"the client secret '{label}' was already removed", hint=f"{_remove_command(current, label)} --forget"
        )
    return NotFound(f"there is no client secret '{label}'", hint=f"cronofy auth secret list{_option(current)}")


def _value(run: AppContext, current: Context, source: str | None) -> str:
    from cronofy_cli.cli.client_secrets import read_secret
    from cronofy_cli.commands.auth.prompts import ask
    from cronofy_cli.core.accounts.oauth import checked_application

    if source is None:
        value = ask(run, "The client secret", option="--client-secret-file FILE", hidden=True)
    else:
        value = read_secret(run, source)
    return checked_application(current.client_id or "-", value).client_secret


def _current(run: AppContext) -> Context:
    found = run.settings.context
    if found is None:
        raise NotSignedIn("there is no current context", hint="cronofy auth login, or name one: --context NAME")
    return found


def _option(context: Context) -> str:
    return f" --context {context.name}"


def _remove_command(context: Context, label: str) -> str:
    import shlex

    return f"cronofy auth secret remove {shlex.quote(label)}{_option(context)}"


def _document(secret: StoredClientSecret) -> ClientSecretDocument:
    from cronofy_cli.output.documents.accounts import ClientSecretDocument

    return ClientSecretDocument(secret.label, to_utc_seconds(secret.added_at), _removed_at(secret))


def _removed_at(secret: StoredClientSecret) -> str | None:
    return None if secret.removed_at is None else to_utc_seconds(secret.removed_at)
