"""Sections 1 and 2: data centers, credentials, sign-in, UserInfo, Account, application calendars, ids."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.simulator.reference.api import EVENT, REDIRECT_URI, SCOPES, START

if TYPE_CHECKING:
    from tests.simulator.reference.api import Api

HOSTS = [f"{kind}{place}.cronofy.com" for kind in ("api", "app") for place in ("", "-uk", "-de", "-au", "-ca", "-sg")]
TOKEN = re.compile(r"[\x21-\x7e]{32}")


@pytest.mark.parametrize("host", HOSTS)
def test_1_hosts_of_the_data_centers(api: Api, host: str) -> None:
    """An SDK that names a data center's host is answered."""
    assert api.call("GET", "/v1/userinfo", headers={"Host": host})["sub"] == api.world.sub


def test_2_1_credentials_are_not_interchangeable(api: Api) -> None:
    """User calls take the access token, calls of the application the client secret; another one is 401."""
    secret = api.world.client_secret

    for path in (
        "/v1/account",
        "/v1/userinfo",
        "/v1/profiles",
        "/v1/calendars",
        "/v1/channels",
        "/v1/events?tzid=Etc/UTC",
    ):
        api.call("GET", path, 401, token=secret)
    api.call("GET", "/v1/smart_invites?smart_invite_id=1&recipient_email=a@x.test", 401)


def test_2_1_availability_takes_either(api: Api) -> None:
    """For historical reasons: the API key in the pages of 2024, the access token in older ones and in SDKs."""
    body = {
        "participants": [{"members": [{"sub": api.world.sub}], "required": "all"}],
        "required_duration": {"minutes": 30},
        "query_periods": [{"start": START, "end": START.replace("T10", "T12")}],
    }

    assert api.post("/v1/availability", body) == api.post("/v1/availability", body, token=api.world.client_secret)


def test_2_1_bodies_may_be_forms(api: Api) -> None:
    """All requests may be JSON or form encoded."""
    form = {"event_id": "form-1", "summary": "A form", "start": START, "end": START.replace("T10", "T11")}

    api.call("POST", f"/v1/calendars/{api.work}/events", 202, data=form)
    made = api.call(
        "POST", "/v1/application_calendars", token="", data=api.credentials | {"application_calendar_id": "f"}
    )
    channel = {"callback_url": "http://127.0.0.1:9/", "filters[calendar_ids][]": api.home}

    assert api.own()["summary"] == "A form"
    assert made["application_calendar_id"] == "f"
    assert api.call("POST", "/v1/channels", data=channel)["channel"]["filters"] == {"calendar_ids": [api.home]}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("avoid_linking", "true"),
        *(
            ("provider_name", one)
            for one in ("cronofy", "google_free_busy", "ms_graph_free_busy", "office365", "google")
        ),
        ("locale", "fr"),
        ("link_token", "x"),
        ("delegated_scope", "read_events"),
    ],
)
def test_2_2_optional_parameters(api: Api, name: str, value: str) -> None:
    """Each optional parameter of the authorization request is taken; `state` comes back as it was."""
    back = api.authorize(**{name: value, "state": "a b&c=ü"})

    assert TOKEN.fullmatch(back["code"])
    assert back["state"] == "a b&c=ü"


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ({"auto": "deny"}, "access_denied"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "fly_to_the_moon"}, "invalid_scope"),
    ],
)
def test_2_2_refusals(api: Api, wanted: dict[str, str], error: str) -> None:
    """The common errors go back to the application."""
    back = api.authorize(state="s", **wanted)

    assert (back["error"], back["state"]) == (error, "s")
    assert "code" not in back


@pytest.mark.parametrize(
    "scope",
    [
        *SCOPES.split(),
        *("read_free_busy", "read_only", "write_only", "read_write", "free_busy", "free_busy_write"),
    ],
)
def test_2_3_scopes(api: Api, scope: str) -> None:
    """Each documented scope of a user can be asked for, and is what the token has."""
    assert api.sign_in(scope=scope)["scope"] == scope


def test_2_3_a_scope_per_endpoint(api: Api) -> None:
    """Without its scope a call is 403: a new authorization request is needed."""
    token = api.sign_in(scope="read_account list_calendars")["access_token"]
    event_uid = api.events()[0]["event_uid"]
    path = f"/v1/calendars/{api.work}/events"

    api.post("/v1/calendars", {"profile_id": api.account.profile().profile_id, "name": "New"}, 403, token)
    api.post(f"{path}/{event_uid}/participation_status", {"status": "accepted"}, 403, token)
    api.post(path, EVENT, 403, token)
    api.call("DELETE", path, 403, token, json={"event_id": "own-1"})
    api.call("GET", "/v1/events?tzid=Etc/UTC", 403, token)
    api.call("GET", "/v1/free_busy?tzid=Etc/UTC", 403, token)
    api.call("GET", "/v1/free_busy?tzid=Etc/UTC", 200, api.sign_in(scope="read_events")["access_token"])


def test_2_4_the_answer_to_a_code(api: Api) -> None:
    """The documented fields; tokens of 32 ASCII characters; whose they are."""
    answer = api.sign_in()

    assert list(answer)[:5] == ["token_type", "access_token", "expires_in", "refresh_token", "scope"]
    assert (answer["token_type"], answer["expires_in"]) == ("bearer", 3600)
    assert TOKEN.fullmatch(answer["access_token"])
    assert TOKEN.fullmatch(answer["refresh_token"])
    assert answer["account_id"] == answer["sub"] == api.world.sub
    assert set(answer["linking_profile"]) >= {"provider_name", "profile_id", "profile_name"}
    assert set(answer["userinfo"]) >= {"sub", "email", "name", "cronofy.data"}


def test_2_4_the_answer_to_a_refresh(api: Api) -> None:
    """Five fields; the refresh token of the documentation's example stays."""
    refresh_token = api.sign_in()["refresh_token"]

    answer = api.post(
        "/oauth/token", api.credentials | {"grant_type": "refresh_token", "refresh_token": refresh_token}, token=""
    )

    assert list(answer) == ["token_type", "access_token", "expires_in", "refresh_token", "scope"]
    assert answer["refresh_token"] == refresh_token


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code": "unknown"}, "invalid_grant"),
        ({"redirect_uri": f"{REDIRECT_URI}other"}, "invalid_grant"),
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"grant_type": "refresh_token", "refresh_token": "unknown"}, "invalid_grant"),
    ],
)
def test_2_4_errors(api: Api, changes: dict[str, str], error: str) -> None:
    """400 with the code of RFC 6749."""
    fields = {"grant_type": "authorization_code", "code": api.authorize()["code"], "redirect_uri": REDIRECT_URI}

    assert api.post("/oauth/token", api.credentials | fields | changes, 400, "") == {"error": error}


def test_2_5_a_token_wins_over_a_sub(api: Api) -> None:
    """Both may be sent; then the token's login ends, and the other one stays."""
    one, other = api.sign_in(), api.sign_in()

    api.post("/oauth/token/revoke", api.credentials | {"token": one["refresh_token"], "sub": api.world.sub}, token="")

    api.call("GET", "/v1/userinfo", 401, one["access_token"])
    api.call("GET", "/v1/userinfo", 200, other["access_token"])


def test_2_5_what_is_unknown_is_revoked_already(api: Api) -> None:
    """An unknown token answers as success; `request_pii_erasure` is taken; a wrong secret is 400."""
    wanted = {"token": "unknown", "request_pii_erasure": True}

    api.post("/oauth/token/revoke", api.credentials | wanted, token="")
    refused = api.post("/oauth/token/revoke", api.credentials | wanted | {"client_secret": "wrong"}, 400, "")

    assert refused == {"error": "invalid_client"}


def test_2_5_an_application_calendar_is_revoked(api: Api) -> None:
    """By its access token, or by its `sub`."""
    body = api.credentials | {"application_calendar_id": "mine"}
    one = api.post("/v1/application_calendars", body, token="")
    api.post("/oauth/token/revoke", api.credentials | {"token": one["access_token"]}, token="")
    api.call("GET", "/v1/userinfo", 401, one["access_token"])

    other = api.post("/v1/application_calendars", body, token="")
    api.post("/oauth/token/revoke", api.credentials | {"sub": other["sub"]}, token="")
    api.call("GET", "/v1/userinfo", 401, other["access_token"])


def test_2_6_userinfo(api: Api) -> None:
    """Every key of the example, in profiles, calendars and conferencing profiles."""
    found = api.get("/v1/userinfo")
    profiles = found["cronofy.data"]["profiles"]
    calendar = profiles[0]["profile_calendars"][0]

    assert set(found) >= {"sub", "email", "name", "zoneinfo", "cronofy.type", "cronofy.data"}
    assert found["cronofy.type"] == "account"
    assert set(found["cronofy.data"]["authorization"]) >= {"scope", "status"}
    assert found["cronofy.data"]["authorization"]["status"] == "active"
    assert set(profiles[0]) == {
        *("provider_name", "provider_service", "profile_id", "profile_name"),
        *("profile_connected", "profile_initial_sync_required", "profile_calendars"),
    }
    assert set(calendar) == {
        *("calendar_id", "calendar_name", "calendar_readonly", "calendar_deleted", "calendar_primary"),
        *("calendar_integrated_conferencing_available", "calendar_attachments_available", "permission_level"),
    }
    assert calendar["permission_level"] == "sandbox"
    (conferencing,) = found["cronofy.data"]["conferencing_profiles"]
    assert set(conferencing) == {"provider_name", "profile_id", "profile_name", "profile_connected"}


def test_2_6_a_disconnected_profile_has_its_relink_url(api: Api) -> None:
    """Only then: in UserInfo and in List Profiles."""
    api.account.profile("google").disconnect()

    for profiles in (api.get("/v1/userinfo")["cronofy.data"]["profiles"], api.get("/v1/profiles")["profiles"]):
        assert [one["profile_connected"] for one in profiles] == [False, True]
        assert ["profile_relink_url" in one for one in profiles] == [True, False]


def test_2_7_account(api: Api) -> None:
    """`sub` stands beside `account`; without `read_account` it is 403."""
    found = api.get("/v1/account")

    assert list(found) == ["account", "sub"]
    assert set(found["account"]) == {"account_id", "email", "name", "default_tzid", "scope"}
    assert found["sub"] == found["account"]["account_id"] == api.world.sub
    api.call("GET", "/v1/account", 403, api.sign_in(scope="read_events")["access_token"])


def test_2_8_application_calendars(api: Api) -> None:
    """One account with one profile and one primary calendar, which the application makes without a token."""
    body = api.credentials | {"application_calendar_id": "my-unique-string"}

    made = api.post("/v1/application_calendars", body, token="")

    assert list(made) == [
        *("token_type", "access_token", "expires_in", "refresh_token", "scope"),
        *("application_calendar_id", "sub", "linking_profile"),
    ]
    assert (made["scope"], made["application_calendar_id"]) == ("read_write", "my-unique-string")
    assert re.fullmatch(r"apc_[0-9a-f]{24}", made["sub"])
    assert made["linking_profile"]["provider_name"] == "cronofy"
    assert f"pro_{made['linking_profile']['profile_name']}" == made["linking_profile"]["profile_id"]
    assert api.post("/v1/application_calendars", body, token="")["sub"] == made["sub"]
    (calendar,) = api.call("GET", "/v1/calendars", token=made["access_token"])["calendars"]
    assert calendar["calendar_primary"]
    profile_id = made["linking_profile"]["profile_id"]
    names = {"provider_name": "cronofy", "profile_id": profile_id, "profile_name": profile_id.removeprefix("pro_")}
    assert names.items() <= calendar.items()
    (profile,) = api.call("GET", "/v1/profiles", token=made["access_token"])["profiles"]
    assert (names | {"profile_connected": True}).items() <= profile.items()
    (of_userinfo,) = api.call("GET", "/v1/userinfo", token=made["access_token"])["cronofy.data"]["profiles"]
    assert names.items() <= of_userinfo.items()
    assert of_userinfo["provider_service"] == "cronofy"
    for field in ("client_id", "client_secret", "application_calendar_id"):
        answer = api.answer("POST", "/v1/application_calendars", "", json={k: v for k, v in body.items() if k != field})
        assert answer.status_code in {400, 422}


def test_2_8_an_application_calendar_takes_user_calls(api: Api) -> None:
    """Its tokens work with the calls that take user credentials, and its `sub` with availability; it cannot invite."""
    made = api.post("/v1/application_calendars", api.credentials | {"application_calendar_id": "mine"}, token="")
    token = made["access_token"]
    (calendar,) = api.call("GET", "/v1/calendars", token=token)["calendars"]
    path = f"/v1/calendars/{calendar['calendar_id']}/events"

    api.post(path, EVENT, 202, token)
    api.post(path, EVENT | {"event_id": "2", "attendees": {"invite": [{"email": "a@x.test"}]}}, 422, token)
    api.post("/v1/channels", {"callback_url": "http://127.0.0.1:9/"}, token=token)
    wanted = {
        "participants": [{"members": [{"sub": made["sub"]}], "required": "all"}],
        "required_duration": {"minutes": 60},
        "query_periods": [{"start": START, "end": START.replace("T10", "T12")}],
    }
    assert [one["start"] for one in api.post("/v1/availability", wanted)["available_periods"]] == [
        START.replace("T10", "T11")
    ]


def test_2_9_identifiers(api: Api) -> None:
    """Accounts have 28 characters, channels and events 24 hexadecimal digits; calendars have their profile's middle."""
    channel = api.post("/v1/channels", {"callback_url": "http://127.0.0.1:9/"})["channel"]
    event = api.account.calendar("Work").add_event("Lunch")

    assert re.fullmatch(r"acc_[0-9a-f]{24}", api.world.sub)
    assert re.fullmatch(r"chn_[0-9a-f]{24}", channel["channel_id"])
    assert re.fullmatch(r"evt_external_[0-9a-f]{24}", event.event_uid)
    for calendar in api.get("/v1/calendars")["calendars"]:
        middle = calendar["profile_id"].removeprefix("pro_")
        assert calendar["calendar_id"].startswith(f"cal_{middle}_")
