"""What `auth status` tells: who is signed in, from where, until when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.adapters.environment import Variable
from cronofy_cli.core.times import to_utc_seconds

if TYPE_CHECKING:
    from cronofy_cli.context import AppContext

_OVERRIDES = (
    Variable.ACCESS_TOKEN,
    Variable.CLIENT_ID,
    Variable.CLIENT_SECRET,
    Variable.DATA_CENTER,
    Variable.CONTEXT,
)


def status_of(run: AppContext) -> dict[str, object]:
    """Return the state of the sign-in, without a secret. Nothing is called; the secret store is read."""
    context = run.settings.context if run.settings.context_name in run.settings.contexts else None
    account = run.account
    secrets = account.secrets if account is not None else None
    from_environment = run.environment_is_enough
    found = context.account if context is not None else None
    return {
        "signed_in": from_environment or bool(secrets and secrets.access_token),
        "context": run.settings.context_name,
        "data_center": run.data_center_choice,
        "sub": found.sub if found else None,
        "email": found.email if found else None,
        "client_id": context.client_id if context else None,
        "scope": (secrets.scope if secrets else None) or (context.scope if context else None),
        "expires_at": to_utc_seconds(secrets.expires_at) if secrets and secrets.expires_at else None,
        "renews_itself": bool(secrets and secrets.refresh_token),
        "client_secrets": [secret.label for secret in secrets.client_secrets] if secrets else [],
        "token_from": "environment" if from_environment else (context.secret_place if context else None),
        "overridden_by": [str(name) for name in _OVERRIDES if run.environment.get(name, "").strip()],
    }
