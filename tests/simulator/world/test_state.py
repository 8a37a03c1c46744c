"""The world: owner's edits, the application's writes, channels."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cronofy_cli.errors import InvalidRequest, NotAllowed, NotFound
from cronofy_cli.simulator.world.model import Channel, EventDetails
from cronofy_cli.simulator.world.seed import BANK_HOLIDAYS, HOME, WORK
from cronofy_cli.simulator.world.state import World
from tests.simulator.worlds import NOW, details, empty_world, timed

LATER = NOW + timedelta(minutes=5)


def test_the_owner_adds_an_event() -> None:
    """An added event has an id of Cronofy's, the owner as organizer, and is not managed."""
    world = empty_world()

    event = world.add_event(HOME, details(), NOW)

    assert world.event(event.event_uid) == event
    assert event.event_uid.startswith("evt_external_")
    assert (event.summary, event.created, event.updated, event.is_managed) == ("Lunch", NOW, NOW, False)
    assert event.organizer is not None
    assert event.organizer.email == "janed@company.com"


def test_a_moved_event_remembers_where_it_was() -> None:
    """Each move adds the former span; other changes and a move to the same place do not."""
    world = empty_world()
    uid = world.add_event(HOME, details("2026-04-20T10:00"), NOW).event_uid

    for start in ("2026-04-21T11:00", "2026-04-21T11:00", "2026-04-22T12:00"):
        world.change_event(uid, EventDetails(span=timed(start)), LATER)
    event = world.change_event(uid, EventDetails(summary="Late lunch"), LATER)

    assert event.former_spans == (timed("2026-04-20T10:00"), timed("2026-04-21T11:00"))
    assert (event.span, event.summary, event.updated) == (timed("2026-04-22T12:00"), "Late lunch", LATER)


def test_a_deleted_event_stays_but_cannot_be_edited() -> None:
    """A deleted event is kept for `include_deleted` and is otherwise gone."""
    world = empty_world()
    uid = world.add_event(HOME, details(), NOW).event_uid

    world.delete_event(uid, LATER)

    assert [(event.deleted, event.updated) for event in world.events] == [(True, LATER)]
    with pytest.raises(NotFound):
        world.delete_event(uid, LATER)


def test_a_read_only_calendar_cannot_be_written() -> None:
    """Neither the owner nor the application changes a read-only calendar."""
    world = empty_world()

    with pytest.raises(NotAllowed):
        world.add_event(BANK_HOLIDAYS, details(), NOW)
    with pytest.raises(NotAllowed):
        world.write_managed(BANK_HOLIDAYS, "mine-1", details(), NOW)


def test_writing_with_one_event_id_updates() -> None:
    """The application's id names one event per calendar, which a further write changes."""
    world = empty_world()

    first = world.write_managed(HOME, "mine-1", details(), NOW)
    again = world.write_managed(HOME, "mine-1", details(summary="Dinner"), LATER)
    other = world.write_managed(WORK, "mine-1", details(), LATER)

    assert (again.event_uid, again.summary, again.created) == (first.event_uid, "Dinner", NOW)
    assert other.event_uid != first.event_uid


def test_the_application_deletes_its_event_and_brings_it_back() -> None:
    """Deleting by `event_id` is repeatable, and writing again revives the event under its old uid."""
    world = empty_world()
    uid = world.write_managed(HOME, "mine-1", details(), NOW).event_uid

    for event_id in ("mine-1", "mine-1", "never-written"):
        world.delete_managed(HOME, event_id, LATER)
    assert world.snapshot().events[0].deleted

    assert world.write_managed(HOME, "mine-1", details(), LATER) == world.event(uid)


def test_the_application_deletes_an_event_by_uid_in_its_calendar_only() -> None:
    """An `event_uid` is looked for in the calendar of the call."""
    world = empty_world()
    uid = world.add_event(HOME, details(), NOW).event_uid

    with pytest.raises(NotFound):
        world.delete_external(WORK, uid, LATER)
    world.delete_external(HOME, uid, LATER)

    assert world.snapshot().events[0].deleted


@pytest.mark.parametrize(("calendar_ids", "left"), [(None, {"owner"}), ((WORK,), {"owner", "home"})])
def test_delete_all_takes_only_managed_events(calendar_ids: tuple[str, ...] | None, left: set[str]) -> None:
    """Deleting all, or all in some calendars, leaves the owner's events alone."""
    world = empty_world()
    world.add_event(HOME, details(summary="owner"), NOW)
    world.write_managed(HOME, "1", details(summary="home"), NOW)
    world.write_managed(WORK, "2", details(summary="work"), NOW)

    world.delete_all_managed(calendar_ids, LATER)

    assert {event.summary for event in world.events if not event.deleted} == left


def test_an_identical_channel_is_the_same_channel() -> None:
    """One URL with the same filters, in whatever order, gives the open channel; anything else gives a new one."""
    world = empty_world()
    wish = Channel(channel_id="", callback_url="http://x.test/", calendar_ids=(HOME, WORK))
    channel = world.open_channel(wish, NOW)

    assert channel.channel_id.startswith("chn_")
    same = Channel(channel_id="", callback_url="http://x.test/", calendar_ids=(WORK, HOME), only_managed=False)
    assert world.open_channel(same, LATER) == channel
    other = Channel(channel_id="", callback_url="http://x.test/", calendar_ids=(WORK,))
    assert world.open_channel(other, LATER).channel_id != channel.channel_id


def test_a_closed_channel_is_gone() -> None:
    """Closing is final: the same wish gives a new id, and closing twice is an error."""
    world = empty_world()
    wish = Channel(channel_id="", callback_url="http://x.test/")
    channel_id = world.open_channel(wish, NOW).channel_id

    world.close_channel(channel_id)

    assert world.channels == ()
    with pytest.raises(NotFound):
        world.close_channel(channel_id)
    assert world.open_channel(wish, NOW).channel_id != channel_id


def test_there_are_at_most_128_channels() -> None:
    """The 129th channel is refused, an identical one is not."""
    world = empty_world()
    wishes = [Channel(channel_id="", callback_url=f"http://x.test/{number}") for number in range(129)]
    for wish in wishes[:128]:
        world.open_channel(wish, NOW)

    assert world.open_channel(wishes[0], NOW) == world.channels[0]
    with pytest.raises(InvalidRequest) as refusal:
        world.open_channel(wishes[128], NOW)
    assert refusal.value.fields["base"][0][0] == "errors.too_many_channels"


def test_a_snapshot_makes_the_same_world() -> None:
    """A world from a snapshot goes on where the other was: ids, managed events, channels."""
    world = empty_world()
    world.write_managed(HOME, "mine-1", details(), NOW)
    world.open_channel(Channel(channel_id="", callback_url="http://x.test/"), NOW)

    copy = World(world.snapshot())

    assert copy.snapshot() == world.snapshot()
    assert copy.write_managed(HOME, "mine-1", details(), NOW) == world.write_managed(HOME, "mine-1", details(), NOW)
    assert copy.add_event(HOME, details(), NOW) == world.add_event(HOME, details(), NOW)
