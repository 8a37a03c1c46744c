"""Smart invites on the wire (docs: /developers/api/smart-invites/).

Pure. Choices where the documentation is silent: one callback per reply, also for several recipients; an unknown invite
is 404; `remove` answers with an iCalendar text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from cronofy_cli.core.times import to_utc_seconds
from cronofy_cli.simulator.messages import fields
from cronofy_cli.simulator.messages.event_fields import read_event_details, read_moment
from cronofy_cli.simulator.messages.event_writes import DEFAULT_TZID, is_http_url, must_be_specified
from cronofy_cli.simulator.messages.fields import FieldErrors
from cronofy_cli.simulator.messages.rendering import localized
from cronofy_cli.simulator.world.model import Person, Recipient

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cronofy_cli.simulator.messages.rendering import Json
    from cronofy_cli.simulator.world.model import Event, EventDetails, SmartInvite

METHODS: Final = ("request", "cancel", "remove")
STATUSES: Final = ("pending", "accepted", "tentative", "declined")


@dataclass(frozen=True, slots=True)
class InviteRequest:
    """A call of POST /v1/smart_invites."""

    method: str
    smart_invite_id: str
    recipients: tuple[Recipient, ...]
    has_several: bool
    callback_url: str | None
    details: EventDetails
    organizer: Person | None


def parse_invite(body: Mapping[str, object]) -> InviteRequest:
    """Read a smart invite to send, to cancel, or a recipient to remove.

    Raises:
        InvalidRequest: something is missing or not recognized.
    """
    errors = FieldErrors()
    method = fields.read_text(body.get("method"), "method", errors) or METHODS[0]
    if method not in METHODS:
        errors.not_recognized("method", f"one of {', '.join(METHODS)}")
    several = body.get("recipients")
    event = fields.read_object(body.get("event"), "event", errors)
    if method == METHODS[0]:
        for name in ("summary", "start", "end"):
            if fields.is_missing(event.get(name)):
                errors.add(f"event.{name}", must_be_specified(name))
    callback_url = fields.read_text(body.get("callback_url"), "callback_url", errors) or None
    if callback_url is not None and not is_http_url(callback_url):
        errors.not_recognized("callback_url", "an HTTP or HTTPS URL")
    request = InviteRequest(
        method,
        fields.read_required_text(body.get("smart_invite_id"), "smart_invite_id", errors),
        _recipients(several, body.get("recipient"), errors),
        several is not None,
        callback_url,
        read_event_details(event, DEFAULT_TZID, errors),
        _organizer(body.get("organizer"), errors),
    )
    errors.raise_if_any()
    return request


def parse_reply(body: Mapping[str, object]) -> Recipient:
    """Read an answer to an invite, for the control API.

    Raises:
        InvalidRequest: something is missing or not recognized.
    """
    errors = FieldErrors()
    email = fields.read_required_text(body.get("email"), "email", errors)
    status = _status(body.get("status"), "status", errors)
    comment = fields.read_text(body.get("comment"), "comment", errors)
    proposal = fields.read_object(body.get("proposal"), "proposal", errors)
    start, end = (
        read_moment(proposal.get(name), f"proposal.{name}", DEFAULT_TZID, errors) for name in ("start", "end")
    )
    errors.raise_if_any()
    return Recipient(email, status, comment, _proposal(start, end))


def render_invite(invite: SmartInvite, *, with_calendar: bool, with_replies: bool = False) -> Json:
    """An invite as it is answered; `event.start` and `event.end` have their zones (docs: …/create-smart-invite)."""
    rendered: Json = _people(invite)
    if with_replies and not invite.has_several:
        rendered["replies"] = [render_recipient(reply) for reply in invite.replies]
    rendered["smart_invite_id"] = invite.smart_invite_id
    if invite.callback_url is not None:
        rendered["callback_url"] = invite.callback_url
    rendered["event"] = _event(invite.event)
    if with_calendar:
        rendered["attachments"] = {"icalendar": icalendar(invite)}
    return rendered


def callback_content(invite: SmartInvite, reply: Recipient) -> Json:
    """What the callback of a reply holds (docs: /developers/api/smart-invites/invite-callback/)."""
    content: Json = {"smart_invite_id": invite.smart_invite_id, "callback_url": invite.callback_url}
    return {"smart_invite": content | _people(invite) | {"reply": render_recipient(reply)}}


def render_recipient(recipient: Recipient) -> Json:
    """Somebody with their answer; comment and proposal only when they were given."""
    rendered: Json = {"email": recipient.email, "status": recipient.status}
    if recipient.comment is not None:
        rendered["comment"] = recipient.comment
    if recipient.proposal is not None:
        start, end, tzid = recipient.proposal
        rendered["proposal"] = {"start": localized(start, tzid), "end": localized(end, tzid)}
    return rendered


def icalendar(invite: SmartInvite, removed: Recipient | None = None) -> str:
    """Return the iCalendar file that the application mails (RFC 5546)."""
    is_cancelled = invite.is_cancelled or removed is not None
    people = invite.recipients if removed is None else (removed,)
    event = invite.event
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//cronofy simulator//EN",
        f"METHOD:{'CANCEL' if is_cancelled else 'REQUEST'}",
        "BEGIN:VEVENT",
        f"UID:{_text(invite.smart_invite_id)}",
        f"DTSTAMP:{_stamp(event.updated)}",
        _line("DTSTART", event.span.start, all_day=event.span.all_day),
        _line("DTEND", event.span.end, all_day=event.span.all_day),
        f"SUMMARY:{_text(event.summary)}",
        f"STATUS:{'CANCELLED' if is_cancelled else 'CONFIRMED'}",
    ]
    if event.description:
        lines.append(f"DESCRIPTION:{_text(event.description)}")
    if event.location is not None:
        lines.append(f"LOCATION:{_text(event.location.description)}")
    if invite.organizer is not None:
        lines.append(f"ORGANIZER:mailto:{invite.organizer.email}")
    lines += [f"ATTENDEE;RSVP=TRUE:mailto:{person.email}" for person in people]
    return "\r\n".join((*lines, "END:VEVENT", "END:VCALENDAR", ""))


def _people(invite: SmartInvite) -> Json:
    if invite.has_several:
        return {"recipients": [render_recipient(one) for one in invite.recipients]}
    return {"recipient": render_recipient(invite.recipients[0])}


def _event(event: Event) -> Json:
    rendered: Json = {"summary": event.summary, "description": event.description}
    for name, moment in (("start", event.span.start), ("end", event.span.end)):
        time = moment.date().isoformat() if event.span.all_day else to_utc_seconds(moment)
        rendered[name] = {"time": time, "tzid": event.tzid}
    if event.location is not None:
        rendered["location"] = {"description": event.location.description}
    return rendered


def _recipients(several: object, single: object, errors: FieldErrors) -> tuple[Recipient, ...]:
    if several is None:
        person = fields.read_object(single, "recipient", errors)
        return (_recipient(person, "recipient", errors),)
    if not isinstance(several, list) or not several:
        errors.not_recognized("recipients", "an array of at least one")
        return ()
    return tuple(
        _recipient(fields.read_object(one, f"recipients[{index}]", errors), f"recipients[{index}]", errors)
        for index, one in enumerate(several)
    )


def _recipient(person: Mapping[str, object], field: str, errors: FieldErrors) -> Recipient:
    email = fields.read_required_text(person.get("email"), f"{field}.email", errors)
    return Recipient(email, _status(person.get("status"), f"{field}.status", errors))


def _status(value: object, field: str, errors: FieldErrors) -> str:
    status = fields.read_text(value, field, errors) or STATUSES[0]
    if status not in STATUSES:
        errors.not_recognized(field, f"one of {', '.join(STATUSES)}")
    return status


def _organizer(value: object, errors: FieldErrors) -> Person | None:
    if value is None:
        return None
    person = fields.read_object(value, "organizer", errors)
    email = fields.read_text(person.get("email"), "organizer.email", errors)
    name = fields.read_text(person.get("name"), "organizer.name", errors)
    return Person(email or "organizer@example.com", name or "")


def _proposal(start: object, end: object) -> tuple[datetime, datetime, str] | None:

    if isinstance(start, datetime) and isinstance(end, datetime):
        return start, end, DEFAULT_TZID
    return None


def _line(name: str, moment: datetime, *, all_day: bool) -> str:
    return f"{name};VALUE=DATE:{moment:%Y%m%d}" if all_day else f"{name}:{_stamp(moment)}"


def _stamp(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    """Escape a text (RFC 5545, 3.3.11)."""
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")
