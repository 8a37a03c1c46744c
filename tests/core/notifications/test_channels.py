"""Channels, calendars, profiles and accounts as the API describes them."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.accounts.calendars import parse_account, parse_calendar, parse_profile, parse_userinfo
from cronofy_cli.core.notifications.channels import parse_channel

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def test_published_channel() -> None:
    """Cronofy's own example is read whole (docs: /developers/api/push-notifications/create-channel/)."""
    raw = json.dumps(
        {
            "channel_id": "chn_54cf7c7cb4ad4c1027000001",
            "callback_url": "https://example.com/cronofy?user_id=42",
            "filters": {"calendar_ids": ["cal_n23kjnwrw2_sakdnawerd3"], "only_managed": True},
        }
    ).encode()

    channel = parse_channel(raw)

    assert channel.channel_id == "chn_54cf7c7cb4ad4c1027000001"
    assert channel.callback_url == "https://example.com/cronofy?user_id=42"
    assert channel.calendar_ids == ("cal_n23kjnwrw2_sakdnawerd3",)
    assert channel.only_managed
    assert channel.raw == raw


def test_channel_without_filters() -> None:
    """Filters may be missing or empty, and keys that are not known yet are kept in the server's own bytes."""
    raw = b'{"channel_id":"chn_1","callback_url":"https://example.com","scheduling_conversations":{},"new":[1]}'

    channel = parse_channel(raw)

    assert (channel.calendar_ids, channel.only_managed, channel.raw) == ((), False, raw)
    assert parse_channel(b'{"filters":{}}').calendar_ids == ()


@given(
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("channel_id", "callback_url", "filters", "sub", "cronofy.data"), JSON)
    )
    | JSON
)
def test_unexpected_types(document: object) -> None:
    """Whatever types the fields have, reading does not fail and keeps the bytes."""
    raw = json.dumps(document).encode()

    for parse in (parse_channel, parse_calendar, parse_profile, parse_userinfo, parse_account):
        assert parse(raw).raw == raw


def test_published_calendar() -> None:
    """Cronofy's own example of a calendar is read whole (docs: /developers/api/calendars/list-calendars/)."""
    calendar = parse_calendar(
        b'{"provider_name":"google","profile_id":"pro_n23kjnwrw2","profile_name":"example@cronofy.com",'
        b'"calendar_id":"cal_n23kjnwrw2_jsdfjksn234","calendar_name":"Home","calendar_readonly":false,'
        b'"calendar_deleted":false,"calendar_primary":true,"calendar_integrated_conferencing_available":true}'
    )

    assert (calendar.calendar_id, calendar.calendar_name) == ("cal_n23kjnwrw2_jsdfjksn234", "Home")
    assert (calendar.provider_name, calendar.profile_id) == ("google", "pro_n23kjnwrw2")
    assert (calendar.calendar_primary, calendar.calendar_readonly, calendar.calendar_deleted) == (True, False, False)
    assert calendar.calendar_integrated_conferencing_available
    assert calendar.permission_level is None


def test_disconnected_profile() -> None:
    """A disconnected profile says where to reconnect it (docs: /developers/api/identity/profile/)."""
    profile = parse_profile(
        b'{"provider_name":"apple","provider_service":"icloud","profile_id":"pro_n23kjnkopy","profile_name":'
        b'"example@cronofy.com","profile_connected":false,"profile_relink_url":"http://to.cronofy.com/RaNggYu"}'
    )

    assert (profile.provider_name, profile.provider_service) == ("apple", "icloud")
    assert (profile.profile_connected, profile.profile_relink_url) == (False, "http://to.cronofy.com/RaNggYu")


def test_userinfo() -> None:
    """The claims with a dot in their names are found, profiles inside them too."""
    info = parse_userinfo(
        b'{"sub":"acc_1","email":"janed@company.com","name":null,"zoneinfo":"Europe/London","cronofy.type":"account",'
        b'"cronofy.data":{"authorization":{"scope":"read_write","status":"active"},"profiles":[{"profile_id":"pro_1",'
        b'"provider_name":"google","profile_connected":true,"profile_initial_sync_required":true}]}}'
    )

    assert (info.sub, info.email, info.name, info.zoneinfo) == ("acc_1", "janed@company.com", None, "Europe/London")
    assert (info.type, info.scope) == ("account", "read_write")
    assert [(each.profile_id, each.profile_initial_sync_required) for each in info.profiles] == [("pro_1", True)]
    assert json.loads(info.profiles[0].raw)["provider_name"] == "google"


def test_account() -> None:
    """An account is read whole (docs: /developers/api/identity/account/)."""
    account = parse_account(
        b'{"account_id":"acc_567236000909002","email":"janed@company.com","name":"Jane Doe",'
        b'"default_tzid":"Europe/London","scope":"read_events create_event delete_event"}'
    )

    assert (account.account_id, account.email, account.name) == ("acc_567236000909002", "janed@company.com", "Jane Doe")
    assert (account.default_tzid, account.scope) == ("Europe/London", "read_events create_event delete_event")
