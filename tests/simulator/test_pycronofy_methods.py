"""Every method of pycronofy that a push-notification application calls, against the simulator."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pycronofy
import pytest
from pycronofy.batch import BatchBuilder

from cronofy_cli.simulator.world.settings import ACCESS_TOKEN, CLIENT_ID, CLIENT_SECRET
from tests.simulator.sign_in import REDIRECT_URI, code_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulator.running import Running

START = datetime.now(UTC).replace(hour=10, minute=0, second=0, microsecond=0) + timedelta(days=3)
EVENT: dict[str, Any] = {
    "event_id": "py-1",
    "summary": "From Python",
    "description": "",
    "start": START,
    "end": START + timedelta(hours=1),
    "tzid": "Etc/UTC",
}


class Calls:
    """The client, what it needs to know of the world, and which methods worked."""

    def __init__(self, simulator: Running) -> None:
        self.simulator = simulator
        self.client = pycronofy.Client(client_id=CLIENT_ID, client_secret=CLIENT_SECRET, access_token=ACCESS_TOKEN)
        self.home = simulator.calendar_id("Home")
        self.sub = simulator.get("/v1/userinfo")["sub"]
        self.profiles = simulator.get("/v1/profiles")["profiles"]

    def invitation(self) -> dict[str, Any]:
        """An invitation by somebody else."""
        return next(one for one in self.simulator.events() if one["options"]["change_participation_status"])

    def signed_in(self) -> Any:
        """A client that has exchanged a code."""
        client = pycronofy.Client(client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
        client.get_authorization_from_code(code_for(self.simulator), redirect_uri=REDIRECT_URI)
        return client


def batch(calls: Calls) -> Any:
    """Two operations in one call."""
    builder = BatchBuilder()
    builder.upsert_event(calls.home, EVENT | {"start": "2026-05-01", "end": "2026-05-02"})
    builder.delete_event(calls.home, "py-1")
    return calls.client.batch(builder)


METHODS: dict[str, Callable[[Calls], Any]] = {
    "user_auth_link": lambda calls: calls.client.user_auth_link(REDIRECT_URI),
    "get_authorization_from_code": lambda calls: calls.signed_in().auth.access_token,
    "refresh_authorization": lambda calls: calls.signed_in().refresh_authorization(),
    "revoke_authorization": lambda calls: calls.signed_in().revoke_authorization() is None,
    "account": lambda calls: calls.client.account()["email"],
    "userinfo": lambda calls: calls.client.userinfo()["sub"],
    "list_profiles": lambda calls: calls.client.list_profiles(),
    "revoke_profile": lambda calls: calls.client.revoke_profile(calls.profiles[1]["profile_id"]) is None,
    "list_calendars": lambda calls: calls.client.list_calendars(),
    "create_calendar": lambda calls: calls.client.create_calendar(calls.profiles[0]["profile_id"], "Python"),
    "application_calendar": lambda calls: calls.client.application_calendar("py")["sub"],
    "elevated_permissions": lambda calls: calls.client.elevated_permissions(
        [{"calendar_id": calls.home, "permission_level": "unrestricted"}], REDIRECT_URI
    )["url"],
    "create_notification_channel": lambda calls: calls.client.create_notification_channel("http://127.0.0.1:9/"),
    "list_notification_channels": lambda calls: calls.client.list_notification_channels() is not None,
    "read_events": lambda calls: list(calls.client.read_events(tzid="Etc/UTC", automatic_pagination=True)),
    "read_free_busy": lambda calls: list(calls.client.read_free_busy(tzid="Etc/UTC")),
    "upsert_event": lambda calls: calls.client.upsert_event(calls.home, EVENT) is None,
    "delete_event": lambda calls: calls.client.delete_event(calls.home, "py-1") is None,
    "delete_all_events": lambda calls: calls.client.delete_all_events() is None,
    "change_participation_status": lambda calls: (
        calls.client.change_participation_status(
            calls.invitation()["calendar_id"], calls.invitation()["event_uid"], "accepted"
        )
        is None
    ),
    "batch": batch,
    "upsert_smart_invite": lambda calls: calls.client.upsert_smart_invite(
        "py-1", {"email": "ada@x.test"}, {"summary": "x", "start": START, "end": START + timedelta(hours=1)}
    ),
    "get_smart_invite": lambda calls: (
        METHODS["upsert_smart_invite"](calls) and calls.client.get_smart_invite("py-1", "ada@x.test")
    ),
    "cancel_smart_invite": lambda calls: (
        METHODS["upsert_smart_invite"](calls) and calls.client.cancel_smart_invite("py-1", {"email": "ada@x.test"})
    ),
    "availability": lambda calls: calls.client.availability(
        participants=[{"members": [calls.sub], "required": "all"}],
        available_periods=[{"start": START, "end": START + timedelta(days=1)}],
        required_duration=30,
    ),
}
"""Each returns something true when it worked."""


@pytest.mark.parametrize("method", METHODS)
def test_a_method_works(simulator: Running, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    """The SDK makes its call and understands the answer."""
    monkeypatch.setattr(pycronofy.settings, "API_BASE_URL", simulator.url)
    monkeypatch.setattr(pycronofy.settings, "APP_BASE_URL", simulator.url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    assert METHODS[method](Calls(simulator))
