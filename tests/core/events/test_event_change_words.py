"""Changes of events in words: times in the event's own zone, people and their answers, series told once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.events.event_change_words import _values, describe_changes
from cronofy_cli.core.events.event_changes import compare
from cronofy_cli.core.events.event_local_times import local_time
from cronofy_cli.core.events.event_series import fold_series
from tests.event_states import CREATED, event_state, localized

if TYPE_CHECKING:
    from cronofy_cli.core.events.event_change_words import ChangeWords
    from cronofy_cli.core.events.event_changes import EventChange

LONDON = ZoneInfo("Europe/London")
NEW_YORK = ZoneInfo("America/New_York")
TODAY = date(2026, 10, 19)
JANE = {"email": "jane@example.com", "display_name": "Jane", "status": "needs_action"}


def change_of(before: dict[str, Any] | None, after: dict[str, Any], since: str | None = None) -> EventChange:
    """Return the change between two states; there must be one."""
    change = compare(None if before is None else event_state(**before), event_state(**after), since)
    assert change is not None
    return change


def words_of(before: dict[str, Any] | None, after: dict[str, Any], since: str | None = None) -> ChangeWords:
    """Return what is said of one change, for a reader in London."""
    (words,) = describe_changes([change_of(before, after, since)], LONDON, TODAY)
    return words


def times(start: Any, end: Any) -> dict[str, Any]:
    """Return the two fields."""
    return {"start": start, "end": end}


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("a" * 40, "b" * 40, f"{'a' * 40} -> {'b' * 40}"),
        ("a" * 41, "b" * 40, f"{'a' * 39}… -> {'b' * 40}"),
        ("a" * 40, "b" * 41, f"{'a' * 40} -> {'b' * 39}…"),
        ("a" * 30 + "b" * 10, "a" * 30 + "c" * 10, f"{'a' * 30}{'b' * 10} -> {'a' * 30}{'c' * 10}"),
    ],
)
def test_how_much_of_a_value_is_shown(old: str, new: str, shown: str) -> None:
    """Values of up to 40 characters are shown whole, of longer ones 40 characters from shortly before they differ."""
    assert words_of({"location": {"description": old}}, {"location": {"description": new}}).details == (
        f"location  {shown}",
    )


@pytest.mark.parametrize(
    ("before", "after", "details"),
    [
        ({}, times("2026-10-21T10:00:00Z", "2026-10-21T11:00:00Z"), ["start  Tue 10:00 -> Wed 11:00"]),
        ({}, times("2026-10-20T10:00:00Z", "2026-10-20T11:00:00Z"), ["start  Tue 10:00 -> 11:00"]),
        ({}, times("2026-10-20T09:00:00Z", "2026-10-20T10:30:00Z"), ["end  Tue 11:00 -> 11:30"]),
        (
            {},
            times("2026-10-27T09:00:00Z", "2026-10-27T11:00:00Z"),
            ["start  Tue 20 Oct 10:00 -> Tue 27 Oct 09:00", "end  Tue 20 Oct 11:00 -> Tue 27 Oct 11:00"],
        ),
        (
            {},
            times("2027-01-05T10:00:00Z", "2027-01-05T11:00:00Z"),
            ["start  Tue 20 Oct 10:00 -> Tue 5 Jan 2027 10:00"],
        ),
        (
            {},
            times("2026-10-20", "2026-10-21"),
            ["start  Tue 10:00 -> Tue all day", "end  Tue 11:00 -> Tue all day"],
        ),
        (times("2026-10-20", "2026-10-21"), times("2026-10-21", "2026-10-22"), ["start  Tue -> Wed"]),
        (times("2026-10-20", "2026-10-21"), times("2026-10-20", "2026-10-23"), ["end  Tue -> Thu"]),
        (
            times(*[localized(f"2026-10-20T{hour}:00:00-04:00", "America/New_York") for hour in ("09", "10")]),
            times(*[localized(f"2026-10-20T{hour}:30:00-04:00", "America/New_York") for hour in ("09", "10")]),
            ["start  Tue 09:00 -> 09:30 America/New_York"],
        ),
        (
            times(*[localized(f"2026-10-20T{hour}:00:00+01:00", "Europe/London") for hour in ("10", "11")]),
            times(*[localized(f"2026-10-20T{hour}:00:00-04:00", "America/New_York") for hour in ("10", "11")]),
            ["start  Tue 10:00 Europe/London -> 10:00 America/New_York"],
        ),
        (
            times(*[localized(f"2026-10-20T{hour}:00:00Z", "Etc/UTC") for hour in ("09", "10")]),
            times(*[localized(f"2026-10-20T{hour}:30:00Z", "Mars/Olympus") for hour in ("09", "10")]),
            ["start  Tue 10:00 -> 10:30"],
        ),
    ],
)
def test_moves(before: dict[str, Any], after: dict[str, Any], details: list[str]) -> None:
    """Weekdays alone within the week; the end only if the length differs; the zone's name where it is not the reader's.

    `Etc/UTC` and a zone that this machine does not know are shown on the reader's clock.
    """
    words = words_of(before, after)

    assert (words.mark, list(words.details)) == ("~", details)


def test_the_same_time_elsewhere() -> None:
    """The zone alone is a change too."""
    words = words_of(
        {"start": localized("2026-10-20T09:00:00Z", "Etc/UTC")},
        {"start": localized("2026-10-20T09:00:00Z", "Mars/Olympus")},
    )

    assert words.details == ("start.tzid  Etc/UTC -> Mars/Olympus",)


@pytest.mark.parametrize(
    ("before", "after", "detail"),
    [
        ({}, {"summary": "Call"}, "summary  Sales call -> Call"),
        ({}, {"location": {"description": "Room 1"}}, "location  (none) -> Room 1"),
        ({"description": "x"}, {"description": ""}, "description  x -> (none)"),
        ({"description": "x y"}, {"description": "x\ny"}, "description  changed"),
        ({}, {"description": "\x1b[2J\u202ex"}, "description  (none) -> [2Jx"),
        ({}, {"event_private": True}, "event_private  false -> true"),
        ({}, {"reminders": [{"minutes": 5}]}, 'reminders  (none) -> [{"minutes":5}]'),
        ({"attendees": []}, {"attendees": [JANE]}, "jane@example.com  invited, needs_action"),
        ({"attendees": []}, {"attendees": [{"email": "x@y"}]}, "x@y  invited, no answer known"),
        ({"attendees": [JANE]}, {"attendees": []}, "jane@example.com  not invited any more"),
        (
            {"attendees": [JANE]},
            {"attendees": [JANE | {"status": "accepted"}]},
            "jane@example.com  needs_action -> accepted",
        ),
        (
            {"attendees": [JANE]},
            {"attendees": [JANE | {"display_name": "J. Doe"}]},
            "jane@example.com  display_name  Jane -> J. Doe",
        ),
        (
            {"description": "a" * 50 + "b" + "c" * 50},
            {"description": "a" * 50 + "d" + "c" * 50},
            f"description  …{'a' * 12}b{'c' * 25}… -> …{'a' * 12}d{'c' * 25}…",
        ),
    ],
)
def test_other_fields(before: dict[str, Any], after: dict[str, Any], detail: str) -> None:
    """Old and new value on one harmless line, people by address and answer, long texts from where they differ."""
    assert words_of(before, after).details == (detail,)


@pytest.mark.parametrize(
    ("before", "after", "since", "mark", "detail"),
    [
        (None, {}, CREATED, "+", "Tue 10:00-11:00"),
        (None, {}, None, "~", "Tue 10:00-11:00, first seen"),
        (None, times(None, None), None, "~", "first seen"),
        (None, times("2026-10-20", "2026-10-21"), CREATED, "+", "Tue"),
        (None, times("2026-10-20", "2026-10-23"), CREATED, "+", "Tue - Thu"),
        (
            None,
            times("2026-12-24T22:00:00Z", "2026-12-25T01:00:00Z"),
            CREATED,
            "+",
            "Thu 24 Dec 22:00 - Fri 25 Dec 01:00",
        ),
        (None, times("2026-12-24T22:00:00Z", "2026-12-24T22:00:00Z"), CREATED, "+", "Thu 24 Dec 22:00"),
        (None, times("2026-12-24T22:00:00Z", "soon"), CREATED, "+", "Thu 24 Dec 22:00"),
        (None, times("9999-12-31T23:00:00-10:00", None), CREATED, "+", ""),
        ({}, {"deleted": True}, None, "-", "Tue 10:00-11:00"),
        ({"deleted": True}, {"summary": "Back"}, None, "+", "Tue 10:00-11:00"),
    ],
)
def test_added_removed_and_first_seen(
    before: dict[str, Any] | None, after: dict[str, Any], since: str | None, mark: str, detail: str
) -> None:
    """A mark, and when it is: for what came, what went, and what nobody knew before."""
    words = words_of(before, after, since)

    assert (words.mark, words.details) == (mark, (detail,))


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ({"summary": "Say \x1b[2J\nno"}, '"Say [2J no"'),
        ({"summary": ""}, "(no title)"),
        ({"summary": "", "event_private": True}, "(private)"),
        ({"summary": "x" * 100}, f'"{"x" * 59}…"'),
    ],
)
def test_titles(fields: dict[str, Any], title: str) -> None:
    """A title is on one line and not endless; none is said to be none."""
    assert words_of(None, fields).title == title


def occurrences(
    zone: ZoneInfo,
    *shifts: timedelta,
    is_localized: bool = False,
    every_days: int = 7,
    fields: dict[str, Any] | None = None,
) -> list[EventChange]:
    """Return the changes of a series from 13 October on at 9:30 on the wall, each occurrence moved by its own shift."""
    return [
        change_of(
            _occurrence(zone, index * every_days, timedelta(), is_localized=is_localized),
            _occurrence(zone, index * every_days, shift, is_localized=is_localized) | (fields or {}),
        )
        for index, shift in enumerate(shifts)
    ]


def _occurrence(zone: ZoneInfo, days: int, shift: timedelta, *, is_localized: bool) -> dict[str, Any]:
    start = datetime(2026, 10, 13, 9, 30) + timedelta(days=days) + shift  # noqa: DTZ001 - the zone follows, on the wall
    both = (moment.replace(tzinfo=zone) for moment in (start, start + timedelta(minutes=30)))
    sent = [
        localized(moment.isoformat(), zone.key) if is_localized else moment.astimezone(UTC).isoformat()
        for moment in both
    ]
    return {
        "event_uid": f"evt_{days}",
        "summary": "Stand-up",
        "series_identifier": "ser_1",
        "recurring": True,
        "start": sent[0],
        "end": sent[1],
    }


HALF_AN_HOUR = timedelta(minutes=30)
A_DAY_AND_A_HALF_HOUR = timedelta(days=1, minutes=30)


def test_a_series_is_told_once_across_the_end_of_summer_time() -> None:
    """The clock on the wall is the same before and after 25 October, so it is one change; the odd one stands alone."""
    shifts = [HALF_AN_HOUR, HALF_AN_HOUR, timedelta(hours=4), HALF_AN_HOUR]

    many, one = describe_changes(occurrences(LONDON, *shifts), LONDON, TODAY)

    assert (many.details, many.note) == (("start  Tue 09:30 -> 10:00",), "3 of a series, Tue 13 Oct to Tue 3 Nov")
    assert (one.details, one.note) == (("start  Tue 27 Oct 09:30 -> 13:30",), "one of a series")


def test_a_series_of_another_zone() -> None:
    """In its own zone a series is one; seen on London's clock it would be three, as the two change on other days."""
    own = occurrences(NEW_YORK, *[HALF_AN_HOUR] * 4, is_localized=True)
    plain = occurrences(NEW_YORK, *[HALF_AN_HOUR] * 4)

    assert [words.details[0] for words in describe_changes(own, LONDON, TODAY)] == [
        "start  Tue 09:30 -> 10:00 America/New_York"
    ]
    assert [(words.details[0], words.note) for words in describe_changes(plain, LONDON, TODAY)] == [
        ("start  Tue 14:30 -> 15:00", "3 of a series, Tue 13 Oct to Tue 3 Nov"),
        ("start  Tue 27 Oct 13:30 -> 14:00", "one of a series"),
    ]


@pytest.mark.parametrize(
    ("every_days", "shift", "detail"),
    [
        (7, timedelta(days=1, minutes=30), "start  Tue 09:30 -> Wed 10:00"),
        (7, timedelta(days=7), "start  Tue 09:30 -> Tue 09:30, 7 days later"),
        (1, HALF_AN_HOUR, "start  09:30 -> 10:00"),
        (1, timedelta(days=1), "start  09:30 -> 09:30, 1 day later"),
        (1, timedelta(days=-2), "start  09:30 -> 09:30, 2 days earlier"),
    ],
)
def test_weekdays_of_a_series(every_days: int, shift: timedelta, detail: str) -> None:
    """A series of one weekday is told by its name; one of several by the clock and the days between."""
    (words,) = describe_changes(occurrences(LONDON, shift, shift, shift, every_days=every_days), LONDON, TODAY)

    assert words.details == (detail,)


def test_other_changes_of_a_series() -> None:
    """What else changed alike is told once too; a single occurrence says which one it is."""
    fields = {"location": {"description": "Room 1"}}
    all_of_them = occurrences(LONDON, timedelta(), timedelta(), fields=fields)

    (many,) = describe_changes(all_of_them, LONDON, TODAY)
    (one,) = describe_changes(all_of_them[1:], LONDON, TODAY)

    assert (many.details, many.note) == (
        ("location  (none) -> Room 1",),
        "2 of a series, Tue 13 Oct to Tue 20 Oct",
    )
    assert (one.details, one.note) == (many.details, "the one of Tue 20 Oct of a series")


@pytest.mark.parametrize(
    ("first", "second", "details"),
    [
        (("2026-10-20", "2026-10-21"), ("2026-10-27", "2026-10-28"), ["Tue"]),
        (("2026-10-20", "2026-10-21"), ("2026-10-21", "2026-10-22"), ["all day"]),
        (("2026-10-20", "2026-10-21"), ("2026-10-27", "2026-10-29"), ["Tue", "Tue 27 Oct - Wed 28 Oct"]),
        (
            ("2026-10-20T09:00:00Z", "2026-10-20T09:15:00Z"),
            ("2026-10-26T10:00:00Z", "2026-10-26T10:15:00Z"),
            ["10:00-10:15"],
        ),
    ],
)
def test_a_new_series(first: tuple[str, str], second: tuple[str, str], details: list[str]) -> None:
    """Occurrences of the same hours are told as one; those of other hours are others."""
    changes = [
        change_of(None, {"event_uid": str(number), "series_identifier": "ser_1", **times(*span)}, CREATED)
        for number, span in enumerate([first, second])
    ]

    described = describe_changes(changes, LONDON, TODAY)

    assert [(words.mark, *words.details) for words in described] == [("+", detail) for detail in details]


@given(
    order=st.permutations(range(6)),
    odd=st.sets(st.integers(0, 5), max_size=3),
)
def test_folding_loses_nothing(order: list[int], odd: set[int]) -> None:
    """Every change is in exactly one group, alike ones are together in whatever order they come."""
    shifts = [timedelta(hours=3 + index) if index in odd else HALF_AN_HOUR for index in range(6)]
    changes = occurrences(LONDON, *shifts)

    groups = fold_series([changes[index] for index in order], LONDON)

    assert sorted(change.event_uid for group in groups for change in group.changes) == sorted(
        change.event_uid for change in changes
    )
    assert sorted(len(group.changes) for group in groups) == sorted([1] * len(odd) + [6 - len(odd)])


def test_events_of_no_series_stand_alone() -> None:
    """The same change of two events that are no series is told twice."""
    changes = [change_of({"event_uid": uid}, {"event_uid": uid, "summary": "Call"}) for uid in ("evt_1", "evt_2")]

    described = describe_changes(changes, LONDON, TODAY)

    assert [(words.note, words.calendar_id) for words in described] == [("", "cal_work")] * 2


@pytest.mark.parametrize(
    ("before", "after"),
    [("x" * 100, "x" * 100 + "y" * 100), ("x" * 100 + "y" * 100, "x" * 100), ("a", "x" * 200), ("x" * 200, "a")],
)
def test_long_values_show_where_they_differ(before: str, after: str) -> None:
    """Of two long values what is shown begins shortly before the first difference, and is shortened."""
    (detail,) = words_of({"description": before}, {"description": after}).details
    name, _, values = detail.partition("  ")
    old, new = values.split(" -> ")

    assert name == "description"
    same = next((place for place, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), 100)
    if same:
        assert old.startswith("…xxx")
        assert new.startswith("…xxx")
        assert ("y" in old, "y" in new) == ("y" in before, "y" in after)
    else:
        assert (old[0], new[0]) == (before[0], after[0])
    assert max(len(old), len(new)) < 100


@pytest.mark.parametrize(("shared", "begins"), [(12, "aaa"), (13, "aaa"), (14, "…aaa")])
def test_where_long_values_begin(shared: int, begins: str) -> None:
    """They are shown from shortly before where they differ; a mark never stands in the place of one character."""
    before, after = ("a" * shared + end * 60 for end in ("x", "y"))

    assert [text.startswith(begins) for text in _values(before, after)] == [True, True]
    assert _values("a" * 40, "b" * 40) == ("a" * 40, "b" * 40)
    assert all(len(text) == 40 for text in _values("a" * 41, "b" * 41))


def test_the_first_day_of_all() -> None:
    """No day lies before it, also not as the last one of an event that ends with it."""
    first = local_time("0001-01-01", UTC, is_end=True)
    second = local_time("0001-01-02", UTC, is_end=True)

    assert first is not None
    assert second is not None
    assert first.day == second.day == date(1, 1, 1)
