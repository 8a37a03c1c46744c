"""The open channels: how many, and which callback URLs they lead to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.checks import Check, CheckState, passed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.core.channels import Channel

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


def check_channels(channels: Sequence[Channel]) -> Check:
    """Say how many channels are open of those that an account may have."""
    number = len(channels)
    finding = f"{number} of {MOST_CHANNELS} open"
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
