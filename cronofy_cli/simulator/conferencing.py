"""Conferencing that an application asks for, and the callbacks of its events.

Documented: `default`, `integrated`, a profile's id or `explicit`; nothing for events whose start is past; assigned
later, after which `conferencing_assigned` is sent, or `conferencing_failing` while it cannot be (docs:
/developers/api/conferencing-services/). Here it is assigned at once, and a profile that is disconnected fails.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from msgspec import structs

from cronofy_cli.simulator.messages.fields import FieldErrors
from cronofy_cli.simulator.messages.rendering import callback_event, render_transition
from cronofy_cli.simulator.world.delivery import Callback
from cronofy_cli.simulator.world.model import Conferencing

if TYPE_CHECKING:
    from datetime import datetime

    from cronofy_cli.simulator.simulated_world import SimulatedWorld
    from cronofy_cli.simulator.world.model import Calendar, Event, EventDetails, Transition
    from cronofy_cli.simulator.world.state import AccountState

DEFAULT: Final = "default"
INTEGRATED: Final = "integrated"
GOOGLE_MEET: Final = "google_meet"
EVENT_SUBSCRIPTION: Final = "event_subscription"
ASSIGNED: Final = "conferencing_assigned"
FAILING: Final = "conferencing_failing"


def check_conferencing(choice: str, account: AccountState) -> None:
    """Check that a conferencing profile exists.

    Raises:
        InvalidRequest: it does not.
    """
    known = {profile.profile_id for profile in account.conferencing_profiles}
    if choice not in {DEFAULT, INTEGRATED, *known}:
        errors = FieldErrors()
        errors.not_recognized("conferencing.profile_id", "default, integrated, explicit or a conferencing profile")
        errors.raise_if_any()


def assign_conferencing(
    world: SimulatedWorld, account: AccountState, event: Event, details: EventDetails, now: datetime
) -> Event:
    """Give an event the conferencing that it was written with, and send the callbacks of that."""
    if details.conferencing_choice is None or event.span.start <= now:
        return event
    meeting = _meeting(details.conferencing_choice, account, account.calendars[event.calendar_id], event)
    if meeting is None:
        _send_interaction(world, event, FAILING, now)
        return event
    assigned = account.put(structs.replace(event, conferencing=meeting))
    _send_interaction(world, assigned, ASSIGNED, now)
    return assigned


def plan_transitions(world: SimulatedWorld, event: Event, now: datetime) -> None:
    """Plan the callbacks around an event's start and end, in the place of those that were planned before."""
    if not event.subscriptions or event.application is None:
        return
    world.outbox.forget_callbacks(event.event_uid, now)
    if event.deleted:
        return
    for subscription in event.subscriptions:
        for transition in subscription.transitions:
            due_at = _moment(event, transition)
            if due_at >= now:
                fields: dict[str, object] = {"transitions": [render_transition(transition)]}
                world.outbox.push_callback(
                    EVENT_SUBSCRIPTION, due_at, fields, _callback(subscription.uri, event, event.application)
                )


def _meeting(choice: str, account: AccountState, calendar: Calendar, event: Event) -> Conferencing | None:
    """Return the meeting that a choice gives, or None when its profile is disconnected or there is none."""
    number = int.from_bytes(hashlib.sha256(event.event_uid.encode()).digest()[:5], "big")
    profiles = account.conferencing_profiles
    profile = next((one for one in profiles if choice in {DEFAULT, one.profile_id}), None)
    if choice == INTEGRATED or (choice == DEFAULT and profile is None):
        return Conferencing(GOOGLE_MEET, f"https://meet.example.com/{number:x}") if calendar.is_google else None
    if profile is None or not profile.connected:
        return None
    name = profile.provider_name
    return Conferencing(name, f"https://{name.replace('_', '-')}.example.com/j/{number:011d}")


def _send_interaction(world: SimulatedWorld, event: Event, type_: str, now: datetime) -> None:
    for subscription in event.subscriptions:
        if type_ in subscription.interactions and event.application is not None:
            fields: dict[str, object] = {"interactions": [{"type": type_}]}
            callback = _callback(subscription.uri, event, event.application)
            world.outbox.push_callback(EVENT_SUBSCRIPTION, now, fields, callback)


def _moment(event: Event, transition: Transition) -> datetime:
    base = event.span.end if transition.of_end else event.span.start
    offset = timedelta(minutes=transition.offset_minutes)
    return base + offset if transition.is_after else base - offset


def _callback(uri: str, event: Event, application: str) -> Callback:
    return Callback(
        url=uri, application=application, content={"event": callback_event(event)}, event_uid=event.event_uid
    )
