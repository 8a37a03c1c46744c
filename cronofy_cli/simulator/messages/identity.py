"""Who is connected, as JSON: UserInfo, Account, List Profiles, List Calendars, and the answers of the token endpoint.

Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from cronofy_cli.simulator.messages.rendering import Json
    from cronofy_cli.simulator.world.authorizations import IssuedTokens
    from cronofy_cli.simulator.world.model import Calendar, Profile
    from cronofy_cli.simulator.world.state import World


RELINK_PATH: Final = "/relink/{profile_id}"
"""Of the page that `profile_relink_url` names, below the address that the client used."""


def render_userinfo(world: World, scope: str, base_url: str) -> Json:
    """UserInfo, to a token with this scope (docs: /developers/api/identity/userinfo/). Two keys contain a dot."""
    account = world.account
    return {
        "sub": account.account_id,
        "email": account.email,
        "name": account.name,
        "zoneinfo": account.zoneinfo,
        "cronofy.type": "account",
        "cronofy.data": {
            "authorization": {"scope": scope, "status": "active"},
            "profiles": [_userinfo_profile(world, profile, base_url) for profile in world.profiles],
            "conferencing_profiles": [],
        },
    }


def render_account(world: World, scope: str) -> Json:
    """Account, to a token with this scope (docs: /developers/api/identity/account/)."""
    account = world.account
    return {
        "account": {
            "account_id": account.account_id,
            "email": account.email,
            "name": account.name,
            "default_tzid": account.zoneinfo,
            "scope": scope,
        }
    }


def render_tokens(tokens: IssuedTokens) -> Json:
    """What a refresh answers (docs: /developers/api/authorization/refresh-token/)."""
    return {
        "token_type": "bearer",
        "access_token": tokens.access_token,
        "expires_in": tokens.expires_in_s,
        "refresh_token": tokens.refresh_token,
        "scope": tokens.scope,
    }


def render_sign_in(world: World, scope: str, base_url: str) -> Json:
    """What the exchange of a code answers on top of it (docs: /developers/api/authorization/request-token/)."""
    profile = world.profiles[0]
    return {
        "account_id": world.account.account_id,
        "sub": world.account.account_id,
        "linking_profile": {
            "provider_name": profile.provider_name,
            "provider_service": profile.provider_service,
            "profile_id": profile.profile_id,
            "profile_name": profile.profile_name,
        },
        "userinfo": render_userinfo(world, scope, base_url),
    }


def render_profiles(world: World, base_url: str) -> Json:
    """List Profiles (docs: /developers/api/identity/profile/)."""
    return {"profiles": [render_profile(profile, base_url) for profile in world.profiles]}


def render_calendars(world: World) -> Json:
    """List Calendars (docs: /developers/api/calendars/list-calendars/)."""
    calendars = []
    for profile in world.profiles:
        owner: Json = {
            "provider_name": profile.provider_name,
            "profile_id": profile.profile_id,
            "profile_name": profile.profile_name,
        }
        calendars += [owner | render_calendar(calendar) for calendar in world.calendars_of(profile.profile_id)]
    return {"calendars": calendars}


def render_profile(profile: Profile, base_url: str) -> Json:
    """A profile; where to reconnect it is told only while it is disconnected."""
    rendered: Json = {
        "provider_name": profile.provider_name,
        "provider_service": profile.provider_service,
        "profile_id": profile.profile_id,
        "profile_name": profile.profile_name,
        "profile_connected": profile.connected,
    }
    if not profile.connected:
        rendered["profile_relink_url"] = f"{base_url}{RELINK_PATH.format(profile_id=quote(profile.profile_id))}"
    return rendered


def _userinfo_profile(world: World, profile: Profile, base_url: str) -> Json:
    return render_profile(profile, base_url) | {
        "profile_initial_sync_required": profile.initial_sync_required,
        "profile_calendars": [render_calendar(calendar) for calendar in world.calendars_of(profile.profile_id)],
    }


def render_calendar(calendar: Calendar) -> Json:
    """A calendar, without its owner."""
    return {
        "calendar_id": calendar.calendar_id,
        "calendar_name": calendar.name,
        "calendar_readonly": calendar.readonly,
        "calendar_deleted": calendar.deleted,
        "calendar_primary": calendar.primary,
        "calendar_integrated_conferencing_available": calendar.is_google,
        "calendar_attachments_available": False,
        "permission_level": "sandbox",
    }
