"""Query parameters and bodies: what is accepted, and what a refusal says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.errors import InvalidRequest
from cronofy_cli.simulator.messages import bodies
from cronofy_cli.simulator.messages.event_writes import parse_event_write
from cronofy_cli.simulator.messages.owner_edits import parse_event_change, parse_new_event, parse_period, parse_push
from cronofy_cli.simulator.messages.parameters import parse_events_query, parse_free_busy_query
from cronofy_cli.simulator.messages.rendering import render_errors
from cronofy_cli.simulator.world.model import Attendee, Conferencing, Location
from cronofy_cli.simulator.world.seed import HOME, WORK
from tests.simulator.worlds import CALENDARS, NOW, all_day, event, timed

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.simulator.messages.parameters import EventsQuery
    from cronofy_cli.simulator.world.model import Span

KNOWN = (HOME, WORK)
ZONE = "Europe/London"


def query(*pairs: tuple[str, str]) -> EventsQuery:
    """A Read Events query."""
    return parse_events_query((("tzid", ZONE), *pairs), KNOWN)


def refusal(call: Callable[[], object]) -> dict[str, str]:
    """The first key per field that a call is refused with."""
    with pytest.raises(InvalidRequest) as caught:
        call()
    return {field: problems[0][0] for field, problems in caught.value.fields.items()}


def test_a_missing_tzid_is_refused_in_cronofys_shape() -> None:
    """`tzid` is the one required parameter; the refusal reads as in the documentation."""
    with pytest.raises(InvalidRequest) as caught:
        parse_events_query((), KNOWN)

    assert render_errors(caught.value) == {"errors": {"tzid": [{"key": "errors.required", "description": "required"}]}}


@pytest.mark.parametrize("tzid", ["Mars/Olympus", "Europe", "../../etc/passwd", "\x00", "europe london"])
def test_an_unknown_zone_is_refused(tzid: str) -> None:
    """What is no zone of the time zone database, whatever else it may be, is not recognized."""
    assert refusal(lambda: parse_events_query((("tzid", tzid),), KNOWN)) == {"tzid": "errors.tzid_unrecognized"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-04-01", datetime(2026, 3, 31, 23, tzinfo=UTC)),
        ("2026-04-01T00:00:01Z", datetime(2026, 4, 1, 0, 0, 1, tzinfo=UTC)),
        ("2026-04-01T00:00:01UTC", datetime(2026, 4, 1, 0, 0, 1, tzinfo=UTC)),
        ("2026-04-01T02:00:01+02:00", datetime(2026, 4, 1, 0, 0, 1, tzinfo=UTC)),
    ],
)
def test_dates_and_times_are_accepted(text: str, expected: datetime) -> None:
    """`from` takes a date, in the zone of `tzid`, and the forms of time that SDKs send."""
    assert query(("from", text)).selection.window.start == expected


@pytest.mark.parametrize(
    "text", ["tomorrow", "2026-02-30", "2026-04-01T10:00:00", "0001-01-01", "9999-12-31T23:59:59Z"]
)
@pytest.mark.parametrize("name", ["from", "to", "last_modified"])
def test_other_texts_are_refused_as_times(name: str, text: str) -> None:
    """What is no date, has no offset or lies out of range is refused under the parameter's name."""
    assert refusal(lambda: query((name, text))) == {name: "errors.not_recognized"}


@pytest.mark.parametrize(
    ("text", "expected"), [("true", True), ("True", True), ("1", True), ("false", False), ("", False)]
)
def test_booleans_are_read_as_clients_write_them(text: str, expected: bool) -> None:
    """pycronofy writes `True`, others `true` or `1`."""
    assert query(("include_deleted", text)).selection.include_deleted is expected


def test_everything_wrong_is_told_at_once() -> None:
    """A refusal names every field, not only the first."""
    pairs = (
        ("tzid", "?"),
        ("include_moved", "maybe"),
        ("calendar_ids[]", "cal_x"),
        ("from", "2026-05-02"),
        ("to", "2026-05-01"),
    )

    assert refusal(lambda: parse_events_query(pairs, KNOWN)) == {
        "tzid": "errors.tzid_unrecognized",
        "include_moved": "errors.not_recognized",
        "calendar_ids": "errors.not_recognized",
        "to": "errors.invalid_time_pair",
    }


def test_calendar_ids_are_repeated_with_brackets() -> None:
    """Every `calendar_ids[]` counts."""
    assert query(("calendar_ids[]", HOME), ("calendar_ids[]", WORK)).selection.calendar_ids == {HOME, WORK}


def test_a_date_as_last_modified_is_its_midnight() -> None:
    """A date stands for the day's start in the zone of `tzid`."""
    assert query(("last_modified", "2026-07-01")).selection.last_modified == datetime(2026, 6, 30, 23, tzinfo=UTC)


def test_free_busy_tells_a_missing_include_free_from_a_false_one() -> None:
    """`include_free` has three states, since its default is a setting."""
    queries = [parse_free_busy_query((("tzid", ZONE), *more), ()) for more in ((), (("include_free", "false"),))]

    assert [query.include_free for query in queries] == [None, False]


def test_json_and_forms_say_the_same() -> None:
    """A wish for a channel reads alike as JSON and as a form."""
    as_json = bodies.decode_body(
        "application/json; charset=utf-8",
        b'{"callback_url":"http://x.test/?a=1","filters":{"calendar_ids":["%s"],"only_managed":true}}' % HOME.encode(),
    )
    as_form = bodies.decode_body(
        "application/x-www-form-urlencoded",
        f"callback_url=http%3A%2F%2Fx.test%2F%3Fa%3D1&filters[calendar_ids][]={HOME}&filters[only_managed]=true".encode(),
    )

    channels = [bodies.parse_channel(body, KNOWN, enforce_url_length=False) for body in (as_json, as_form)]
    assert channels[0] == channels[1]
    assert (channels[0].callback_url, channels[0].calendar_ids, channels[0].only_managed) == (
        "http://x.test/?a=1",
        (HOME,),
        True,
    )


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b"null", b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    """Broken JSON and JSON that is no object are refused under `base`."""
    assert refusal(lambda: bodies.decode_body("application/json", body)) == {"base": "errors.not_recognized"}


@pytest.mark.parametrize("body", [b"", b"  ", b"{}"])
def test_an_empty_body_is_an_empty_object(body: bytes) -> None:
    """SDKs send nothing, or `{}`, with GET and DELETE."""
    assert bodies.decode_body("application/json", body) == {}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {"callback_url": "errors.required"}),
        ({"callback_url": ""}, {"callback_url": "errors.required"}),
        ({"callback_url": 3}, {"callback_url": "errors.not_recognized"}),
        ({"callback_url": "ftp://x.test/"}, {"callback_url": "errors.not_recognized"}),
        ({"callback_url": "https:///path"}, {"callback_url": "errors.not_recognized"}),
        ({"callback_url": "http://[::1/"}, {"callback_url": "errors.not_recognized"}),
        ({"callback_url": "http://x.test:99999/"}, {"callback_url": "errors.not_recognized"}),
        ({"callback_url": "http://x.test", "filters": []}, {"filters": "errors.not_recognized"}),
        ({"callback_url": "http://x.test", "filters": {"calendar_ids": []}}, {"calendar_ids": "errors.required"}),
        (
            {"callback_url": "http://x.test", "filters": {"calendar_ids": ["?"]}},
            {"calendar_ids": "errors.not_recognized"},
        ),
        (
            {"callback_url": "http://x.test", "filters": {"only_managed": "yes"}},
            {"filters.only_managed": "errors.not_recognized"},
        ),
    ],
)
def test_a_bad_channel_is_refused(body: dict[str, object], expected: dict[str, str]) -> None:
    """Each rule on channels has its field and key."""
    assert refusal(lambda: bodies.parse_channel(body, KNOWN, enforce_url_length=False)) == expected


def test_a_channel_of_every_calendar() -> None:
    """A filter may name all calendars of an account, and keeps their order."""
    wanted = {"callback_url": "http://x.test", "filters": {"calendar_ids": [WORK, HOME]}}

    assert bodies.parse_channel(wanted, KNOWN, enforce_url_length=False).calendar_ids == (WORK, HOME)


def test_the_url_length_is_enforced_on_demand() -> None:
    """128 characters pass either way, 129 only without the older rule."""
    url = "http://x.test/".ljust(128, "a")

    bodies.parse_channel({"callback_url": url}, KNOWN, enforce_url_length=True)
    bodies.parse_channel({"callback_url": f"{url}a"}, KNOWN, enforce_url_length=False)
    too_long = refusal(lambda: bodies.parse_channel({"callback_url": f"{url}a"}, KNOWN, enforce_url_length=True))
    assert too_long == {"callback_url": "errors.too_long"}


def test_an_event_write_is_read() -> None:
    """Times may be wrapped with their zone, attendees come as `invite`, unknown keys are ignored."""
    write = parse_event_write(
        {
            "event_id": "mine-1",
            "summary": "Dinner",
            "start": {"time": "2026-05-01T19:00:00", "tzid": "Europe/Paris"},
            "end": "2026-05-01T18:30:00Z",
            "location": {"description": "Bistro", "lat": "48.8", "long": "2.3"},
            "attendees": {"invite": [{"email": "tom@company.com", "display_name": "Tom"}]},
            "reminders": [{"minutes": 5}],
        },
        enforce_lengths=True,
    )

    assert (write.event_id, write.details.span, write.details.tzid) == (
        "mine-1",
        timed("2026-05-01T17:00", 1.5),
        "Europe/Paris",
    )
    assert write.details.location == Location("Bistro", "48.8", "2.3")
    assert write.details.attendees == (Attendee("tom@company.com", "Tom"),)


ZONE_TWICE = {"tzid": "errors.tzid_unrecognized", "start.tzid": "errors.tzid_unrecognized"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"event_id": None}, {"event_id": "errors.required"}),
        ({"summary": None}, {"summary": "errors.required"}),
        ({"start": None, "end": ""}, {"start": "errors.required", "end": "errors.required"}),
        ({"end": "2026-05-01"}, {"end": "errors.invalid_time_pair"}),
        ({"end": "2026-05-02T10:00:00Z"}, {"end": "errors.not_recognized"}),
        ({"tzid": "Nowhere"}, {"tzid": "errors.tzid_unrecognized"}),
        ({"transparency": "foggy"}, {"transparency": "errors.not_recognized"}),
        ({"attendees": {"invite": [{"display_name": "?"}]}}, {"attendees.invite[0].email": "errors.required"}),
        ({"location": []}, {"location": "errors.not_recognized"}),
        ({"status": "foggy"}, {"status": "errors.not_recognized"}),
        ({"participation_status": 1}, {"participation_status": "errors.not_recognized"}),
        ({"description": 1}, {"description": "errors.not_recognized"}),
        ({"categories": 1}, {"categories": "errors.not_recognized"}),
        ({"event_private": []}, {"event_private": "errors.not_recognized"}),
        ({"conferencing": 1}, {"conferencing": "errors.not_recognized"}),
        ({"attendees": 1}, {"attendees": "errors.not_recognized"}),
        (
            {"attendees": {"invite": [{"email": "a@b.c", "status": "x"}]}},
            {"attendees.invite[0].status": "errors.not_recognized"},
        ),
        ({"start": {"time": "2026-05-01", "tzid": "x"}}, ZONE_TWICE),
    ],
)
def test_a_bad_event_write_is_refused(change: dict[str, object], expected: dict[str, str]) -> None:
    """Each rule on written events has its field and key."""
    body: dict[str, object] = {"event_id": "1", "summary": "x", "start": "2026-05-01", "end": "2026-05-02"}

    assert refusal(lambda: parse_event_write(body | change, enforce_lengths=True)) == expected


def test_deleting_needs_to_know_what() -> None:
    """Deleting one event needs an id, deleting many needs `delete_all` or calendars."""
    assert refusal(lambda: bodies.parse_event_deletion({})) == {"event_id": "errors.required"}
    assert refusal(lambda: bodies.parse_mass_deletion({}, KNOWN)) == {"delete_all": "errors.required"}
    assert bodies.parse_mass_deletion({"delete_all": True}, KNOWN) is None
    assert bodies.parse_mass_deletion({"calendar_ids": [HOME]}, KNOWN) == (HOME,)


def test_an_owner_needs_to_say_nothing() -> None:
    """An event without any detail is in the primary calendar, at the next full hour, for 30 minutes."""
    new = parse_new_event({}, CALENDARS, ZONE, NOW.replace(minute=20))

    assert (new.calendar_id, new.details.span, new.details.summary) == (
        HOME,
        timed("2026-04-15T13:00", 0.5),
        "New event",
    )


def test_an_owner_names_calendars_and_local_times() -> None:
    """A calendar goes by its name, and a time without an offset is a wall-clock time in the zone."""
    new = parse_new_event(
        {"calendar": "work", "start": "2026-07-01T09:00", "location": "Room 4", "attendees": ["tom@company.com"]},
        CALENDARS,
        ZONE,
        NOW,
    )

    assert (new.calendar_id, new.details.span) == (WORK, timed("2026-07-01T08:00", 0.5))
    assert (new.details.location, new.details.attendees) == (Location("Room 4"), (Attendee("tom@company.com"),))


def test_an_owners_date_is_a_whole_day() -> None:
    """A start without a time lasts one day."""
    assert parse_new_event({"start": "2026-07-01"}, CALENDARS, ZONE, NOW).details.span == all_day("2026-07-01")


def test_an_unknown_calendar_names_the_known_ones() -> None:
    """The refusal says which calendars there are."""
    with pytest.raises(InvalidRequest) as caught:
        parse_new_event({"calendar": "Wrok"}, CALENDARS, ZONE, NOW)

    assert caught.value.fields["calendar"][0][1] == "not recognized as one of Home, Work, Bank Holidays"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"start": "2026-04-21T10:00:00Z"}, timed("2026-04-21T10:00", 2)),
        ({"end": "2026-04-20T10:30:00Z"}, timed("2026-04-20T10:00", 0.5)),
        ({"start": "2026-04-22"}, all_day("2026-04-22")),
        ({"start": "2026-04-22", "end": "2026-04-24"}, all_day("2026-04-22", 2)),
    ],
)
def test_a_move_keeps_what_it_does_not_name(body: dict[str, object], expected: object) -> None:
    """With a start alone the length stays, with an end alone the start stays."""
    assert parse_event_change(body, event("Lunch", timed("2026-04-20T10:00", 2))).span == expected


@pytest.mark.parametrize(
    ("before", "days", "expected"),
    [
        (timed("2026-10-24T09:00", 2), 1, timed("2026-10-25T10:00", 2)),
        (timed("2026-10-24T09:00", 2), -1, timed("2026-10-23T09:00", 2)),
        (all_day("2026-10-24", 3), 2, all_day("2026-10-26", 3)),
    ],
)
def test_a_move_by_days(before: Span, days: int, expected: Span) -> None:
    """An event stays as long as it is, and at its hour, whatever the clocks of its zone do meanwhile."""
    assert parse_event_change({"move_days": days}, event("Lunch", before)).span == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, {"base": "errors.required"}),
        ({"end": "2026-04-19T10:00:00Z"}, {"end": "errors.invalid_time_pair"}),
        ({"summary": 7}, {"summary": "errors.not_recognized"}),
    ],
)
def test_a_change_of_nothing_or_nonsense_is_refused(body: dict[str, object], expected: dict[str, str]) -> None:
    """A change must change something, and make sense."""
    assert refusal(lambda: parse_event_change(body, event("Lunch", timed("2026-04-20T10:00")))) == expected


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from([HOME, ZONE, "2026-05-01"])
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["time", "tzid", "email", "invite", "description", "calendar_ids"]), inner)
    ),
    max_leaves=6,
)
KEYS = (
    "callback_url filters scheduling_conversations event_id event_uid summary start end tzid location attendees "
    "conferencing categories event_private transparency status delete_all calendar_ids calendar type fields"
)


@given(st.dictionaries(st.sampled_from(KEYS.split()), ANYTHING))
def test_any_body_is_read_or_refused(body: dict[str, object]) -> None:
    """Whatever JSON an object holds, each reader returns or refuses with named problems; nothing else is raised."""
    readers: list[Callable[[], object]] = [
        lambda: bodies.parse_channel(body, KNOWN, enforce_url_length=True),
        lambda: parse_event_write(body, enforce_lengths=True),
        lambda: bodies.parse_event_deletion(body),
        lambda: bodies.parse_mass_deletion(body, KNOWN),
        lambda: parse_new_event(body, CALENDARS, ZONE, NOW),
        lambda: parse_event_change(body, event("Lunch", timed("2026-04-20T10:00"))),
        lambda: parse_push(body),
    ]
    for read in readers:
        fields: dict[str, tuple[tuple[str, str], ...]] | None = None
        try:
            read()
        except InvalidRequest as refused:
            fields = refused.fields
        assert fields is None or all(fields.values())


@given(st.text())
def test_any_form_is_an_object(text: str) -> None:
    """Whatever a form holds, brackets in odd places too, an object comes out."""
    assert isinstance(bodies.decode_body(bodies.FORM, text.encode("utf-8", "replace")), dict)


def test_a_push_needs_a_type() -> None:
    """Any type goes, none does not."""
    assert parse_push({"type": "brand_new", "fields": {"a": 1}}).fields == {"a": 1}
    assert refusal(lambda: parse_push({})) == {"type": "errors.required"}


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ((), False),
        ((("from", "2020-01-01"),), True),
        ((("to", "2040-01-01"),), True),
        ((("from", "2020-01-01"), ("to", "2040-01-01")), True),
    ],
)
def test_one_limit_bounds_a_query(limits: tuple[tuple[str, str], ...], expected: bool) -> None:
    """A query with either limit says itself which days are meant."""
    assert query(*limits).selection.is_bounded is expected


def test_a_period_without_length_is_not_wrong() -> None:
    """`from` and `to` may be one moment; only an end before the start is refused."""
    moment = "2026-04-01T10:00:00Z"
    window = query(("from", moment), ("to", moment)).selection.window
    assert window.start == window.end
    before = ("to", "2026-04-01T09:59:59Z")
    assert refusal(lambda: query(("from", moment), before)) == {"to": "errors.invalid_time_pair"}


def test_what_an_owner_finds_in_a_period() -> None:
    """An event that ends when the period begins, or begins when it ends, is not in it; a part of one is enough."""
    period = parse_period({"from": "2026-04-20T10:00:00Z", "to": "2026-04-20T12:00:00Z"})

    spans = {start: timed(f"2026-04-20T{start}") for start in ("09:00", "09:01", "11:59", "12:00")}
    assert [start for start, span in spans.items() if period.touches(span)] == ["09:01", "11:59"]


def test_an_event_with_a_meeting() -> None:
    """A meeting that the owner adds has its address and its provider, each refused under its own name."""

    def conferencing(**meeting: object) -> object:
        before = event("Lunch", timed("2026-04-20T10:00"))
        return parse_event_change({"summary": "x", "conferencing": meeting}, before).conferencing

    url = "https://zoom.example/1"
    assert conferencing(join_url=url, provider_name="Zoom") == Conferencing("Zoom", url)
    assert conferencing(join_url=url) == Conferencing("", url)
    assert conferencing(provider_name="Zoom") is None
    assert refusal(lambda: conferencing(join_url=1, provider_name=2)) == {
        "conferencing.join_url": "errors.not_recognized",
        "conferencing.provider_name": "errors.not_recognized",
    }
