"""The access token of an account that no context holds: got with the refresh token of a user's own list, kept in memory
alone, and renewed when it has ended or is refused.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.oauth.tokens import GrantRefused
from cronofy_cli.errors import NotSignedIn

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.adapters.oauth.tokens import TokenEndpoint
    from cronofy_cli.auth.kept_refresh_tokens import KeptRefreshTokens

_EARLY_S: Final = 30.0
"""How long before its end a token is renewed, and how long one counts as new: where that is refused another does not
help."""


class ListedTokens:
    """The tokens of one account. Can be used by several threads."""

    def __init__(
        self,
        sub: str,
        refresh_token: str,
        endpoint: TokenEndpoint,
        kept: KeptRefreshTokens,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sub = sub
        self._refresh_token = refresh_token
        self._endpoint = endpoint
        self._kept = kept
        self._clock = clock
        self._one_thread = threading.Lock()
        self._access_token: str | None = None
        self._renewed_at_s = float("-inf")
        self._ends_at_s = float("inf")

    def current(self) -> str:
        """Return a token that should work.

        Raises:
            NotSignedIn: Cronofy does not accept the refresh token.
        """
        with self._one_thread:
            has_ended = self._ends_at_s - _EARLY_S <= self._clock() and not self._is_new()
            return self._renew() if self._access_token is None or has_ended else self._access_token

    def renewed(self, refused: str) -> str | None:
        """Return another token than the refused one; None if it is new.

        Raises:
            NotSignedIn: Cronofy does not accept the refresh token.
        """
        with self._one_thread:
            if refused != self._access_token:
                return self._access_token
            return None if self._is_new() else self._renew()

    def _is_new(self) -> bool:
        return self._clock() - self._renewed_at_s < _EARLY_S

    def _renew(self) -> str:
        with self._kept.lock(self._sub):
            sent = self._kept.latest(self._refresh_token)
            try:
                answer = self._endpoint.refresh(sent)
            except GrantRefused as error:
                raise NotSignedIn(
                    f"Cronofy does not accept the refresh token of {self._sub}: it was revoked, or is another "
                    "application's",
                    hint="have the account's owner authorize the application again, and list the new refresh token",
                ) from error
            if answer.refresh_token not in {None, sent}:
                # Before it is used, and before anything else can fail.
                self._kept.keep(self._sub, sent, answer.refresh_token or sent)
        self._access_token, self._renewed_at_s = answer.access_token, self._clock()
        self._ends_at_s = float("inf") if answer.expires_in_s is None else self._renewed_at_s + answer.expires_in_s
        return answer.access_token
