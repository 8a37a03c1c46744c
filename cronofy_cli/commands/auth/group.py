"""`cronofy auth`: signing in to an account, and what is kept of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cronofy_cli.adapters.environment import Variable
from cronofy_cli.cli.options import ApiCommand, app_context, command_app
from cronofy_cli.commands.auth import secret
from cronofy_cli.core.accounts.oauth import DEFAULT_PORT
from cronofy_cli.errors import NotSignedIn, WrongUsage
from cronofy_cli.output.lists import show_record

if TYPE_CHECKING:
    from cronofy_cli.auth.account import SignedInContext
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.commands.auth.prompts import LoginOptions
    from cronofy_cli.core.accounts.contexts import Context
    from cronofy_cli.output.documents.base import Document

app = command_app("Sign in to an account, and manage its tokens and secrets.")
app.add_typer(secret.app, name="secret")

ClientIdOption = Annotated[str | None, typer.Option(metavar="ID", help="The application's client id.")]
ClientSecretFileOption = Annotated[
    str | None, typer.Option(metavar="FILE|-", help="The application's client secret, from a file or stdin.")
]
PortOption = Annotated[
    int, typer.Option(min=1, max=65535, help="Port of the redirect URI http://localhost:PORT/callback.")
]
ScopeOption = Annotated[str | None, typer.Option(help="Scopes to request, separated by spaces.")]
ProviderOption = Annotated[
    str | None, typer.Option(metavar="NAME", help="Go straight to this provider: google, office365, apple, exchange, …")
]
NoBrowserOption = Annotated[
    bool, typer.Option("--no-browser", help="Print the URL to open in any browser, and paste the URL where it ends.")
]
AccessTokenFileOption = Annotated[
    str | None, typer.Option(metavar="FILE|-", help="Store this access token instead of signing in with the browser.")
]
StartOption = Annotated[bool, typer.Option("--start", help="For programs: print the URL to open, and exit.")]
CompleteOption = Annotated[
    str | None, typer.Option(metavar="URL|-", help="For programs: finish with the URL that the browser ended at.")
]
InsecureStorageOption = Annotated[
    bool, typer.Option("--insecure-storage", help="Store secrets in a private file instead of the keyring.")
]
RevokeOption = Annotated[
    bool, typer.Option("--revoke", help="Also revoke the authorization at Cronofy, for the whole application.")
]


@app.command("login", cls=ApiCommand)
def login(
    context: typer.Context,
    client_id: ClientIdOption = None,
    client_secret_file: ClientSecretFileOption = None,
    port: PortOption = DEFAULT_PORT,
    scope: ScopeOption = None,
    provider: ProviderOption = None,
    no_browser: NoBrowserOption = False,
    access_token_file: AccessTokenFileOption = None,
    start: StartOption = False,
    complete: CompleteOption = None,
    insecure_storage: InsecureStorageOption = False,
) -> None:
    """Sign in with the browser; the account's owner approves access for this command line.

    Enter the redirect URI http://localhost:7777/callback in the Cronofy dashboard first (with your --port). The tokens
    and the client secret are kept in the system's keyring, under the context's name.

    \b
    Examples:
      cronofy auth login --client-id ID --client-secret-file secret.txt --data-center uk
      cronofy auth login --data-center simulator
      cronofy auth login --context acme-dev --no-browser
    """
    from cronofy_cli.commands.auth import login
    from cronofy_cli.commands.auth.prompts import LoginOptions, again_command, naming_private_file

    run = app_context(context)
    options = LoginOptions(client_id, client_secret_file, port, scope, provider, insecure_storage)
    if [start, complete is not None, access_token_file is not None, no_browser].count(True) > 1:
        raise WrongUsage("--start, --complete, --access-token-file and --no-browser cannot be combined")
    if [client_secret_file, access_token_file, complete].count("-") > 1:
        raise WrongUsage("stdin can be read only once", hint="use a file for the client secret")
    before = _current_name(run)
    is_start = start or (no_browser and run.output.format.is_json)
    steps = {"--start": is_start, "--no-browser": no_browser and not is_start}
    again = again_command(run, options, steps, access_token_file, complete)
    with naming_private_file(again):
        if is_start:
            login.start_login(run, options)
        else:
            _show_signed_in(run, _log_in(run, options, access_token_file, complete, no_browser=no_browser), before)


@app.command("status", cls=ApiCommand)
def status(
    context: typer.Context,
    check: Annotated[bool, typer.Option("--check", help="Ask Cronofy whether it accepts the access token.")] = False,
) -> None:
    """Show which access token is used, whose it is, until when, and what the environment overrides.

    Makes no API call without --check.

    \b
    Examples:
      cronofy auth status
      cronofy auth status --check
      cronofy auth status --json | jq -r .expires_at
    """
    from cronofy_cli.commands.auth.status import status_of

    run = app_context(context)
    document = status_of(run, check=check)
    _show(run, document)
    if not document.signed_in:
        raise run.simulator_is_missing() if run.is_simulator else run.no_token()
    if document.accepted is False:
        raise NotSignedIn(
            f"data center {document.data_center} does not accept the access token from the {document.token_from}",
            hint=_renewal_hint(run, document.token_from),
        )


def _renewal_hint(run: AppContext, token_from: str | None) -> str:
    from cronofy_cli.core.command_line import own_command

    if token_from == "environment":  # noqa: S105 - where a token comes from
        return f"set {Variable.ACCESS_TOKEN} to a valid token, or unset it to use the tokens of the sign-in"
    return own_command(("auth", "login"), run.chosen_options)


@app.command("refresh", cls=ApiCommand)
def refresh(context: typer.Context) -> None:
    """Get a new access token now.

    \b
    Example:
      cronofy auth refresh
    """
    from cronofy_cli.auth.context_store import sign_in_command

    run = app_context(context)
    if run.environment_is_enough:
        raise NotSignedIn(
            f"the access token comes from {Variable.ACCESS_TOKEN}, which cannot be refreshed here",
            hint=f"unset {Variable.ACCESS_TOKEN}, to use the tokens of the sign-in",
        )
    account = _account(run)
    tokens = account.tokens
    if tokens.renewed(tokens.known() or "") is None:
        raise NotSignedIn(
            f"the context {account.context.name} has no refresh token",
            hint=f"sign in through the browser: {sign_in_command(account.context)}",
        )
    _show_signed_in(run, account.context, account.context.name)


@app.command("token", cls=ApiCommand)
def token(context: typer.Context) -> None:
    """Print the access token for curl and other programs, refreshed if it has expired.

    \b
    Examples:
      cronofy auth token
      curl -H "Authorization: Bearer $(cronofy auth token)" https://api.cronofy.com/v1/userinfo
    """
    run = app_context(context)
    current = run.tokens.current()
    if not run.output.format.is_json:
        run.output.data(current)
        return
    from cronofy_cli.output.documents.accounts import AccessTokenDocument
    from cronofy_cli.output.json_text import show_document

    show_document(run.output, AccessTokenDocument(current).encode())


@app.command("logout", cls=ApiCommand)
def logout(context: typer.Context, revoke: RevokeOption = False) -> None:
    """Remove the tokens and secrets of a context from this machine. The context itself stays.

    \b
    Examples:
      cronofy auth logout
      cronofy auth logout --revoke --context acme-dev
    """
    from cronofy_cli.commands.auth.prompts import keeper_of
    from cronofy_cli.output.documents.accounts import SignedOutDocument

    run = app_context(context)
    is_revoked = revoke and _account(run).revoke()
    signed_in = _chosen(run)
    removed = keeper_of(run).forget(signed_in)
    _show(run, SignedOutDocument(signed_in.name, secrets_removed=removed, revoked=is_revoked))


def _log_in(
    run: AppContext, options: LoginOptions, token_source: str | None, ended: str | None, *, no_browser: bool
) -> Context:
    from cronofy_cli.commands.auth import login

    if token_source is not None:
        return login.log_in_with_token(run, options, token_source)
    if ended is not None:
        return login.finish_login(run, options, ended)
    if no_browser:
        return login.log_in_by_pasting(run, options)
    return login.log_in_with_browser(run, options)


def _chosen(run: AppContext) -> Context:
    current = run.settings.context
    if current is None:
        raise NotSignedIn("there is no current context", hint="cronofy auth login, or name one: --context NAME")
    return current


def _account(run: AppContext) -> SignedInContext:
    """Return the context in use, whose secrets are sent to its own data center only."""
    _chosen(run)
    if run.account is None:
        raise run.no_token()
    return run.account


def _current_name(run: AppContext) -> str | None:
    """Return the context that commands use which name none."""
    from cronofy_cli.adapters.settings import Key
    from cronofy_cli.adapters.settings.files import read_user_file

    found = read_user_file(run.settings.user_file).defaults.get(Key.CONTEXT)
    return found if isinstance(found, str) else None


def _show_signed_in(run: AppContext, signed_in: Context, before: str | None) -> None:
    from cronofy_cli.output.documents.accounts import SignedInDocument

    account = signed_in.account
    document = SignedInDocument(
        context=signed_in.name,
        data_center=signed_in.data_center,
        sub=account.sub if account else None,
        email=account.email if account else None,
        secret_place=signed_in.secret_place,
    )
    _show(run, document)
    if before not in {None, signed_in.name}:
        run.output.note(f"{signed_in.name} is now the current context; to switch back: cronofy context use {before}")


def _show(run: AppContext, document: Document) -> None:
    from msgspec.structs import asdict

    fields = [(name.replace("_", " "), _text(value)) for name, value in asdict(document).items()]
    show_record(run.output, fields, document.encode())


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "-"
    return str(value or "-")
