"""What `auth status` tells: who is signed in, from where, until when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.adapters.environment import Variable
from cronofy_cli.core.accounts.contexts import SecretPlace
from cronofy_cli.core.times import to_utc_seconds

if TYPE_CHECKING:
    from cronofy_cli.cli.context import AppContext
    from cronofy_cli.core.accounts.contexts import Context
    from cronofy_cli.output.documents.accounts import AuthStatusDocument


def status_of(run: AppContext) -> AuthStatusDocument:
    """Return the state of the sign-in, without a secret. Nobody is called; the secret store is read.

    Raises:
        SecretsUnavailable: there are secrets, and they cannot be read.
    """
    from cronofy_cli.output.documents.accounts import AuthStatusDocument

    name = run.settings.context_name
    context = run.settings.contexts.get(name or "")
    secrets = run.account.secrets if context is not None and run.account is not None else None
    account = context.account if context is not None else None
    has_tokens = secrets is not None and secrets.access_token is not None
    return AuthStatusDocument(
        context=name,
        data_center=run.data_center_choice,
        signed_in=bool(run.environment_is_enough or has_tokens or run.is_simulator),
        token_from=_token_source(run, context if has_tokens else None),
        sub=account.sub if account else None,
        email=account.email if account else None,
        client_id=context.client_id if context else None,
        scope=secrets.scope if secrets else None,
        expires_at=to_utc_seconds(secrets.expires_at) if secrets and secrets.expires_at else None,
        renews_itself=bool(secrets and secrets.refresh_token),
        client_secrets=tuple(secret.label for secret in secrets.client_secrets) if secrets else (),
        secret_place=context.secret_place if context else None,
        secret_store=_secret_store(run, context) if context else None,
        overridden_by=_overrides(run),
    )


def _token_source(run: AppContext, signed_in: Context | None) -> str | None:
    if run.environment_is_enough:
        return "environment"
    if signed_in is not None:
        return "context"
    return "simulator" if run.is_simulator else None


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
