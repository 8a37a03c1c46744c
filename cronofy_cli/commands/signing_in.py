"""The parts of `auth login` that ask: which context, which application, and where the browser ended."""

from __future__ import annotations

import getpass
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cronofy_cli.accounts import pending
from cronofy_cli.accounts.keeping import AccountKeeper, with_client_secret
from cronofy_cli.accounts.sign_in import SignIn, whose
from cronofy_cli.adapters.environment import Variable
from cronofy_cli.commands.signature_input import STDIN, read_bytes, read_secret
from cronofy_cli.core.contexts import Context, ContextAccount, StoredSecrets, check_context_name
from cronofy_cli.core.oauth import Application, code_from_redirect, redirect_uri
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from cronofy_cli.context import AppContext
    from cronofy_cli.core.oauth import TokenAnswer

DEFAULT_CONTEXT = "default"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is to be signed in to, with the secrets that the context has so far and the application's."""

    sign_in: SignIn
    secrets: StoredSecrets


def keeper_of(run: AppContext, *, insecure_storage: bool = False) -> AccountKeeper:
    """Return what keeps contexts and secrets. Where there is no keyring the user is asked, if there is one to ask."""

    def agrees(trouble: str) -> bool:
        question = f"{trouble}. Keep the secrets in a private file, unencrypted?"
        return run.output.can_prompt and run.output.confirm(question, flag="--insecure-storage")

    return AccountKeeper(
        run.settings.user_file, run.environment, run.output.note, allow_file=True if insecure_storage else agrees
    )


def choose_context(run: AppContext) -> Context:
    """Return the context to sign in to, with the data center that was chosen: the named one, or a new one."""
    name = check_context_name(run.settings.context_name or (run.is_simulator and "simulator") or DEFAULT_CONTEXT)
    known = run.settings.contexts.get(name)
    said = run.flags.data_center or run.environment.get(Variable.DATA_CENTER) or None
    data_center = said or (known.data_center if known else None) or run.data_center_choice
    return replace(known or Context(name), data_center=data_center)


def choose_sign_in(
    run: AppContext,
    keeper: AccountKeeper,
    client_id: str | None,
    secret_source: str | None,
    scope: str,
    provider: str | None,
    *,
    resumed: bool,
) -> Chosen:
    """Return what to sign in to. What is neither given nor known is asked for.

    Raises:
        WrongUsage: something is missing, and there is nobody to ask.
    """
    if resumed:
        started = pending.recall(run.environment)
        run.flags.context, run.flags.data_center = started.context, started.data_center
        run.forget_choices()
        client_id, scope = started.client_id, started.scope
    context = choose_context(run)
    kept = keeper.secrets_of(context)
    application = _application(run, context, kept, client_id, secret_source)
    return Chosen(
        SignIn(replace(context, client_id=application.client_id), run.data_center, application, scope, provider),
        with_client_secret(kept, application.client_secret),
    )


def _application(
    run: AppContext, context: Context, kept: StoredSecrets, client_id: str | None, secret_source: str | None
) -> Application:
    from_environment = run.environment.get(Variable.CLIENT_ID)
    simulator = run.simulator if run.is_simulator else None
    chosen_id = client_id or from_environment or context.client_id or (simulator and simulator.client_id)
    if not chosen_id:
        chosen_id = _ask(run, "The application's client id", flag="--client-id ID")
    if secret_source is not None:
        secret = read_secret(run, secret_source)
    elif known := run.credentials.client_secrets:
        secret = known[0].value
    elif kept.client_secrets:
        secret = kept.client_secrets[0].value
    else:
        secret = _ask(run, "The application's client secret", flag="--client-secret-file FILE", hidden=True)
    return Application(chosen_id.strip(), secret)


def start_sign_in(run: AppContext, keeper: AccountKeeper, chosen: Chosen, port: int) -> None:
    """The first of two steps: print the address to open; keep what the second step needs."""
    request = chosen.sign_in.request(port)
    context = keeper.keep(chosen.sign_in.context, chosen.secrets)
    url = request.url(chosen.sign_in.data_center)
    pending.remember(
        pending.PendingSignIn(
            context=context.name,
            data_center=context.data_center or run.data_center.name,
            client_id=request.client_id,
            redirect_uri=request.redirect_uri,
            state=request.state,
            scope=request.scope,
        ),
        run.environment,
    )
    run.output.data(json.dumps({"authorize_url": url, "redirect_uri": request.redirect_uri}) if run.flags.json else url)
    run.output.note("Open it, approve, then: cronofy auth login --complete ADDRESS-WHERE-IT-ENDED")


def ask_redirect(run: AppContext, chosen: Chosen, port: int, given: str | None) -> TokenAnswer:
    """Return the tokens for the address that a browser somewhere ended at: given (the second step), or asked for.

    Raises:
        WrongUsage: it is not given, and there is nobody to ask.
        NotAllowed: the account's owner refused.
        NotSignedIn: Cronofy refused, or it belongs to another sign-in.
    """
    if given is not None:
        started = pending.recall(run.environment)
        ended = read_bytes(run, STDIN).decode("utf-8", "replace").strip() if given == STDIN else given
        answer = chosen.sign_in.exchange(code_from_redirect(ended, started.state), started.redirect_uri)
        pending.forget(run.environment)
        return answer
    request = chosen.sign_in.request(port)
    run.output.note(f"Open this address in any browser and approve:\n  {request.url(chosen.sign_in.data_center)}")
    run.output.note("It ends at a page that cannot be shown. Paste that page's whole address, or the code in it.")
    ended = _ask(run, "Address", flag="--start, then --complete URL", hidden=True)
    code = code_from_redirect(ended, request.state) if "=" in ended else ended.strip()
    return chosen.sign_in.exchange(code, redirect_uri(port))


def store_pasted_token(run: AppContext, keeper: AccountKeeper, source: str) -> Context:
    """Keep an access token that was made elsewhere, such as a personal one, and return the context.

    Raises:
        NotSignedIn: Cronofy does not accept it.
    """
    token = read_secret(run, source)
    context = choose_context(run)
    found = whose(run.data_center, token)
    secrets = replace(
        keeper.secrets_of(context), access_token=token, refresh_token=None, expires_at=None, scope=found.scope
    )
    if known := run.credentials.client_secrets:
        secrets = with_client_secret(secrets, known[0].value)
    signed_in = replace(context, account=ContextAccount(found.sub, found.email), scope=found.scope)
    stored = keeper.keep(signed_in, secrets)
    keeper.make_current(stored)
    if not secrets.client_secrets:
        run.output.note(
            "This token was stored without an application. A personal token cannot have notification channels: "
            "those belong to an application (https://docs.cronofy.com/developers/push-notifications/)."
        )
    return stored


def _ask(run: AppContext, what: str, *, flag: str, hidden: bool = False) -> str:
    if not run.output.can_prompt:
        raise WrongUsage(f"{what.lower()} is needed, and there is no terminal to ask at", hint=f"add {flag}")
    answer = getpass.getpass(f"{what}: ", stream=run.stderr) if hidden else run.output.ask(f"{what}:")
    if not answer.strip():
        raise WrongUsage(f"{what.lower()} is needed", hint=f"add {flag}")
    return answer.strip()
