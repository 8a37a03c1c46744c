"""A real account as a world: its shape without what it says.

Pure. Times, zones, states and how many of everything stay as they are. Names, addresses, titles, texts, places and ids
are replaced; the same text always by the same word, so that a series stays recognizable.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronofy_cli.core.events.event import event_time
from cronofy_cli.core.fields import as_object, decode_object, flag, objects, text, texts
from cronofy_cli.simulator.world import identifiers
from cronofy_cli.simulator.world.model import (
    DEFAULT_APPLICATION,
    Account,
    AccountSnapshot,
    Application,
    Attendee,
    Calendar,
    Conferencing,
    Event,
    Location,
    Person,
    Profile,
    PublishedToken,
    Snapshot,
    Span,
)
from cronofy_cli.simulator.world.settings import ACCESS_TOKEN, CLIENT_ID, CLIENT_SECRET, PERSONAL_TOKEN
from cronofy_cli.simulator.world.world_tables import SCOPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cronofy_cli.core.accounts import calendars as real
    from cronofy_cli.core.events.event import EventTime
    from cronofy_cli.core.fields import Fields

OWNER: Final = "owner@example.com"
ACCOUNT_ID: Final = identifiers.long_identifier(identifiers.ACCOUNT, OWNER)


class Redaction:
    """Gives every text a word of its kind: `Event 1`, `Event 2`, and the same one for the same text."""

    def __init__(self) -> None:
        self._words: dict[tuple[str, str], str] = {}
        self._counts: dict[str, int] = {}

    def word(self, kind: str, real_text: str) -> str:
        """Return the word for a text; an empty one stays empty."""
        if not real_text:
            return ""
        if (kind, real_text) not in self._words:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._words[kind, real_text] = f"{kind} {self._counts[kind]}"
        return self._words[kind, real_text]

    def address(self, email: str) -> str:
        """Return an address for an address."""
        return f"{self.word('person', email.casefold()).replace(' ', '-')}@example.com" if email else ""


def redacted_world(
    userinfo: real.UserInfo,
    profiles: Sequence[real.Profile],
    calendars: Iterable[real.Calendar],
    events: Iterable[bytes],
) -> Snapshot:
    """Return the world of one account; events are Read Events' own JSON, with localized times."""
    redaction, zone = Redaction(), _zone_or(userinfo.zoneinfo, "Etc/UTC")
    known_profiles = {one.profile_id: _profile(one, number) for number, one in enumerate(profiles, 1)}
    known_calendars: dict[str, Calendar] = {}
    for number, one in enumerate(calendars, 1):
        if one.profile_id in known_profiles and not one.calendar_deleted:
            known_calendars[one.calendar_id] = _calendar(one, known_profiles[one.profile_id], number)
    own = {email for email in (userinfo.email, *(one.profile_name for one in profiles)) if email}
    found = (_event(decode_object(raw), known_calendars, own, zone, redaction) for raw in events)
    account = Account(ACCOUNT_ID, OWNER, "Owner", zone, SCOPE)
    return Snapshot(
        applications=(Application(DEFAULT_APPLICATION, CLIENT_ID, (CLIENT_SECRET,)),),
        accounts=(
            AccountSnapshot(
                account,
                tuple(known_profiles.values()),
                tuple(known_calendars.values()),
                tuple(event for event in found if event is not None),
            ),
        ),
        tokens=(PublishedToken(ACCESS_TOKEN, ACCOUNT_ID), PublishedToken(PERSONAL_TOKEN, ACCOUNT_ID, None)),
    )


def _profile(profile: real.Profile, number: int) -> Profile:
    return Profile(
        identifiers.short_identifier(identifiers.PROFILE, f"profile {number}"),
        profile.provider_name,
        profile.provider_service or profile.provider_name,
        OWNER if number == 1 else f"owner-{number}@example.com",
        initial_sync_required=profile.profile_initial_sync_required,
    )


def _calendar(calendar: real.Calendar, profile: Profile, number: int) -> Calendar:
    name = f"Calendar {number}"
    return Calendar(
        identifiers.calendar_identifier(profile.profile_id, name),
        profile.profile_id,
        name,
        readonly=calendar.calendar_readonly,
        primary=calendar.calendar_primary,
        is_google=profile.provider_name == "google",
        unrestricted_for=(DEFAULT_APPLICATION,) if calendar.permission_level == "unrestricted" else (),
    )


def _event(
    fields: Fields, calendars: dict[str, Calendar], own: set[str], zone: str, redaction: Redaction
) -> Event | None:
    """Return an event, or None for one without a calendar that is known, or without times."""
    calendar = calendars.get(text(fields, "calendar_id") or "")
    start, end = event_time(fields.get("start")), event_time(fields.get("end"))
    span = None if start is None else _span(start, end)
    if calendar is None or start is None or span is None:
        return None
    number = redaction.word("number", text(fields, "event_uid") or "").rpartition(" ")[2]
    event_id = text(fields, "event_id")
    return Event(
        event_uid=identifiers.long_identifier(identifiers.EVENT, f"event {number}"),
        calendar_id=calendar.calendar_id,
        summary=redaction.word("Event", text(fields, "summary") or ""),
        span=span,
        tzid=_zone_or(start.tzid, zone),
        created=span.start,
        updated=span.start,
        event_id=None if event_id is None else f"event-{number}",
        application=None if event_id is None else DEFAULT_APPLICATION,
        description=redaction.word("Description", text(fields, "description") or ""),
        location=_location(fields, redaction),
        attendees=tuple(_attendee(one, own, redaction) for one in objects(fields, "attendees")),
        organizer=_organizer(as_object(fields.get("organizer")), own, redaction),
        transparency=text(fields, "transparency") or "opaque",
        status=text(fields, "status") or "confirmed",
        participation_status=text(fields, "participation_status") or "accepted",
        event_private=flag(fields, "event_private"),
        categories=tuple(redaction.word("Category", one) for one in texts(fields, "categories")),
        extended_transparency=text(fields, "extended_transparency"),
        conferencing=_conferencing(as_object(fields.get("conferencing")), redaction),
    )


def _span(start: EventTime, end: EventTime | None) -> Span | None:
    if start.moment is not None:
        end_moment = start.moment if end is None or end.moment is None else end.moment
        return Span(start.moment.astimezone(UTC), end_moment.astimezone(UTC))
    if start.day is None:
        return None
    end_day = start.day + timedelta(days=1) if end is None or end.day is None else end.day
    first, last = (datetime(day.year, day.month, day.day, tzinfo=UTC) for day in (start.day, end_day))
    return Span(first, last, all_day=True)


def _zone_or(tzid: str | None, other: str) -> str:
    """Return a zone that is known here, or another one."""
    try:
        return ZoneInfo(tzid or other).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return other


def _location(fields: Fields, redaction: Redaction) -> Location | None:
    place = text(as_object(fields.get("location")), "description")
    return Location(redaction.word("Place", place)) if place else None


def _attendee(fields: Fields, own: set[str], redaction: Redaction) -> Attendee:
    person = _person(fields, own, redaction)
    return Attendee(person.email, person.display_name, text(fields, "status") or "unknown")


def _organizer(fields: Fields, own: set[str], redaction: Redaction) -> Person | None:
    return _person(fields, own, redaction) if fields else None


def _person(fields: Fields, own: set[str], redaction: Redaction) -> Person:
    email, name = text(fields, "email") or "", text(fields, "display_name") or ""
    if email in own:
        return Person(OWNER, "Owner" if name else "")
    return Person(redaction.address(email), redaction.word("Person", name))


def _conferencing(fields: Fields, redaction: Redaction) -> Conferencing | None:
    url = text(fields, "join_url")
    if not url:
        return None
    number = redaction.word("meeting", url).rpartition(" ")[2]
    return Conferencing(text(fields, "provider_name") or "", f"https://meeting.example.com/{number}")
