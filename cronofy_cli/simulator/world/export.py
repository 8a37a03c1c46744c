"""A world as a world file: what `simulator world export` prints.

Pure. Times are written as days from the day of the export, so that the file stays as fresh as the built-in one. Series
come out as single events; deleted events and application calendars are left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from cronofy_cli.simulator.world.model import APPLICATION_CALENDAR

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, datetime

    from cronofy_cli.simulator.world.model import AccountSnapshot, Attendee, Calendar, Event, Snapshot

_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def world_text(world: Snapshot, now: datetime) -> str:
    """Return the file."""
    lines: list[str] = []
    for application in world.applications:
        lines += ["[[applications]]", *_pairs(name=application.name, client_id=application.client_id)]
        lines += [*_pairs(client_secrets=application.client_secrets), ""]
    for account in world.accounts:
        if account.account.kind == APPLICATION_CALENDAR:
            continue
        lines += _account(account, world, now)
    return "\n".join(lines)


def _account(snapshot: AccountSnapshot, world: Snapshot, now: datetime) -> Iterator[str]:
    account = snapshot.account
    today = now.astimezone(ZoneInfo(account.zoneinfo)).date()
    own = [token for token in world.tokens if token.account_id == account.account_id]
    yield "[[accounts]]"
    yield from _pairs(
        account_id=account.account_id,
        email=account.email,
        name=account.name,
        tzid=account.zoneinfo,
        scope=account.scope,
        access_tokens={token.application: token.token for token in own if token.application is not None} or None,
        personal_token=next((token.token for token in own if token.application is None), None),
    )
    yield ""
    for conferencing in snapshot.conferencing_profiles:
        yield "[[accounts.conferencing_profiles]]"
        yield from _pairs(
            provider_name=conferencing.provider_name,
            profile_name=conferencing.profile_name,
            profile_id=conferencing.profile_id,
            connected=conferencing.connected,
        )
        yield ""
    for profile in snapshot.profiles:
        yield "[[accounts.profiles]]"
        yield from _pairs(
            profile_id=profile.profile_id,
            provider_name=profile.provider_name,
            provider_service=profile.provider_service,
            profile_name=profile.profile_name,
            initial_sync_required=profile.initial_sync_required or None,
        )
        yield ""
        for calendar in snapshot.calendars:
            if calendar.profile_id == profile.profile_id:
                yield from _calendar(calendar, snapshot, today)
    for channel in world.channels:
        if channel.account_id == account.account_id:
            yield "[[accounts.channels]]"
            yield from _pairs(
                callback_url=channel.callback_url,
                application=channel.application,
                calendars=channel.calendar_ids,
                only_managed=channel.only_managed,
            )
            yield ""


def _calendar(calendar: Calendar, snapshot: AccountSnapshot, today: date) -> Iterator[str]:
    yield "[[accounts.profiles.calendars]]"
    yield from _pairs(
        calendar_id=calendar.calendar_id,
        name=calendar.name,
        primary=calendar.primary or None,
        readonly=calendar.readonly or None,
        deleted=calendar.deleted or None,
        unrestricted_for=calendar.unrestricted_for or None,
    )
    events = [one for one in snapshot.events if one.calendar_id == calendar.calendar_id and not one.deleted]
    if events:
        yield "events = ["
        for event in sorted(events, key=lambda one: (one.span.start, one.event_uid)):
            yield f"  {_inline(_event(event, snapshot, today))},"
        yield "]"
    yield ""


def _event(event: Event, snapshot: AccountSnapshot, today: date) -> dict[str, object]:
    owner = snapshot.account
    is_foreign = event.organizer is not None and event.organizer.email != owner.email
    fields: dict[str, object] = {
        "summary": event.summary,
        "start": _moment(event.span.start, event, today),
        "end": _moment(event.span.end, event, today),
        "tzid": event.tzid if event.tzid != owner.zoneinfo else None,
        "event_uid": event.event_uid,
        "event_id": event.event_id,
        "application": event.application,
        "description": event.description or None,
        "attendees": [_person(one) for one in event.attendees] or None,
        "transparency": event.transparency if event.transparency != "opaque" else None,
        "extended_transparency": event.extended_transparency,
        "status": event.status if event.status != "confirmed" else None,
        "participation_status": event.participation_status if event.participation_status != "accepted" else None,
        "event_private": event.event_private or None,
        "categories": event.categories or None,
        "has_organizer": False if event.organizer is None else None,
    }
    if is_foreign and event.organizer is not None:
        fields["organizer"] = {"email": event.organizer.email, "display_name": event.organizer.display_name}
    if event.location is not None:
        place = event.location
        fields["location"] = {"description": place.description, "lat": place.lat, "long": place.long}
    if event.conferencing is not None:
        meeting = event.conferencing
        fields["conferencing"] = {"provider_name": meeting.provider_name, "join_url": meeting.join_url}
    return fields


def _moment(moment: datetime, event: Event, today: date) -> str:
    """Return a time as days from today, at the wall clock of the event's zone."""
    local = moment if event.span.all_day else moment.astimezone(ZoneInfo(event.tzid))
    days = f"{(local.date() - today).days:+d}d"
    if event.span.all_day:
        return days
    return f"{days} {local:%H:%M}" if local.second == 0 else moment.isoformat()


def _person(person: Attendee) -> dict[str, object]:
    return {"email": person.email, "display_name": person.display_name or None, "status": person.status}


def _pairs(**values: object) -> Iterator[str]:
    for name, value in values.items():
        if value is not None:
            yield f"{name} = {_value(value)}"


def _inline(values: dict[str, object]) -> str:
    pairs = (f"{_key(name)} = {_value(value)}" for name, value in values.items() if value is not None)
    return f"{{ {', '.join(pairs)} }}"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, dict):
        return _inline(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(_values(value))}]"
    return _quoted(str(value))


def _values(values: Iterable[object]) -> Iterator[str]:
    return (_value(value) for value in values)


def _key(name: str) -> str:
    return name if name.replace("_", "").replace("-", "").isalnum() and name.isascii() else _quoted(name)


def _quoted(text: str) -> str:
    """Return a basic string of TOML."""
    escaped = "".join(_ESCAPES.get(c) or (f"\\u{ord(c):04x}" if ord(c) < 32 or ord(c) == 127 else c) for c in text)
    return f'"{escaped}"'
