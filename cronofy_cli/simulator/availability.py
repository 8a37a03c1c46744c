"""Availability, computed from the simulated calendars."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cronofy_cli.simulator.messages.availability import FORMATS
from cronofy_cli.simulator.world import availability as times

if TYPE_CHECKING:
    from cronofy_cli.simulator.messages.availability import AvailabilityQuery, MemberQuery
    from cronofy_cli.simulator.simulated_world import SimulatedWorld


def find_availability(world: SimulatedWorld, query: AvailabilityQuery) -> list[times.Found]:
    """Return when the participants can."""
    groups = tuple(
        times.Group(tuple(_member(world, member, query) for member in group.members), group.required)
        for group in query.groups
    )
    if query.slot_starts is not None:
        found = ((start, times.who_can(groups, start, start + query.duration)) for start in query.slot_starts)
        return [times.Found(start, start + query.duration, subs) for start, subs in found if subs is not None]
    periods = times.common_periods(groups, query.duration)
    if query.response_format == FORMATS[0]:
        return periods
    if query.response_format == FORMATS[2]:
        step = query.start_interval or timedelta(minutes=world.settings.slot_interval_minutes)
        return times.slots(groups, periods, query.duration, step)
    step = query.start_interval or query.duration
    return times.without_overlaps(times.slots(groups, periods, query.duration, step))


def member_statuses(world: SimulatedWorld, query: AvailabilityQuery) -> dict[str, str]:
    """Return whether each member's calendars are in step: `active`, `pending` or `disconnected`."""
    statuses = {}
    for group in query.groups:
        for member in group.members:
            profiles = world.accounts[member.sub].profiles
            is_pending = any(profile.initial_sync_required for profile in profiles)
            is_lost = any(not profile.connected for profile in profiles)
            statuses[member.sub] = "disconnected" if is_lost else "pending" if is_pending else "active"
    return statuses


def _member(world: SimulatedWorld, member: MemberQuery, query: AvailabilityQuery) -> times.Member:
    account = world.accounts[member.sub]
    events = [
        event for event in account.events if member.calendar_ids is None or event.calendar_id in member.calendar_ids
    ]
    busy = times.busy_periods(events, ZoneInfo(account.account.zoneinfo), query.before, query.after)
    within = query.periods
    if member.available_periods is not None:
        within = times.overlap(within, member.available_periods)
    return times.Member(member.sub, times.free_periods(within, busy))
