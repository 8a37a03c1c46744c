"""Signing in: the browser, the code, the tokens, and whose account it is (docs: /developers/authorization/)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cronofy_cli.accounts.stored_tokens import with_tokens
from cronofy_cli.adapters.api import endpoints
from cronofy_cli.adapters.api.client import ApiClient
from cronofy_cli.adapters.oauth.redirect import RedirectCatcher, open_browser
from cronofy_cli.adapters.oauth.tokens import TokenEndpoint
from cronofy_cli.core.contexts import ContextAccount
from cronofy_cli.core.oauth import AuthorizationRequest, code_from_redirect, redirect_uri

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.accounts.keeping import AccountKeeper
    from cronofy_cli.core.calendars import UserInfo
    from cronofy_cli.core.contexts import Context, StoredSecrets
    from cronofy_cli.core.data_centers import DataCenter
    from cronofy_cli.core.oauth import Application, TokenAnswer

BROWSER_LIMIT_S = 300.0
"""How long the browser may take to come back."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """One sign-in: for which context, where, as which application."""

    context: Context
    data_center: DataCenter
    application: Application
    scope: str
    provider_name: str | None = None

    def request(self, port: int) -> AuthorizationRequest:
        """Return what to send the browser to Cronofy with, with a state that nobody can guess."""
        return AuthorizationRequest(
            client_id=self.application.client_id,
            redirect_uri=redirect_uri(port),
            state=secrets.token_urlsafe(24),
            scope=self.scope,
            provider_name=self.provider_name,
        )

    def in_browser(self, port: int, show: Callable[[str], None]) -> TokenAnswer:
        """Have the account's owner approve in the browser, and return the tokens. `show` is told the address.

        Raises:
            WrongUsage: the port cannot be used.
            NotAllowed: the owner refused.
            NotSignedIn: Cronofy refused.
            TimeLimitReached: the browser did not come back.
        """
        request = self.request(port)
        with RedirectCatcher(port, request.state) as catcher:
            url = request.url(self.data_center)
            show(url)
            open_browser(url)
            code = code_from_redirect(catcher.wait(BROWSER_LIMIT_S), request.state)
        return self.exchange(code, request.redirect_uri)

    def exchange(self, code: str, sent_uri: str) -> TokenAnswer:
        """Return the tokens for a code; `sent_uri` is the redirect URI that it was asked for with.

        Raises:
            NotSignedIn: Cronofy refused the code or the application.
        """
        return TokenEndpoint(self.data_center, self.application).exchange(code, sent_uri)


def complete(keeper: AccountKeeper, sign_in: SignIn, kept: StoredSecrets, answer: TokenAnswer) -> Context:
    """Read whose account the tokens are for, keep everything, and make the context the current one.

    Raises:
        NotSignedIn: Cronofy does not accept the token.
        SecretsUnavailable: the secrets could not be kept.
    """
    found = whose(sign_in.data_center, answer.access_token)
    secrets_now = with_tokens(kept, answer, datetime.now(UTC))
    signed_in = replace(
        sign_in.context,
        account=ContextAccount(found.sub, found.email),
        scope=answer.scope or sign_in.scope,
    )
    stored = keeper.keep(signed_in, secrets_now)
    keeper.make_current(stored)
    return stored


def whose(data_center: DataCenter, access_token: str) -> UserInfo:
    """Return whom an access token stands for.

    Raises:
        NotSignedIn: Cronofy does not accept it.
    """
    with ApiClient(data_center, access_token) as client:
        return endpoints.userinfo(client)
