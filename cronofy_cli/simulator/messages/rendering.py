"""The JSON shapes of the API's answers.

Pure: values in, plain objects out. Keys and their order are those of the documentation's examples.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from msgspec import structs

from cronofy_cli.simulator.world.permissions import event_options

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from cronofy_cli.errors import InvalidRequest
    from cronofy_cli.simulator.messages.parameters import EventsQuery, FreeBusyQuery
    from cronofy_cli.simulator.world.model import Channel, Event, Location, Transition
    from cronofy_cli.simulator.world.state import AccountState

Json = dict[str, object]


def render_errors(error: InvalidRequest) -> Json:
    """The body of a 422 (docs: /developers/api/error-codes/)."""
    return {
        "errors": {
            field: [{"key": key, "description": description} for key, description in problems]
            for field, problems in error.fields.items()
        }
    }


def render_channel(channel: Channel, *, scheduling_conversations: bool) -> Json:
    """A channel (docs: /developers/api/push-notifications/create-channel/); its filters are those that were given."""
    filters: Json = {}
    if channel.calendar_ids is not None:
        filters["calendar_ids"] = channel.calendar_ids
    if channel.only_managed is not None:
        filters["only_managed"] = channel.only_managed
    rendered: Json = {"channel_id": channel.channel_id, "callback_url": channel.callback_url, "filters": filters}
    if channel.conversations_enabled is not None:
        rendered["scheduling_conversations"] = {"enabled": channel.conversations_enabled}
    elif scheduling_conversations:
        rendered["scheduling_conversations"] = {}
    return rendered


def event_renderer(query: EventsQuery, account: AccountState, application: str | None) -> Callable[[Event], Json]:
    """Return what renders events for a Read Events call (docs: /developers/api/events/read-events/)."""
    moment = _localized if query.localized_times else _simple
    owner_email = account.account.email

    def render(event: Event) -> Json:
        rendered: Json = {"calendar_id": event.calendar_id, "event_uid": event.event_uid}
        if event.event_id is not None and event.application == application:
            rendered["event_id"] = event.event_id
        if query.google_event_ids and event.calendar_id in google:
            rendered["google_event_id"] = event.event_uid.rpartition("_")[2]
        rendered |= {
            "summary": event.summary,
            "description": event.description,
            "start": moment(event, event.span.start, event.tzid),
            "end": moment(event, event.span.end, event.end_tzid or event.tzid),
            "deleted": event.deleted,
            "created": _utc_seconds(event.created),
            "updated": _utc_seconds(event.updated),
        }
        if event.location is not None:
            rendered["location"] = _location(event.location, include_geo=query.include_geo)
        rendered["participation_status"] = event.participation_status
        rendered["attendees"] = event.attendees
        if event.organizer is not None:
            rendered["organizer"] = event.organizer
        rendered |= {
            "transparency": event.transparency,
            "extended_transparency": event.extended_transparency or event.transparency,
            "status": event.status,
            "categories": event.categories,
            "recurring": event.series_identifier is not None,
            "event_private": event.event_private,
            "options": event_options(event, calendars[event.calendar_id], owner_email, application),
        }
        if event.series_identifier is not None:
            rendered["series_identifier"] = event.series_identifier
        if event.conferencing is not None:
            rendered["meeting_url"] = event.conferencing.join_url
            rendered["conferencing"] = event.conferencing
        return rendered

    calendars = account.calendars
    google = frozenset(calendar.calendar_id for calendar in calendars.values() if calendar.is_google)
    return render


def callback_event(event: Event) -> Json:
    """An event in the callback of its own subscription (docs: /developers/api/conferencing-services/subscriptions/)."""
    rendered: Json = {"event_id": event.event_id, "summary": event.summary, "description": event.description}
    rendered |= {
        "start": _simple(event, event.span.start, event.tzid),
        "end": _simple(event, event.span.end, event.tzid),
    }
    if event.conferencing is not None:
        rendered["conferencing"] = structs.asdict(event.conferencing)
    return rendered


def render_transition(transition: Transition) -> Json:
    """A moment around an event, as the application wrote it (docs: /developers/api/event-triggers/)."""
    side = "after" if transition.is_after else "before"
    moment = "event_end" if transition.of_end else "event_start"
    return {side: moment, "offset": {"minutes": transition.offset_minutes}}


def free_busy_renderer(query: FreeBusyQuery, application: str | None) -> Callable[[Event], Json]:
    """Return what renders events as periods of a Free/Busy call (docs: /developers/api/events/free-busy/)."""
    moment = _localized if query.localized_times else _simple

    def render(event: Event) -> Json:
        rendered: Json = {
            "calendar_id": event.calendar_id,
            "start": moment(event, event.span.start, event.tzid),
            "end": moment(event, event.span.end, event.end_tzid or event.tzid),
            "free_busy_status": free_busy_status(event),
        }
        if query.include_ids:
            rendered["event_uid"] = event.event_uid
            if event.event_id is not None and event.application == application:
                rendered["event_id"] = event.event_id
        if query.selection.include_deleted:
            rendered["deleted"] = event.deleted
        return rendered

    return render


def free_busy_status(event: Event) -> str:
    """Return what an event does to its owner's time."""
    if event.transparency == "transparent" or event.status == "cancelled":
        return "free"
    if event.status == "tentative":
        return "tentative"
    return "busy" if event.transparency == "opaque" else "unknown"


@lru_cache(maxsize=8192)
def _utc_seconds(moment: datetime) -> str:
    """Return a time that is in UTC already, as all of the world's are; the same ones are asked for again and again."""
    return f"{moment.isoformat()[:19]}Z"


def localized(moment: datetime, tzid: str) -> Json:
    """A time with its zone, whose offset fits it."""
    return {"time": moment.astimezone(ZoneInfo(tzid)).isoformat(timespec="seconds"), "tzid": tzid}


def _simple(event: Event, moment: datetime, _tzid: str) -> object:
    return moment.isoformat()[:10] if event.span.all_day else _utc_seconds(moment)


def _localized(event: Event, moment: datetime, tzid: str) -> object:
    if event.span.all_day:
        return {"time": moment.isoformat()[:10], "tzid": tzid}
    return localized(moment, tzid)


def _location(place: Location, *, include_geo: bool) -> Json:
    if include_geo and place.lat is not None and place.long is not None:
        return {"description": place.description, "lat": place.lat, "long": place.long}
    return {"description": place.description}
