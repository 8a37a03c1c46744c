"""What the control API shows of a world as a whole: accounts with what is in them, channels with what became of them.

Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cronofy_cli.simulator.messages.rendering import Json
    from cronofy_cli.simulator.world.attempts import Attempt
    from cronofy_cli.simulator.world.delivery import Notification, Outbox
    from cronofy_cli.simulator.world.model import Channel
    from cronofy_cli.simulator.world.state import AccountState

LATEST: Final = 10
"""How many attempts of a channel are shown."""


def render_account_overview(account: AccountState) -> Json:
    """An account, its profiles and the calendars that are not deleted."""
    owner = account.account
    return {
        "sub": owner.account_id,
        "email": owner.email,
        "name": owner.name,
        "tzid": owner.zoneinfo,
        "profiles": [
            {
                "profile_id": one.profile_id,
                "profile_name": one.profile_name,
                "provider_name": one.provider_name,
                "provider_service": one.provider_service,
                "connected": one.connected,
                "initial_sync_required": one.initial_sync_required,
            }
            for one in account.profiles
        ],
        "calendars": [
            {
                "calendar_id": one.calendar_id,
                "profile_id": one.profile_id,
                "name": one.name,
                "readonly": one.readonly,
                "primary": one.primary,
                "unrestricted_for": one.unrestricted_for,
            }
            for one in account.calendars.values()
            if not one.deleted
        ],
    }


def render_channel_overview(channel: Channel, outbox: Outbox, attempts: Iterable[Attempt]) -> Json:
    """An open channel: since when it fails and when it will be closed, what waits, and its latest attempts."""
    failing_since, closes_at = outbox.failure_of(channel.channel_id)
    latest = [one for one in attempts if one.channel_id == channel.channel_id][-LATEST:]
    return {
        "channel_id": channel.channel_id,
        "sub": channel.account_id,
        "application": channel.application,
        "callback_url": channel.callback_url,
        "calendar_ids": channel.calendar_ids,
        "only_managed": channel.only_managed,
        "failing_since": failing_since,
        "closes_at": closes_at,
        "waiting": [_waiting(one) for one in outbox.waiting_for(channel.channel_id)],
        "attempts": [
            {
                "number": one.number,
                "at": one.at,
                "type": one.type,
                "attempt": one.attempt,
                "status": one.status,
                "failure": one.failure,
            }
            for one in latest
        ],
    }


def _waiting(notification: Notification) -> Json:
    return {"type": notification.type, "attempt": notification.attempt, "due_at": notification.due_at}
