"""What a query leaves out or cannot find, in words."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cronofy_cli.core.accounts.calendars import parse_calendar
from cronofy_cli.core.api.queries import EventsQuery, FreeBusyQuery
from cronofy_cli.core.api.query_advice import (
    calendar_reasons,
    certain_reasons,
    leaves_out_managed,
    possible_reasons,
    window_advice,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
WINDOW = "(2026-10-11 to 2027-06-10: 42 days back, 201 ahead)"


def query(**parameters: object) -> EventsQuery:
    return EventsQuery("Etc/UTC", **parameters)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("from_", "to", "words"),
    [
        (None, None, []),
        ("2026-10-11", "2027-06-11", []),
        ("2026-10-10", None, ["from 2026-10-10 is before"]),
        (None, "2027-06-12", ["to 2027-06-12 is after"]),
        ("2026-01-01", "2028-01-01", ["from 2026-01-01", "to 2028-01-01"]),
        ("2026-10-10T23:59:59Z", "2027-06-11T00:00:00Z", ["from 2026-10-10T23:59:59Z"]),
        (None, "2027-06-11T00:00:01Z", ["to 2027-06-11T00:00:01Z"]),
        ("someday", "0001-01-01T00:00:00Z", []),
    ],
)
def test_beyond_the_window(from_: str | None, to: str | None, words: list[str]) -> None:
    """Each side that lies beyond the sync window is named, with the window; its own edges are inside."""
    advice = window_advice(query(from_=from_, to=to), NOW, ZoneInfo("Etc/UTC"))

    assert [sentence.startswith(word) for sentence, word in zip(advice, words, strict=True)] == [True] * len(words)
    assert all(WINDOW in sentence for sentence in advice)


@pytest.mark.parametrize(
    ("parameters", "word"),
    [
        ({"last_modified": "2026-11-22T12:00:01Z"}, "in the future"),
        ({"from_": "2026-11-23", "to": "2026-11-23"}, "not before"),
        ({"from_": "2026-11-24", "to": "2026-11-23T00:00:00Z"}, "not before"),
        ({"to": "2026-10-11"}, "outside"),
        ({"from_": "2027-06-11"}, "outside"),
        ({"from_": "2026-11-22", "to": "2026-11-23"}, None),
        ({"last_modified": "2026-11-22T12:00:00Z"}, None),
        ({"last_modified": "2026-11-23"}, None),
    ],
)
def test_what_explains_an_empty_answer_alone(parameters: dict[str, str], word: str | None) -> None:
    """The future, nothing in between, and days that Cronofy does not know."""
    reasons = certain_reasons(query(**parameters), NOW, ZoneInfo("Etc/UTC"))

    assert [word in reason for reason in reasons if word] == ([] if word is None else [True])
    assert bool(reasons) is bool(word)


def test_managed_events_are_not_bound_by_the_window() -> None:
    """Where they are asked for, the advice excepts them."""
    plain, managed = (query(from_="2020-01-01", include_managed=managed) for managed in (None, True))

    assert "except" not in window_advice(plain, NOW, UTC)[0]
    assert window_advice(managed, NOW, UTC)[0].endswith(", except of events that your application manages")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (query(), ["--include-managed"]),
        (query(include_managed=True), []),
        (query(only_managed=True), ["--only-managed"]),
        (query(last_modified="x"), ["--include-managed", "--include-deleted", "--include-moved"]),
        (query(last_modified="x", include_managed=True, include_deleted=True, include_moved=True), []),
        (FreeBusyQuery("Etc/UTC", last_modified="x"), ["--include-managed", "--include-deleted"]),
    ],
)
def test_what_may_be_left_out(asked: EventsQuery | FreeBusyQuery, words: list[str]) -> None:
    """Each thing that is left out is named with the option that brings it in, and nothing that cannot be."""
    reasons = possible_reasons(asked)

    assert [reason.rpartition(" ")[2] for reason in reasons] == words
    assert leaves_out_managed(asked) is (words[:1] == ["--include-managed"])


def test_calendars() -> None:
    """A calendar that is unknown, deleted, or read-only where managed events are wanted is named as the reason."""
    calendars = [
        parse_calendar(b'{"calendar_id":"cal_1","calendar_name":"Old","calendar_deleted":true}'),
        parse_calendar(b'{"calendar_id":"cal_2","calendar_name":"Holidays","calendar_readonly":true}'),
    ]

    def reasons(*ids: str, only_managed: bool = False) -> list[str]:
        return calendar_reasons(query(calendar_ids=ids, only_managed=only_managed), calendars)

    assert reasons() == []
    assert reasons("cal_1", "cal_3") == [
        "the calendar 'Old' is deleted",
        "the account has no calendar 'cal_3': cronofy calendars list",
    ]
    assert reasons("cal_2", only_managed=True) == ["the calendar 'Holidays' is read-only: nothing in it can be managed"]
    assert reasons("cal_2") == [
        "the chosen calendars hold nothing that fits: others may, with another choice of calendars"
    ]


def test_any_text() -> None:
    """Whatever is asked for, advice is one line that begins with what it is about."""
    given_advice: Counter[str] = Counter()
    times = st.datetimes(timezones=st.timezones()).map(datetime.isoformat) | st.dates().map(date.isoformat)

    @example(("2030-01-01", None, None), ZoneInfo("Etc/UTC"))
    @example(("2020-01-01", "2026-12-01", None), ZoneInfo("Etc/UTC"))
    @example((None, "2030-01-01", None), ZoneInfo("Etc/UTC"))
    @example((None, None, "2030-01-01T00:00:00Z"), ZoneInfo("Etc/UTC"))
    @given(st.tuples(*[st.none() | st.text() | times] * 3), st.timezones())
    def check(limits: tuple[str | None, ...], zone: ZoneInfo) -> None:
        asked = query(from_=limits[0], to=limits[1], last_modified=limits[2])
        for advice in (*certain_reasons(asked, NOW, zone), *window_advice(asked, NOW, zone)):
            given_advice[advice.split()[0]] += 1
            assert advice.startswith(
                (f"from {limits[0]} ", f"to {limits[1]} ", f"last_modified {limits[2]} ", "all of")
            )

    check()
    assert given_advice.keys() == {"from", "to", "last_modified", "all"}
