"""The client of Cronofy's API: one kept connection, an access token, and retries.

Which calls there are is known in `endpoints`, what answers mean in `api_errors`.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import count
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlencode

import msgspec

from cronofy_cli.adapters.api.api_errors import Answer, Refusal, error_for
from cronofy_cli.adapters.api.budget import REFUSED_PAUSE_S, NoBudget
from cronofy_cli.adapters.api.failures import TransportFailure, explain
from cronofy_cli.adapters.api.messages import Sending, head_of
from cronofy_cli.adapters.api.retries import SAFE_METHODS, Failure, Retry, RetryPolicy
from cronofy_cli.adapters.api.tokens import FixedToken, checked_token
from cronofy_cli.adapters.deadline import Deadline
from cronofy_cli.adapters.http import import_httpx, open_client
from cronofy_cli.adapters.open_sockets import OpenSockets
from cronofy_cli.adapters.whole_answer import AnswerLimits, TooLarge, TooSlow, read_answer
from cronofy_cli.core.accounts.credential import Credential
from cronofy_cli.core.pages import own_url
from cronofy_cli.core.times import parse_http_date
from cronofy_cli.errors import Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import TracebackType
    from typing import Self

    import httpx

    from cronofy_cli.adapters.api.budget import Budget
    from cronofy_cli.adapters.api.exchanges import Exchange
    from cronofy_cli.adapters.api.tokens import AccessTokens
    from cronofy_cli.core.accounts.data_centers import DataCenter
    from cronofy_cli.errors import CronofyError

_AS_THEY_ARE: Final = "[]:/@"
"""Characters of a query that are not escaped: brackets as in Cronofy's own examples, `calendar_ids[]=...`."""


class Timeouts(NamedTuple):
    """How long each step of a request may take, and all of it."""

    connect_s: float = 5
    read_s: float = 30
    write_s: float = 10
    pool_s: float = 5
    whole_s: float = 60
    patience_s: float = 60
    """Once this long was spent waiting for answers to a call, it is not sent again."""
    deadline: Deadline | None = None
    """No call goes on beyond it."""


class ApiClient:
    """Sends requests to one data center with one account's access token.

    A token that is refused is renewed once, if it can be, and the request sent again: nothing was done with it.

    `observe` gets every exchange, without its secrets, and `on_retry` of every wait before another attempt, both
    in the thread that sends the request. Each attempt waits for its turn in the `budget`. The connection is opened by
    the first request and kept until `close()`.

    Raises:
        NotSignedIn: `access_token` cannot be one.
    """

    def __init__(
        self,
        data_center: DataCenter,
        access_token: str | AccessTokens,
        *,
        timeouts: Timeouts | None = None,
        retry_policy: RetryPolicy | None = None,
        observe: Callable[[Exchange], None] | None = None,
        on_retry: Callable[[Retry], None] | None = None,
        sleep: Callable[[float], object] | None = None,
        credential: Credential = Credential.ACCESS_TOKEN,
        budget: Budget | None = None,
    ) -> None:
        self.data_center = data_center
        self._tokens = FixedToken(checked_token(access_token)) if isinstance(access_token, str) else access_token
        self._timeouts = timeouts or Timeouts()
        self._policy = retry_policy or RetryPolicy()
        self._observe = observe
        self._on_retry = on_retry
        self._sleep = sleep
        self._credential = credential
        self._budget = budget or NoBudget()
        self._deadline = self._timeouts.deadline
        self._sockets = OpenSockets()
        self._counting = threading.Lock()
        self._unrepeatable = 0
        """How many requests are under way that must not be sent a second time."""
        self._opening = threading.Lock()
        self._http: httpx.Client | None = None
        self._date_header = ""

    @property
    def server_time(self) -> datetime | None:
        """The server's time as of its last answer, by the Date header; None if it has not said it."""
        return parse_http_date(self._date_header) if self._date_header else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection. The next request would open another."""
        with self._opening:
            if self._http is not None:
                self._http.close()
            self._http = None

    def request(
        self,
        method: str,
        address: str,
        *,
        parameters: Sequence[tuple[str, str]] = (),
        json: object = None,
        not_found_hint: str | None = None,
        stop: threading.Event | None = None,
    ) -> bytes:
        """Send a request, again where that is safe, and return the body of the success.

        `address` is a path of the API, or an address that the server named. `stop` lets `interrupt()` end the
        request from another thread.

        Raises:
            CronofyError: Cronofy refused or failed, could not be reached, or `address` is on another origin.
            TimeLimitReached: the answer did not come before the deadline.
        """
        query = urlencode(parameters, safe=_AS_THEY_ARE)
        content = None if json is None else msgspec.json.encode(json)
        address = f"{address}?{query}" if query else address
        return self.send(method, address, content=content, not_found_hint=not_found_hint, stop=stop).body

    def send(
        self,
        method: str,
        address: str,
        *,
        content: bytes | None = None,
        headers: Sequence[tuple[str, str]] = (),
        not_found_hint: str | None = None,
        stop: threading.Event | None = None,
    ) -> Answer:
        """Do as `request()` with a body of any kind, and return the whole answer.

        `headers` take the place of the usual ones of their names; none of them is the credential.

        Raises:
            CronofyError: as `request()`; `refused_answer()` tells the answer behind it.
        """
        url = self._url(address)
        stop = stop or threading.Event()
        sending = Sending(method, url, content, checked_token(self._tokens.current()), headers)
        may_renew, spent_s = True, 0.0
        for attempt in count(1):
            outcome, lasted_s = self._in_turn(sending, stop)
            spent_s += lasted_s
            if may_renew and _is_unauthorized(outcome) and (other := self._tokens.renewed(sending.token)) is not None:
                may_renew = False
                sending = replace(sending, token=checked_token(other))
                outcome, lasted_s = self._in_turn(sending, stop)
                spent_s += lasted_s
            if isinstance(outcome, Answer) and outcome.is_success:
                return outcome
            failure, error = self._judge(outcome, sending.token, not_found_hint)
            delay_s = self._policy.delay_s(method, failure, attempt, now=datetime.now(UTC))
            if failure.status == HTTPStatus.TOO_MANY_REQUESTS:
                self._budget.slow_down(REFUSED_PAUSE_S if delay_s is None else delay_s)
            if self._deadline is not None and self._deadline.is_over:
                raise self._deadline.error(f"the answer of {self.data_center.api_url}") from error
            is_patient = spent_s < self._timeouts.patience_s
            if delay_s is None or stop.is_set() or not is_patient:
                raise error
            again = Retry(method, _masked(url), failure.reason, delay_s, attempt + 1, self._policy.attempts)
            self._wait(again, stop)
        raise AssertionError("count() does not end")

    def extend(self, limit_s: float) -> None:
        """Let calls go on for this long from now, beyond a deadline: for what has to be done at a command's end."""
        if self._deadline is not None and self._deadline.remaining_s < limit_s:
            self._deadline = Deadline.after(limit_s)

    def interrupt(self, stop: threading.Event) -> None:
        """End the requests that were given `stop`; the client can still be used.

        Other requests under way lose their connection too, and are sent again. While one of them must not be, none
        does: what was given `stop` then ends with the answer that it waits for.
        """
        stop.set()
        with self._counting:
            if not self._unrepeatable:
                self._sockets.shut_down()

    @contextmanager
    def _counted(self, method: str) -> Iterator[None]:
        is_once = method not in SAFE_METHODS
        with self._counting:
            self._unrepeatable += is_once
        try:
            yield
        finally:
            with self._counting:
                self._unrepeatable -= is_once

    def _url(self, address: str) -> str:
        base = self.data_center.api_url
        return f"{base}{address}" if address.startswith("/") else own_url(address, base)

    def _in_turn(self, sending: Sending, stop: threading.Event) -> tuple[Answer | TransportFailure, float]:
        """Make an attempt when it may be made, and return what came of it, and how many seconds that took."""
        with self._budget.turn(stop):
            begun_s = time.monotonic()
            return self._attempt(sending, stop), time.monotonic() - begun_s

    def _attempt(self, sending: Sending, stop: threading.Event) -> Answer | TransportFailure:
        if stop.is_set():
            error = Unreachable("the request was broken off")
            return TransportFailure("broken off", error, nothing_sent=True, is_passing=False)
        if self._deadline is not None and self._deadline.is_over:
            late = self._deadline.error(f"the answer of {self.data_center.api_url}")
            return TransportFailure("no time left", late, nothing_sent=True, is_passing=False)
        httpx = import_httpx()
        http = self._opened()
        request = http.build_request(
            sending.method, sending.url, content=sending.content, headers=sending.headers(), timeout=self._timeout()
        )
        begun = time.perf_counter()
        try:
            with self._counted(sending.method):
                response, body = read_answer(http, request, self._sockets, AnswerLimits(self._left_s()), stop)
        except (httpx.HTTPError, TooSlow, TooLarge) as error:
            failed = explain(error, sending.url)
            self._tell(request, sending, begun, failed)
            return failed
        self._date_header = response.headers.get("date", "")
        answer = Answer(response.status_code, response.headers, body, head_of(response))
        self._tell(request, sending, begun, answer)
        return answer

    def _opened(self) -> httpx.Client:
        with self._opening:
            if self._http is None:
                self._http = open_client(self.data_center.api_url)
            return self._http

    def _timeout(self) -> httpx.Timeout:
        limits = self._timeouts
        timeout: httpx.Timeout = import_httpx().Timeout(
            connect=limits.connect_s, read=limits.read_s, write=limits.write_s, pool=limits.pool_s
        )
        return timeout

    def _left_s(self) -> float:
        left_s = self._timeouts.whole_s
        return left_s if self._deadline is None else min(left_s, self._deadline.remaining_s)

    def _judge(
        self, outcome: Answer | TransportFailure, token: str, not_found_hint: str | None
    ) -> tuple[Failure, CronofyError]:
        if isinstance(outcome, TransportFailure):
            failure = Failure(outcome.reason, nothing_sent=outcome.nothing_sent, is_passing=outcome.is_passing)
            return failure, outcome.error
        from cronofy_cli.adapters.api.exchanges import mask_body

        # A body can repeat what was sent, the access token too.
        shown = Answer(outcome.status, outcome.headers, mask_body(outcome.body, token))
        failure = Failure(str(outcome.status), outcome.status, outcome.headers.get("retry-after"))
        error = error_for(shown, self.data_center, not_found_hint=not_found_hint, credential=self._credential)
        error.__cause__ = Refusal(outcome)
        return failure, error

    def _wait(self, retry: Retry, stop: threading.Event) -> None:
        """Wait before another attempt, as long as there is time."""
        if self._on_retry is not None:
            self._on_retry(retry)
        delay_s = retry.delay_s if self._deadline is None else min(retry.delay_s, self._deadline.remaining_s)
        (self._sleep or stop.wait)(delay_s)

    def _tell(self, request: httpx.Request, sending: Sending, begun: float, outcome: Answer | TransportFailure) -> None:
        if self._observe is None:
            return
        from cronofy_cli.adapters.api.exchanges import Exchange, mask_body, mask_headers, mask_text

        elapsed_ms = (time.perf_counter() - begun) * 1000
        sent = (request.method, mask_text(str(request.url), sending.token), mask_headers(request.headers.multi_items()))
        body = mask_body(sending.content or b"", sending.token)
        if isinstance(outcome, TransportFailure):
            self._observe(Exchange(*sent, body, elapsed_ms, failure=outcome.reason))
            return
        answer_headers = mask_headers(outcome.headers.items())
        answer_body = mask_body(outcome.body, sending.token)
        self._observe(Exchange(*sent, body, elapsed_ms, outcome.status, answer_headers, answer_body))


def _is_unauthorized(outcome: Answer | TransportFailure) -> bool:
    return isinstance(outcome, Answer) and outcome.status == HTTPStatus.UNAUTHORIZED


def _masked(url: str) -> str:
    # Late, as everything here that only a failure or --verbose needs.
    from cronofy_cli.adapters.api.exchanges import mask_text

    return mask_text(url)
