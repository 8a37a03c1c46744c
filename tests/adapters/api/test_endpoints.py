"""The calls: what is sent, and what is made of Cronofy's published answers, over real HTTP."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.api import endpoints
from cronofy_cli.core.api.queries import EventsQuery, FreeBusyQuery
from cronofy_cli.errors import InvalidRequest, NotFound, RequestFailed

if TYPE_CHECKING:
    from cronofy_cli.adapters.api.client import ApiClient
    from tests.fakes.scripted_server import ScriptedServer

CHANNEL = {
    "channel_id": "chn_54cf7c7cb4ad4c1027000001",
    "callback_url": "https://example.com/callback",
    "filters": {"calendar_ids": ["cal_1"], "only_managed": False},
    "scheduling_conversations": {},
}


def test_create_channel(cronofy: ScriptedServer, client: ApiClient) -> None:
    """Only the filters that were chosen are sent, and the channel that comes back is returned with its bytes."""
    cronofy.answer(json={"channel": CHANNEL}, only_for="POST /v1/channels")

    channel = endpoints.create_channel(client, "https://example.com/callback", calendar_ids=["cal_1"])

    assert json.loads(cronofy.requests[0].body) == {
        "callback_url": "https://example.com/callback",
        "filters": {"calendar_ids": ["cal_1"]},
    }
    assert (channel.channel_id, channel.calendar_ids) == ("chn_54cf7c7cb4ad4c1027000001", ("cal_1",))
    assert json.loads(channel.raw) == CHANNEL


def test_create_channel_with_everything(cronofy: ScriptedServer, client: ApiClient) -> None:
    """Every parameter has its place, false as well as true."""
    cronofy.answer(json={"channel": CHANNEL})

    endpoints.create_channel(client, "https://e.com", only_managed=False, scheduling_conversations=True)

    assert json.loads(cronofy.requests[0].body) == {
        "callback_url": "https://e.com",
        "filters": {"only_managed": False},
        "scheduling_conversations": {"enabled": True},
    }


def test_create_channel_plainly(cronofy: ScriptedServer, client: ApiClient) -> None:
    """A channel for everything has no filters."""
    cronofy.answer(json={"channel": CHANNEL})

    endpoints.create_channel(client, "https://e.com")

    assert json.loads(cronofy.requests[0].body) == {"callback_url": "https://e.com"}


def test_refused_channel(cronofy: ScriptedServer, client: ApiClient) -> None:
    """A refused callback URL is named with Cronofy's reason."""
    cronofy.answer(422, json={"errors": {"callback_url": [{"key": "errors.required", "description": "required"}]}})

    with pytest.raises(InvalidRequest, match=r"callback_url: required \(errors\.required\)"):
        endpoints.create_channel(client, "")


def test_list_channels(cronofy: ScriptedServer, client: ApiClient) -> None:
    """Channels come in Cronofy's order; none is an empty list."""
    cronofy.answer(json={"channels": [CHANNEL, {"channel_id": "chn_2"}]}, only_for="GET /v1/channels")
    cronofy.answer(json={"channels": []})

    assert [each.channel_id for each in endpoints.list_channels(client)] == ["chn_54cf7c7cb4ad4c1027000001", "chn_2"]
    assert endpoints.list_channels(client) == ()


def test_close_channel(cronofy: ScriptedServer, client: ApiClient) -> None:
    """Closing sends the id as one part of the path, and no body."""
    cronofy.answer(202, only_for="DELETE /v1/channels/chn_1%2F..%3Fx")

    endpoints.close_channel(client, "chn_1/..?x")

    assert cronofy.requests[0].body == b""


def test_close_unknown_channel(cronofy: ScriptedServer, client: ApiClient) -> None:
    """A channel that is not there points at the list of those that are."""
    cronofy.answer(404)

    with pytest.raises(NotFound) as caught:
        endpoints.close_channel(client, "chn_1")

    assert caught.value.hint == "cronofy channels list"


def test_calendars_and_profiles(cronofy: ScriptedServer, client: ApiClient) -> None:
    """Calendars and profiles are listed with the server's own bytes."""
    cronofy.answer(json={"calendars": [{"calendar_id": "cal_1", "new": 1}]}, only_for="GET /v1/calendars")
    cronofy.answer(json={"profiles": [{"profile_id": "pro_1"}]}, only_for="GET /v1/profiles")

    calendars = endpoints.list_calendars(client)

    assert [json.loads(each.raw) for each in calendars] == [{"calendar_id": "cal_1", "new": 1}]
    assert [each.profile_id for each in endpoints.list_profiles(client)] == ["pro_1"]


def test_identity(cronofy: ScriptedServer, client: ApiClient) -> None:
    """UserInfo and Account are read."""
    cronofy.answer(json={"sub": "acc_1", "cronofy.type": "account"}, only_for="GET /v1/userinfo")
    cronofy.answer(json={"account": {"account_id": "acc_1"}}, only_for="GET /v1/account")

    assert endpoints.userinfo(client).type == "account"
    assert endpoints.account(client).account_id == "acc_1"


def test_userinfo_without_a_subject(cronofy: ScriptedServer, client: ApiClient) -> None:
    """An object that names nobody is not taken for UserInfo."""
    cronofy.answer(json={"hello": "world"})

    with pytest.raises(RequestFailed, match="not what Cronofy sends"):
        endpoints.userinfo(client)


def test_events_are_not_touched(cronofy: ScriptedServer, client: ApiClient) -> None:
    """An event is the bytes that the server sent, spaces and unknown fields included; the query is sent whole."""
    cronofy.answer(
        body=b'{"events":[{"a": 1.00},{"b":"\\u00e9"}],"pages":{"current":1,"total":1},"new":{}}',
        only_for="GET /v1/events?tzid=Etc/UTC&calendar_ids[]=cal_1&include_managed=true",
    )

    (page,) = endpoints.read_events(client, EventsQuery("Etc/UTC", calendar_ids=("cal_1",), include_managed=True))

    assert [bytes(event) for event in page.events] == [b'{"a": 1.00}', b'{"b":"\\u00e9"}']
    assert (page.current, page.total) == (1, 1)


@pytest.mark.parametrize(
    "pages", [None, {}, {"next_page": ""}, {"next_page": None, "current": "1", "total": True}, [1]]
)
def test_events_without_page_numbers(pages: object, cronofy: ScriptedServer, client: ApiClient) -> None:
    """A single page needs neither numbers nor a next page."""
    cronofy.answer(json={"events": [], "pages": pages})

    (page,) = endpoints.read_events(client, EventsQuery("Etc/UTC"))

    assert (page.events, page.current, page.total) == ((), None, None)


def test_free_busy(cronofy: ScriptedServer, client: ApiClient) -> None:
    """Periods are paged like events."""
    following = f"{cronofy.url}/v1/free_busy/pages/2"
    cronofy.answer(
        json={"free_busy": [{"n": 1}], "pages": {"current": 1, "total": 2, "next_page": following}},
        only_for="GET /v1/free_busy?tzid=Etc/UTC&include_ids=true",
    )
    cronofy.answer(
        json={"free_busy": [{"n": 2}], "pages": {"current": 2, "total": 2}}, only_for="GET /v1/free_busy/pages/2"
    )

    pages = list(endpoints.read_free_busy(client, FreeBusyQuery("Etc/UTC", include_ids=True)))

    assert [json.loads(bytes(period)) for page in pages for period in page.periods] == [{"n": 1}, {"n": 2}]
    assert [(page.current, page.total) for page in pages] == [(1, 2), (2, 2)]
