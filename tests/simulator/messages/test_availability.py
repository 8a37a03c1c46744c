"""What is asked of availability, and how it is answered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cronofy_cli.errors import InvalidRequest
from cronofy_cli.simulator.errors import NotSimulated
from cronofy_cli.simulator.messages.availability import (
    AvailabilityQuery,
    GroupQuery,
    MemberQuery,
    parse_availability,
    render_availability,
)
from cronofy_cli.simulator.world.availability import Found

KNOWN = ("acc_1", "acc_2")
NINE, TEN, FIVE = (datetime(2026, 11, 24, hour, tzinfo=UTC) for hour in (9, 10, 17))
HOUR = timedelta(hours=1)
DAY = {"start": "2026-11-24T09:00:00Z", "end": "2026-11-24T17:00:00Z"}
MEMBERS = [{"sub": "acc_1"}, {"sub": "acc_2"}]
BODY: dict[str, Any] = {
    "participants": [{"members": MEMBERS}],
    "required_duration": {"minutes": 60},
    "query_periods": [DAY],
}
BOTH = (MemberQuery("acc_1", None, None), MemberQuery("acc_2", None, None))
QUERY = AvailabilityQuery(
    groups=(GroupQuery(BOTH, 2),),
    duration=HOUR,
    periods=((NINE, FIVE),),
    slot_starts=None,
    start_interval=None,
    before=timedelta(),
    after=timedelta(),
    response_format="periods",
    max_results=None,
    include_member_statuses=False,
)


def without(name: str) -> dict[str, Any]:
    """Return the body without a field."""
    return {key: value for key, value in BODY.items() if key != name}


def query(**changes: Any) -> AvailabilityQuery:
    """Return the query of a body with other fields."""
    return parse_availability(BODY | changes, KNOWN)


def problems(body: dict[str, Any]) -> dict[str, str]:
    """Return what is wrong with a body, in words."""
    with pytest.raises(InvalidRequest) as caught:
        parse_availability(body, KNOWN)
    return {field: " ".join(text for _, text in found) for field, found in caught.value.fields.items()}


def test_the_least() -> None:
    """Who, for how long and when is all that is needed: all of a group, whole periods, no buffers."""
    assert query() == QUERY


def test_everything() -> None:
    """Buffers may be ranges, whose minimum counts; members may have calendars and periods of their own."""
    one = {"sub": "acc_1", "calendar_ids": ["cal_1"], "available_periods": [DAY]}

    found = query(
        participants=[{"members": [one, {"sub": "acc_2"}], "required": 1}, {"members": MEMBERS, "required": "all"}],
        buffer={"before": {"minutes": 10}, "after": {"minimum": {"minutes": 5}, "maximum": {"minutes": 30}}},
        start_interval={"minutes": 15},
        response_format="overlapping_slots",
        max_results=5,
        include_member_statuses=True,
    )

    assert found.groups == (
        GroupQuery((MemberQuery("acc_1", ("cal_1",), ((NINE, FIVE),)), MemberQuery("acc_2", None, None)), 1),
        GroupQuery(BOTH, 2),
    )
    assert (found.before, found.after) == (timedelta(minutes=10), timedelta(minutes=5))
    assert (found.start_interval, found.max_results) == (timedelta(minutes=15), 5)
    assert (found.response_format, found.include_member_statuses) == ("overlapping_slots", True)


@pytest.mark.parametrize(
    ("changes", "periods", "starts"),
    [
        ({"query_slots": [{"start": DAY["start"]}]}, ((NINE, TEN),), (NINE,)),
        ({"query_slots": []}, (), ()),
        ({"query_periods": [DAY], "available_periods": []}, ((NINE, FIVE),), None),
    ],
)
def test_when(changes: dict[str, Any], periods: object, starts: object) -> None:
    """Slots that are named take the place of periods; a slot lasts as long as is needed."""
    found = query(**changes)

    assert (found.periods, found.slot_starts) == (periods, starts)


def test_the_former_name_of_the_periods() -> None:
    """`available_periods` is taken as SDKs send it."""
    assert parse_availability(without("query_periods") | {"available_periods": [DAY]}, KNOWN) == QUERY


@pytest.mark.parametrize("minutes", [1, 527_040])
def test_the_shortest_and_the_longest_duration(minutes: int) -> None:
    """A minute up to a leap year can be asked for."""
    assert query(required_duration={"minutes": minutes}).duration == timedelta(minutes=minutes)


@pytest.mark.parametrize("required", [1, 2])
def test_how_many_of_a_group(required: int) -> None:
    """One up to all members can be needed."""
    assert query(participants=[{"members": MEMBERS, "required": required}]).groups[0].required == required


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (without("required_duration"), {"required_duration": "required_duration must be specified"}),
        (without("query_periods"), {"query_periods": "query_periods must be specified"}),
        (
            without("query_periods") | {"available_periods": []},
            {"available_periods": "available_periods must be specified"},
        ),
        (without("participants"), {"participants": "participants must be specified"}),
        (BODY | {"participants": {}}, {"participants": "participants must be specified"}),
        (BODY | {"participants": []}, {"participants": "participants must be specified"}),
        (BODY | {"participants": "ab"}, {"participants": "participants must be specified"}),
        (BODY | {"participants": [{"members": []}]}, {"participants[0].members": "members must be specified"}),
        (BODY | {"participants": [{"members": "ab"}]}, {"participants[0].members": "members must be specified"}),
        (BODY | {"participants": [{}]}, {"participants[0].members": "members must be specified"}),
        (BODY | {"participants": [{"required": 1}]}, {"participants[0].members": "members must be specified"}),
        (
            BODY | {"participants": [{"members": MEMBERS}, {"members": [{"sub": "acc_3"}, {}]}]},
            {
                "participants[1].members[0].sub": "not recognized as an account that the application may use",
                "participants[1].members[1].sub": "required",
            },
        ),
        *(
            (
                BODY | {"participants": [{"members": MEMBERS, "required": required}]},
                {"participants[0].required": "not recognized as all, or a number of members"},
            )
            for required in (0, 3, -1, True, "some", 1.5, None)
        ),
        *(
            (
                BODY | {"required_duration": {"minutes": minutes}},
                {
                    "required_duration": "not recognized as an object with a number of minutes "
                    "required_duration must be specified"
                },
            )
            for minutes in (0, -1, 527_041)
        ),
        (
            BODY | {"start_interval": {"minutes": -1}},
            {"start_interval": "not recognized as an object with a number of minutes"},
        ),
        (
            BODY | {"buffer": {"before": {"minutes": -1}, "after": {"minimum": {"minutes": -1}}}},
            {
                "buffer.before": "not recognized as an object with a number of minutes",
                "buffer.after.minimum": "not recognized as an object with a number of minutes",
            },
        ),
        (
            BODY | {"response_format": "days"},
            {"response_format": "not recognized as one of periods, slots, overlapping_slots"},
        ),
        (BODY | {"query_slots": {}}, {"query_slots": "not recognized as an array"}),
        (BODY | {"query_slots": [{}]}, {"query_slots[0].start": "not recognized as a time"}),
        (BODY | {"query_periods": {}}, {"query_periods": "not recognized as an array query_periods must be specified"}),
        (
            BODY | {"query_periods": [DAY, {"start": DAY["end"], "end": DAY["end"]}]},
            {"query_periods[1].end": "end must be after start"},
        ),
        (
            BODY | {"query_periods": [DAY, {"start": "2026-11-24", "end": DAY["end"]}]},
            {"query_periods[1].start": "not recognized as a time"},
        ),
        (
            BODY | {"participants": [{"members": [{"sub": "acc_1", "calendar_ids": "cal_1", "available_periods": 1}]}]},
            {
                "participants[0].members[0].calendar_ids": "not recognized as an array of strings",
                "participants[0].members[0].available_periods": "not recognized as an array",
            },
        ),
        (BODY | {"max_results": "5"}, {"max_results": "not recognized as a number"}),
        (BODY | {"include_member_statuses": "yes"}, {"include_member_statuses": "not recognized as a boolean"}),
    ],
)
def test_what_is_refused(body: dict[str, Any], expected: dict[str, str]) -> None:
    """What is missing or not recognized is named by its whole way, with what was expected there."""
    assert problems(body) == expected


@pytest.mark.parametrize("name", ["managed_availability", "availability_rule_ids", "availability_constraints"])
def test_members_by_rules(name: str) -> None:
    """What is not simulated is said so, instead of a wrong answer; a false one changes nothing."""
    with pytest.raises(NotSimulated, match=f"'{name}' of an availability query is not simulated"):
        query(participants=[{"members": [{"sub": "acc_1", name: True}]}])

    assert query(participants=[{"members": [{**MEMBERS[0], name: False}, MEMBERS[1]]}]) == QUERY


def test_excluded_events() -> None:
    """They are not simulated; none of them are."""
    with pytest.raises(NotSimulated, match="'excluded_events' of an availability query is not simulated"):
        query(excluded_events=[{"event_uid": "evt_1"}])

    assert query(excluded_events=[]) == QUERY


FOUND = (Found(NINE, TEN, ("acc_1", "acc_2")), Found(TEN, FIVE, ("acc_1",)))
ITEMS = [
    {
        "start": "2026-11-24T09:00:00Z",
        "end": "2026-11-24T10:00:00Z",
        "participants": [{"sub": "acc_1"}, {"sub": "acc_2"}],
    },
    {"start": "2026-11-24T10:00:00Z", "end": "2026-11-24T17:00:00Z", "participants": [{"sub": "acc_1"}]},
]


@pytest.mark.parametrize(
    ("changes", "name", "items"),
    [
        ({}, "available_periods", ITEMS),
        ({"max_results": 1}, "available_periods", ITEMS[:1]),
        ({"response_format": "slots"}, "available_slots", ITEMS),
        ({"response_format": "overlapping_slots"}, "available_slots", ITEMS),
        ({"query_slots": [{"start": DAY["start"]}]}, "available_slots", ITEMS),
    ],
)
def test_the_answer(changes: dict[str, Any], name: str, items: list[Any]) -> None:
    """Periods or slots, with everybody who can, as many as are wanted."""
    assert render_availability(query(**changes), FOUND, {"acc_1": "active"}) == {name: items}


def test_the_answer_with_statuses() -> None:
    """Where they are asked for, it says whether each member's calendars are in step."""
    answer = render_availability(query(include_member_statuses=True), (), {"acc_1": "active", "acc_2": "pending"})

    assert answer == {
        "available_periods": [],
        "member_statuses": [
            {"sub": "acc_1", "sync_status": "active"},
            {"sub": "acc_2", "sync_status": "pending"},
        ],
    }
