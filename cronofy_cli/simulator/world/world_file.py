"""World files: applications, accounts, calendars and events in TOML, with times relative to the day of loading.

Pure: text in, a snapshot out. The same text, day and random seed give the same world. `default.toml` shows it all.
"""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import msgspec

from cronofy_cli.errors import WrongUsage
from cronofy_cli.simulator.world import identifiers
from cronofy_cli.simulator.world.model import (
    Account,
    AccountSnapshot,
    Application,
    Calendar,
    Channel,
    ConferencingProfile,
    Profile,
    PublishedToken,
    Snapshot,
)
from cronofy_cli.simulator.world.seeding import Seeding
from cronofy_cli.simulator.world.world_tables import WorldFile

if TYPE_CHECKING:
    from datetime import date

    from cronofy_cli.simulator.world.world_tables import (
        AccountTable,
        CalendarTable,
        ChannelTable,
        ConferencingTable,
        ProfileTable,
    )


def parse_world_file(text: str, name: str) -> WorldFile:
    """Read a world file; `name` is what errors call it.

    Raises:
        WrongUsage: it is not TOML, or something in it is not as expected.
    """
    hint = "cronofy simulator world export shows what a world file looks like"
    try:
        world = msgspec.convert(tomllib.loads(text), WorldFile)
    except tomllib.TOMLDecodeError as error:
        raise WrongUsage(f"{name} is not TOML: {error}", hint=hint) from error
    except msgspec.ValidationError as error:
        raise WrongUsage(f"{name}: {error}", hint=hint) from error
    if not world.accounts or not world.applications:
        raise WrongUsage(f"{name} has no accounts, or no applications", hint=hint)
    _check_that_names_are_unique(world, name)
    return world


def _check_that_names_are_unique(world: WorldFile, name: str) -> None:
    """Refuse what would be one thing although the file has it twice, and a login that could be either.

    Raises:
        WrongUsage: there is such a thing.
    """
    accounts = world.accounts
    tokens = [(one.access_token, one.personal_token, *one.access_tokens.values()) for one in accounts]
    values: dict[str, list[str | None]] = {
        "accounts with the email": [one.email.casefold() for one in accounts],
        "accounts with the account_id": [one.account_id for one in accounts],
        "applications with the name": [one.name for one in world.applications],
        "applications with the client_id": [one.client_id for one in world.applications],
        "uses of the token": [token for group in tokens for token in group],
    }
    for kind, given in values.items():
        twice = next((value for value in given if value is not None and given.count(value) > 1), None)
        if twice is not None:
            raise WrongUsage(f"{name} has {given.count(twice)} {kind} '{twice}'", hint="each needs one of its own")


def snapshot_of(world: WorldFile, today: date, *, extra_events: int = 0, random_seed: int = 1) -> Snapshot:
    """Return the world whose times lie around `today`.

    Raises:
        WrongUsage: a time, a zone or a name in it is not understood.
    """
    seeding = Seeding(world, today, extra_events=extra_events, random_seed=random_seed)
    accounts = tuple(_account(account, seeding) for account in world.accounts)
    channels = tuple(
        _channel(channel, account, world, seeding)
        for table, account in zip(world.accounts, accounts, strict=True)
        for channel in table.channels
    )
    return Snapshot(
        applications=tuple(Application(one.name, one.client_id, one.client_secrets) for one in world.applications),
        accounts=accounts,
        tokens=tuple(
            token
            for table, account in zip(world.accounts, accounts, strict=True)
            for token in _tokens(table, account.account.account_id, world.applications[0].name)
        ),
        channels=channels,
        last_number=seeding.ids.last_number,
    )


def _account(table: AccountTable, seeding: Seeding) -> AccountSnapshot:
    account = Account(
        account_id=table.account_id or identifiers.long_identifier(identifiers.ACCOUNT, table.email),
        email=table.email,
        name=table.name,
        zoneinfo=table.tzid,
        scope=table.scope,
    )
    profiles, calendars, events = [], [], []
    for number, profile_table in enumerate(table.profiles, 1):
        profile = _profile(profile_table, table, number)
        profiles.append(profile)
        for calendar_table in profile_table.calendars:
            calendar = _calendar(calendar_table, profile)
            calendars.append(calendar)
            events += seeding.events(calendar_table, calendar, account)
    conferencing = tuple(_conferencing(one, table) for one in table.conferencing_profiles)
    return AccountSnapshot(account, tuple(profiles), tuple(calendars), tuple(events), conferencing)


def _profile(table: ProfileTable, account: AccountTable, number: int) -> Profile:
    profile_name = table.profile_name or account.email
    seed = f"{account.email} {table.provider_name} {profile_name} {number}"
    return Profile(
        table.profile_id or identifiers.short_identifier(identifiers.PROFILE, seed),
        table.provider_name,
        table.provider_service,
        profile_name,
        initial_sync_required=table.initial_sync_required,
    )


def _calendar(table: CalendarTable, profile: Profile) -> Calendar:
    return Calendar(
        table.calendar_id or identifiers.calendar_identifier(profile.profile_id, table.name),
        profile.profile_id,
        table.name,
        readonly=table.readonly,
        primary=table.primary,
        is_google=profile.provider_name == "google",
        deleted=table.deleted,
        unrestricted_for=table.unrestricted_for,
    )


def _conferencing(table: ConferencingTable, account: AccountTable) -> ConferencingProfile:
    profile_name = table.profile_name or account.email
    seed = f"{account.email} {table.provider_name} {profile_name}"
    profile_id = table.profile_id or identifiers.short_identifier(identifiers.PROFILE, seed)
    return ConferencingProfile(profile_id, table.provider_name, profile_name, table.connected)


def _tokens(table: AccountTable, account_id: str, first_application: str) -> list[PublishedToken]:
    tokens = [PublishedToken(token, account_id, name) for name, token in table.access_tokens.items()]
    if table.access_token is not None:
        tokens.insert(0, PublishedToken(table.access_token, account_id, first_application))
    if table.personal_token is not None:
        tokens.append(PublishedToken(table.personal_token, account_id, None))
    return tokens


def _channel(table: ChannelTable, account: AccountSnapshot, world: WorldFile, seeding: Seeding) -> Channel:
    application = table.application or world.applications[0].name
    ids = {name: one.calendar_id for one in account.calendars for name in (one.name, one.calendar_id)}
    unknown = [name for name in table.calendars or () if name not in ids]
    if unknown:
        raise WrongUsage(f"the account {account.account.email} has no calendar '{unknown[0]}'")
    return Channel(
        channel_id=seeding.new_identifier(identifiers.CHANNEL),
        callback_url=table.callback_url,
        calendar_ids=None if table.calendars is None else tuple(ids[name] for name in table.calendars),
        only_managed=table.only_managed,
        account_id=account.account.account_id,
        application=application,
    )
