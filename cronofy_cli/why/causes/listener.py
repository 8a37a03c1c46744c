"""Causes that lie with a listener of ours: the channel is there, and nobody listens any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.core.notifications.ownership import Owner, owner_of
from cronofy_cli.why.answer import Cause, Code, Likelihood

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.why.evidence import Evidence

NOT_HERE = "no_listener_there"
"""The cause in a check of a listener's address that somebody else answers."""


def gone(evidence: Evidence) -> Iterator[Cause]:
    """The channel was opened by a listener of this machine that has ended without closing it."""
    for channel in evidence.examined:
        if owner_of(channel, evidence.runs) is Owner.STALE:
            yield Cause(
                Code.LISTENER_GONE,
                Likelihood.CERTAIN,
                f"the channel {channel.channel_id} was opened by a listener of this machine that has ended: nobody "
                "receives its notifications",
                f"{evidence.command('channels', 'prune')} && {evidence.command('listen')}",
                (("callback_url", channel.callback_url), ("run", "its process is gone")),
                channel.channel_id,
            )


def tunnel_gone(evidence: Evidence) -> Iterator[Cause]:
    """The callback URL is a listener's, and leads to somebody else now."""
    for channel in evidence.examined:
        for check in evidence.checks_of(channel.callback_url):
            if check.cause != NOT_HERE:
                continue
            runs = owner_of(channel, evidence.runs) is Owner.OURS
            yield Cause(
                Code.TUNNEL_GONE,
                Likelihood.CERTAIN,
                f"the callback URL of {channel.channel_id} is a listener's, and does not lead to one: its tunnel or "
                "the listener itself is gone",
                f"restart it: {evidence.command('listen')}"
                if runs
                else f"{evidence.command('channels', 'close', channel.channel_id)} && {evidence.command('listen')}",
                (("callback_url", channel.callback_url), ("answer", check.finding)),
                channel.channel_id,
            )
