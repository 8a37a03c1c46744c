"""The open channels: how many, and which callback URLs they lead to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.checks import Check, CheckState, passed
from cronofy_cli.core.notifications.ownership import Owner, owner_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.core.notifications.channels import Channel
    from cronofy_cli.core.notifications.ownership import KnownRuns

CHANNELS: Final = "channels"
MOST_CHANNELS: Final = 128
"""Per account (docs: /developers/api/push-notifications/create-channel/)."""
_MANY: Final = 100


@dataclass(frozen=True, slots=True)
class Callback:
    """A callback URL, and who is to reach it."""

    url: str
    channel_ids: tuple[str, ...] = ()
    """The channels that lead there; none when only the address is looked at."""
    must_be_public: bool = True
    """Whether Cronofy itself posts to it, from outside this machine and network."""

    @property
    def close_command(self) -> str:
        """What closes its channels."""
        return f"cronofy channels close {' '.join(self.channel_ids)}"


def check_channels(channels: Sequence[Channel], known: KnownRuns) -> Check:
    """Say how many channels are open of those that an account may have, and which are ours and left behind."""
    number = len(channels)
    owners = [owner_of(channel, known) for channel in channels]
    ours = sum(owner in {Owner.OURS, Owner.CREATED, Owner.STALE} for owner in owners)
    finding = f"{number} of {MOST_CHANNELS} open" + (f", {ours} of them ours" if ours else "")
    if stale := owners.count(Owner.STALE):
        return Check(
            CHANNELS,
            CheckState.WARNING,
            f"{finding}, {stale} left behind by a run that was killed",
            cause="stale_channels",
            meaning="Cronofy goes on to try them for 24 hours, and they count towards the limit",
            remedy="cronofy channels prune",
        )
    if not number:
        return passed(CHANNELS, finding, remedy="open one and receive on this machine: cronofy listen")
    if number < _MANY:
        return passed(CHANNELS, finding, evidence=tuple((each.channel_id, each.callback_url) for each in channels))
    return Check(
        CHANNELS,
        CheckState.WARNING,
        finding,
        cause="many_channels",
        meaning="at the limit no channel can be created; Cronofy recommends one for an account",
        remedy="close those that nobody needs: cronofy channels list, cronofy channels close CHANNEL_ID",
    )


def callbacks_of(channels: Sequence[Channel], *, must_be_public: bool) -> tuple[Callback, ...]:
    """Return each callback URL once, in the order of the channels."""
    ids: dict[str, list[str]] = {}
    for channel in channels:
        ids.setdefault(channel.callback_url, []).append(channel.channel_id)
    return tuple(Callback(url, tuple(channel_ids), must_be_public) for url, channel_ids in ids.items())
