"""An account: the owner's edits and an application's writes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cronofy_cli.errors import NotAllowed, NotFound
from cronofy_cli.simulator.world.identifiers import Identifiers
from cronofy_cli.simulator.world.model import EventDetails
from cronofy_cli.simulator.world.seed import BANK_HOLIDAYS, HOME, WORK
from cronofy_cli.simulator.world.state import AccountState
from tests.simulator.worlds import MAIN, NOW, details, empty_account, timed

LATER = NOW + timedelta(minutes=5)


def test_the_owner_adds_an_event() -> None:
    """An added event has an id of Cronofy's, the owner as organizer, and is not managed."""
    account = empty_account()

    event = account.add_event(HOME, details(), NOW)

    assert account.event(event.event_uid) == event
    assert event.event_uid.startswith("evt_external_")
    assert (event.summary, event.created, event.updated, event.is_managed) == ("Lunch", NOW, NOW, False)
    assert event.organizer is not None
    assert event.organizer.email == "janed@company.com"


def test_a_moved_event_remembers_where_it_was() -> None:
    """Each move adds the former span; other changes and a move to the same place do not."""
    account = empty_account()
    uid = account.add_event(HOME, details("2026-04-20T10:00"), NOW).event_uid

    for start in ("2026-04-21T11:00", "2026-04-21T11:00", "2026-04-22T12:00"):
        account.change_event(uid, EventDetails(span=timed(start)), LATER)
    event = account.change_event(uid, EventDetails(summary="Late lunch"), LATER)

    assert event.former_spans == (timed("2026-04-20T10:00"), timed("2026-04-21T11:00"))
    assert (event.span, event.summary, event.updated) == (timed("2026-04-22T12:00"), "Late lunch", LATER)


def test_a_deleted_event_stays_but_cannot_be_edited() -> None:
    """A deleted event is kept for `include_deleted` and is otherwise gone."""
    account = empty_account()
    uid = account.add_event(HOME, details(), NOW).event_uid

    account.delete_event(uid, LATER)

    assert [(event.deleted, event.updated) for event in account.events] == [(True, LATER)]
    with pytest.raises(NotFound):
        account.delete_event(uid, LATER)


def test_a_read_only_calendar_cannot_be_written() -> None:
    """Neither the owner nor the application changes a read-only calendar."""
    account = empty_account()

    with pytest.raises(NotAllowed):
        account.add_event(BANK_HOLIDAYS, details(), NOW)
    with pytest.raises(NotAllowed):
        account.write_managed(MAIN, BANK_HOLIDAYS, "mine-1", details(), NOW)


def test_writing_with_one_event_id_updates() -> None:
    """The application's id names one event per calendar, which a further write changes."""
    account = empty_account()

    first = account.write_managed(MAIN, HOME, "mine-1", details(), NOW)
    again = account.write_managed(MAIN, HOME, "mine-1", details(summary="Dinner"), LATER)
    other = account.write_managed(MAIN, WORK, "mine-1", details(), LATER)

    assert (again.event_uid, again.summary, again.created) == (first.event_uid, "Dinner", NOW)
    assert other.event_uid != first.event_uid


def test_the_application_deletes_its_event_and_brings_it_back() -> None:
    """A deleted event is found by its id, by its own application alone; writing again revives it under its old uid."""
    account = empty_account()
    uid = account.write_managed(MAIN, HOME, "mine-1", details(), NOW).event_uid

    account.delete_event(uid, LATER)
    known = account.managed_event(MAIN, HOME, "mine-1")
    assert known is not None
    assert known.deleted
    assert account.managed_event("other", HOME, "mine-1") is None

    assert account.write_managed(MAIN, HOME, "mine-1", details(), LATER) == account.event(uid)


def test_an_event_is_looked_for_in_its_calendar_only() -> None:
    """An `event_uid` counts in the calendar of the call."""
    account = empty_account()
    event = account.add_event(HOME, details(), NOW)

    with pytest.raises(NotFound):
        account.event_in(WORK, event.event_uid)
    assert account.event_in(HOME, event.event_uid) == event


@pytest.mark.parametrize(("calendar_ids", "found"), [(None, {"home", "work"}), ((WORK,), {"work"})])
def test_the_events_of_an_application(calendar_ids: tuple[str, ...] | None, found: set[str]) -> None:
    """Those of the owner and of other applications are not among them, nor what is deleted."""
    account = empty_account()
    account.add_event(HOME, details(summary="owner"), NOW)
    account.write_managed(MAIN, HOME, "1", details(summary="home"), NOW)
    account.write_managed(MAIN, WORK, "2", details(summary="work"), NOW)
    account.write_managed("other", WORK, "2", details(summary="another's"), NOW)
    account.delete_event(account.write_managed(MAIN, WORK, "3", details(summary="gone"), NOW).event_uid, LATER)

    assert {event.summary for event in account.managed_events(MAIN, calendar_ids)} == found


def test_a_snapshot_makes_the_same_account() -> None:
    """An account from a snapshot goes on where the other was: ids, managed events."""
    account = empty_account()
    account.write_managed(MAIN, HOME, "mine-1", details(), NOW)

    copy = AccountState(account.snapshot(), Identifiers(1))

    assert copy.snapshot() == account.snapshot()
    again = copy.write_managed(MAIN, HOME, "mine-1", details(), NOW)
    assert again == account.write_managed(MAIN, HOME, "mine-1", details(), NOW)
    assert copy.add_event(HOME, details(), NOW) == account.add_event(HOME, details(), NOW)
