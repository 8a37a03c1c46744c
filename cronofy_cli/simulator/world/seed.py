"""A believable world to begin with: an account, its calendars, and a few hundred events around a day.

Pure and repeatable: the same day and random seed give the same events. The plans of recurring series and single events
are tables in `seed_plans`.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cronofy_cli.simulator.world import seed_plans as plans
from cronofy_cli.simulator.world.bank_holidays import bank_holidays
from cronofy_cli.simulator.world.identifiers import EVENT, identifier
from cronofy_cli.simulator.world.model import Account, Attendee, Calendar, Event, Person, Profile, Snapshot, Span

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

HOME = "cal_Xk3vQ2mZ7yHnT4pB_sJ9dW1uRcE5fLgA8oNbM0qV"
WORK = "cal_Xk3vQ2mZ7yHnT4pB_a7GhK2xPqS4tUvY6zCdE9fRj"
BANK_HOLIDAYS = "cal_Pw8rT5nC2bLfJ6kD_h3MsV9yQxZ1gUoE7iAtB4wKc"

ACCOUNT = Account(
    account_id="acc_5700a00eb0ccd07000000001",
    email="janed@company.com",
    name="Jane Doe",
    zoneinfo="Europe/London",
    scope="read_account list_calendars read_events create_event delete_event read_free_busy",
)
GOOGLE = Profile("pro_5700a00eb0ccd07000000002", "google", "gsuite", "janed@company.com")
APPLE = Profile("pro_5700a00eb0ccd07000000003", "apple", "icloud", "jane.doe@icloud.com")
OWNER = Person(ACCOUNT.email, ACCOUNT.name)
CALENDARS = (
    Calendar(HOME, GOOGLE.profile_id, "Home", primary=True),
    Calendar(WORK, GOOGLE.profile_id, "Work"),
    Calendar(BANK_HOLIDAYS, APPLE.profile_id, "Bank Holidays", readonly=True, is_google=False),
)

DAYS_BACK = 70
DAYS_AHEAD = 240
"""Wider than the sync window (42 back, 201 ahead), so that both of its edges can be seen."""


def seed_world(today: date, *, extra_events: int = 0, random_seed: int = 1) -> Snapshot:
    """Return a world whose events lie around `today`, none of them changed on that day."""
    seeding = _Seeding(today, random.Random(random_seed))
    events = [
        *seeding.series(),
        *seeding.singles(),
        *seeding.holidays(),
        *seeding.fillers(extra_events),
    ]
    return Snapshot(ACCOUNT, (GOOGLE, APPLE), CALENDARS, tuple(events), last_number=seeding.last_number)


class _Seeding:
    """The state of one seeding: the day, the sequence of choices, the running number."""

    def __init__(self, today: date, choices: random.Random) -> None:
        self.last_number = 0
        self._today = today
        self._choices = choices
        self._midnight = datetime.combine(today, time(), UTC)

    def series(self) -> Iterator[Event]:
        """The occurrences of every recurring series."""
        for plan in plans.SERIES:
            series_identifier = self._next_identifier()
            attendees = self._attendees(plan.attendees)
            for day in self._days(plan):
                yield self._event(
                    HOME if plan.at_home else WORK,
                    plan.summary,
                    _timed(day, plan.start, plan.minutes, plan.tzid),
                    tzid=plan.tzid,
                    attendees=attendees,
                    series_identifier=series_identifier,
                    location=plan.location,
                    conferencing=plan.conferencing,
                    transparency=plan.transparency,
                )

    def singles(self) -> Iterator[Event]:
        """Events that happen once."""
        for plan in plans.SINGLES:
            day = self._today + timedelta(days=plan.in_days)
            yield self._event(
                HOME if plan.at_home else WORK,
                plan.summary,
                _all_day(day, plan.days) if plan.start is None else _timed(day, plan.start, plan.minutes, plan.tzid),
                tzid=plan.tzid,
                description=plan.description,
                attendees=self._attendees(plan.attendees),
                location=plan.location,
                conferencing=plan.conferencing,
                transparency=plan.transparency,
                status=plan.status,
                participation_status=plan.participation_status,
                event_private=plan.private,
                categories=plan.categories,
            )

    def holidays(self) -> Iterator[Event]:
        """The read-only calendar."""
        for year in (self._today.year - 1, self._today.year, self._today.year + 1):
            for day, name in bank_holidays(year):
                yield self._event(
                    BANK_HOLIDAYS,
                    name,
                    _all_day(day, 1),
                    transparency="transparent",
                    organizer=None,
                    categories=("Holiday",),
                )

    def fillers(self, count: int) -> Iterator[Event]:
        """As many more events as wanted, spread evenly over the sync window."""
        choose = self._choices.choice
        first = self._midnight - timedelta(days=plans.EXTRA_DAYS_BACK)
        quarters = plans.EXTRA_DAYS * 96
        for index in range(count):
            start = first + timedelta(minutes=15 * (index * quarters // count))
            span = Span(start, start + timedelta(minutes=choose(plans.EXTRA_MINUTES)))
            yield self._event(WORK, f"{choose(plans.EXTRA_SUMMARIES)} {index + 1}", span, tzid=choose(plans.ZONES))

    def _event(
        self,
        calendar_id: str,
        summary: str,
        span: Span,
        *,
        tzid: str = ACCOUNT.zoneinfo,
        organizer: Person | None = OWNER,
        **fields: object,
    ) -> Event:
        created = self._midnight - timedelta(
            days=self._choices.randint(45, 400), seconds=self._choices.randint(0, 86399)
        )
        updated = created + timedelta(days=self._choices.randint(0, 40), seconds=self._choices.randint(0, 3600))
        return Event(
            event_uid=self._next_identifier(EVENT),
            calendar_id=calendar_id,
            summary=summary,
            span=span,
            tzid=tzid,
            created=created,
            updated=updated,
            organizer=organizer,
            **fields,  # type: ignore[arg-type]
        )

    def _days(self, plan: plans.SeriesPlan) -> Iterator[date]:
        first = self._today - timedelta(days=DAYS_BACK)
        for offset in range(DAYS_BACK + DAYS_AHEAD):
            day = first + timedelta(days=offset)
            if day.weekday() in plan.weekdays and day.toordinal() // 7 % plan.every_weeks == 0:
                yield day

    def _attendees(self, count: int) -> tuple[Attendee, ...]:
        people = self._choices.sample(plans.PEOPLE, count)
        return tuple(
            Attendee(person.email, person.display_name, self._choices.choice(plans.ANSWERS)) for person in people
        )

    def _next_identifier(self, prefix: str = "") -> str:
        self.last_number += 1
        return identifier(prefix, self._midnight, self.last_number)


def _timed(day: date, start: time, minutes: int, tzid: str) -> Span:
    """Return a span that starts at a wall-clock time, so a series keeps its hour when clocks change."""
    begin = datetime.combine(day, start, ZoneInfo(tzid)).astimezone(UTC)
    return Span(begin, begin + timedelta(minutes=minutes))


def _all_day(day: date, days: int) -> Span:
    midnight = datetime.combine(day, time(), UTC)
    return Span(midnight, midnight + timedelta(days=days), all_day=True)
