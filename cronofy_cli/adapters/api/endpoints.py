"""The calls of Cronofy's API that the product makes, each as a function with types.

A function names its page of the documentation. Values keep the server's own JSON in `raw`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote

import msgspec

from cronofy_cli.adapters.api.api_errors import decode_answer
from cronofy_cli.adapters.api.paging import Decoded, stream_pages
from cronofy_cli.core.fields import as_object
from cronofy_cli.core.notifications.channels import parse_channel

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from cronofy_cli.adapters.api.client import ApiClient
    from cronofy_cli.core.accounts.calendars import (
        Account,
        Calendar,
        Profile,
        UserInfo,
    )
    from cronofy_cli.core.api.queries import EventsQuery, FreeBusyQuery
    from cronofy_cli.core.fields import Fields
    from cronofy_cli.core.notifications.channels import Channel

_CALENDARS_HINT: Final = "cronofy calendars list"
_CHANNELS_HINT: Final = "cronofy channels list"


class EventPage(NamedTuple):
    """A page of Read Events, each event as the bytes that the server sent."""

    events: tuple[msgspec.Raw, ...]
    current: int | None
    """The number of this page, from 1."""
    total: int | None


class FreeBusyPage(NamedTuple):
    """A page of Free/Busy, each period as the bytes that the server sent."""

    periods: tuple[msgspec.Raw, ...]
    current: int | None
    total: int | None


class _ChannelAnswer(msgspec.Struct):
    channel: msgspec.Raw


class _ChannelsAnswer(msgspec.Struct):
    channels: tuple[msgspec.Raw, ...]


class _CalendarsAnswer(msgspec.Struct):
    calendars: tuple[msgspec.Raw, ...]


class _ProfilesAnswer(msgspec.Struct):
    profiles: tuple[msgspec.Raw, ...]


class _AccountAnswer(msgspec.Struct):
    account: msgspec.Raw


class _UserInfoAnswer(msgspec.Struct):
    sub: str


class _EventsAnswer(msgspec.Struct):
    events: tuple[msgspec.Raw, ...]
    pages: object = None


class _FreeBusyAnswer(msgspec.Struct):
    free_busy: tuple[msgspec.Raw, ...]
    pages: object = None


def create_channel(
    client: ApiClient,
    callback_url: str,
    *,
    calendar_ids: Sequence[str] = (),
    only_managed: bool | None = None,
    scheduling_conversations: bool | None = None,
) -> Channel:
    """Open a notification channel (docs: /developers/api/push-notifications/create-channel/).

    Cronofy may answer with a channel that exists already with the same callback URL and filters.
    """
    wanted: dict[str, object] = {"callback_url": callback_url}
    filters: dict[str, object] = {"calendar_ids": list(calendar_ids)} if calendar_ids else {}
    if only_managed is not None:
        filters["only_managed"] = only_managed
    if filters:
        wanted["filters"] = filters
    if scheduling_conversations is not None:
        wanted["scheduling_conversations"] = {"enabled": scheduling_conversations}
    body = client.request("POST", "/v1/channels", json=wanted, not_found_hint=_CALENDARS_HINT)
    return parse_channel(decode_answer(body, _ChannelAnswer, "POST /v1/channels").channel)


def list_channels(client: ApiClient) -> tuple[Channel, ...]:
    """Return the open channels (docs: /developers/api/push-notifications/list-channels/)."""
    answer = decode_answer(client.request("GET", "/v1/channels"), _ChannelsAnswer, "GET /v1/channels")
    return tuple(map(parse_channel, answer.channels))


def close_channel(client: ApiClient, channel_id: str) -> None:
    """Close a channel (docs: /developers/api/push-notifications/close-channel/)."""
    client.request("DELETE", f"/v1/channels/{quote(channel_id, safe='')}", not_found_hint=_CHANNELS_HINT)


def list_calendars(client: ApiClient) -> tuple[Calendar, ...]:
    """Return the calendars of all profiles, deleted ones too (docs: /developers/api/calendars/list-calendars/)."""
    from cronofy_cli.core.accounts.calendars import parse_calendar

    answer = decode_answer(client.request("GET", "/v1/calendars"), _CalendarsAnswer, "GET /v1/calendars")
    return tuple(map(parse_calendar, answer.calendars))


def list_profiles(client: ApiClient) -> tuple[Profile, ...]:
    """Return the connected accounts (docs: /developers/api/identity/profile/)."""
    from cronofy_cli.core.accounts.calendars import parse_profile

    answer = decode_answer(client.request("GET", "/v1/profiles"), _ProfilesAnswer, "GET /v1/profiles")
    return tuple(map(parse_profile, answer.profiles))


def userinfo(client: ApiClient) -> UserInfo:
    """Return whom the access token stands for (docs: /developers/api/identity/userinfo/)."""
    from cronofy_cli.core.accounts.calendars import parse_userinfo

    body = client.request("GET", "/v1/userinfo")
    decode_answer(body, _UserInfoAnswer, "GET /v1/userinfo")
    return parse_userinfo(body)


def account(client: ApiClient) -> Account:
    """Return the account of the access token (docs: /developers/api/identity/account/)."""
    from cronofy_cli.core.accounts.calendars import parse_account

    answer = decode_answer(client.request("GET", "/v1/account"), _AccountAnswer, "GET /v1/account")
    return parse_account(answer.account)


def read_events(client: ApiClient, query: EventsQuery) -> Generator[EventPage]:
    """Yield the pages of Read Events, the next being fetched meanwhile (docs: /developers/api/events/read-events/)."""
    return stream_pages(client, "/v1/events", query.parameters(), _events_page, not_found_hint=_CALENDARS_HINT)


def read_free_busy(client: ApiClient, query: FreeBusyQuery) -> Generator[FreeBusyPage]:
    """Yield the pages of Free/Busy, the next being fetched meanwhile (docs: /developers/api/events/free-busy/)."""
    return stream_pages(client, "/v1/free_busy", query.parameters(), _free_busy_page, not_found_hint=_CALENDARS_HINT)


def _events_page(body: bytes) -> Decoded[EventPage]:
    answer = decode_answer(body, _EventsAnswer, "GET /v1/events")
    pages = as_object(answer.pages)
    return Decoded(EventPage(answer.events, _number(pages, "current"), _number(pages, "total")), pages.get("next_page"))


def _free_busy_page(body: bytes) -> Decoded[FreeBusyPage]:
    answer = decode_answer(body, _FreeBusyAnswer, "GET /v1/free_busy")
    pages = as_object(answer.pages)
    page = FreeBusyPage(answer.free_busy, _number(pages, "current"), _number(pages, "total"))
    return Decoded(page, pages.get("next_page"))


def _number(fields: Fields, key: str) -> int | None:
    value = fields.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
