"""Turning the tables of a world file into events around a day.

Pure and repeatable: what is chosen by chance depends on the random seed alone.
"""

from __future__ import annotations

import random
import re
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import structs

from cronofy_cli.core.times import is_date
from cronofy_cli.errors import WrongUsage
from cronofy_cli.simulator.world import identifiers
from cronofy_cli.simulator.world.bank_holidays import bank_holidays
from cronofy_cli.simulator.world.identifiers import Identifiers
from cronofy_cli.simulator.world.model import Attendee, Event, Location, Person, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cronofy_cli.simulator.world.model import Account, Calendar
    from cronofy_cli.simulator.world.world_tables import CalendarTable, EventTable, SeriesTable, SingleTable, WorldFile

DAYS_BACK: Final = 70
DAYS_AHEAD: Final = 240
"""Wider than the sync window (42 back, 201 ahead), so that both of its edges can be seen."""
DEFAULT_MINUTES: Final = 60
ANSWERS: Final = ("accepted", "accepted", "accepted", "tentative", "needs_action", "declined")

EXTRA_DAYS_BACK: Final = 40
EXTRA_DAYS: Final = 240
EXTRA_MINUTES: Final = (15, 30, 45, 60, 90)
EXTRA_SUMMARIES: Final = ("Customer call", "Interview", "Design review", "Focus time", "Support rota", "Screening")
ZONES: Final = ("Europe/London", "America/New_York", "Europe/Paris", "Asia/Tokyo", "Etc/UTC")
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_RELATIVE: Final = re.compile(r"(?P<day>today|[+-]\d{1,5}d)(?:[ T](?P<time>\d{1,2}:\d{2}))?")


class Seeding:
    """The state of one seeding: the day, the sequence of choices, the running number."""

    def __init__(self, world: WorldFile, today: date, *, extra_events: int, random_seed: int) -> None:
        self.ids = Identifiers()
        self._people = world.people
        self._first_application = world.applications[0].name
        self._today = today
        self._choices = random.Random(random_seed)
        self._midnight = datetime.combine(today, time(), UTC)
        self._extra_events = extra_events

    def new_identifier(self, prefix: str) -> str:
        """Return the next identifier."""
        return self.ids.new(prefix, self._midnight)

    def events(self, table: CalendarTable, calendar: Calendar, account: Account) -> list[Event]:
        """Return the events of a calendar."""
        events: list[Event] = []
        for series in table.series:
            events += self._series(series, calendar, account)
        events += [self._single(single, calendar, account) for single in table.events]
        if table.holidays is not None:
            events += self._holidays(calendar, account)
        if table.takes_extra_events:
            events += self._extra(calendar, account)
        return events

    def _series(self, table: SeriesTable, calendar: Calendar, account: Account) -> Iterator[Event]:
        series_identifier = self.new_identifier("")
        attendees = self._attendees(table, account)
        tzid = table.tzid or account.zoneinfo
        first = self._today - timedelta(days=DAYS_BACK)
        weekdays = {_WEEKDAYS.index(name) for name in table.weekdays}
        start, minutes = _clock_time(table.at), table.minutes or DEFAULT_MINUTES
        for offset in range(DAYS_BACK + DAYS_AHEAD):
            day = first + timedelta(days=offset)
            if day.weekday() in weekdays and day.toordinal() // 7 % table.every_weeks == 0:
                span = _timed(day, start, minutes, tzid)
                yield self._event(
                    table, calendar, account, span, attendees=attendees, series_identifier=series_identifier
                )

    def _single(self, table: SingleTable, calendar: Calendar, account: Account) -> Event:
        event = self._event(
            table,
            calendar,
            account,
            self._span(table, account),
            attendees=self._attendees(table, account),
            event_id=table.event_id,
            application=(table.application or self._first_application) if table.event_id else None,
        )
        return event if table.event_uid is None else _with_uid(event, table.event_uid)

    def _holidays(self, calendar: Calendar, account: Account) -> Iterator[Event]:
        for year in (self._today.year - 1, self._today.year, self._today.year + 1):
            for day, name in bank_holidays(year):
                yield self._plain(
                    calendar,
                    name,
                    _all_day(day, 1),
                    tzid=account.zoneinfo,
                    transparency="transparent",
                    organizer=None,
                    categories=("Holiday",),
                )

    def _extra(self, calendar: Calendar, account: Account) -> Iterator[Event]:
        """As many more events as wanted, spread evenly over the sync window."""
        choose = self._choices.choice
        first = self._midnight - timedelta(days=EXTRA_DAYS_BACK)
        quarters = EXTRA_DAYS * 96
        for index in range(self._extra_events):
            start = first + timedelta(minutes=15 * (index * quarters // self._extra_events))
            span = Span(start, start + timedelta(minutes=choose(EXTRA_MINUTES)))
            summary = f"{choose(EXTRA_SUMMARIES)} {index + 1}"
            organizer = Person(account.email, account.name)
            yield self._plain(calendar, summary, span, tzid=choose(ZONES), organizer=organizer)

    def _event(self, table: EventTable, calendar: Calendar, account: Account, span: Span, **fields: object) -> Event:
        location = Location(table.location) if isinstance(table.location, str) else table.location
        return self._plain(
            calendar,
            table.summary,
            span,
            tzid=table.tzid or account.zoneinfo,
            description=table.description,
            organizer=table.organizer or (Person(account.email, account.name) if table.has_organizer else None),
            location=location,
            conferencing=table.conferencing,
            transparency=table.transparency,
            extended_transparency=table.extended_transparency,
            status=table.status,
            participation_status=table.participation_status,
            event_private=table.event_private,
            categories=table.categories,
            **fields,
        )

    def _plain(self, calendar: Calendar, summary: str, span: Span, **fields: object) -> Event:
        """Return an event that was made some time ago, none of them on the seed's day."""
        days, seconds = self._choices.randint(45, 400), self._choices.randint(0, 86399)
        created = self._midnight - timedelta(days=days, seconds=seconds)
        updated = created + timedelta(days=self._choices.randint(0, 40), seconds=self._choices.randint(0, 3600))
        return Event(
            event_uid=self.new_identifier(identifiers.EVENT),
            calendar_id=calendar.calendar_id,
            summary=summary,
            span=span,
            created=created,
            updated=updated,
            **fields,  # type: ignore[arg-type]
        )

    def _attendees(self, table: EventTable, account: Account) -> tuple[Attendee, ...]:
        """Return those invited; to an invitation by somebody else the account belongs too."""
        if isinstance(table.attendees, int):
            people = self._choices.sample(self._people, min(table.attendees, len(self._people)))
            invited = tuple(
                Attendee(person.email, person.display_name, self._choices.choice(ANSWERS)) for person in people
            )
        else:
            invited = table.attendees
        is_invited = table.organizer is not None and table.organizer.email != account.email
        if is_invited and account.email not in {one.email for one in invited}:
            invited += (Attendee(account.email, account.name, table.participation_status),)
        return invited

    def _span(self, table: SingleTable, account: Account) -> Span:
        zone = _zone(table.tzid or account.zoneinfo)
        start = self._moment(table.start, zone)
        if not isinstance(start, datetime):
            end = self._moment(table.end, zone) if table.end else start + timedelta(days=table.days or 1)
            return _all_day(start, (end - start).days)
        length = timedelta(minutes=table.minutes or DEFAULT_MINUTES)
        ended = self._moment(table.end, zone) if table.end else start + length
        if not isinstance(ended, datetime) or ended <= start:
            raise WrongUsage(f"the event '{table.summary}' has an end that does not come after its start")
        return Span(start, ended)

    def _moment(self, text: str, zone: ZoneInfo) -> date:
        """Return a date, or a time in UTC.

        Raises:
            WrongUsage: it is neither.
        """
        relative = _RELATIVE.fullmatch(text.strip())
        if relative is None:
            return _absolute(text, zone)
        days = 0 if relative["day"] == "today" else int(relative["day"][:-1])
        day = self._today + timedelta(days=days)
        if relative["time"] is None:
            return day
        return datetime.combine(day, _clock_time(relative["time"]), zone).astimezone(UTC)


def _with_uid(event: Event, event_uid: str) -> Event:
    return structs.replace(event, event_uid=event_uid)


def _absolute(text: str, zone: ZoneInfo) -> date:
    try:
        if is_date(text):
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
    except ValueError:
        hint = 'write "2026-11-24T10:00:00Z", "2026-11-24", "+1d 10:00", "-3d" or "today 09:30"'
        raise WrongUsage(f"'{text}' is no time of a world file", hint=hint) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _clock_time(text: str) -> time:
    try:
        hours, _, minutes = text.partition(":")
        return time(int(hours), int(minutes))
    except ValueError:
        raise WrongUsage(f"'{text}' is no time of day", hint="write it as 09:30") from None


def _zone(tzid: str) -> ZoneInfo:
    try:
        return ZoneInfo(tzid)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise WrongUsage(f"'{tzid}' is no time zone", hint="write it as Europe/London") from None


def _timed(day: date, start: time, minutes: int, tzid: str) -> Span:
    """Return a span that starts at a wall-clock time, so a series keeps its hour when clocks change."""
    begin = datetime.combine(day, start, _zone(tzid)).astimezone(UTC)
    return Span(begin, begin + timedelta(minutes=minutes))


def _all_day(day: date, days: int) -> Span:
    midnight = datetime.combine(day, time(), UTC)
    return Span(midnight, midnight + timedelta(days=days), all_day=True)
