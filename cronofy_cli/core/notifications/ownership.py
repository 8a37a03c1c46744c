"""Whose a notification channel is, as far as this machine's journal and the callback URL tell.

Pure: the runs are given. Which of them still live is the journal's matter.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cronofy_cli.core.notifications.channels import Channel

_LISTENER_PATH: Final = re.compile(r"/r/[A-Za-z0-9_-]{22}")


class Owner(StrEnum):
    """Who opened a channel."""

    OURS = "ours"
    """A listener of this machine that still runs."""
    CREATED = "created"
    """`channels create` on this machine; it stays until it is closed by hand."""
    STALE = "stale"
    """A listener of this machine that has ended without closing it."""
    LISTENER = "listener"
    """A listener of somebody else, or of another machine."""
    FOREIGN = "foreign"
    """Anything else, such as an application."""


class Holder(Protocol):
    """What a run has opened."""

    @property
    def callback_urls(self) -> tuple[str, ...]:
        """Where its channels post to, noted before they are made."""

    @property
    def channel_ids(self) -> tuple[str, ...]:
        """Its channels, noted when they are made."""


class KnownRuns(NamedTuple):
    """What this machine has opened in one data center."""

    live: tuple[Holder, ...] = ()
    abandoned: tuple[Holder, ...] = ()
    created: tuple[Holder, ...] = ()
    """Channels of `channels create`."""


def owner_of(channel: Channel, known: KnownRuns) -> Owner:
    """Return whose a channel is. One that a live run or the user holds too is not stale."""
    if _is_of(channel, known.live):
        return Owner.OURS
    # By its id alone: the user chose the callback URL, and may have given it to an application's channel as well.
    if any(channel.channel_id in run.channel_ids for run in known.created):
        return Owner.CREATED
    if _is_of(channel, known.abandoned):
        return Owner.STALE
    return Owner.LISTENER if is_listener_url(channel.callback_url) else Owner.FOREIGN


def is_listener_url(callback_url: str) -> bool:
    """Whether a callback URL ends in a path as listeners make it, whatever stands before it."""
    try:
        path = urlsplit(callback_url).path
    except ValueError:
        return False
    return _LISTENER_PATH.fullmatch(path[path.rfind("/r/") :]) is not None


def _is_of(channel: Channel, runs: Iterable[Holder]) -> bool:
    return any(channel.channel_id in run.channel_ids or channel.callback_url in run.callback_urls for run in runs)
