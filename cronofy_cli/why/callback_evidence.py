"""Trying a callback URL: the whole way that a notification takes, with one verification at its end.

What is posted is signed if a client secret is known, as Cronofy does it: without a signature a handler's refusal tells
nothing. A listener of this tool is not posted to, so that no probe gets among its deliveries: it is known by how it
refuses a GET.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from cronofy_cli.adapters.callback_probe import Limits, Posting
from cronofy_cli.core.background import Pending
from cronofy_cli.core.checks import Check, CheckState, passed, skipped
from cronofy_cli.core.notifications.callback_url import is_public_host
from cronofy_cli.core.notifications.ownership import is_listener_url
from cronofy_cli.doctor.callback import REACHABLE, check_not_public, check_way
from cronofy_cli.doctor.callback_answers import ANSWER, check_one
from cronofy_cli.errors import CronofyError
from cronofy_cli.why.causes.listener import NOT_HERE

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from cronofy_cli.core.notifications.channels import Channel
    from cronofy_cli.core.signature import ClientSecret
    from cronofy_cli.doctor.channels import Callback

MOST_PROBES: Final = 8
LIMITS: Final = Limits(connect_s=3, handshake_s=2.5)
"""The answer has Cronofy's own 5 seconds: less would blame what Cronofy takes."""
_LIMIT_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Prober:
    """How callback URLs are tried."""

    trust: Callable[[], ssl.SSLContext]
    """Makes what certificates are judged with."""
    clock: Callable[[], datetime]
    client_secrets: tuple[ClientSecret, ...] = ()

    def start(
        self, callbacks: Sequence[Callback], channels: Iterable[Channel] = ()
    ) -> Callable[[], dict[str, tuple[Check, ...]]]:
        """Begin to try callback URLs, all at once, and return what waits for the findings.

        A handler may know its channels: what is posted names one of `channels` that posts there, if there is any.
        """
        named = {channel.callback_url: channel.raw for channel in channels}
        tried = {
            each.url: Pending(partial(self._try, each, named.get(each.url)), "it", _LIMIT_S)
            for each in callbacks[:MOST_PROBES]
        }
        rest = {each.url: (_too_many(each.url),) for each in callbacks[MOST_PROBES:]}
        return lambda: {url: _checks(url, pending.result()) for url, pending in tried.items()} | rest

    def _try(self, callback: Callback, channel: bytes | None) -> tuple[Check, ...]:
        from cronofy_cli.adapters.callback_probe import probe

        url = callback.url
        # An address such as localhost in a channel would lead to whatever listens on this machine.
        if callback.must_be_public and not is_public_host(urlsplit(url).hostname or ""):
            return (check_not_public(callback),)
        posting = Posting.SIGNED if self.client_secrets else Posting.UNSIGNED
        report = probe(
            url,
            trust=self.trust(),
            limits=LIMITS,
            client_secrets=self.client_secrets,
            postings=() if is_listener_url(url) else (posting,),
            channel=channel,
        )
        way = check_way(report, callback, now=self.clock())
        if any(check.state is CheckState.FAILED for check in way):
            return tuple(way)
        if is_listener_url(url):
            return (*way, _check_listener(url))
        return (*way, check_one(posting, report.answers[posting], report.target, LIMITS))


def _check_listener(url: str) -> Check:
    from cronofy_cli.adapters.callback_probe.reachability import prove_leads_here

    try:
        took_ms = prove_leads_here(url, 0, _no_explanation, None, _do_not_wait)
    except CronofyError as error:
        return Check(ANSWER, CheckState.FAILED, error.message, url, NOT_HERE)
    return passed(ANSWER, f"a listener answers there after {took_ms:.0f} ms", subject=url)


def _no_explanation(_status: int, _headers: Mapping[str, str]) -> None:
    return None


def _do_not_wait(_seconds: float) -> None:
    return None


def _checks(url: str, found: tuple[Check, ...] | CronofyError) -> tuple[Check, ...]:
    if isinstance(found, CronofyError):
        return (skipped(REACHABLE, found.message, subject=url),)
    return found


def _too_many(url: str) -> Check:
    remedy = "name the one that matters: --channel CHANNEL_ID"
    return skipped(REACHABLE, f"not tried, as {MOST_PROBES} others were", subject=url, remedy=remedy)
