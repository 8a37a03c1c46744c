"""Sections 3 and 4: channels, and the notifications that they bring."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.simulator.reference.api import EVENT, TOMORROW
from tests.testing.applications import Inbox

if TYPE_CHECKING:
    from tests.simulator.reference.api import Api

URL = "http://127.0.0.1:9/hook?user=1"


def test_3_1_the_answer_is_200_with_the_channel(api: Api) -> None:
    """Not 201 and not 202; filters come back as they were given, and are an empty object without any."""
    filters = {"calendar_ids": [api.home], "only_managed": False}

    made = api.post("/v1/channels", {"callback_url": URL, "filters": filters})["channel"]
    plain = api.post("/v1/channels", {"callback_url": f"{URL}&plain"})["channel"]

    assert (made["callback_url"], made["filters"]) == (URL, filters)
    assert plain["filters"] == {}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "callback_url"),
        ({"callback_url": "ftp://x.test/"}, "callback_url"),
        ({"callback_url": URL, "filters": {"calendar_ids": []}}, "calendar_ids"),
        ({"callback_url": URL, "filters": {"only_managed": "perhaps"}}, "only_managed"),
    ],
)
def test_3_1_rules_of_the_parameters(api: Api, body: dict[str, object], field: str) -> None:
    """An HTTP or HTTPS URL is required, calendars are at least one, and `only_managed` is a boolean."""
    assert [one.rpartition(".")[2] for one in api.keys("POST", "/v1/channels", body)] == [field]


def test_3_1_no_restriction_on_the_url(api: Api) -> None:
    """Any path and query, both schemes, and more than the 128 characters of older pages."""
    for url in ("https://x.test/a/b%20c?d=e&f[]=g", f"http://x.test/{'a' * 200}"):
        assert api.post("/v1/channels", {"callback_url": url})["channel"]["callback_url"] == url


def test_3_1_an_account_has_128_channels(api: Api) -> None:
    """And no more."""
    for number in range(128):
        api.post("/v1/channels", {"callback_url": f"{URL}&{number}"})

    api.post("/v1/channels", {"callback_url": f"{URL}&128"}, 422)


def test_3_1_an_identical_channel_is_the_same(api: Api) -> None:
    """Of the same URL and filters."""
    one, other = (api.post("/v1/channels", {"callback_url": URL})["channel"] for _ in range(2))

    assert one["channel_id"] == other["channel_id"]


def test_3_1_a_scheduling_conversations_channel(api: Api) -> None:
    """ALPHA: what was asked for is shown."""
    wanted = {"callback_url": URL, "scheduling_conversations": {"enabled": True}}

    assert api.post("/v1/channels", wanted)["channel"]["scheduling_conversations"] == {"enabled": True}


def test_3_2_open_channels_are_listed(api: Api) -> None:
    """Without paging, those that are open; a JSON body with GET, as Python's SDK sends, does no harm."""
    channel = api.post("/v1/channels", {"callback_url": URL})["channel"]

    assert api.call("GET", "/v1/channels", json={}) == {"channels": [channel]}
    api.call("DELETE", f"/v1/channels/{channel['channel_id']}", 202, json={})
    assert api.get("/v1/channels") == {"channels": []}


def test_3_3_closing(api: Api) -> None:
    """202 without a body; 404 for a channel that does not exist."""
    channel = api.post("/v1/channels", {"callback_url": URL})["channel"]

    answer = api.answer("DELETE", f"/v1/channels/{channel['channel_id']}")

    assert (answer.status_code, answer.content) == (202, b"")
    api.call("DELETE", "/v1/channels/chn_unknown", 404)


def test_4_1_the_request(api: Api) -> None:
    """Method, path, the two documented headers, and a body of notification and channel."""
    inbox, headers = Inbox(), {}

    def application(environ: dict[str, object], start_response: object) -> object:
        headers.update(environ)
        return inbox.wsgi(environ, start_response)  # type: ignore[arg-type]

    handler = api.world.handler(application, "/hook")
    handler.wait_for_delivery("verification", status=200)
    api.account.calendar("Work").add_event("Lunch")
    delivery = handler.wait_for_delivery("change", status=200)

    assert headers["REQUEST_METHOD"] == "POST"
    assert headers["CONTENT_TYPE"] == "application/json; charset=utf-8"
    assert headers["HTTP_CRONOFY_HMAC_SHA256"] == delivery.signature
    assert list(delivery.json) == ["notification", "channel"]
    assert list(delivery.json["notification"]) == ["type", "changes_since"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", delivery.json["notification"]["changes_since"])
    assert list(delivery.json["channel"])[:3] == ["channel_id", "callback_url", "filters"]


def test_4_1_changes_since_leads_to_the_change(api: Api) -> None:
    """Passed on unchanged as `last_modified`; the notification holds no event."""
    handler = api.world.handler(Inbox().asgi)
    event = api.account.calendar("Work").add_event("Lunch")
    changes_since = handler.wait_for_delivery("change").json["notification"]["changes_since"]

    assert [one["event_uid"] for one in api.events(last_modified=changes_since)] == [event.event_uid]


@pytest.mark.parametrize(
    ("type_", "fields"),
    [
        ("verification", {}),
        ("profile_disconnected", {}),
        ("profile_initial_sync_completed", {}),
        ("conferencing_profile_disconnected", {}),
        ("gdpr_requested", {}),
        ("scheduling_conversation_joined", {"scheduling_conversation_id": "scv_1"}),
        ("scheduling_conversation_updated", {"scheduling_conversation_id": "scv_1"}),
    ],
)
def test_4_2_types(api: Api, type_: str, fields: dict[str, str]) -> None:
    """Each documented type can arrive, with the fields that it has and no others."""
    inbox = Inbox()
    handler = api.world.handler(inbox.asgi)
    handler.wait_for_delivery("verification", status=200)

    api.world.deliver(type_, **fields)
    handler.wait_for_delivery(type_, status=200)

    assert inbox.received[-1]["notification"] == {"type": type_, **fields}


def test_4_3_an_event_subscription(api: Api) -> None:
    """A webhook of an event's conferencing: `event_subscription`, the interaction, and the event with its link."""
    inbox = Inbox()
    url = api.world.serve(inbox.asgi)

    api.write(
        conferencing={"profile_id": "default"},
        subscriptions=[{"type": "webhook", "uri": url, "interactions": [{"type": "conferencing_assigned"}]}],
    )
    delivery = api.world.wait_for_delivery("event_subscription")

    assert delivery.channel_id == ""
    assert delivery.json["notification"]["interactions"] == [{"type": "conferencing_assigned"}]
    assert delivery.json["event"]["conferencing"]["join_url"].startswith("https://")


def test_4_4_an_answer_that_is_no_success_comes_again(api: Api) -> None:
    """200 to 299 is success; everything else is tried again, with the same body."""
    inbox = Inbox()
    handler = api.world.handler(inbox.asgi)
    handler.wait_for_delivery("verification", status=200)
    for status in (301, 404, 410, 500):
        inbox.status = status
        api.world.deliver("change")
        handler.wait_for_delivery("change", status=status)
        inbox.status = 204
        api.world.advance(minutes=1)
        assert handler.wait_for_delivery("change", status=204).attempt == 2

    assert len({json.dumps(one) for one in inbox.received[-2:]}) == 1


def test_4_4_own_changes_are_not_notified(api: Api) -> None:
    """Of writing, changing and deleting through the API nothing is sent; of the user's edit of the same event is."""
    handler = api.world.handler(Inbox().asgi)
    handler.wait_for_delivery("verification")
    api.write()
    api.write(summary="Changed")
    api.world.settle()
    assert [one.type for one in handler.deliveries] == ["verification"]

    api.account.calendar("Work").event("Changed").move(TOMORROW + timedelta(days=1))

    assert handler.wait_for_delivery("change").succeeded
    api.call("DELETE", f"/v1/calendars/{api.work}/events", 202, json={"event_id": EVENT["event_id"]})
    api.world.settle()
    assert [one.type for one in handler.deliveries] == ["verification", "change"]


def test_5_every_active_secret_signs(api: Api) -> None:
    """One value per secret, of the raw body, separated by a comma without a space."""
    handler = api.world.handler(Inbox().asgi)

    signature = handler.wait_for_delivery("verification").signature

    assert re.fullmatch(r"[A-Za-z0-9+/]{43}=(,[A-Za-z0-9+/]{43}=)*", signature)
