"""Cronofy's token endpoint: a code or a refresh token becomes an access token; a token is revoked.

Docs: /developers/api/authorization/request-token/, …/refresh-token/, …/revoke/.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import msgspec

from cronofy_cli import __version__
from cronofy_cli.adapters.api.budget import REFUSED_PAUSE_S
from cronofy_cli.adapters.api.exchanges import Exchange, mask_body, mask_headers
from cronofy_cli.adapters.api.failures import explain
from cronofy_cli.adapters.api.retries import retry_after_s
from cronofy_cli.adapters.http import import_httpx, open_client
from cronofy_cli.adapters.open_sockets import OpenSockets
from cronofy_cli.adapters.whole_answer import ACCEPTED_ENCODING, AnswerLimits, TooLarge, TooSlow, read_answer
from cronofy_cli.core.accounts.oauth import parse_token_answer
from cronofy_cli.core.fields import decode_object, text
from cronofy_cli.core.text import clean, shorten
from cronofy_cli.errors import NotSignedIn, RateLimited, RequestFailed, ServerFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    _Whole = tuple[httpx.Response, bytes]

    from cronofy_cli.adapters.api.budget import Budget
    from cronofy_cli.adapters.deadline import Deadline
    from cronofy_cli.core.accounts.data_centers import DataCenter
    from cronofy_cli.core.accounts.oauth import Application, TokenAnswer
    from cronofy_cli.errors import CronofyError

_LONGEST_CODE: Final = 100
_LONGEST_PAUSE_S: Final = 60.0
_ATTEMPTS: Final = 6
"""Of an exchange that is refused for too many requests: long enough for a new minute to begin."""
LIMITS: Final = AnswerLimits()
_HEADERS: Final = {
    "Content-Type": "application/json; charset=utf-8",
    "Accept-Encoding": ACCEPTED_ENCODING,
    "User-Agent": f"cronofy-cli/{__version__}",
}
_SECRET_FIELDS: Final = ("client_secret", "code", "refresh_token", "token")


class GrantRefused(NotSignedIn):
    """The code or the refresh token is not accepted, or no longer."""


class TokenEndpoint:
    """The token endpoint of one data center, for one application.

    `again` is the command that signs in again, for hints. `observe` gets every exchange, without its secrets. No
    exchange goes on beyond `deadline`. With a `budget` each waits for its turn, and one that is refused for too many
    (429) is sent again.
    """

    def __init__(
        self,
        data_center: DataCenter,
        application: Application,
        *,
        again: str,
        observe: Callable[[Exchange], None] | None = None,
        deadline: Deadline | None = None,
        budget: Budget | None = None,
    ) -> None:
        self._data_center = data_center
        self._application = application
        self._again = again
        self._observe = observe
        self._deadline = deadline
        self._budget = budget

    def exchange(self, code: str, redirect_uri: str) -> TokenAnswer:
        """Turn the code of a redirect into tokens. It works once, and only with the same redirect URI.

        Raises:
            NotSignedIn: the code or the application is refused.
            Unreachable: there was no answer.
        """
        return self._tokens(grant_type="authorization_code", code=code, redirect_uri=redirect_uri)

    def refresh(self, refresh_token: str) -> TokenAnswer:
        """Return a new access token, and the refresh token to keep from now on, which may be the same one.

        Never sent twice, unless it was refused: an answer that got lost may have rotated the refresh token.

        Raises:
            NotSignedIn: the refresh token or the application is refused.
            Unreachable: there was no answer.
            TimeLimitReached: there was none before the deadline.
        """
        return self._tokens(grant_type="refresh_token", refresh_token=refresh_token)

    def revoke(self, token: str) -> None:
        """Take back the authorization. A token that is unknown or revoked already counts as done (RFC 7009).

        Raises:
            NotSignedIn: the application is refused.
            Unreachable: there was no answer.
        """
        self._post("/oauth/token/revoke", token=token)

    def _tokens(self, **fields: str) -> TokenAnswer:
        return parse_token_answer(self._post("/oauth/token", **fields))

    def _post(self, path: str, **fields: str) -> bytes:
        if self._budget is None:
            return self._exchange(path, fields)
        for _ in range(_ATTEMPTS - 1):
            with suppress(RateLimited), self._budget.turn(threading.Event()):
                return self._exchange(path, fields)
        with self._budget.turn(threading.Event()):
            return self._exchange(path, fields)

    def _exchange(self, path: str, fields: dict[str, str]) -> bytes:
        httpx = import_httpx()
        url = f"{self._data_center.api_url}{path}"
        fields |= {"client_id": self._application.client_id, "client_secret": self._application.client_secret}
        sent, begun = msgspec.json.encode(fields), time.perf_counter()
        try:
            with open_client(url, httpx.Timeout(30, connect=5)) as client:
                request = client.build_request("POST", url, content=sent, headers=_HEADERS)
                response, body = read_answer(client, request, OpenSockets(), self._limits(), threading.Event())
        except (httpx.HTTPError, TooSlow, TooLarge) as error:
            failure = explain(error, url)
            self._tell(url, fields, begun, failure.reason)
            # Not `from error`: httpx keeps the request, and with it the secret, on its exceptions.
            if self._deadline is not None and self._deadline.is_over:
                raise self._deadline.error(f"the answer of {self._data_center.api_url}") from None
            raise failure.error from None
        self._tell(url, fields, begun, (response, body))
        if response.status_code == HTTPStatus.OK:
            return body
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS and self._budget is not None:
            asked_s = retry_after_s(response.headers.get("retry-after"), datetime.now(UTC))
            self._budget.slow_down(REFUSED_PAUSE_S if asked_s is None else min(asked_s, _LONGEST_PAUSE_S))
        raise self._error(response.status_code, body)

    def _limits(self) -> AnswerLimits:
        return LIMITS if self._deadline is None else AnswerLimits(self._deadline.cut(LIMITS.whole_s))

    def _tell(self, url: str, fields: dict[str, str], begun: float, outcome: _Whole | str) -> None:
        if self._observe is None:
            return
        sent_fields = {name: "***" if name in _SECRET_FIELDS else value for name, value in fields.items()}
        sent = ("POST", url, tuple(_HEADERS.items()), msgspec.json.encode(sent_fields))
        elapsed_ms = (time.perf_counter() - begun) * 1000
        if isinstance(outcome, str):
            self._observe(Exchange(*sent, elapsed_ms, failure=outcome))
            return
        # A body can repeat what was sent.
        response, body = outcome
        shown = mask_body(body, *(fields[name] for name in _SECRET_FIELDS if name in fields))
        self._observe(Exchange(*sent, elapsed_ms, response.status_code, mask_headers(response.headers.items()), shown))

    def _error(self, status: int, body: bytes) -> CronofyError:
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            return RateLimited("Cronofy refuses more requests for now (429)", hint="try again in a minute")
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            is_real = self._data_center.is_real
            hint = "see https://status.cronofy.com, and run it again later" if is_real else "run it again later"
            return ServerFailed(f"Cronofy's token endpoint failed ({status})", hint=hint)
        # The status of a wrong client secret is not documented: 400 or 401 (RFC 6749, 5.2).
        code = shorten(clean(text(decode_object(body), "error") or ""), _LONGEST_CODE)
        if code == "invalid_grant":
            return GrantRefused(
                f"the sign-in is no longer valid: Cronofy does not accept the code or refresh token ({status} {code})",
                hint=f"sign in again: {self._again}",
            )
        if code == "invalid_client":
            name = self._data_center.name
            return NotSignedIn(
                f"data center {name} does not accept the client id with this client secret ({status} {code})",
                hint=f"check them, and the data center: {self._again} --client-id ID --client-secret-file FILE",
            )
        return RequestFailed(f"the token endpoint answered {status} {code}".rstrip(), hint="cronofy doctor")
