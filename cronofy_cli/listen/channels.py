"""The channel and event calls of a run, bound to one client and one choice of calendars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.adapters.api import endpoints

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cronofy_cli.adapters.api.client import ApiClient
    from cronofy_cli.core.api.queries import EventsQuery
    from cronofy_cli.core.notifications.channels import Channel


class ChannelCalls:
    """Creates and closes channels with a run's filters."""

    def __init__(
        self,
        api: ApiClient,
        *,
        calendar_ids: tuple[str, ...] = (),
        only_managed: bool = False,
        before_create: Callable[[], None] | None = None,
    ) -> None:
        self._api = api
        self._before_create = before_create
        self._calendar_ids = calendar_ids
        self._only_managed = only_managed

    def create(self, callback_url: str) -> Channel:
        """Create a channel that posts to `callback_url`."""
        if self._before_create is not None:
            self._before_create()
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


def read_event_pages(api: ApiClient, query: EventsQuery, await_turn: Callable[[], None]) -> Iterator[list[bytes]]:
    """Yield each page's events as their own JSON. `await_turn` is called for each page before it is sent for.

    The page ahead is sent for while one is used: one turn of it is taken a little late.
    """
    await_turn()
    for page in endpoints.read_events(api, query):
        yield [bytes(event) for event in page.events]
        if page.current is None or page.total is None or page.current < page.total:
            await_turn()
