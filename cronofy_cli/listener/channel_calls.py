"""The channel and event calls of a run, bound to one client and one choice of calendars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.adapters.api import endpoints

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.adapters.api.client import ApiClient
    from cronofy_cli.core.channels import Channel
    from cronofy_cli.core.queries import EventsQuery


class ChannelCalls:
    """Creates and closes channels with a run's filters."""

    def __init__(self, api: ApiClient, *, calendar_ids: tuple[str, ...] = (), only_managed: bool = False) -> None:
        self._api = api
        self._calendar_ids = calendar_ids
        self._only_managed = only_managed

    def create(self, callback_url: str) -> Channel:
        """Create a channel that posts to `callback_url`."""
        return endpoints.create_channel(
            self._api,
            callback_url,
            calendar_ids=self._calendar_ids,
            only_managed=self._only_managed or None,
        )

    def close(self, channel_id: str) -> None:
        """Close a channel."""
        endpoints.close_channel(self._api, channel_id)

    def is_open(self, channel_id: str) -> bool:
        """Whether a channel is still open."""
        return any(channel.channel_id == channel_id for channel in self.list_open())

    def list_open(self) -> tuple[Channel, ...]:
        """Return the open channels of the account and application."""
        return endpoints.list_channels(self._api)


def read_all_events(api: ApiClient, query: EventsQuery) -> Iterator[bytes]:
    """Yield each event's own JSON, of all pages."""
    for page in endpoints.read_events(api, query):
        yield from map(bytes, page.events)
