"""Probing callback URLs: which are worth it, with what, and as which group of checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from cronofy_cli.core.notifications.callback_url import is_public_host
from cronofy_cli.doctor.callback import REACHABLE, check_callback, check_not_public
from cronofy_cli.doctor.runner import Group, Outcome

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from datetime import datetime

    from cronofy_cli.adapters.callback_probe import Limits
    from cronofy_cli.core.signature import ClientSecret
    from cronofy_cli.doctor.channels import Callback

_STEPS: Final = 9
"""At most: a look-up, a connection, three handshakes, three answers, and one to spare."""


@dataclass(frozen=True, slots=True)
class Probing:
    """How callback URLs are probed."""

    trust: Callable[[], ssl.SSLContext]
    """Makes what certificates are judged with."""
    clock: Callable[[], datetime]
    limits: Limits
    client_secrets: tuple[ClientSecret, ...] = ()
    """Known only when a correctly signed notification is to be posted too."""

    def group(self, callback: Callback) -> Group:
        """Return the checks of one callback URL."""
        longest_s = max(self.limits.connect_s, self.limits.handshake_s, self.limits.answer_s)
        return Group(REACHABLE, lambda: self._examine(callback), limit_s=_STEPS * longest_s, subject=callback.url)

    def _examine(self, callback: Callback) -> Outcome:
        from cronofy_cli.adapters.callback_probe import probe

        # An address such as localhost in a channel would lead to whatever listens on this machine.
        if callback.channel_ids and callback.must_be_public and not is_public_host(_host(callback.url)):
            return Outcome((check_not_public(callback),))
        report = probe(callback.url, trust=self.trust(), limits=self.limits, client_secrets=self.client_secrets)
        return Outcome(check_callback(report, callback, now=self.clock(), limits=self.limits))


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
