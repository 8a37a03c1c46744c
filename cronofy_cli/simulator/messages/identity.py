"""Who is connected, as JSON: UserInfo, Account, List Profiles, List Calendars, and the answers of the token endpoint.

Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from cronofy_cli.simulator.world.model import APPLICATION_CALENDAR
from cronofy_cli.simulator.world.permissions import permission_level

if TYPE_CHECKING:
    from cronofy_cli.simulator.messages.rendering import Json
    from cronofy_cli.simulator.world.authorizations import IssuedTokens
    from cronofy_cli.simulator.world.model import Calendar, ConferencingProfile, Profile
    from cronofy_cli.simulator.world.scopes import Access
    from cronofy_cli.simulator.world.state import AccountState


RELINK_PATH: Final = "/relink/{profile_id}"
"""Of the page that `profile_relink_url` names, below the address that the client used."""


def render_userinfo(account: AccountState, access: Access, base_url: str) -> Json:
    """UserInfo, to a token (docs: /developers/api/identity/userinfo/). Two keys contain a dot."""
    owner, application = account.account, access.application
    document: Json = {"sub": owner.account_id}
    if owner.kind != APPLICATION_CALENDAR:
        document |= {"email": owner.email, "name": owner.name, "zoneinfo": owner.zoneinfo}
    return document | {
        "cronofy.type": owner.kind,
        "cronofy.data": {
            "authorization": {"scope": access.scope, "status": "active"},
            "profiles": [
                _userinfo_profile(account, profile, application, base_url)
                for profile in account.profiles_for(application)
            ],
            "conferencing_profiles": [
                _conferencing_profile(profile, base_url) for profile in account.conferencing_profiles
            ],
        },
    }


def render_account(account: AccountState, scope: str) -> Json:
    """Account, to a token with this scope (docs: /developers/api/identity/account/)."""
    owner = account.account
    return {
        "account": {
            "account_id": owner.account_id,
            "email": owner.email,
            "name": owner.name,
            "default_tzid": owner.zoneinfo,
            "scope": scope,
        },
        "sub": owner.account_id,
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


def render_sign_in(account: AccountState, access: Access, base_url: str) -> Json:
    """What the exchange of a code answers on top of it (docs: /developers/api/authorization/request-token/)."""
    return {
        "account_id": account.account.account_id,
        "sub": account.account.account_id,
        "linking_profile": _linking_profile(account.profiles[0]),
        "userinfo": render_userinfo(account, access, base_url),
    }


def render_application_calendar(account: AccountState, tokens: IssuedTokens) -> Json:
    """An application calendar with its tokens (docs: /developers/api/calendars/application-calendars/)."""
    profile = account.profiles[0]
    return render_tokens(tokens) | {
        "application_calendar_id": account.account.application_calendar_id,
        "sub": account.account.account_id,
        "linking_profile": {
            "provider_name": profile.provider_name,
            "profile_id": profile.profile_id,
            "profile_name": profile.profile_name,
        },
    }


def render_profiles(account: AccountState, application: str | None, base_url: str) -> Json:
    """List Profiles (docs: /developers/api/identity/profile/)."""
    return {"profiles": [render_profile(profile, base_url) for profile in account.profiles_for(application)]}


def render_calendars(account: AccountState, application: str | None) -> Json:
    """List Calendars (docs: /developers/api/calendars/list-calendars/)."""
    calendars = [
        calendar_with_profile(account, calendar, application)
        for profile in account.profiles_for(application)
        for calendar in account.calendars_of(profile.profile_id)
    ]
    return {"sub": account.account.account_id, "calendars": calendars}


def calendar_with_profile(account: AccountState, calendar: Calendar, application: str | None) -> Json:
    """A calendar and the profile that it is of."""
    profile = account.profile(calendar.profile_id)
    owner: Json = {
        "provider_name": profile.provider_name,
        "profile_id": profile.profile_id,
        "profile_name": profile.profile_name,
    }
    return owner | render_calendar(calendar, application)


def render_profile(profile: Profile, base_url: str) -> Json:
    """A profile; where to reconnect it is shown only while it is disconnected."""
    rendered: Json = {
        "provider_name": profile.provider_name,
        "provider_service": profile.provider_service,
        "profile_id": profile.profile_id,
        "profile_name": profile.profile_name,
        "profile_connected": profile.connected,
        "profile_initial_sync_required": profile.initial_sync_required,
    }
    if not profile.connected:
        rendered["profile_relink_url"] = f"{base_url}{RELINK_PATH.format(profile_id=quote(profile.profile_id))}"
    return rendered


def render_calendar(calendar: Calendar, application: str | None) -> Json:
    """A calendar, without its profile."""
    return {
        "calendar_id": calendar.calendar_id,
        "calendar_name": calendar.name,
        "calendar_readonly": calendar.readonly,
        "calendar_deleted": calendar.deleted,
        "calendar_primary": calendar.primary,
        "calendar_integrated_conferencing_available": calendar.is_google,
        "calendar_attachments_available": False,
        "permission_level": permission_level(calendar, application),
    }


def _userinfo_profile(account: AccountState, profile: Profile, application: str | None, base_url: str) -> Json:
    calendars = account.calendars_of(profile.profile_id)
    return render_profile(profile, base_url) | {
        "profile_calendars": [render_calendar(calendar, application) for calendar in calendars]
    }


def _conferencing_profile(profile: ConferencingProfile, base_url: str) -> Json:
    rendered: Json = {
        "provider_name": profile.provider_name,
        "profile_id": profile.profile_id,
        "profile_name": profile.profile_name,
        "profile_connected": profile.connected,
    }
    if not profile.connected:
        rendered["profile_relink_url"] = f"{base_url}{RELINK_PATH.format(profile_id=quote(profile.profile_id))}"
    return rendered


def _linking_profile(profile: Profile) -> Json:
    return {
        "provider_name": profile.provider_name,
        "provider_service": profile.provider_service,
        "profile_id": profile.profile_id,
        "profile_name": profile.profile_name,
    }
