"""The open notification channels of a world (docs: /developers/api/push-notifications/).

Pure: what opening or closing one sets off is not known here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from cronofy_cli.errors import InvalidRequest, NotFound
from cronofy_cli.simulator.world import identifiers
from cronofy_cli.simulator.world.settings import MAX_CHANNELS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from cronofy_cli.simulator.world.identifiers import Identifiers
    from cronofy_cli.simulator.world.model import Channel


class Channels:
    """The one place where channels are opened and closed."""

    def __init__(self, channels: Iterable[Channel], ids: Identifiers) -> None:
        self._open = {channel.channel_id: channel for channel in channels}
        self._ids = ids

    @property
    def all(self) -> tuple[Channel, ...]:
        """Every open channel, the oldest first."""
        return tuple(self._open.values())

    def of(self, account_id: str, application: str | None) -> tuple[Channel, ...]:
        """Return the channels that an application opened for an account."""
        return tuple(
            channel
            for channel in self._open.values()
            if channel.account_id == account_id and channel.application == application
        )

    def get(self, channel_id: str) -> Channel:
        """Return an open channel.

        Raises:
            NotFound: there is none with this id.
        """
        if channel_id not in self._open:
            raise NotFound(f"there is no channel '{channel_id}'")
        return self._open[channel_id]

    def open(self, wanted: Channel, now: datetime) -> Channel:
        """Open a channel; an identical open one is returned instead. The id in `wanted` is not looked at.

        Raises:
            InvalidRequest: the account has its 128 channels with this application.
        """
        others = self.of(wanted.account_id, wanted.application)
        for channel in others:
            if channel.is_same_as(wanted):
                return channel
        if len(others) >= MAX_CHANNELS:
            problem = ("errors.too_many_channels", f"an account has at most {MAX_CHANNELS} channels")
            raise InvalidRequest("there are too many channels", fields={"base": (problem,)})
        channel = structs.replace(wanted, channel_id=self._ids.new(identifiers.CHANNEL, now))
        self._open[channel.channel_id] = channel
        return channel

    def close(self, channel_id: str) -> Channel:
        """Close a channel.

        Raises:
            NotFound: there is none with this id.
        """
        channel = self.get(channel_id)
        del self._open[channel_id]
        return channel
