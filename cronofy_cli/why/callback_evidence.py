"""Trying the callback URLs: the whole way that a notification takes, with one verification at its end.

What is posted is signed if a client secret is known, as Cronofy does it: without a signature, that a handler rejects it
says nothing. A listener of this tool is not posted to, so that no probe gets among its deliveries: it is known by how
it rejects a GET.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.callback_probe import Posting, ProbeLimits
from cronofy_cli.core.background import BackgroundTask
from cronofy_cli.core.checks import Check, CheckState, passed, skipped
from cronofy_cli.core.notifications.ownership import is_listener_url
from cronofy_cli.errors import CronofyError
from cronofy_cli.evidence.callback_response import RESPONSE, check_one
from cronofy_cli.evidence.callback_way import REACHABLE, check_not_public, check_way
from cronofy_cli.why.causes.listener import NOT_A_LISTENER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from cronofy_cli.core.notifications.channels import Channel
    from cronofy_cli.evidence.callback import Callback, Prober

Found = dict[str, tuple[Check, ...]]
"""The checks of each callback URL."""
MOST_PROBES: Final = 8
PROBE_LIMITS: Final = ProbeLimits(connect_s=3, handshake_s=2.5)
"""The response has Cronofy's own 5 seconds: less would blame what Cronofy accepts."""
_LIMIT_S: Final = 10.0


def start_probes(
    prober: Prober, callbacks: Sequence[Callback], channels: Iterable[Channel] = ()
) -> Callable[[], Found]:
    """Begin to try callback URLs, all at once, and return what waits for the findings.

    A handler may know its channels: what is posted names one of `channels` that posts there, if there is any.
    """
    named = {channel.callback_url: channel.raw for channel in channels}
    tried = {
        each.url: BackgroundTask(partial(_try, prober, each, named.get(each.url)), "it", _LIMIT_S)
        for each in callbacks[:MOST_PROBES]
    }
    rest = {each.url: (_too_many(each.url),) for each in callbacks[MOST_PROBES:]}
    return lambda: {url: _checks(url, task.result()) for url, task in tried.items()} | rest


def _try(prober: Prober, callback: Callback, channel: bytes | None) -> tuple[Check, ...]:
    if callback.is_out_of_reach:
        return (check_not_public(callback),)
    is_listener = is_listener_url(callback.url)
    posting = Posting.SIGNED if prober.client_secrets else Posting.UNSIGNED
    report = prober.probe(callback, () if is_listener else (posting,), channel)
    way = check_way(report, callback, now=prober.clock())
    if any(check.state is CheckState.FAILED for check in way):
        return way
    if is_listener:
        return (*way, _check_listener(callback.url, prober.limits.answer_s))
    return (*way, check_one(posting, report.responses[posting], report.target, prober.limits))


def _check_listener(url: str, limit_s: float) -> Check:
    from cronofy_cli.adapters.callback_probe.reachability import find_obstacle

    begun = time.monotonic()
    obstacle = find_obstacle(url, _no_explanation, None, limit_s)
    if obstacle is not None:
        return Check(RESPONSE, CheckState.FAILED, obstacle.message, url, NOT_A_LISTENER)
    duration_ms = (time.monotonic() - begun) * 1000
    return passed(RESPONSE, f"a listener responds there after {duration_ms:.0f} ms", subject=url)


def _no_explanation(_status: int, _headers: Mapping[str, str]) -> None:
    return None


def _checks(url: str, found: tuple[Check, ...] | CronofyError) -> tuple[Check, ...]:
    if isinstance(found, CronofyError):
        return (skipped(REACHABLE, found.message, subject=url),)
    return found


def _too_many(url: str) -> Check:
    hint = "ask about the one that matters: --channel CHANNEL_ID"
    return skipped(REACHABLE, f"not tried, as {MOST_PROBES} others were", subject=url, hint=hint)
