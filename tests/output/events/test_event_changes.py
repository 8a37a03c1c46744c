"""The lines for what changed: aligned, harmless, a series once; and those of the simulator's own answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from msgspec.structs import replace

from cronofy_cli.adapters.event_cache import open_event_cache
from cronofy_cli.adapters.http import import_httpx
from cronofy_cli.core.events.event_changes import compare
from cronofy_cli.output.documents.events import EventChangeDocument
from cronofy_cli.output.events.event_changes import change_lines
from cronofy_cli.simulator.server import SimulatorServer
from cronofy_cli.simulator.world.settings import ACCESS_TOKEN, SimulatorSettings
from tests.event_states import CREATED, event_state
from tests.golden_files import check_golden
from tests.simulator.running import Running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cronofy_cli.core.events.event_changes import EventChange

LONDON = ZoneInfo("Europe/London")
TODAY = date(2026, 10, 19)
NAMES = {"cal_work": "Work", "cal_home": "Home"}


def changes() -> list[EventChange]:
    """A move with more to it, something new, something gone, something nobody knew."""
    people = [{"email": "jane@example.com", "status": "needs_action"}]
    pairs: list[tuple[bytes | None, bytes]] = [
        (
            event_state(attendees=people),
            event_state(
                start="2026-10-21T10:00:00Z",
                end="2026-10-21T11:00:00Z",
                attendees=[people[0] | {"status": "accepted"}],
                location={"description": "Room 2"},
            ),
        ),
        (
            None,
            event_state(
                "evt_2",
                summary="Lunch",
                calendar_id="cal_home",
                start="2026-10-22T11:00:00Z",
                end="2026-10-22T12:00:00Z",
            ),
        ),
        (None, event_state("evt_3", summary="Old stand-up", deleted=True)),
        (None, event_state("evt_4", summary="Dentist", created="2025-01-01T00:00:00Z", calendar_id="cal_other")),
    ]
    found = [compare(before, after, CREATED) for before, after in pairs]
    return [change for change in found if change is not None]


def lines(found: list[EventChange], **options: Any) -> list[str]:
    """Return the lines for a reader in London."""
    return list(change_lines(found, LONDON, NAMES, today=TODAY, **options))


def test_lines() -> None:
    """A mark, the title, what happened, the calendar: aligned, and further differences below."""
    assert lines(changes(), indent="") == [
        '~ "Sales call"     start  Tue 10:00 -> Wed 11:00   (Work)',
        "                   jane@example.com  needs_action -> accepted",
        "                   location  (none) -> Room 2",
        '+ "Lunch"          Thu 12:00-13:00                 (Home)',
        '- "Old stand-up"   Tue 10:00-11:00                 (Work)',
        '~ "Dentist"        Tue 10:00-11:00, first seen     (cal_other)',
    ]


def added(number: int, title: str, **fields: Any) -> EventChange:
    """Return the addition of an event."""
    found = compare(None, event_state(f"evt_{number}", summary=title, **fields), CREATED)
    assert found is not None
    return found


@pytest.mark.parametrize(("length", "is_aligned"), [(34, True), (35, False)])
def test_the_widest_title(length: int, is_aligned: bool) -> None:
    """Titles of up to 34 characters, quotes included, make the column; a longer one stands out and moves nothing."""
    first, second = lines([added(1, "x" * (length - 2)), added(2, "y")], indent="")

    assert first.index("Tue") == length + 5
    assert second.index("Tue") == (first.index("Tue") if is_aligned else len('+ "y"   '))


@pytest.mark.parametrize(("length", "is_aligned"), [(60, True), (61, False)])
def test_the_widest_detail(length: int, is_aligned: bool) -> None:
    """So it is with what happened: up to 60 characters make the column that the calendar stands behind."""
    name = "f" * (length - len("  a -> b"))
    before = event_state("evt_1", summary="x", **{name: "a"})
    after = compare(before, event_state("evt_1", summary="x", **{name: "b"}), CREATED)
    assert after is not None

    first, second = lines([after, added(2, "y")], indent="")

    assert first.index("(Work)") == len('~ "x"   ') + length + 3
    assert (second.index("(Work)") == first.index("(Work)")) is is_aligned


@pytest.mark.parametrize(("fields", "more"), [(8, None), (9, "… and 1 more field")])
def test_the_most_details(fields: int, more: str | None) -> None:
    """The first difference and eight more are shown of an event; the others are counted."""
    values = {f"field_{number}": "b" for number in range(fields + 1)}
    change = compare(event_state(**dict.fromkeys(values, "a")), event_state(**values), CREATED)
    assert change is not None

    _, *details = lines([change], indent="")

    assert len(details) == fields if more is None else details[-1].strip() == more
    assert len(details) <= 9


def test_color() -> None:
    """The mark alone tells the kind, in colour where that is wanted."""
    coloured = lines(changes()[1:3], color=True, indent="")

    assert [line.split(" ")[0] for line in coloured] == ["\x1b[32m+\x1b[0m", "\x1b[31m-\x1b[0m"]


def test_many() -> None:
    """No more than the limit are shown, the others are counted; a long event is cut likewise."""
    many = [change for number in range(25) if (change := compare(None, event_state(f"evt_{number}"))) is not None]
    fields: dict[str, Any] = {f"x_{number}": number for number in range(12)}
    wordy = compare(event_state(), event_state(**fields))
    assert wordy is not None

    assert (len(lines(many)), lines(many)[-1].strip()) == (21, "… and 5 more")
    assert len(lines(many, limit=None)) == 25
    assert (len(lines([wordy])), lines([wordy])[-1].strip()) == (10, "… and 3 more fields")


def test_hostile_text() -> None:
    """Titles, places, addresses, field and calendar names cannot drive the terminal or make lines."""
    bad = "\x1b[2J\n\u202ex\x07"
    others: dict[str, Any] = {bad: bad, "x_y": {bad: bad}}
    change = compare(
        event_state(),
        event_state(
            summary=bad,
            calendar_id=f"cal{bad}",
            location={"description": bad},
            attendees=[{"email": bad, "status": bad}],
            **others,
        ),
    )
    assert change is not None

    shown = lines([change]) + list(change_lines([change], LONDON, {change.calendar_id: bad}, today=TODAY))

    assert all(line.isprintable() for line in shown)


# The simulator's own answers, over HTTP, on a clock that stands in the week before British Summer Time ends.


@dataclass
class Clock:
    """A clock that stands until it is set."""

    now: datetime = datetime(2026, 10, 19, 7, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """The simulator's clock."""
    return Clock()


@pytest.fixture
def calendar(clock: Clock) -> Iterator[Running]:
    """A simulator whose day is 19 October 2026."""
    with (
        SimulatorServer(SimulatorSettings(port=0, page_size=25, seed_day=TODAY), clock=clock) as server,
        import_httpx().Client(
            base_url=server.url, headers={"Authorization": f"Bearer {ACCESS_TOKEN}"}, trust_env=False, timeout=10
        ) as client,
    ):
        yield Running(server, client)


def read(simulator: Running, *, localized: bool, since: str | None = None) -> list[bytes]:
    """Return what Read Events gives of the five weeks in which both zones change their clocks."""
    parameters = {"include_deleted": "true", "include_moved": "true", "include_managed": "true"}
    if localized:
        parameters["localized_times"] = "true"
    if since is not None:
        parameters["last_modified"] = since
    found = simulator.events(tzid="Europe/London", **{"from": "2026-10-13", "to": "2026-11-17"}, **parameters)
    return [msgspec.json.encode(event) for event in found]


def move_series(simulator: Running, summary: str, minutes: int, *, odd_one: date, to: datetime) -> None:
    """Move a series by some minutes on the wall of its own zone, and one occurrence of it to somewhere else."""
    for raw in read(simulator, localized=True):
        event = msgspec.json.decode(raw)
        if event["summary"] != summary:
            continue
        zone = ZoneInfo(event["start"]["tzid"])
        wall = datetime.fromisoformat(event["start"]["time"]).astimezone(zone).replace(tzinfo=None)
        wall = to if wall.date() == odd_one else wall + timedelta(minutes=minutes)
        moved = {"time": wall.replace(tzinfo=zone).isoformat(), "tzid": zone.key}
        simulator.request("PATCH", f"/simulator/events/{event['event_uid']}", json={"start": moved})


@pytest.mark.parametrize("is_localized", [True, False], ids=["localized", "plain"])
def test_series_across_the_change_of_clocks(
    is_localized: bool, calendar: Running, clock: Clock, tmp_path: Path
) -> None:
    """London's clocks change on 25 October, New York's on 1 November: series of both move, an occurrence by itself.

    In its own zone each series is one line. Where that was not asked for, the reader's clock stands in.
    """
    with open_event_cache("simulator", "acc_1", {"CRONOFY_DATA_DIR": str(tmp_path)}) as cache:
        cache.observe(read(calendar, localized=is_localized), None)
        clock.now += timedelta(minutes=5)
        move_series(calendar, "Stand-up", 30, odd_one=date(2026, 10, 23), to=datetime(2026, 10, 26, 16, 0))  # noqa: DTZ001 - on the wall
        move_series(calendar, "Sales pipeline", 60, odd_one=date(2026, 10, 28), to=datetime(2026, 11, 2, 11, 0))  # noqa: DTZ001 - on the wall
        since = "2026-10-19T07:05:00Z"
        told = cache.observe(read(calendar, localized=is_localized, since=since), since)
        assert cache.observe(read(calendar, localized=is_localized, since=since), since) == ()

    names = {calendar.calendar_id("Work"): "Work"}
    shown = change_lines(told, LONDON, names, today=TODAY, indent="")
    check_golden(f"event-changes{'' if is_localized else '-plain'}.txt", "\n".join([*shown, ""]).encode())
    if is_localized:
        odd_ones = [change for change in told if b"T16:00" in change.after or b"T11:00" in change.after]
        documents = [replace(EventChangeDocument.of(change), event=msgspec.Raw(b"{}")) for change in odd_ones]
        check_golden("event-changes.ndjson", b"".join(each.encode() + b"\n" for each in documents))
