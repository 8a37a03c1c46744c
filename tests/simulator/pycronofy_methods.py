"""Every method of pycronofy's client, each as a call in a world of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pycronofy
from pycronofy.batch import BatchBuilder

from cronofy_cli.adapters.http import import_httpx
from cronofy_cli.core.signature import digest
from tests.simulator.sign_in import REDIRECT_URI, redirected, wish

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.testing.world import World

START = datetime.now(UTC).replace(hour=10, minute=0, second=0, microsecond=0) + timedelta(days=3)
END = START + timedelta(hours=1)
EVENT: dict[str, Any] = {
    "event_id": "py-1",
    "summary": "From Python",
    "description": "",
    "start": START,
    "end": END,
    "tzid": "Etc/UTC",
}


class Calls:
    """The client, and what it needs to know of the world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.client = self._client(access_token=world.access_token)
        self.account = world.account()
        self.home = self.account.calendar("Home").calendar_id

    def signed_in(self) -> Any:
        """A client that has exchanged a code."""
        query = wish(client_id=self.world.client_id, auto="allow")
        answer = import_httpx().get(f"{self.world.url}/oauth/authorize", params=query, trust_env=False)
        client = self._client()
        client.get_authorization_from_code(redirected(answer)["code"], redirect_uri=REDIRECT_URI)
        return client

    def elevated(self) -> str:
        """Elevated access to a calendar, granted by its owner."""
        wanted = [{"calendar_id": self.home, "permission_level": "unrestricted"}]
        url: str = self.client.elevated_permissions(wanted, REDIRECT_URI)["url"]
        import_httpx().get(f"{url}?auto=allow", trust_env=False)
        return url

    def external(self) -> str:
        """An event that the owner made."""
        return self.account.calendar("Home").add_event("Lunch").event_uid

    def _client(self, **tokens: str) -> Any:
        return pycronofy.Client(client_id=self.world.client_id, client_secret=self.world.client_secret, **tokens)


def close_channel(calls: Calls) -> bool:
    """Open a channel and close it."""
    channel = calls.client.create_notification_channel("http://127.0.0.1:9/")
    calls.client.close_notification_channel(channel["channel_id"])
    return not calls.client.list_notification_channels()


def edit_external(calls: Calls) -> bool:
    """Change an event that the owner made."""
    calls.elevated()
    event_uid = calls.external()
    change = {name: value for name, value in EVENT.items() if name != "event_id"}
    calls.client.upsert_event(calls.home, change | {"event_uid": event_uid})
    events = calls.client.read_events(tzid="Etc/UTC", calendar_ids=(calls.home,))
    return {"From Python"} == {str(one["summary"]) for one in events if one["event_uid"] == event_uid}


def delete_external(calls: Calls) -> bool:
    """Delete one."""
    calls.elevated()
    return calls.client.delete_external_event(calls.home, calls.external()) is None


def answer_invitation(calls: Calls) -> bool:
    """Accept somebody else's invitation."""
    events = calls.client.read_events(tzid="Etc/UTC")
    invitation = next(one for one in events if one["options"]["change_participation_status"])
    calendar_id, event_uid = invitation["calendar_id"], invitation["event_uid"]
    return calls.client.change_participation_status(calendar_id, event_uid, "accepted") is None


def batch(calls: Calls) -> Any:
    """Two operations in one call."""
    builder = BatchBuilder()
    builder.upsert_event(calls.home, EVENT | {"start": "2026-05-01", "end": "2026-05-02"})
    builder.delete_event(calls.home, "py-1")
    return calls.client.batch(builder)


def invite(calls: Calls) -> Any:
    """Send a smart invite."""
    event = {"summary": "x", "start": START, "end": END}
    return calls.client.upsert_smart_invite("py-1", {"email": "ada@x.test"}, event)


SIMULATED: dict[str, Callable[[Calls], Any]] = {
    "user_auth_link": lambda calls: calls.client.user_auth_link(REDIRECT_URI).startswith(calls.world.url),
    "get_authorization_from_code": lambda calls: calls.signed_in().auth.access_token,
    "is_authorization_expired": lambda calls: calls.signed_in().is_authorization_expired() is False,
    "refresh_authorization": lambda calls: calls.signed_in().refresh_authorization(),
    "revoke_authorization": lambda calls: calls.signed_in().revoke_authorization() is None,
    "account": lambda calls: calls.client.account()["email"],
    "userinfo": lambda calls: calls.client.userinfo()["sub"] == calls.world.sub,
    "list_profiles": lambda calls: len(calls.client.list_profiles()) == 2,
    "revoke_profile": lambda calls: calls.client.revoke_profile(calls.account.profile("apple").profile_id) is None,
    "list_calendars": lambda calls: len(calls.client.list_calendars()) == 3,
    "create_calendar": lambda calls: calls.client.create_calendar(calls.account.profile().profile_id, "Python"),
    "application_calendar": lambda calls: calls.client.application_calendar("py")["sub"],
    "elevated_permissions": Calls.elevated,
    "create_notification_channel": lambda calls: calls.client.create_notification_channel("http://127.0.0.1:9/"),
    "list_notification_channels": lambda calls: calls.client.list_notification_channels() == [],
    "close_notification_channel": close_channel,
    "read_events": lambda calls: list(calls.client.read_events(tzid="Etc/UTC")),
    "read_free_busy": lambda calls: list(calls.client.read_free_busy(tzid="Etc/UTC")),
    "upsert_event": lambda calls: calls.client.upsert_event(calls.home, EVENT) is None and edit_external(calls),
    "delete_event": lambda calls: calls.client.delete_event(calls.home, "py-1") is None,
    "delete_external_event": delete_external,
    "delete_all_events": lambda calls: calls.client.delete_all_events() is None,
    "change_participation_status": answer_invitation,
    "batch": batch,
    "upsert_smart_invite": invite,
    "get_smart_invite": lambda calls: invite(calls) and calls.client.get_smart_invite("py-1", "ada@x.test"),
    "cancel_smart_invite": lambda calls: (
        invite(calls) and calls.client.cancel_smart_invite("py-1", {"email": "ada@x.test"})
    ),
    "availability": lambda calls: calls.client.availability(
        participants=[{"members": [calls.world.sub], "required": "all"}],
        available_periods=[{"start": START, "end": START + timedelta(days=1)}],
        required_duration=30,
    ),
    "hmac_valid": lambda calls: calls.client.hmac_valid(f"x,{digest(b'{}', calls.world.client_secret)}", "{}"),
}
"""Each returns something true when it worked."""

BEYOND: dict[str, tuple[Any, ...]] = {
    "authorize_multiple_accounts_via_service_account": ([],),
    "authorize_with_service_account": ("a@x.test", "read_events", "http://127.0.0.1:9/"),
    "delete_availability_rule": ("x",),
    "disable_real_time_scheduling_link": ("x", "closed"),
    "get_availability_rule": ("x",),
    "get_conferencing_services_auth_link": (REDIRECT_URI,),
    "get_real_time_scheduling_status": ("x",),
    "get_ui_element_token": ([], [], "http://x.test"),
    "list_availability_rules": (),
    "real_time_scheduling": ({}, {}, {}),
    "real_time_sequencing": ({"sequence": []}, {}, {}),
    "resources": (),
    "sequenced_availability": (),
    "upsert_availability_rule": ({},),
}
"""Methods of what is not simulated, and what they are called with."""

HELPERS = ("map_", "translate_", "validate")
"""Begin the names of methods that call nothing."""
