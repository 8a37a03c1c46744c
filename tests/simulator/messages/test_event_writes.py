"""An event as an application writes it: what is taken, and what is refused with which words."""

from __future__ import annotations

from typing import Any

import pytest

from cronofy_cli.errors import InvalidRequest
from cronofy_cli.simulator.errors import NotSimulated
from cronofy_cli.simulator.messages.event_writes import parse_event_write
from cronofy_cli.simulator.world.model import Attendee, Conferencing, Subscription, Transition

BODY: dict[str, Any] = {
    "event_id": "booking-1",
    "summary": "Demo",
    "start": "2026-11-24T10:00:00Z",
    "end": "2026-11-24T11:00:00Z",
}
HOOK = {"type": "webhook", "uri": "https://a.example.com/hook"}


def details(**changes: Any) -> Any:
    """Return what is read of an event with other fields."""
    return parse_event_write(BODY | changes, enforce_lengths=True).details


def problems(body: dict[str, Any], *, enforce_lengths: bool = True) -> dict[str, str]:
    """Return what is wrong with a body, in words."""
    with pytest.raises(InvalidRequest) as caught:
        parse_event_write(body, enforce_lengths=enforce_lengths)
    return {field: " ".join(text for _, text in found) for field, found in caught.value.fields.items()}


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ({"event_id": "1"}, ("1", None)),
        ({"event_uid": "evt_1"}, (None, "evt_1")),
        ({"event_id": "1", "event_uid": "evt_1"}, ("1", "evt_1")),
        ({"event_id": "", "event_uid": "evt_1"}, (None, "evt_1")),
    ],
)
def test_whose_event(ids: dict[str, str], expected: tuple[str | None, str | None]) -> None:
    """An event is known by the application's id, or by Cronofy's."""
    body = {name: value for name, value in BODY.items() if name != "event_id"}

    write = parse_event_write(body | ids, enforce_lengths=True)

    assert (write.event_id, write.event_uid) == expected


def test_an_edit_of_a_part() -> None:
    """An event that is known by Cronofy's id may be changed in part; one of the application's must be whole."""
    assert parse_event_write({"event_uid": "evt_1"}, enforce_lengths=True).details.span is None
    assert problems({"event_id": "1"}) == {name: f"{name} must be specified" for name in ("summary", "start", "end")}
    assert problems({"event_id": "1", "event_uid": "evt_1"}).keys() == {"summary", "start", "end"}
    assert problems({}).keys() == {"event_id", "summary", "start", "end"}


@pytest.mark.parametrize(("name", "limit"), [("summary", 1024), ("description", 4096)])
def test_how_long_texts_may_be(name: str, limit: int) -> None:
    """Texts have the documented lengths, unless the simulator is told not to look."""
    assert getattr(details(**{name: "x" * limit}), name) == "x" * limit
    longer = BODY | {name: "x" * (limit + 1)}
    assert problems(longer) == {name: f"must not be longer than {limit} characters"}
    assert getattr(parse_event_write(longer, enforce_lengths=False).details, name) == longer[name]


def test_who_is_invited() -> None:
    """Whoever is invited has not answered yet; removed and rejected ones are known by their address in any case."""
    found = details(
        attendees={
            "invite": [{"email": "ada@x.test", "display_name": "Ada", "status": "accepted"}],
            "remove": [{"email": "Bob@X.test"}],
            "reject": [{"email": "Eve@x.test"}],
        }
    )

    assert found.attendees == (Attendee("ada@x.test", "Ada", "needs_action"),)
    assert found.removed_attendees == ("bob@x.test", "eve@x.test")
    assert (details().attendees, details().removed_attendees) == (None, ())


@pytest.mark.parametrize(
    ("wanted", "meeting", "choice"),
    [
        (None, None, None),
        ({"profile_id": "default"}, None, "default"),
        ({"profile_id": "pro_1", "join_url": "https://x"}, None, "pro_1"),
        ({"join_url": "https://x"}, Conferencing("", "https://x"), None),
        (
            {"profile_id": "explicit", "join_url": "https://x", "provider_description": "Zoom"},
            Conferencing("Zoom", "https://x"),
            None,
        ),
    ],
)
def test_conferencing(wanted: object, meeting: Conferencing | None, choice: str | None) -> None:
    """An application brings a meeting of its own, or chooses a profile that makes one."""
    found = details(conferencing=wanted)

    assert (found.conferencing, found.conferencing_choice) == (meeting, choice)


def test_subscriptions() -> None:
    """Callbacks come on interactions, and so many minutes before or after an event's start or end."""
    transitions = [
        {"before": "event_start", "offset": {"minutes": 5}},
        {"after": "event_end"},
        {"before": "event_end", "offset": {"minutes": 0}},
        {"after": "event_start", "offset": {"minutes": 1}},
    ]
    interactions = [{"type": "conferencing_assigned"}, {"type": "conferencing_failing"}]

    found = details(subscriptions=[HOOK | {"transitions": transitions, "interactions": interactions}, HOOK])

    assert found.subscriptions == (
        Subscription(
            HOOK["uri"],
            ("conferencing_assigned", "conferencing_failing"),
            (
                Transition(is_after=False, of_end=False, offset_minutes=5),
                Transition(is_after=True, of_end=True, offset_minutes=0),
                Transition(is_after=False, of_end=True, offset_minutes=0),
                Transition(is_after=True, of_end=False, offset_minutes=1),
            ),
        ),
        Subscription(HOOK["uri"], (), ()),
    )
    assert details().subscriptions is None


@pytest.mark.parametrize(
    "fine",
    [
        {"color": "#49BED8"},
        {"color": "#abc"},
        {"color": ""},
        {"url": "https://x"},
        {"reminders": [{"minutes": 10}, {"minutes": 0}], "reminders_create_only": True},
        {"recurrence": {"rules": []}},
        {"recurrence": {}},
        {"meeting_agent": {"profile_id": "none"}},
        {"attachments": []},
        {"subscriptions": []},
    ],
)
def test_what_is_taken_and_never_shown(fine: dict[str, Any]) -> None:
    """What Read Events does not show is checked and taken, and so is what asks for nothing."""
    assert details(**fine).summary == "Demo"


@pytest.mark.parametrize(
    "field", [{"recurrence": {"rules": [{}]}}, {"meeting_agent": {"profile_id": "pro_1"}}, {"attachments": [{}]}]
)
def test_what_is_not_simulated(field: dict[str, Any]) -> None:
    """It is refused by its name, never dropped."""
    with pytest.raises(NotSimulated, match=next(iter(field))):
        details(**field)


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        *(
            ({"color": color}, {"color": "not recognized as a hexadecimal code such as #49BED8"})
            for color in ("blue", "#49BED", "49BED8", "#49BED8F", "#ggg")
        ),
        ({"url": 1}, {"url": "not recognized as a string"}),
        ({"reminders": {}}, {"reminders": "not recognized as an array"}),
        ({"reminders": [{"minutes": 1}, {}]}, {"reminders[1].minutes": "minutes must be specified"}),
        ({"reminders_create_only": "yes"}, {"reminders_create_only": "not recognized as a boolean"}),
        ({"conferencing": {}}, {"conferencing.profile_id": "conferencing.profile_id must be specified"}),
        (
            {"conferencing": {"profile_id": "explicit"}},
            {"conferencing.join_url": "conferencing.join_url must be specified"},
        ),
        (
            {"conferencing": {"join_url": 1, "profile_id": 2}},
            {
                "conferencing.join_url": "not recognized as a string",
                "conferencing.profile_id": "not recognized as a string conferencing.profile_id must be specified",
            },
        ),
        ({"subscriptions": {}}, {"subscriptions": "not recognized as an array"}),
        (
            {"subscriptions": [HOOK, {"uri": "ftp://x"}]},
            {
                "subscriptions[1].type": "not recognized as webhook",
                "subscriptions[1].uri": "not recognized as an HTTP or HTTPS URI",
            },
        ),
        ({"subscriptions": [{"type": "webhook"}]}, {"subscriptions[0].uri": "required"}),
        (
            {"subscriptions": [HOOK | {"transitions": {}, "interactions": {}}]},
            {
                "subscriptions[0].interactions": "not recognized as an array",
                "subscriptions[0].transitions": "not recognized as an array",
            },
        ),
        (
            {"subscriptions": [HOOK | {"transitions": [{"before": "lunch", "offset": {"minutes": -1}}]}]},
            {
                "subscriptions[0].transitions[0].before": "not recognized as event_start or event_end",
                "subscriptions[0].transitions[0].offset.minutes": "not recognized as a number of minutes from 0",
            },
        ),
        (
            {"subscriptions": [HOOK | {"transitions": [{"after": "lunch"}]}]},
            {"subscriptions[0].transitions[0].after": "not recognized as event_start or event_end"},
        ),
        ({"attendees": []}, {"attendees": "not recognized as an object"}),
    ],
)
def test_what_is_refused(field: dict[str, Any], expected: dict[str, str]) -> None:
    """What is missing or not recognized is named by its whole way, with what was expected there."""
    assert problems(BODY | field) == expected
