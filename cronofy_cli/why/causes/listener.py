"""Causes that lie with a listener of this tool: the channel is open, and the listener is gone or was interrupted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.core.notifications.ownership import Owner, owner_of
from cronofy_cli.why.causes.events import delivery_of
from cronofy_cli.why.conclusion import CauseCode, Likelihood, ProbableCause
from cronofy_cli.why.evidence import gap_text, lets_through

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from cronofy_cli.adapters.history import Gap
    from cronofy_cli.why.evidence import Evidence

NOT_A_LISTENER: Final = "not_a_listener"
"""The code in a check of a listener's address at which something else responds."""


def gone(evidence: Evidence) -> Iterator[ProbableCause]:
    """The channel was opened by a listener of this machine that has ended without closing it."""
    for channel in evidence.examined:
        if owner_of(channel, evidence.runs) is Owner.STALE:
            yield ProbableCause(
                CauseCode.LISTENER_GONE,
                Likelihood.CERTAIN,
                f"the channel {channel.channel_id} was opened by a listener of this machine that has ended: nothing "
                "receives its notifications",
                f"{evidence.command('channels', 'prune')} && {evidence.command('listen')}",
                (("callback_url", channel.callback_url), ("run", "its process has ended")),
                channel.channel_id,
            )


def tunnel_gone(evidence: Evidence) -> Iterator[ProbableCause]:
    """The callback URL is a listener's, and does not lead to one now."""
    for channel in evidence.examined:
        for check in evidence.checks_of(channel.callback_url):
            if check.code != NOT_A_LISTENER:
                continue
            runs = owner_of(channel, evidence.runs) is Owner.OURS
            close = evidence.command("channels", "close", channel.channel_id)
            listen = evidence.command("listen")
            yield ProbableCause(
                CauseCode.TUNNEL_GONE,
                Likelihood.CERTAIN,
                f"the callback URL of {channel.channel_id} is a listener's, and does not lead to one: its tunnel or "
                "the listener itself is gone",
                f"restart it: {listen}" if runs else f"{close} && {listen}",
                (("callback_url", channel.callback_url), ("response", check.finding)),
                channel.channel_id,
            )


def interrupted(evidence: Evidence) -> Iterator[ProbableCause]:
    """An event was changed while the channel's listener on this machine could receive nothing."""
    for channel in evidence.examined:
        if owner_of(channel, evidence.runs) is not Owner.OURS:
            continue
        for event in evidence.changed:
            gap = next((gap for gap in evidence.gaps if _was_changed_in(gap, evidence, event.updated)), None)
            is_notified = event.event_id is None and lets_through(channel, event)
            if gap is None or not is_notified or delivery_of(evidence, event) is not None:
                continue
            changed = f"'{event.summary}' at {event.updated:%Y-%m-%d %H:%M:%S} UTC"
            yield ProbableCause(
                CauseCode.LISTENER_INTERRUPTED,
                Likelihood.LIKELY,
                f"the listener of {channel.channel_id} could receive nothing when '{event.summary}' was changed: "
                f"{gap.reason}",
                f"wait for Cronofy to retry, or read the changes: {evidence.command('events', 'read')}",
                (("gap", gap_text(gap)), ("changed", changed)),
                channel.channel_id,
            )
            break


def _was_changed_in(gap: Gap, evidence: Evidence, updated: datetime | None) -> bool:
    return updated is not None and gap.started <= updated + evidence.ahead <= gap.ended
