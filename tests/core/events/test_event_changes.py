"""What happened to an event: which kind of change, which fields, and what is no change at all."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cronofy_cli.core.events.event_changes import (
    ChangeKind,
    FieldChange,
    changes_in,
    compare,
    from_data,
    is_outdated,
)
from cronofy_cli.output.documents.events import EventChangeDocument
from tests.event_states import CREATED, event_state, later, localized

JANE = {"email": "jane@example.com", "display_name": "Jane", "status": "needs_action"}
BOB = {"email": "bob@example.com", "display_name": "Bob", "status": "accepted"}

NAMES = st.sampled_from(["color", "extra_data", "x", "reminders", "url"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=2),
    max_leaves=5,
)
PEOPLE = st.lists(
    st.fixed_dictionaries(
        {"email": st.sampled_from(["a@example.com", "b@example.com", "c@x.org"])},
        optional={"display_name": st.text(max_size=3), "status": st.sampled_from(["accepted", "declined"])},
    ),
    max_size=3,
    unique_by=lambda person: person["email"],
)
TIMES = st.sampled_from(["2026-10-20T09:00:00Z", "2026-10-21T09:00:00Z", "2026-10-20"])
STATES = st.fixed_dictionaries(
    {"event_uid": st.just("evt_1"), "calendar_id": st.just("cal_work"), "start": TIMES, "end": TIMES},
    optional={
        "summary": st.text(max_size=4),
        "location": st.none() | st.fixed_dictionaries({"description": st.text(max_size=3)}),
        "attendees": PEOPLE,
        "categories": st.lists(st.text(max_size=2), max_size=2),
        "conferencing": st.dictionaries(st.sampled_from(["provider_name", "join_url"]), st.text(max_size=3)),
        "recurring": st.booleans(),
        "color": VALUES,
        "extra_data": VALUES,
        "updated": st.sampled_from(["2026-01-05T09:00:00Z", "2026-01-06T09:00:00Z"]),
        "deleted": st.booleans(),
    },
).map(lambda fields: json.dumps(fields).encode())


def fields_of(before: bytes, after: bytes) -> list[tuple[str, object, object]]:
    """Return the differences as plain tuples; there must be a change."""
    change = compare(before, after)
    assert change is not None
    return [(field.field, field.before, field.after) for field in change.fields]


def test_moved() -> None:
    """Another time is a move, with both times as they were sent, and the states as they came."""
    before = event_state()
    after = event_state(start="2026-10-21T10:00:00Z", end="2026-10-21T11:00:00Z", updated=later(5))

    change = compare(before, after)

    assert change is not None
    assert (change.kind, change.event_uid, change.calendar_id) == (ChangeKind.MOVED, "evt_1", "cal_work")
    assert (change.before, change.after, change.summary) == (before, after, "Sales call")
    assert change.fields == (
        FieldChange("start", "2026-10-20T09:00:00Z", "2026-10-21T10:00:00Z"),
        FieldChange("end", "2026-10-20T10:00:00Z", "2026-10-21T11:00:00Z"),
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"updated": later(5)}),
        ({}, {"start": "2026-10-20T10:00:00+01:00"}),
        ({}, {"start": localized("2026-10-20T10:00:00+01:00", "Europe/London")}),
        ({"start": "2026-10-20"}, {"start": localized("2026-10-20", "Europe/London")}),
        ({"attendees": [JANE, BOB]}, {"attendees": [BOB, JANE]}),
        ({"attendees": [JANE]}, {"attendees": [JANE | {"email": "Jane@Example.com"}]}),
        ({}, {"description": None, "attendees": None, "categories": None}),
        ({"location": {"description": "", "other": None}}, {"location": None}),
        ({"location": {"description": "X"}}, {"location": {"description": "X", "lat": "1.5", "long": "2.5"}}),
        ({}, {"google_event_id": "abc"}),
        ({"deleted": True}, {"deleted": True, "summary": "", "updated": later(9)}),
    ],
)
def test_no_change(before: dict[str, Any], after: dict[str, Any]) -> None:
    """`updated`, the way a moment is written, order, "empty" for "missing", what a read asked for: nobody's change."""
    assert compare(event_state(**before), event_state(**after)) is None
    assert compare(event_state(**after), event_state(**before)) is None


@pytest.mark.parametrize(
    ("before", "after", "difference"),
    [
        ({}, {"summary": "Call"}, ("summary", "Sales call", "Call")),
        ({}, {"location": {"description": "Room 1"}}, ("location.description", None, "Room 1")),
        ({"location": {"lat": "1"}}, {"location": {"lat": "2"}}, ("location.lat", "1", "2")),
        ({}, {"transparency": "transparent"}, ("transparency", "opaque", "transparent")),
        ({}, {"participation_status": "declined"}, ("participation_status", "accepted", "declined")),
        ({}, {"recurring": True}, ("recurring", False, True)),
        ({}, {"series_identifier": "s1"}, ("series_identifier", None, "s1")),
        ({}, {"conferencing": {"join_url": "https://x"}}, ("conferencing.join_url", None, "https://x")),
        ({}, {"categories": ["A"]}, ("categories", [], ["A"])),
        ({}, {"reminders": [{"minutes": 5}]}, ("reminders", None, [{"minutes": 5}])),
        ({"custom": {"deep": {"er": 1}}}, {"custom": {"deep": {"er": True}}}, ("custom.deep.er", 1, True)),
        ({}, {"odd.name": {"a b": 1}}, ('["odd.name"]["a b"]', None, 1)),
        ({"custom": "x"}, {"custom": {"y": 1}}, ("custom", "x", {"y": 1})),
        ({"start": 5}, {"start": 6}, ("start", 5, 6)),
        ({"start": "soon"}, {"start": "later"}, ("start", "soon", "later")),
        (
            {"start": localized("2026-10-20T09:00:00Z", "Etc/UTC")},
            {"start": localized("2026-10-20T10:00:00+01:00", "Europe/London")},
            ("start.tzid", "Etc/UTC", "Europe/London"),
        ),
        ({"attendees": []}, {"attendees": [JANE]}, ("attendees[jane@example.com]", None, JANE)),
        ({"attendees": [JANE, BOB]}, {"attendees": [JANE]}, ("attendees[bob@example.com]", BOB, None)),
        (
            {"attendees": [JANE]},
            {"attendees": [JANE | {"status": "accepted"}]},
            ("attendees[jane@example.com].status", "needs_action", "accepted"),
        ),
        ({"attendees": [{"email": 1}]}, {"attendees": []}, ("attendees", [{"email": 1}], [])),
        ({"attendees": [JANE, JANE]}, {"attendees": [JANE]}, ("attendees", [JANE, JANE], [JANE])),
        ({"attendees": "all"}, {"attendees": []}, ("attendees", "all", [])),
    ],
)
def test_one_field(before: dict[str, Any], after: dict[str, Any], difference: tuple[str, object, object]) -> None:
    """Every field counts, known or not, by its API name, people by their address; and nothing else is named."""
    assert fields_of(event_state(**before), event_state(**after)) == [difference]


@pytest.mark.parametrize(
    ("after", "since", "kind"),
    [
        ({}, CREATED, ChangeKind.ADDED),
        ({}, "2026-01-05T08:00:01Z", ChangeKind.FIRST_SEEN),
        ({}, None, ChangeKind.FIRST_SEEN),
        ({}, "yesterday", ChangeKind.FIRST_SEEN),
        ({"created": None}, CREATED, ChangeKind.FIRST_SEEN),
        ({"deleted": True}, CREATED, ChangeKind.REMOVED),
    ],
)
def test_without_an_earlier_state(after: dict[str, Any], since: str | None, kind: ChangeKind) -> None:
    """An event is new only if it was created since then; otherwise nobody can say what changed."""
    change = compare(None, event_state(**after), since)

    assert change is not None
    assert (change.kind, change.before, change.fields) == (kind, None, ())


def test_removed_and_restored() -> None:
    """A deletion is a removal whatever else differs, and its title is known still; what comes back is added."""
    alive, dead = event_state(), event_state(deleted=True, summary="", start="2027-01-01")

    removed, restored = compare(alive, dead), compare(dead, alive)

    assert removed is not None
    assert (removed.kind, removed.summary) == (ChangeKind.REMOVED, "Sales call")
    assert removed.fields == (FieldChange("deleted", False, True),)
    assert restored is not None
    assert restored.kind is ChangeKind.ADDED
    assert [field.field for field in restored.fields] == ["deleted", "start", "summary"]


def test_outdated() -> None:
    """A state is older by its `updated`; one that does not say when it is from never is."""
    old, new, unknown = event_state(), event_state(updated=later(1)), event_state(updated=None)

    assert is_outdated(new, old)
    assert not any(is_outdated(*pair) for pair in [(old, new), (old, old), (new, unknown), (unknown, old)])


@given(state=STATES)
def test_the_same_state_is_no_change(state: bytes) -> None:
    """A state compared with itself, or with itself as other bytes, is no change."""
    again = msgspec.json.format(state, indent=2)

    assert compare(state, state) is None
    assert compare(state, again) is None


@given(before=STATES, after=STATES)
def test_the_differences_lead_from_one_state_to_the_other(before: bytes, after: bytes) -> None:
    """Who applies the new values to the earlier state has the later one, and no change is told only for equal ones."""
    change = compare(before, after)
    old, new = json.loads(before), json.loads(after)
    if new.get("deleted"):
        assert (change is None) == bool(old.get("deleted"))
    else:
        assert meaning(applied(old, change.fields if change else ())) == meaning(new)


@given(states=st.lists(STATES, min_size=1, max_size=6))
def test_folding_the_changes_gives_the_last_state(states: list[bytes]) -> None:
    """Who keeps only the events of the changes' data holds what the last read says: the event, or that it is gone."""
    known: bytes | None = None
    folded: dict[str, Any] = {}
    for state in states:
        change = compare(known, state)
        known = state
        if change is not None:
            folded = json.loads(EventChangeDocument.of(change).encode())["event"]

    last = json.loads(states[-1])
    assert bool(folded.get("deleted")) == bool(last.get("deleted"))
    assert last.get("deleted") or meaning(folded) == meaning(last)


@given(before=st.none() | STATES, after=STATES)
def test_data_and_back(before: bytes | None, after: bytes) -> None:
    """A change's data is JSON that tells the change again, with the event's own bytes in it."""
    change = compare(before, after)
    if change is None:
        return
    written = EventChangeDocument.of(change).encode()
    read = from_data(json.loads(written))

    assert after in written
    assert read is not None
    assert (read.kind, read.event_uid, read.summary, read.fields) == (
        change.kind,
        change.event_uid,
        change.summary,
        change.fields,
    )


def test_data() -> None:
    """The keys are fixed."""
    change = compare(event_state(), event_state(summary="Call", updated=later(1)))
    assert change is not None

    assert json.loads(EventChangeDocument.of(change).encode()) == {
        "kind": "changed",
        "event_uid": "evt_1",
        "calendar_id": "cal_work",
        "summary": "Call",
        "fields": [{"field": "summary", "before": "Sales call", "after": "Call"}],
        "event": json.loads(change.after),
    }


@pytest.mark.parametrize(
    ("payload", "kinds"),
    [
        (b'{"events":[]}', None),
        (b"not JSON", None),
        (b'{"changes":[]}', []),
        (b'{"changes":[{"kind":"moved"},{"kind":"of a later release"},7,{"kind":"added","fields":[{}],"event":1}]}', 2),
    ],
)
def test_kept_changes(payload: bytes, kinds: list[str] | int | None) -> None:
    """A read of before changes were told apart has none, and what cannot be understood is left out."""
    changes = changes_in(payload)

    if kinds is None:
        assert changes is None
    else:
        assert changes is not None
        assert len(changes) == (kinds if isinstance(kinds, int) else len(kinds))


def applied(before: dict[str, Any], fields: tuple[FieldChange, ...]) -> dict[str, Any]:
    """Return a state with the fields' new values."""
    state = meaning(before)
    for field in fields:
        place, _, rest = field.field.partition("[")
        if rest:
            address, _, member = rest.partition("]")
            path = [place, address, *filter(None, [member.lstrip(".")])]
        else:
            path = field.field.split(".")
        inner = state
        for name in path[:-1]:
            inner = inner.setdefault(name, {})
        inner[path[-1]] = field.after
    return state


def meaning(state: dict[str, Any]) -> dict[str, Any]:
    """Return a state without what is no change, people by their address."""
    people = state.get("attendees") or []
    by_address = people if isinstance(people, dict) else {person["email"]: person for person in people}
    plain = {name: value for name, value in state.items() if name not in {"updated", "deleted"}}
    shown: dict[str, Any] = without_nothing(plain | {"attendees": by_address}) or {}
    return shown


def without_nothing(value: Any) -> Any:
    """Return a value without empty members; None for nothing."""
    if isinstance(value, dict):
        kept = {name: without_nothing(inner) for name, inner in value.items()}
        value = {name: inner for name, inner in kept.items() if inner is not None}
    return None if value in ("", [], {}) else value


@pytest.mark.parametrize(
    ("event", "changes_since", "kind"),
    [
        ({"deleted": True, "created": "2026-04-19T09:24:16Z"}, "2026-04-19T09:24:16Z", ChangeKind.REMOVED),
        ({"created": "2026-04-19T09:24:16Z"}, "2026-04-19T09:24:16Z", ChangeKind.ADDED),
        ({"created": "2026-04-19T11:24:17+02:00"}, "2026-04-19T09:24:16Z", ChangeKind.ADDED),
        ({"created": "2026-04-19T09:24:15Z"}, "2026-04-19T09:24:16Z", ChangeKind.FIRST_SEEN),
        ({"created": None}, "2026-04-19T09:24:16Z", ChangeKind.FIRST_SEEN),
        ({"created": "2026-04-19T09:24:16Z"}, None, ChangeKind.FIRST_SEEN),
        ({"created": "2026-04-19T09:24:16Z"}, "", ChangeKind.FIRST_SEEN),
        ({"created": "2026-04-19T09:24:16Z"}, "yesterday", ChangeKind.FIRST_SEEN),
    ],
)
def test_an_unseen_event(event: dict[str, Any], changes_since: str | None, kind: ChangeKind) -> None:
    """Created at or after `changes_since` is added; without a time to compare with, nothing is called new."""
    change = compare(None, event_state(**event), changes_since)

    assert change is not None
    assert change.kind is kind
