"""Requests as the Ruby, PHP and C# SDKs send them: none of these languages is needed to hold the simulator to them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.simulator.reference.api import EVENT, REDIRECT_URI, TOMORROW

if TYPE_CHECKING:
    from tests.simulator.reference.api import Api


def test_ruby_signs_in_with_forms(api: Api) -> None:
    """Its OAuth library posts forms: the code at the app host, the refresh at the API host, with its own agent."""
    code = api.authorize()["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT_URI, **api.credentials}

    tokens = api.call("POST", "/oauth/token", token="", data=form, headers={"User-Agent": "Cronofy Ruby 0.41.2"})
    form = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], **api.credentials}
    refreshed = api.call("POST", "/oauth/token", token="", data=form)

    assert api.call("GET", "/v1/userinfo", token=refreshed["access_token"])["sub"] == api.world.sub
    api.call("POST", "/oauth/token/revoke", token="", data={"token": tokens["refresh_token"], **api.credentials})
    api.call("GET", "/v1/userinfo", 401, token=refreshed["access_token"])


def test_ruby_deletes_with_a_body_and_reads_with_brackets(api: Api) -> None:
    """`{}` or the id as JSON with DELETE; arrays as `calendar_ids[]`; times of Ruby in the query."""
    channel = api.post("/v1/channels", {"callback_url": "http://127.0.0.1:9/"})["channel"]

    api.call("DELETE", f"/v1/channels/{channel['channel_id']}", 202, content=b"{}")
    found = api.events(**{"calendar_ids[]": [api.home], "from": f"{TOMORROW}T00:00:01Z", "include_deleted": "true"})

    assert {one["calendar_id"] for one in found} == {api.home}


def test_php_names_cronofys_host(api: Api) -> None:
    """With `apiRootUrl` alone it sends `Host: api.cronofy.com`: it is answered, and further pages lead back here."""
    headers = {"Host": "api.cronofy.com", "User-Agent": "Cronofy PHP 1.7.4"}

    page = api.call("GET", "/v1/events?tzid=Etc%2FUTC&include_managed=1", headers=headers)

    assert urlsplit(page["pages"]["next_page"]).netloc == urlsplit(api.world.url).netloc
    api.call("GET", page["pages"]["next_page"], headers=headers)


def test_php_asks_for_availability_with_its_secret(api: Api) -> None:
    """The client secret is the bearer of availability and of smart invites."""
    period = {"start": f"{TOMORROW}T09:00:00Z", "end": f"{TOMORROW}T12:00:00Z"}
    body = {
        "participants": [{"members": [{"sub": api.world.sub}], "required": "all"}],
        "required_duration": {"minutes": 60},
        "available_periods": [period],
        "response_format": "slots",
    }

    assert "available_slots" in api.post("/v1/availability", body, token=api.world.client_secret)


def test_csharp_writes_times_with_a_space(api: Api) -> None:
    """An event as its request class prints it: a space in times, empty lists, and no zone."""
    api.write(
        start=f"{TOMORROW} 15:30:00Z",
        end=f"{TOMORROW} 17:00:00Z",
        attendees={"invite": [], "remove": []},
        reminders=[],
        subscriptions=[],
        transparency="opaque",
        extended_transparency="opaque",
    )

    assert (api.own()["start"], api.own()["end"]) == (f"{TOMORROW}T15:30:00Z", f"{TOMORROW}T17:00:00Z")


def test_csharp_reads_localized_with_every_option(api: Api) -> None:
    """It always asks for localized times, and knows Google's ids and `extended_transparency`."""
    api.post(f"/v1/calendars/{api.work}/events", EVENT, 202)

    (event,) = api.events(
        localized_times="true",
        google_event_ids="true",
        only_managed="true",
        include_managed="true",
        include_deleted="true",
        include_moved="true",
        include_geo="true",
        **{"from": str(TOMORROW), "to": str(TOMORROW + timedelta(days=1))},
    )

    assert set(event["start"]) == {"time", "tzid"}
    assert event["extended_transparency"] == "opaque"


def test_csharp_posts_every_oauth_call_to_the_app_host(api: Api) -> None:
    """Revoking with a secret too, as JSON."""
    tokens = api.sign_in()

    api.call(
        "POST",
        "/oauth/token/revoke",
        token="",
        json=api.credentials | {"token": tokens["refresh_token"]},
        headers={"Host": "app.cronofy.com"},
    )

    api.call("GET", "/v1/userinfo", 401, token=tokens["access_token"])
