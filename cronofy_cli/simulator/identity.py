"""Who is connected, as JSON: UserInfo, Account, List Profiles, List Calendars.

Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cronofy_cli.simulator.model import Calendar, Profile
    from cronofy_cli.simulator.rendering import Json
    from cronofy_cli.simulator.state import World


def render_userinfo(world: World) -> Json:
    """UserInfo (docs: /developers/api/identity/userinfo/). Two of its keys contain a dot."""
    account = world.account
    return {
        "sub": account.account_id,
        "email": account.email,
        "name": account.name,
        "zoneinfo": account.zoneinfo,
        "cronofy.type": "account",
        "cronofy.data": {
            "authorization": {"scope": account.scope, "status": "active"},
            "profiles": [_userinfo_profile(world, profile) for profile in world.profiles],
            "conferencing_profiles": [],
        },
    }


def render_account(world: World) -> Json:
    """Account (docs: /developers/api/identity/account/)."""
    account = world.account
    return {
        "account": {
            "account_id": account.account_id,
            "email": account.email,
            "name": account.name,
            "default_tzid": account.zoneinfo,
            "scope": account.scope,
        }
    }


def render_profiles(world: World) -> Json:
    """List Profiles (docs: /developers/api/identity/profile/)."""
    return {"profiles": [_profile(profile) for profile in world.profiles]}


def render_calendars(world: World) -> Json:
    """List Calendars (docs: /developers/api/calendars/list-calendars/)."""
    calendars = []
    for profile in world.profiles:
        owner: Json = {
            "provider_name": profile.provider_name,
            "profile_id": profile.profile_id,
            "profile_name": profile.profile_name,
        }
        calendars += [owner | _calendar(calendar) for calendar in _calendars_of(world, profile)]
    return {"calendars": calendars}


def _profile(profile: Profile) -> Json:
    return {
        "provider_name": profile.provider_name,
        "provider_service": profile.provider_service,
        "profile_id": profile.profile_id,
        "profile_name": profile.profile_name,
        "profile_connected": profile.connected,
    }


def _userinfo_profile(world: World, profile: Profile) -> Json:
    return _profile(profile) | {
        "profile_initial_sync_required": False,
        "profile_calendars": [_calendar(calendar) for calendar in _calendars_of(world, profile)],
    }


def _calendar(calendar: Calendar) -> Json:
    return {
        "calendar_id": calendar.calendar_id,
        "calendar_name": calendar.name,
        "calendar_readonly": calendar.readonly,
        "calendar_deleted": False,
        "calendar_primary": calendar.primary,
        "calendar_integrated_conferencing_available": calendar.is_google,
        "calendar_attachments_available": False,
        "permission_level": "sandbox",
    }


def _calendars_of(world: World, profile: Profile) -> list[Calendar]:
    return [calendar for calendar in world.calendars.values() if calendar.profile_id == profile.profile_id]
