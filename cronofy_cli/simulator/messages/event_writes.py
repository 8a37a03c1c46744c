"""An event as an application writes it (docs: /developers/api/events/upsert-event/).

Pure. What is not simulated is refused, never dropped: `recurrence` and `meeting_agent` and `attachments`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

from msgspec import structs

from cronofy_cli.simulator.errors import NotSimulated
from cronofy_cli.simulator.messages import fields
from cronofy_cli.simulator.messages.event_fields import read_attendees, read_event_details
from cronofy_cli.simulator.messages.fields import FieldErrors
from cronofy_cli.simulator.world.model import Conferencing, Subscription, Transition

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cronofy_cli.simulator.world.model import Attendee, EventDetails

DEFAULT_TZID: Final = "Etc/UTC"
"""The documented default of `tzid`, whatever zone the account has."""
MAX_SUMMARY: Final = 1024
MAX_DESCRIPTION: Final = 4096
EXPLICIT: Final = "explicit"

_COLOR: Final = re.compile(r"#(?:[0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")
_UNCHANGED: Final[dict[str, tuple[object, ...]]] = {
    "recurrence": (None, {}, {"rules": []}),
    "meeting_agent": (None, {}, {"profile_id": "none"}),
    "attachments": (None, []),
}
"""Fields that are not simulated, and the values that ask for nothing."""


class EventWrite(NamedTuple):
    """An event that the application creates or updates by its own id, or edits by Cronofy's."""

    event_id: str | None
    event_uid: str | None
    details: EventDetails


def parse_event_write(body: Mapping[str, object], *, enforce_lengths: bool) -> EventWrite:
    """Read an event that the application writes. With both ids `event_id` counts, and makes a new event.

    Raises:
        InvalidRequest: an id, `summary`, `start` or `end` is missing, or something is not recognized.
        NotSimulated: it has a field that is not simulated.
    """
    _refuse_what_is_not_simulated(body)
    errors = FieldErrors()
    event_id = fields.read_text(body.get("event_id"), "event_id", errors)
    event_uid = fields.read_text(body.get("event_uid"), "event_uid", errors)
    is_edit = bool(event_uid) and not event_id
    if not event_id and not event_uid:
        errors.add("event_id", must_be_specified("event_id"))
    for name in () if is_edit else ("summary", "start", "end"):
        if fields.is_missing(body.get(name)):
            errors.add(name, must_be_specified(name))
    details = _details(body, errors)
    if enforce_lengths:
        _check_length(details.summary, "summary", MAX_SUMMARY, errors)
        _check_length(details.description, "description", MAX_DESCRIPTION, errors)
    _check_unread(body, errors)
    errors.raise_if_any()
    return EventWrite(event_id or None, event_uid or None, details)


def must_be_specified(name: str) -> tuple[str, str]:
    """Return the problem of a missing field, in the words of the documentation's example of a batch."""
    return "errors.required", f"{name} must be specified"


def _details(body: Mapping[str, object], errors: FieldErrors) -> EventDetails:
    shared = {name: value for name, value in body.items() if name not in {"attendees", "conferencing"}}
    details = read_event_details(shared, DEFAULT_TZID, errors)
    invited, removed = _attendees(body.get("attendees"), errors)
    meeting, choice = _conferencing(body.get("conferencing"), errors)
    return structs.replace(
        details,
        attendees=invited,
        removed_attendees=removed,
        conferencing=meeting,
        conferencing_choice=choice,
        subscriptions=_subscriptions(body.get("subscriptions"), errors),
        status=None,
        participation_status=None,
    )


def _attendees(value: object, errors: FieldErrors) -> tuple[tuple[Attendee, ...] | None, tuple[str, ...]]:
    """Return who is invited, and the addresses of who is no longer."""
    people = fields.read_object(value, "attendees", errors)
    invited = read_attendees(people.get("invite"), "attendees.invite", errors)
    removed = read_attendees(people.get("remove"), "attendees.remove", errors) or ()
    removed += read_attendees(people.get("reject"), "attendees.reject", errors) or ()
    if invited is not None:
        invited = tuple(structs.replace(person, status="needs_action") for person in invited)
    return invited, tuple(person.email.casefold() for person in removed)


def _conferencing(value: object, errors: FieldErrors) -> tuple[Conferencing | None, str | None]:
    """Return the meeting that the application brings itself, or the conferencing profile that it chooses."""
    wanted = fields.read_object(value, "conferencing", errors)
    choice = fields.read_text(wanted.get("profile_id"), "conferencing.profile_id", errors)
    join_url = fields.read_text(wanted.get("join_url"), "conferencing.join_url", errors)
    if fields.is_object(value) and not choice and not join_url:
        errors.add("conferencing.profile_id", must_be_specified("conferencing.profile_id"))
    if choice not in {None, EXPLICIT}:
        return None, choice
    if choice == EXPLICIT and not join_url:
        errors.add("conferencing.join_url", must_be_specified("conferencing.join_url"))
    name = fields.read_text(wanted.get("provider_description"), "conferencing.provider_description", errors)
    return (Conferencing(name or "", join_url) if join_url else None), None


def _subscriptions(value: object, errors: FieldErrors) -> tuple[Subscription, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list):
        errors.not_recognized("subscriptions", "an array")
        return None
    return tuple(_subscription(one, f"subscriptions[{index}]", errors) for index, one in enumerate(value))


def _subscription(value: object, field: str, errors: FieldErrors) -> Subscription:
    """Return a callback (docs: /developers/api/conferencing-services/subscriptions/, …/event-triggers)."""
    wanted = fields.read_object(value, field, errors)
    if wanted.get("type") != "webhook":
        errors.not_recognized(f"{field}.type", "webhook")
    uri = fields.read_required_text(wanted.get("uri"), f"{field}.uri", errors)
    if uri and not is_http_url(uri):
        errors.not_recognized(f"{field}.uri", "an HTTP or HTTPS URI")
    interactions = _objects(wanted.get("interactions"), f"{field}.interactions", errors)
    transitions = _objects(wanted.get("transitions"), f"{field}.transitions", errors)
    return Subscription(
        uri,
        tuple(str(one.get("type", "")) for one in interactions),
        tuple(_transition(one, f"{field}.transitions[{index}]", errors) for index, one in enumerate(transitions)),
    )


def _transition(wanted: Mapping[str, object], field: str, errors: FieldErrors) -> Transition:
    side = "after" if "after" in wanted else "before"
    moment = fields.read_text(wanted.get(side), f"{field}.{side}", errors)
    if moment not in {"event_start", "event_end"}:
        errors.not_recognized(f"{field}.{side}", "event_start or event_end")
    offset = fields.read_object(wanted.get("offset"), f"{field}.offset", errors)
    minutes = fields.read_number(offset.get("minutes"), f"{field}.offset.minutes", errors) or 0.0
    if minutes < 0:
        errors.not_recognized(f"{field}.offset.minutes", "a number of minutes from 0")
    return Transition(is_after=side == "after", of_end=moment == "event_end", offset_minutes=int(minutes))


def _objects(value: object, field: str, errors: FieldErrors) -> list[Mapping[str, object]]:
    if value is None:
        return []
    if not isinstance(value, list):
        errors.not_recognized(field, "an array")
        return []
    return [fields.read_object(one, f"{field}[{index}]", errors) for index, one in enumerate(value)]


def _check_length(text: str | None, field: str, limit: int, errors: FieldErrors) -> None:
    if text is not None and len(text) > limit:
        errors.add(field, ("errors.too_long", f"must not be longer than {limit} characters"))


def _check_unread(body: Mapping[str, object], errors: FieldErrors) -> None:
    """Check the form of what is accepted, and never shown by Read Events."""
    color = fields.read_text(body.get("color"), "color", errors)
    if color and not _COLOR.fullmatch(color):
        errors.not_recognized("color", "a hexadecimal code such as #49BED8")
    fields.read_text(body.get("url"), "url", errors)
    for index, reminder in enumerate(_objects(body.get("reminders"), "reminders", errors)):
        if fields.read_number(reminder.get("minutes"), f"reminders[{index}].minutes", errors) is None:
            errors.add(f"reminders[{index}].minutes", must_be_specified("minutes"))
    fields.read_boolean(body.get("reminders_create_only"), "reminders_create_only", errors)


def _refuse_what_is_not_simulated(body: Mapping[str, object]) -> None:
    for name, harmless in _UNCHANGED.items():
        if body.get(name) not in harmless:
            raise NotSimulated(f"'{name}' of an event is not simulated")


def is_http_url(url: str) -> bool:
    """Whether a text is a whole HTTP or HTTPS address. Its host may be any: loopback is the point here."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
