"""`cronofy auth`: signing in to an account, and what is kept of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.commands import auth_secret
from cronofy_cli.commands.signing_in import (
    ask_redirect,
    choose_sign_in,
    keeper_of,
    start_sign_in,
    store_pasted_token,
)
from cronofy_cli.core.oauth import DEFAULT_PORT, DEFAULT_SCOPE
from cronofy_cli.errors import NotSignedIn, WrongUsage
from cronofy_cli.output.records import show_record
from cronofy_cli.shared_options import ApiCommand, app_context, command_app

if TYPE_CHECKING:
    from cronofy_cli.context import AppContext
    from cronofy_cli.core.contexts import Context, StoredSecrets

app = command_app("Sign in to an account, and manage what is kept of it.")
app.add_typer(auth_secret.app, name="secret")


@app.command("login", cls=ApiCommand)
def login(
    context: typer.Context,
    client_id: Annotated[str | None, typer.Option(metavar="ID", help="The application's client id.")] = None,
    client_secret_file: Annotated[
        str | None, typer.Option(metavar="FILE|-", help="The application's client secret, from a file or stdin.")
    ] = None,
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="Of the redirect URI http://localhost:PORT/callback.")
    ] = DEFAULT_PORT,
    scope: Annotated[str, typer.Option(help="What to ask for, separated by spaces.")] = DEFAULT_SCOPE,
    provider: Annotated[
        str | None, typer.Option(metavar="NAME", help="Go straight to google, office365, apple, exchange, …")
    ] = None,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Open the page yourself, anywhere, and paste where it ends.")
    ] = False,
    access_token_file: Annotated[
        str | None, typer.Option(metavar="FILE|-", help="Keep this access token instead of using the browser.")
    ] = None,
    start: Annotated[bool, typer.Option("--start", help="For programs: print the address to open, and end.")] = False,
    complete: Annotated[
        str | None, typer.Option(metavar="URL|-", help="For programs: the address that the browser ended at.")
    ] = None,
    insecure_storage: Annotated[
        bool, typer.Option("--insecure-storage", help="Keep secrets in a private file where there is no keyring.")
    ] = False,
) -> None:
    """Sign in: the browser opens, the account's owner approves, and every command works from then on.

    Enter the redirect URI http://localhost:7777/callback in the Cronofy dashboard first (with your --port). The tokens
    and the client secret are kept in the system's keyring, under the context's name.

    \b
    Examples:
      cronofy auth login --client-id ID --client-secret-file secret.txt --data-center uk
      cronofy auth login --data-center simulator
      cronofy auth login --context acme-dev --no-browser
    """
    run = app_context(context)
    if [start, complete is not None, access_token_file is not None, no_browser].count(True) > 1:
        raise WrongUsage("these options are different ways to sign in", hint="use one of them")
    keeper = keeper_of(run, insecure_storage=insecure_storage)
    if access_token_file is not None:
        _show_signed_in(run, store_pasted_token(run, keeper, access_token_file))
        return
    chosen = choose_sign_in(run, keeper, client_id, client_secret_file, scope, provider, resumed=complete is not None)
    if start:
        start_sign_in(run, keeper, chosen, port)
        return
    from cronofy_cli.accounts.sign_in import complete as complete_sign_in

    if complete is not None or no_browser:
        answer = ask_redirect(run, chosen, port, complete)
    else:
        answer = chosen.sign_in.in_browser(port, lambda url: run.output.note(f"Approve in the browser:\n  {url}"))
    _show_signed_in(run, complete_sign_in(keeper, chosen.sign_in, chosen.secrets, answer))


@app.command("status", cls=ApiCommand)
def status(context: typer.Context) -> None:
    """Show who is signed in, where, until when, and what the environment overrides. Calls nobody.

    \b
    Examples:
      cronofy auth status
      cronofy auth status --json | jq -r .expires_at
    """
    run = app_context(context)
    from cronofy_cli.commands.auth_status import status_of

    document = status_of(run)
    show_record(
        run.output,
        [(name.replace("_", " "), _text(value)) for name, value in document.items()],
        json.dumps(document).encode(),
    )
    if not document["signed_in"]:
        raise NotSignedIn("not signed in", hint="cronofy auth login")


@app.command("refresh", cls=ApiCommand)
def refresh(context: typer.Context) -> None:
    """Get a new access token now.

    \b
    Example:
      cronofy auth refresh
    """
    run = app_context(context)
    signed_in = _signed_in(run)
    tokens = run.account.tokens if run.account is not None else None
    if tokens is None or tokens.renewed(tokens.known() or "") is None:
        raise NotSignedIn(
            f"the context {signed_in.name} has no refresh token",
            hint=f"sign in through the browser: cronofy auth login --context {signed_in.name}",
        )
    _show_signed_in(run, signed_in)


@app.command("token", cls=ApiCommand)
def token(context: typer.Context) -> None:
    """Print the access token, renewed if it has ended, for curl and other programs.

    \b
    Examples:
      cronofy auth token
      curl -H "Authorization: Bearer $(cronofy auth token)" https://api.cronofy.com/v1/userinfo
    """
    run = app_context(context)
    current = run.tokens.current()
    run.output.data(json.dumps({"access_token": current}) if run.flags.json else current)


@app.command("logout", cls=ApiCommand)
def logout(
    context: typer.Context,
    revoke: Annotated[
        bool, typer.Option("--revoke", help="Take the authorization back at Cronofy too, for all of this application.")
    ] = False,
) -> None:
    """Remove the tokens and secrets of a context from this machine. The context itself stays.

    \b
    Examples:
      cronofy auth logout
      cronofy auth logout --revoke --context acme-dev
    """
    run = app_context(context)
    signed_in = _signed_in(run)
    keeper = keeper_of(run)
    if revoke:
        _revoke(run, signed_in, keeper.secrets_of(signed_in))
    removed = keeper.forget(signed_in)
    told = f"signed out of {signed_in.name}" if removed else f"{signed_in.name} was not signed in"
    document = {"context": signed_in.name, "removed": removed, "revoked": revoke}
    show_record(run.output, [("context", signed_in.name), ("state", told)], json.dumps(document).encode())


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "-"
    return {None: "-", True: "yes", False: "no"}.get(value) or str(value)  # type: ignore[call-overload]


def _signed_in(run: AppContext) -> Context:
    current = run.settings.context
    if current is None:
        raise NotSignedIn("no context is chosen", hint="cronofy auth login, or name one: --context NAME")
    return current


def _revoke(run: AppContext, signed_in: Context, secrets: StoredSecrets) -> None:
    from cronofy_cli.accounts.keeping import application_of
    from cronofy_cli.adapters.oauth.tokens import TokenEndpoint

    # The refresh token rather than the access token: that one may have ended already.
    held = secrets.refresh_token or secrets.access_token
    if held is not None:
        TokenEndpoint(run.data_center, application_of(signed_in, secrets)).revoke(held)


def _show_signed_in(run: AppContext, signed_in: Context) -> None:
    account = signed_in.account
    document = {
        "context": signed_in.name,
        "data_center": signed_in.data_center,
        "sub": account.sub if account else None,
        "email": account.email if account else None,
        "scope": signed_in.scope,
        "secret_place": signed_in.secret_place,
    }
    fields = [(name.replace("_", " "), _text(value)) for name, value in document.items()]
    show_record(run.output, fields, json.dumps(document).encode())
