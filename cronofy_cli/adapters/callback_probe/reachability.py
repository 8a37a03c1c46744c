"""Proving that a public address leads here: our own request goes out and must come back.

It asks for the one path that is served with GET, which the listener rejects with 405 and everything else with 404.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.api.failures import explain
from cronofy_cli.adapters.http import import_httpx, open_client
from cronofy_cli.adapters.open_sockets import OpenSockets
from cronofy_cli.adapters.whole_answer import AnswerLimits, TooLarge, TooSlow, read_answer
from cronofy_cli.errors import Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cronofy_cli.errors import CronofyError

_OURS: Final = 405
_ONE_TRY_S: Final = 5.0
_SHORTEST_TRY_S: Final = 0.1
_PAUSE_S: Final = 0.25


def prove_leads_here(
    url: str,
    limit_s: float,
    explain_answer: Callable[[int, Mapping[str, str]], CronofyError | None],
    hint: str | None,
    sleep: Callable[[float], object],
    monotonic: Callable[[], float] = time.monotonic,
) -> float:
    """Ask `url` until the listener's own response comes back, and return how many milliseconds that response took.

    `explain_answer` says what a foreign response means, such as a tunnel's error page.

    Raises:
        CronofyError: it did not within the limit; the last reason is given.
    """
    deadline = monotonic() + limit_s
    while True:
        begun = monotonic()
        trouble = find_obstacle(url, explain_answer, hint, min(_ONE_TRY_S, max(deadline - begun, _SHORTEST_TRY_S)))
        if trouble is None:
            return (monotonic() - begun) * 1000
        if monotonic() >= deadline:
            raise trouble
        sleep(_PAUSE_S)


def find_obstacle(
    url: str,
    explain_answer: Callable[[int, Mapping[str, str]], CronofyError | None],
    hint: str | None,
    limit_s: float,
) -> CronofyError | None:
    """Ask `url` once, and return why the listener's own response did not come back within the limit; None if it did."""
    httpx = import_httpx()
    try:
        with open_client(url, httpx.Timeout(limit_s)) as client:
            # ngrok's free addresses show browsers a page of their own first, unless they send this header.
            headers = {"ngrok-skip-browser-warning": "1", "User-Agent": "cronofy-cli probe"}
            request = client.build_request("GET", url, headers=headers)
            response, _ = read_answer(client, request, OpenSockets(), AnswerLimits(limit_s), threading.Event())
    except (httpx.HTTPError, TooSlow, TooLarge) as error:
        reason = explain(error, url).error.message
        return Unreachable(f"our own request to the public address did not come back: {reason}", hint=hint)
    if response.status_code == _OURS and response.headers.get("allow") == "POST":
        return None
    explained = explain_answer(response.status_code, {name.lower(): value for name, value in response.headers.items()})
    return explained or Unreachable(
        f"the public address does not lead to this listener: something else responds with {response.status_code}",
        hint=hint,
    )
