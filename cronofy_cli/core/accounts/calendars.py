"""Whose calendars there are: calendars, profiles, and the account behind an access token.

A *profile* is a connected Google, Exchange or Apple account (docs: /developers/api/calendars/list-calendars/,
/developers/api/identity/profile/, /developers/api/identity/userinfo/, /developers/api/identity/account/).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from cronofy_cli.core.fields import as_object, decode_object, flag, objects, text

if TYPE_CHECKING:
    from cronofy_cli.core.fields import Fields


@dataclass(frozen=True, slots=True)
class Calendar:
    """A calendar of a profile. `raw` is the server's own JSON."""

    calendar_id: str
    calendar_name: str
    provider_name: str
    profile_id: str
    profile_name: str
    calendar_readonly: bool
    calendar_deleted: bool
    calendar_primary: bool
    calendar_integrated_conferencing_available: bool
    calendar_attachments_available: bool
    permission_level: str | None
    raw: bytes


@dataclass(frozen=True, slots=True)
class Profile:
    """A connected account at a provider. `raw` is the server's own JSON, with other spaces inside a UserInfo."""

    profile_id: str
    profile_name: str
    provider_name: str
    provider_service: str | None
    profile_connected: bool
    profile_initial_sync_required: bool
    profile_relink_url: str | None
    """Where the user reconnects it; only there when it is disconnected."""
    raw: bytes


@dataclass(frozen=True, slots=True)
class UserInfo:
    """Whom an access token stands for. `raw` is the server's own JSON."""

    sub: str
    email: str | None
    name: str | None
    zoneinfo: str | None
    type: str | None
    """`account`, `service_account` and others: an open list."""
    scope: str | None
    """What the token allows, separated by spaces."""
    profiles: tuple[Profile, ...]
    raw: bytes


@dataclass(frozen=True, slots=True)
class Account:
    """The account of an access token. `raw` is the server's own JSON."""

    account_id: str
    email: str | None
    name: str | None
    default_tzid: str | None
    scope: str | None
    raw: bytes


def parse_calendar(raw: bytes | msgspec.Raw) -> Calendar:
    """Read a calendar of List Calendars."""
    fields = decode_object(raw)
    return Calendar(
        calendar_id=text(fields, "calendar_id") or "",
        calendar_name=text(fields, "calendar_name") or "",
        provider_name=text(fields, "provider_name") or "",
        profile_id=text(fields, "profile_id") or "",
        profile_name=text(fields, "profile_name") or "",
        calendar_readonly=flag(fields, "calendar_readonly"),
        calendar_deleted=flag(fields, "calendar_deleted"),
        calendar_primary=flag(fields, "calendar_primary"),
        calendar_integrated_conferencing_available=flag(fields, "calendar_integrated_conferencing_available"),
        calendar_attachments_available=flag(fields, "calendar_attachments_available"),
        permission_level=text(fields, "permission_level"),
        raw=bytes(raw),
    )


def parse_profile(raw: bytes | msgspec.Raw) -> Profile:
    """Read a profile of List Profiles."""
    return _profile(decode_object(raw), bytes(raw))


def parse_userinfo(raw: bytes | msgspec.Raw) -> UserInfo:
    """Read an answer of UserInfo. Its own claims have a literal dot in their names."""
    fields = decode_object(raw)
    data = as_object(fields.get("cronofy.data"))
    return UserInfo(
        sub=text(fields, "sub") or "",
        email=text(fields, "email"),
        name=text(fields, "name"),
        zoneinfo=text(fields, "zoneinfo"),
        type=text(fields, "cronofy.type"),
        scope=text(as_object(data.get("authorization")), "scope"),
        profiles=tuple(_profile(profile, msgspec.json.encode(profile)) for profile in objects(data, "profiles")),
        raw=bytes(raw),
    )


def parse_account(raw: bytes | msgspec.Raw) -> Account:
    """Read the account of an answer of Account."""
    fields = decode_object(raw)
    return Account(
        account_id=text(fields, "account_id") or "",
        email=text(fields, "email"),
        name=text(fields, "name"),
        default_tzid=text(fields, "default_tzid"),
        scope=text(fields, "scope"),
        raw=bytes(raw),
    )


def _profile(fields: Fields, raw: bytes) -> Profile:
    return Profile(
        profile_id=text(fields, "profile_id") or "",
        profile_name=text(fields, "profile_name") or "",
        provider_name=text(fields, "provider_name") or "",
        provider_service=text(fields, "provider_service"),
        profile_connected=flag(fields, "profile_connected"),
        profile_initial_sync_required=flag(fields, "profile_initial_sync_required"),
        profile_relink_url=text(fields, "profile_relink_url"),
        raw=raw,
    )
