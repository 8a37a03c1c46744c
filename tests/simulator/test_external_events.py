"""Events that the application did not create (reference 7.5, fidelity 2 and 3), and elevated access (12.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.simulator.sign_in import Page

if TYPE_CHECKING:
    from tests.simulator.receiver import Receiver
    from tests.simulator.running import Running

NOTHING = {"delete": False, "update": False, "change_participation_status": False}


def event(simulator: Running, summary: str) -> dict[str, Any]:
    """The first event with a title."""
    return next(one for one in simulator.events() if one["summary"] == summary)


def path(event: dict[str, Any]) -> str:
    """Where an event is written."""
    return f"/v1/calendars/{event['calendar_id']}/events"


def test_without_elevated_access_nothing_can_be_edited(simulator: Running) -> None:
    """`options` say so, editing and deleting are 403, and the event stays as it is."""
    added = simulator.add_event(summary="Mine")
    wanted = {"event_uid": added["event_uid"]}

    assert event(simulator, "Mine")["options"] == NOTHING
    simulator.request("POST", path(added), 403, json=wanted | {"summary": "Changed"})
    simulator.request("DELETE", path(added), 403, json=wanted)
    assert event(simulator, "Mine")["event_uid"] == added["event_uid"]


def test_with_elevated_access_an_event_is_edited_and_deleted(simulator: Running, receiver: Receiver) -> None:
    """Fields that are not named stay; it is no event of the application's; nobody is notified of it."""
    added = simulator.add_event(summary="Mine", location="Room 4")
    simulator.elevate(added["calendar_id"])
    simulator.open_channel(receiver.url)

    assert event(simulator, "Mine")["options"] == {"delete": True, "update": True, "change_participation_status": False}
    wanted = {"event_uid": added["event_uid"]}
    assert simulator.request("POST", path(added), 202, json=wanted | {"summary": "Changed"}).content == b""
    changed = event(simulator, "Changed")
    assert (changed["event_uid"], changed["location"]) == (added["event_uid"], {"description": "Room 4"})
    assert "event_id" not in changed
    simulator.request("DELETE", path(added), 202, json=wanted)
    assert added["event_uid"] not in {one["event_uid"] for one in simulator.events()}
    simulator.request("POST", path(added), 404, json=wanted | {"summary": "Back"})
    simulator.settle()
    assert receiver.received("change") == []


def test_recurring_events_and_those_of_others_are_never_editable(simulator: Running) -> None:
    """Elevated access changes nothing about them; an invitation by somebody else can be answered."""
    series, invitation = event(simulator, "Stand-up"), event(simulator, "Board meeting")
    simulator.elevate(series["calendar_id"])

    assert event(simulator, "Stand-up")["options"] == NOTHING
    assert invitation["organizer"]["email"] == "chair@board.example"
    assert invitation["options"] == NOTHING | {"change_participation_status": True}
    for one in (series, invitation):
        simulator.request("POST", path(one), 422, json={"event_uid": one["event_uid"], "summary": "x"})
        simulator.request("DELETE", path(one), 422, json={"event_uid": one["event_uid"]})


def test_with_both_ids_a_new_event_is_made(simulator: Running) -> None:
    """`event_id` wins (docs: /developers/calendars-events/editing-events)."""
    added = simulator.add_event(summary="Mine")
    simulator.write_event(added["calendar_id"], "own-1", event_uid=added["event_uid"])

    (own,) = simulator.events(only_managed="true")
    assert own["event_uid"] != added["event_uid"]
    assert event(simulator, "Mine")


def test_elevated_access_is_asked_for_on_a_page(simulator: Running) -> None:
    """The page names the calendars; Deny goes back with an error and changes nothing, Allow grants, each once."""
    home = simulator.calendar_id("Home")
    body = {
        "permissions": [{"calendar_id": home, "permission_level": "unrestricted"}],
        "redirect_uri": "http://localhost:7777/back?x=1",
    }

    def level() -> str:
        calendars = simulator.get("/v1/calendars")["calendars"]
        return str(next(one["permission_level"] for one in calendars if one["calendar_id"] == home))

    for decision, back, after in (
        ("deny", "http://localhost:7777/back?x=1&error=access_denied", "sandbox"),
        ("allow", "http://localhost:7777/back?x=1", "unrestricted"),
    ):
        url = simulator.request("POST", "/v1/permissions", json=body).json()["permissions_request"]["url"]
        page = Page(simulator.request("GET", url).text)
        assert "Home" in page.text
        assert page.form == ("post", "/permissions")
        answer = simulator.request("POST", "/permissions", 303, data=page.fields | {"decision": decision})
        assert answer.headers["Location"] == back
        assert level() == after
        simulator.request("POST", "/permissions", 400, data=page.fields | {"decision": decision})


@pytest.mark.parametrize(
    ("permissions", "field"),
    [
        (None, "permissions"),
        ([], "permissions"),
        ([{"calendar_id": "cal_x", "permission_level": "unrestricted"}], "permissions[0].calendar_id"),
        ([{"permission_level": "unrestricted"}], "permissions[0].calendar_id"),
        ([{"calendar_id": "cal_x", "permission_level": "all"}], "permissions[0].permission_level"),
        (["x"], "permissions[0]"),
    ],
)
def test_a_permission_request_that_makes_no_sense(shared_simulator: Running, permissions: object, field: str) -> None:
    """It is 422 and names the field."""
    assert field in shared_simulator.refusal("POST", "/v1/permissions", json={"permissions": permissions})


def test_an_invitation_is_answered(simulator: Running) -> None:
    """Participation Status changes the account's answer, in both places; unknown answers are 422 (reference 12.4)."""
    invitation = event(simulator, "Board meeting")
    where = f"{path(invitation)}/{invitation['event_uid']}/participation_status"

    assert simulator.request("POST", where, 202, json={"status": "accepted"}).content == b""

    answered = event(simulator, "Board meeting")
    own = next(one for one in answered["attendees"] if one["email"] == "janed@company.com")
    assert (answered["participation_status"], own["status"]) == ("accepted", "accepted")
    assert simulator.refusal("POST", where, json={"status": "maybe"}) == {"status": ["errors.not_recognized"]}
    simulator.request("POST", f"{path(invitation)}/evt_x/participation_status", 404, json={"status": "accepted"})
    own_event = simulator.add_event(summary="Mine")
    simulator.request(
        "POST", f"{path(own_event)}/{own_event['event_uid']}/participation_status", 422, json={"status": "accepted"}
    )


def test_declining_on_office_365_deletes(simulator: Running) -> None:
    """There a declined event leaves the calendar (docs: /developers/api/events/participation-status)."""
    bearer = {"Authorization": "Bearer simulator-access-token-2"}

    def titles() -> set[str]:
        answer = simulator.request("GET", "/v1/events", params={"tzid": "UTC"}, headers=bearer).json()
        return {one["summary"] for one in answer["events"]}

    events = simulator.request("GET", "/v1/events", params={"tzid": "UTC"}, headers=bearer).json()["events"]
    review = next(one for one in events if one["summary"] == "Budget review")
    where = f"{path(review)}/{review['event_uid']}/participation_status"

    simulator.request("POST", where, 202, json={"status": "declined"}, headers=bearer)

    assert "Budget review" not in titles()
