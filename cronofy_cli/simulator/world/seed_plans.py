"""What the seeded calendars hold: tables of recurring series, single events, people and words. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import Final

from cronofy_cli.simulator.world.model import Conferencing, Location, Person

LONDON: Final = "Europe/London"
ZONES: Final = (LONDON, "America/New_York", "Europe/Paris", "Asia/Tokyo", "Etc/UTC")
PEOPLE: Final = (
    Person("priya.raman@company.com", "Priya Raman"),
    Person("tom.whitfield@company.com", "Tom Whitfield"),
    Person("aiko.tanaka@company.jp", "Aiko Tanaka"),
    Person("marcus@belldesign.example", "Marcus Bell"),
    Person("chloe.martin@company.fr", "Chloé Martin"),
    Person("sam.oconnor@company.com", "Sam O'Connor"),
    Person("nadia.haddad@customer.example", "Nadia Haddad"),
    Person("l.braun@company.com", ""),
)
ANSWERS: Final = ("accepted", "accepted", "accepted", "tentative", "needs_action", "declined")

OFFICE: Final = Location("Company HQ, 1 Finsbury Avenue, London", "51.5194", "-0.0839")
PARIS: Final = Location("Station F, 5 Parvis Alan Turing, Paris", "48.8342", "2.3702")
CLINIC: Final = Location("Grove Street Dental, Brighton", "50.8229", "-0.1363")
ZOOM: Final = Conferencing("zoom", "https://zoom.example.com/j/94872015536")
TEAMS: Final = Conferencing("ms_teams", "https://teams.example.com/l/meetup-join/19-d41c8f")

EXTRA_DAYS_BACK: Final = 40
EXTRA_DAYS: Final = 240
EXTRA_MINUTES: Final = (15, 30, 45, 60, 90)
EXTRA_SUMMARIES: Final = ("Customer call", "Interview", "Design review", "Focus time", "Support rota", "Screening")

WEEKDAYS: Final = frozenset(range(5))


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesPlan:
    """A recurring event, at one wall-clock time in its own zone."""

    summary: str
    weekdays: frozenset[int]
    start: time
    minutes: int
    tzid: str = LONDON
    every_weeks: int = 1
    at_home: bool = False
    attendees: int = 0
    location: Location | None = None
    conferencing: Conferencing | None = None
    transparency: str = "opaque"


@dataclass(frozen=True, slots=True, kw_only=True)
class SinglePlan:
    """An event that happens once, some days from the seed's day; without a start it lasts whole days."""

    summary: str
    in_days: int
    start: time | None = None
    minutes: int = 60
    days: int = 1
    tzid: str = LONDON
    description: str = ""
    at_home: bool = False
    attendees: int = 0
    location: Location | None = None
    conferencing: Conferencing | None = None
    transparency: str = "opaque"
    status: str = "confirmed"
    participation_status: str = "accepted"
    private: bool = False
    categories: tuple[str, ...] = ()


def _days(*weekdays: int) -> frozenset[int]:
    return frozenset(weekdays)


SERIES: Final = (
    SeriesPlan(summary="Stand-up", weekdays=WEEKDAYS, start=time(9, 30), minutes=15, attendees=5, conferencing=ZOOM),
    SeriesPlan(summary="Sprint planning", weekdays=_days(0), start=time(10), minutes=90, every_weeks=2, attendees=6),
    SeriesPlan(summary="1:1 with Priya", weekdays=_days(1), start=time(14), minutes=30, attendees=1),
    SeriesPlan(
        summary="Sales pipeline",
        weekdays=_days(2),
        start=time(9),
        minutes=45,
        tzid="America/New_York",
        attendees=4,
        conferencing=TEAMS,
    ),
    SeriesPlan(
        summary="Point d'équipe",
        weekdays=_days(3),
        start=time(11),
        minutes=30,
        tzid="Europe/Paris",
        every_weeks=2,
        attendees=3,
        location=PARIS,
    ),
    SeriesPlan(
        summary="Tokyo hand-over", weekdays=_days(4), start=time(17), minutes=30, tzid="Asia/Tokyo", attendees=2
    ),
    SeriesPlan(summary="Release window", weekdays=_days(3), start=time(6), minutes=60, tzid="Etc/UTC"),
    SeriesPlan(
        summary="Lunch away from the desk",
        weekdays=_days(1, 3),
        start=time(12, 30),
        minutes=45,
        transparency="transparent",
    ),
    SeriesPlan(summary="Swimming", weekdays=_days(5), start=time(8), minutes=60, at_home=True),
    SeriesPlan(summary="Piano lesson", weekdays=_days(2), start=time(18), minutes=45, at_home=True),
)

SINGLES: Final = (
    SinglePlan(
        summary="Sales call",
        in_days=1,
        start=time(10),
        description="Renewal for the coming year. Bring the usage figures.",
        attendees=2,
        location=OFFICE,
        conferencing=ZOOM,
        categories=("Customer",),
    ),
    SinglePlan(
        summary="Dentist", in_days=3, start=time(8, 45), minutes=30, at_home=True, private=True, location=CLINIC
    ),
    SinglePlan(summary="Company retreat", in_days=24, days=3, attendees=6, location=Location("Beach")),
    SinglePlan(summary="Mum's birthday", in_days=12, at_home=True, transparency="transparent"),
    SinglePlan(summary="Holiday in Brittany", in_days=66, days=10, at_home=True, description="Ferry is booked."),
    SinglePlan(
        summary="Board meeting",
        in_days=16,
        start=time(9),
        minutes=180,
        attendees=7,
        location=OFFICE,
        participation_status="needs_action",
        categories=("Board", "Confidential"),
    ),
    SinglePlan(
        summary="Offsite in New York", in_days=38, start=time(9), minutes=480, tzid="America/New_York", attendees=5
    ),
    SinglePlan(
        summary="Candidate interview", in_days=5, start=time(15), attendees=2, status="tentative", conferencing=TEAMS
    ),
    SinglePlan(
        summary="Maybe: conference talk",
        in_days=52,
        start=time(13),
        status="tentative",
        participation_status="tentative",
    ),
    SinglePlan(summary="Car service", in_days=-9, start=time(8), at_home=True, private=True),
    SinglePlan(summary="Quarterly review", in_days=-20, start=time(14), minutes=120, attendees=6, location=OFFICE),
    SinglePlan(summary="Trade fair", in_days=-34, days=2, tzid="Europe/Paris", location=PARIS),
    SinglePlan(summary="Old office: last day", in_days=-60, location=OFFICE),
    SinglePlan(summary="Overnight migration", in_days=9, start=time(22), minutes=300, tzid="Etc/UTC", attendees=2),
    SinglePlan(summary="Call with Tokyo", in_days=7, start=time(9), minutes=30, tzid="Asia/Tokyo", attendees=1),
    SinglePlan(summary="Annual conference", in_days=215, days=2, attendees=3),
    SinglePlan(summary="Lease renewal", in_days=228, start=time(11), at_home=True),
)
