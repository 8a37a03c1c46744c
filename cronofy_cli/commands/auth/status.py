"""What `auth status` shows: which access token is used, whose it is, and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.adapters.environment import Variable
from cronofy_cli.core.accounts.contexts import SecretPlace
from cronofy_cli.core.times import to_utc_seconds
from cronofy_cli.errors import NotSignedIn

if TYPE_CHECKING:
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.core.accounts.contexts import Context
    from cronofy_cli.output.documents.accounts import AuthStatusDocument


def status_of(run: AppContext, *, check: bool = False) -> AuthStatusDocument:
    """Return which access token is used and whose it is, without a secret. The secret store is read.

    What belongs to the context's token is left out where another one is used. Only with `check` Cronofy is asked.

    Raises:
        SecretsUnavailable: there are secrets, and they cannot be read.
        Unreachable: Cronofy is to be asked, and cannot be.
    """
    from cronofy_cli.output.documents.accounts import AuthStatusDocument

    name = run.settings.context_name
    context = run.settings.contexts.get(name or "")
    secrets = run.account.secrets if context is not None and run.account is not None else None
    has_tokens = secrets is not None and secrets.access_token is not None
    source = _token_source(run, context if has_tokens else None)
    used = secrets if source == "context" else None
    account = context.account if context is not None and used is not None else None
    document = AuthStatusDocument(
        context=name,
        data_center=run.data_center_choice,
        signed_in=source is not None,
        token_from=source,
        accepted=None,
        sub=account.sub if account else None,
        email=account.email if account else None,
        client_id=context.client_id if context else None,
        scope=used.scope if used else None,
        expires_at=to_utc_seconds(used.expires_at) if used and used.expires_at else None,
        renews_itself=bool(used and used.refresh_token),
        client_secrets=tuple(secret.label for secret in secrets.client_secrets) if secrets else (),
        secret_place=context.secret_place if context else None,
        secret_store=_secret_store(run, context) if context else None,
        overridden_by=_overrides(run),
    )
    return _checked(run, document) if check and document.signed_in else document


def _checked(run: AppContext, document: AuthStatusDocument) -> AuthStatusDocument:
    """Ask Cronofy whose the token is."""
    from msgspec.structs import replace

    from cronofy_cli.adapters.api import endpoints

    try:
        found = endpoints.userinfo(run.api)
    except NotSignedIn:
        return replace(document, accepted=False)
    return replace(document, accepted=True, sub=found.sub, email=found.email)


def _token_source(run: AppContext, signed_in: Context | None) -> str | None:
    if run.environment_is_enough:
        return "environment"
    if signed_in is not None:
        return "context"
    return "simulator" if run.is_simulator and run.running_simulators else None


def _secret_store(run: AppContext, context: Context) -> str | None:
    """Where exactly the secrets are: the keyring's class, or the file."""
    from cronofy_cli.adapters.secrets import secret_path

    if context.secret_place is SecretPlace.FILE:
        return str(secret_path(context.name, run.environment))
    return context.keyring_backend


def _overrides(run: AppContext) -> tuple[str, ...]:
    """Return the variables that are set and come before what the context holds."""
    set_by_flag = {Variable.CONTEXT: run.flags.context, Variable.DATA_CENTER: run.flags.data_center}
    not_for_simulator = {Variable.ACCESS_TOKEN, Variable.CLIENT_SECRET} if run.is_simulator else set()
    return tuple(
        name.value
        for name in (
            Variable.CONTEXT,
            Variable.DATA_CENTER,
            Variable.ACCESS_TOKEN,
            Variable.CLIENT_ID,
            Variable.CLIENT_SECRET,
            Variable.NO_KEYRING,
        )
        if run.environment.get(name, "").strip() and not set_by_flag.get(name) and name not in not_for_simulator
    )
