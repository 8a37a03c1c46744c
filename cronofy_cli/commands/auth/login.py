"""The ways of `auth login`: through the browser, by pasting, in two steps for programs, with a token made elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cronofy_cli.auth import pending_login
from cronofy_cli.auth.context_store import with_client_secret
from cronofy_cli.auth.login import (
    complete,
    is_personal,
    is_same_application,
    keep_tokens,
    new_request,
    sign_in_through_browser,
)
from cronofy_cli.cli.client_secrets import STDIN, read_bytes, read_secret
from cronofy_cli.commands.auth.prompts import (
    ask,
    choose_client_id,
    choose_context,
    choose_scope,
    choose_sign_in,
    keeper_of,
    known_client_secret,
    server_of,
)
from cronofy_cli.core.accounts.contexts import StoredSecrets
from cronofy_cli.core.accounts.oauth import TokenAnswer, checked_application, code_from_redirect, parse_token_answer
from cronofy_cli.core.text import as_utf8
from cronofy_cli.errors import NotAllowed, RequestFailed, WrongUsage

if TYPE_CHECKING:
    from cronofy_cli.auth.context_store import AccountKeeper
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.commands.auth.prompts import LoginOptions
    from cronofy_cli.core.accounts.contexts import Context
    from cronofy_cli.core.accounts.oauth import Application, AuthorizationRequest


def log_in_with_browser(run: AppContext, options: LoginOptions) -> Context:
    """Open the browser, and return the context when the account's owner has approved."""
    keeper = keeper_of(run, insecure_storage=options.insecure_storage)
    chosen = choose_sign_in(run, keeper, options)
    server = server_of(run, options)
    answer = sign_in_through_browser(chosen, server, options.port, run.output.note)
    return complete(keeper, chosen, server, answer)


def log_in_by_pasting(run: AppContext, options: LoginOptions) -> Context:
    """Show the address, ask for where it ended, and return the context.

    Raises:
        WrongUsage: there is no terminal to ask at.
    """
    if not run.output.can_prompt:
        raise WrongUsage(
            "--no-browser asks for the URL that the browser ended at, and there is no terminal",
            hint=f"sign in with two commands: {server_of(run, options).again} --start",
        )
    keeper = keeper_of(run, insecure_storage=options.insecure_storage)
    chosen = choose_sign_in(run, keeper, options)
    server, request = server_of(run, options), chosen.request(options.port)
    run.output.note(f"Open this URL in any browser and approve:\n  {request.url(server.data_center)}")
    run.output.note("It ends at a page that cannot be shown. Copy the whole URL of that page, or the code in it.")
    ended = ask(run, "The address, which is not shown while you paste it", option="--complete URL", hidden=True)
    code = code_from_redirect(ended, request.state, again=server.again) if "=" in ended else ended
    answer = server.tokens(chosen.application).exchange(code, request.redirect_uri)
    return complete(keeper, chosen, server, answer)


def start_login(run: AppContext, options: LoginOptions) -> None:
    """The first of two steps: print the address to open, and keep what the second step needs.

    Raises:
        WrongUsage: the context is signed in as another application.
    """
    keeper = keeper_of(run, insecure_storage=options.insecure_storage)
    context = choose_context(run, keeper)
    client_id = choose_client_id(run, context, options)
    wanted = context._replace(client_id=client_id)
    server = server_of(run, options)
    if context.account is not None and not is_same_application(context, wanted):
        raise WrongUsage(
            f"the context {context.name} is signed in as another application",
            hint=f"choose another name with --context NAME, or: cronofy auth logout --context {context.name}",
        )
    if options.client_secret_file is not None:
        application = checked_application(client_id, read_secret(run, options.client_secret_file))
        _keep_secret(run, keeper, wanted, application)
    request = new_request(client_id, options.port, choose_scope(run, options), options.provider)
    _remember(run, wanted, request, options)
    lacks_secret = options.client_secret_file is None and known_client_secret(run, keeper, wanted, options) is None
    _show_started(run, request.url(server.data_center), request.redirect_uri, lacks_secret=lacks_secret)


def finish_login(run: AppContext, options: LoginOptions, ended: str) -> Context:
    """The second step: return the context for the address that the browser ended at, given or on stdin.

    Raises:
        WrongUsage: the options are not those of the first step.
        NotAllowed: the account's owner refused.
        NotSignedIn: there was no first step, Cronofy refused, or the address belongs to another sign-in.
    """
    started = pending_login.recall(run.environment)
    if {run.flags.context, run.flags.data_center} - {None, started.context, started.data_center}:
        raise WrongUsage(
            f"the sign-in that was started is for context {started.context} at data center {started.data_center}",
            hint="leave out --context and --data-center, or start again: cronofy auth login --start",
        )
    run.flags.context, run.flags.data_center = started.context, started.data_center
    run.forget_choices()
    options = replace(
        options,
        client_id=started.client_id,
        scope=started.scope or None,
        insecure_storage=options.insecure_storage or bool(started.insecure_storage),
    )
    keeper, server = keeper_of(run, insecure_storage=options.insecure_storage), server_of(run, options)
    if ended == STDIN:
        ended = read_bytes(run, STDIN).decode("utf-8", "replace").strip()
    try:
        code = code_from_redirect(ended, started.state, again=f"{server.again} --start")
    except NotAllowed:
        pending_login.forget(run.environment)
        raise
    chosen = choose_sign_in(run, keeper, options)
    pending_login.forget(run.environment)
    answer = server.tokens(chosen.application).exchange(code, started.redirect_uri)
    return complete(keeper, chosen, server, answer)


def log_in_with_token(run: AppContext, options: LoginOptions, source: str) -> Context:
    """Keep a token that was made elsewhere, such as a personal one, and return the context.

    Raises:
        WrongUsage: the file cannot be read, or holds no token.
        NotSignedIn: Cronofy does not accept it.
    """
    answer = _read_tokens(run, source)
    keeper = keeper_of(run, insecure_storage=options.insecure_storage)
    context = choose_context(run, keeper)
    wanted = context._replace(client_id=options.client_id or context.client_id)
    secret = None
    if options.client_secret_file is not None:
        secret = read_secret(run, options.client_secret_file)
        checked_application(wanted.client_id or "-", secret)
    server = server_of(run, options)

    def change(kept: StoredSecrets) -> StoredSecrets:
        return kept if secret is None else with_client_secret(kept, secret, datetime.now(UTC))

    stored = keep_tokens(keeper, wanted, server, answer, change)
    if is_personal(server, answer.access_token):
        run.output.note(
            "Cronofy refuses notification channels with this token, as with every personal token: they belong to an\n"
            "application. Sign in as one for listen and channels: cronofy auth login --client-id ID"
        )
    return stored


def _keep_secret(run: AppContext, keeper: AccountKeeper, wanted: Context, application: Application) -> None:
    before = run.settings.contexts.get(wanted.name)
    is_same = before is not None and is_same_application(before, wanted)

    def change(kept: StoredSecrets) -> StoredSecrets:
        return with_client_secret(kept if is_same else StoredSecrets(), application.client_secret, datetime.now(UTC))

    keeper.change(wanted, change)


def _remember(run: AppContext, wanted: Context, request: AuthorizationRequest, options: LoginOptions) -> None:
    started = pending_login.PendingSignIn(
        context=wanted.name,
        data_center=run.data_center_choice,
        client_id=request.client_id,
        redirect_uri=request.redirect_uri,
        state=request.state,
        scope=options.scope or "",
        insecure_storage="yes" if options.insecure_storage else "",
    )
    pending_login.remember(started, run.environment)


def _show_started(run: AppContext, url: str, redirect_uri: str, *, lacks_secret: bool) -> None:
    if run.output.format.is_json:
        from cronofy_cli.output.documents.accounts import SignInStartedDocument
        from cronofy_cli.output.json_text import show_document

        show_document(run.output, SignInStartedDocument(url, redirect_uri).encode())
    else:
        run.output.data(url)
    needed = " --client-secret-file FILE" if lacks_secret else ""
    complete = f"cronofy auth login --complete -{needed}"
    run.output.note(f"Open it, approve, then give the address where it ended on stdin: {complete}")


def _read_tokens(run: AppContext, source: str) -> TokenAnswer:
    """Read an access token, or the whole answer of the token endpoint. When it ends is not known: it is not fresh."""
    content = as_utf8(read_bytes(run, source)).strip()
    try:
        if content.startswith(b"{"):
            return replace(parse_token_answer(content), expires_in_s=None)
        return TokenAnswer(content.decode("ascii"), None, None, None, None)
    except (RequestFailed, UnicodeDecodeError) as error:
        raise WrongUsage(
            f"'{source}' has no access token",
            hint="the file holds only the token, or the JSON response of the token endpoint",
        ) from error
