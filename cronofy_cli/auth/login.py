"""Signing in: the browser, the code, the tokens, and whose account it is (docs: /developers/authorization/)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cronofy_cli.adapters.api import endpoints
from cronofy_cli.adapters.api.client import ApiClient
from cronofy_cli.adapters.api.retries import RetryPolicy
from cronofy_cli.adapters.oauth.tokens import TokenEndpoint
from cronofy_cli.auth.context_store import with_client_secret
from cronofy_cli.auth.refreshing_token import with_tokens
from cronofy_cli.core.accounts.contexts import ContextAccount, SecretPlace, StoredSecrets
from cronofy_cli.core.accounts.oauth import AuthorizationRequest, code_from_redirect, redirect_uri
from cronofy_cli.errors import CronofyError, NotAllowed

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.adapters.api.exchanges import Exchange
    from cronofy_cli.auth.context_store import AccountKeeper
    from cronofy_cli.core.accounts.contexts import Context
    from cronofy_cli.core.accounts.data_centers import DataCenter
    from cronofy_cli.core.accounts.oauth import Application, TokenAnswer

BROWSER_LIMIT_S = 300.0
"""How long the browser may take to come back."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where tokens come from and are tried."""

    data_center: DataCenter
    again: str
    """The command that signs in once more, for hints."""
    observe: Callable[[Exchange], None] | None = None
    """Told of every exchange, without its secrets."""

    def tokens(self, application: Application) -> TokenEndpoint:
        """Return the token endpoint for an application."""
        return TokenEndpoint(self.data_center, application, again=self.again, observe=self.observe)

    def client(self, access_token: str) -> ApiClient:
        """Return the API for a token."""
        return ApiClient(self.data_center, access_token, observe=self.observe)


@dataclass(frozen=True, slots=True)
class SignIn:
    """One sign-in: for which context, as which application, asking for what."""

    context: Context
    application: Application
    scope: str
    provider_name: str | None = None

    def request(self, port: int) -> AuthorizationRequest:
        """Return what to send the browser to Cronofy with."""
        return new_request(self.application.client_id, port, self.scope, self.provider_name)


def new_request(client_id: str, port: int, scope: str, provider_name: str | None) -> AuthorizationRequest:
    """Return what to send the browser to Cronofy with, with a state that cannot be guessed."""
    state = secrets.token_urlsafe(24)
    return AuthorizationRequest(client_id, redirect_uri(port), state, scope, provider_name)


def sign_in_through_browser(sign_in: SignIn, server: Server, port: int, tell: Callable[[str], None]) -> TokenAnswer:
    """Have the account's owner approve in the browser, and return the tokens.

    Raises:
        WrongUsage: the port cannot be used.
        NotAllowed: the owner refused.
        NotSignedIn: Cronofy refused.
        TimeLimitReached: the browser did not come back.
    """
    from cronofy_cli.adapters.oauth.browser import open_browser
    from cronofy_cli.adapters.oauth.redirect import RedirectCatcher

    request = sign_in.request(port)

    def tell_of_foreign() -> None:
        tell(
            "A redirect of another sign-in came and was refused: its state is not the one that was sent. Still waiting."
        )

    with RedirectCatcher(port, request.state, on_foreign=tell_of_foreign, again=server.again) as catcher:
        url = request.url(server.data_center)
        tell(f"Approve in the browser. If none opens, open this address:\n  {url}")
        open_browser(url, lambda: tell("No browser could be started here; open the address yourself."))
        code = code_from_redirect(catcher.wait(BROWSER_LIMIT_S), request.state, again=server.again)
    return server.tokens(sign_in.application).exchange(code, request.redirect_uri)


def complete(keeper: AccountKeeper, sign_in: SignIn, server: Server, answer: TokenAnswer) -> Context:
    """Read whose account the tokens are for, keep everything, and make the context the current one.

    Raises:
        NotSignedIn: Cronofy does not accept the token.
        SecretsUnavailable: the secrets could not be kept.
    """
    secret = sign_in.application.client_secret
    wanted = sign_in.context._replace(client_id=sign_in.application.client_id)

    def change(kept: StoredSecrets) -> StoredSecrets:
        return with_client_secret(kept, secret, datetime.now(UTC))

    return keep_tokens(keeper, wanted, server, answer, change)


def keep_tokens(
    keeper: AccountKeeper,
    wanted: Context,
    server: Server,
    answer: TokenAnswer,
    change: Callable[[StoredSecrets], StoredSecrets],
) -> Context:
    """Keep tokens for a context in place of what it had, with a change of its client secrets; make it the current one.

    Raises:
        NotSignedIn: Cronofy does not accept the token.
        SecretsUnavailable: the secrets could not be kept.
    """
    with server.client(answer.access_token) as client:
        found = endpoints.userinfo(client)
    before, now = keeper.latest(wanted), datetime.now(UTC)
    is_same = is_same_application(before, wanted)

    def changed(kept: StoredSecrets) -> StoredSecrets:
        fresh = StoredSecrets(client_secrets=kept.client_secrets if is_same else (), scope=found.scope)
        return with_tokens(change(fresh), answer, now)

    signed_in = before._replace(
        data_center=wanted.data_center,
        client_id=wanted.client_id,
        scope=wanted.scope,
        account=ContextAccount(found.sub, found.email),
        # A keyring that cannot be used any more gives way to a file.
        secret_place=SecretPlace.FILE if wanted.secret_place is SecretPlace.FILE else before.secret_place,
    )
    stored = keeper.change(signed_in, changed)
    keeper.make_current(stored)
    return stored


def is_same_application(before: Context, wanted: Context) -> bool:
    """Whether what is kept for a context belongs to the application that is wanted: it is never sent elsewhere."""
    is_there = before.data_center is None or wanted.data_center is None or before.is_at(wanted.data_center)
    return is_there and before.client_id in {None, wanted.client_id}


def is_personal(server: Server, access_token: str) -> bool:
    """Whether a token seems to belong to no application: then channels refuse it, whatever its scope.

    Personal tokens cannot have notification channels (docs: /developers/push-notifications/).
    """
    try:
        with ApiClient(server.data_center, access_token, retry_policy=RetryPolicy(attempts=1)) as client:
            endpoints.list_channels(client)
    except NotAllowed:
        return True
    except CronofyError:  # a guess is not worth an error
        return False
    return False
