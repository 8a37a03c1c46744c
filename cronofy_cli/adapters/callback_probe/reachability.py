"""Proving that a public address leads here: our own request goes out and must come back.

It asks for the one path that is served with GET, which the listener refuses with 405 and everyone else with 404.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.api.failures import explain
from cronofy_cli.adapters.http import import_httpx, open_client
from cronofy_cli.errors import Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cronofy_cli.errors import CronofyError

_OURS: Final = 405
_ONE_TRY_S: Final = 5.0
_PAUSE_S: Final = 0.25


def prove_leads_here(
    url: str,
    limit_s: float,
    explain_answer: Callable[[int, Mapping[str, str]], CronofyError | None],
    hint: str | None,
    sleep: Callable[[float], object],
    monotonic: Callable[[], float] = time.monotonic,
) -> float:
    """Ask `url` until the listener's own answer comes back, and return how many milliseconds that answer took.

    `explain_answer` says what a foreign answer means, such as a tunnel's error page.

    Raises:
        CronofyError: it did not within the limit; the last reason is given.
    """
    deadline = monotonic() + limit_s
    while True:
        begun = monotonic()
        trouble = _try(url, explain_answer, hint)
        if trouble is None:
            return (monotonic() - begun) * 1000
        if monotonic() >= deadline:
            raise trouble
        sleep(_PAUSE_S)


def _try(
    url: str, explain_answer: Callable[[int, Mapping[str, str]], CronofyError | None], hint: str | None
) -> CronofyError | None:
    httpx = import_httpx()
    try:
        with open_client(url, httpx.Timeout(_ONE_TRY_S)) as client:
            # ngrok's free addresses show browsers a page of their own first, unless they send this header.
            answer = client.get(url, headers={"ngrok-skip-browser-warning": "1", "User-Agent": "cronofy-cli probe"})
    except httpx.HTTPError as error:
        told = explain(error, url).error.message
        return Unreachable(f"our own request to the public address did not come back: {told}", hint=hint)
    if answer.status_code == _OURS and answer.headers.get("allow") == "POST":
        return None
    explained = explain_answer(answer.status_code, {name.lower(): value for name, value in answer.headers.items()})
    return explained or Unreachable(
        f"the public address does not lead to this listener: something else responds with {answer.status_code}",
        hint=hint,
    )
