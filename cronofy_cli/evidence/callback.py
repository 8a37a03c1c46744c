"""Callback URLs, and going to them the way that a notification takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cronofy_cli.core.notifications.callback_url import is_public_host

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Collection, Sequence
    from datetime import datetime

    from cronofy_cli.adapters.callback_probe import Posting, ProbeLimits, ProbeReport
    from cronofy_cli.core.notifications.channels import Channel
    from cronofy_cli.core.signature import ClientSecret


@dataclass(frozen=True, slots=True)
class Callback:
    """A callback URL, and who is to reach it."""

    url: str
    channel_ids: tuple[str, ...] = ()
    """The channels that post there; none when only the address is looked at."""
    must_be_public: bool = True
    """Whether Cronofy itself posts to it, from outside this machine and network."""

    @property
    def close_command(self) -> str:
        """What closes its channels."""
        return f"cronofy channels close {' '.join(self.channel_ids)}"

    @property
    def is_out_of_reach(self) -> bool:
        """Whether its host alone says that Cronofy cannot reach it.

        Then nothing is posted: localhost in a channel would lead to whatever listens on this machine.
        """
        return self.must_be_public and not is_public_host(_host(self.url))


@dataclass(frozen=True, slots=True)
class Prober:
    """How callback URLs are tried."""

    trust: Callable[[], ssl.SSLContext]
    """Makes what certificates are judged with."""
    clock: Callable[[], datetime]
    limits: ProbeLimits
    client_secrets: tuple[ClientSecret, ...] = ()
    """Known only when a correctly signed notification may be posted."""

    def probe(self, callback: Callback, postings: Collection[Posting], channel: bytes | None = None) -> ProbeReport:
        """Go to a callback URL and post there what `postings` name, for `channel` or a made-up one.

        Raises:
            WrongUsage: it is not an http or https address.
        """
        from cronofy_cli.adapters.callback_probe import probe

        return probe(
            callback.url,
            trust=self.trust(),
            limits=self.limits,
            client_secrets=self.client_secrets,
            postings=postings,
            channel=channel,
        )


def callbacks_of(channels: Sequence[Channel], *, must_be_public: bool) -> tuple[Callback, ...]:
    """Return each callback URL once, in the order of the channels."""
    ids: dict[str, list[str]] = {}
    for channel in channels:
        ids.setdefault(channel.callback_url, []).append(channel.channel_id)
    return tuple(Callback(url, tuple(channel_ids), must_be_public) for url, channel_ids in ids.items())


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
