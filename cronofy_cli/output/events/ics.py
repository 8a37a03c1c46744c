"""Events as an iCalendar stream (RFC 5545), written as they come.

Times are in UTC; those that came with a zone of their own (`localized_times`) keep it, with its VTIMEZONE before its
first use. Ends are exclusive in Cronofy's answers as in iCalendar.
"""

from __future__ import annotations

from datetime import UTC, datetime
from math import isfinite
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from icalendar import Event as Component
from icalendar import Timezone, vCalAddress, vText

from cronofy_cli import __version__
from cronofy_cli.core.events.event import parse_event
from cronofy_cli.core.fields import as_object, decode_object, objects, text, texts
from cronofy_cli.core.text import clean, clean_lines
from cronofy_cli.core.zones import find_zone
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, tzinfo

    import msgspec

    from cronofy_cli.core.events.event import Event, EventTime
    from cronofy_cli.core.fields import Fields
    from cronofy_cli.output.streams import Output

_BEGIN: Final = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//cronofy-cli//cronofy {__version__}//EN\r\n".encode()
_END: Final = b"END:VCALENDAR\r\n"
_UTC_NAMES: Final = {"Etc/UTC", "UTC"}
_STATUS: Final = {"confirmed": "CONFIRMED", "tentative": "TENTATIVE", "cancelled": "CANCELLED"}
_TRANSPARENCY: Final = {"opaque": "OPAQUE", "transparent": "TRANSPARENT"}
_ANSWERS: Final = {
    "accepted": "ACCEPTED",
    "declined": "DECLINED",
    "tentative": "TENTATIVE",
    "needs_action": "NEEDS-ACTION",
}


def show_calendar(output: Output, pages: Iterable[Sequence[msgspec.Raw]], tzid: str, now: datetime) -> int:
    """Write events as one VCALENDAR, and return how many had to be left out because they have no time.

    Nothing is written before there is something: the first page may fail. Without events it holds the zone alone,
    since a calendar must hold something.
    """
    writer = _Writer(now)
    begin = _BEGIN
    for page in pages:
        if content := b"".join(map(writer.component, page)):
            output.data_bytes(begin + content)
            begin = b""
    output.data_bytes(begin + (writer.zone(tzid) if begin else b"") + _END)
    return writer.left_out


class _Writer:
    """Remembers what a stream has had already: the zones, and the ids, which must not come twice."""

    def __init__(self, now: datetime) -> None:
        self.left_out = 0
        self._now = now
        self._zones: set[str] = set()
        self._uids: set[str] = set()

    def component(self, raw: msgspec.Raw) -> bytes:
        """Return an event's VEVENT, with the VTIMEZONE in front that it is the first to need."""
        event, fields = parse_event(raw), decode_object(raw)
        start = _time(event.start)
        if event.start is None or start is None:
            self.left_out += 1
            return b""
        component = Component()
        component.add("uid", self._uid(event))
        component.add("dtstamp", event.updated or event.created or self._now)
        component.add("dtstart", start)
        end = _time(event.end)
        # An end must be later than the start, and of its kind; without one a day lasts a day, and a moment no time.
        if event.end is not None and end is not None and _is_later(event.end, event.start):
            component.add("dtend", end)
        _describe(component, event, fields)
        content: bytes = component.to_ical()
        return b"".join(map(self._new_zone, (start, end))) + content

    def zone(self, tzid: str) -> bytes:
        """Return a zone's VTIMEZONE."""
        content: bytes = Timezone.from_tzid(tzid).to_ical()
        return content

    def _uid(self, event: Event) -> str:
        """Return the event's id; occurrences that share one are distinguished by their starts."""
        uid = clean(event.event_uid)
        if uid in self._uids and event.start is not None:
            uid = f"{uid}/{clean(event.start.text)}"
        self._uids.add(uid)
        return uid

    def _new_zone(self, time: date | None) -> bytes:
        tzid = getattr(time.tzinfo, "key", None) if isinstance(time, datetime) else None
        if tzid is None or tzid in self._zones:
            return b""
        self._zones.add(tzid)
        return self.zone(tzid)


def _time(time: EventTime | None) -> date | None:
    """Return a day, or a moment in its own zone or UTC."""
    if time is None or time.moment is None:
        return time.day if time else None
    try:
        moment = time.moment.astimezone(UTC)
        local = moment.astimezone(_zone(time.tzid))
    except OverflowError:  # within a day of year 1 or 9999
        return None
    # A local time that comes twice means the first one (RFC 5545, section 3.3.5).
    return moment if local.fold else local


def _zone(tzid: str | None) -> tzinfo:
    """Return a zone that is written with its name, or UTC for what has none that is known here."""
    try:
        return UTC if tzid is None or tzid in _UTC_NAMES else find_zone(tzid)
    except WrongUsage:
        return UTC


def _is_later(end: EventTime, start: EventTime) -> bool:
    if end.day and start.day:
        return end.day > start.day
    return bool(end.moment and start.moment and end.moment > start.moment)


def _describe(component: Component, event: Event, fields: Fields) -> None:
    status = "CANCELLED" if event.deleted else _STATUS.get(event.status or "")
    description = text(fields, "description")
    for name, value in (
        ("summary", clean(event.summary)),
        ("description", clean_lines(description) if description else None),
        ("location", clean_lines(event.location) if event.location else None),
        ("status", status),
        ("transp", _TRANSPARENCY.get(event.transparency or "")),
        ("class", "PRIVATE" if event.event_private else None),
        ("url", _url(event.meeting_url or text(fields, "url"))),
        ("created", event.created),
        ("last-modified", event.updated),
        ("categories", [clean(category) for category in texts(fields, "categories")]),
        ("geo", _place(as_object(fields.get("location")))),
    ):
        if value:
            component.add(name, value)
    _invite(component, fields)


def _invite(component: Component, fields: Fields) -> None:
    organizer = _person(as_object(fields.get("organizer")))
    if organizer is not None:
        component.add("organizer", organizer)
    for attendee in objects(fields, "attendees"):
        person = _person(attendee)
        if person is not None:
            if answer := _ANSWERS.get(text(attendee, "status") or ""):
                person.params["PARTSTAT"] = vText(answer)
            component.add("attendee", person)


def _person(fields: Fields) -> vCalAddress | None:
    email = text(fields, "email")
    if not email:
        return None
    # An address is not escaped by iCalendar: what could end its line is not let in.
    person = vCalAddress(f"mailto:{quote(clean(email), safe='@!#$&*+/=?^_{|}~')}")
    # Before RFC 6868 a parameter could not hold a quotation mark, and not every reader knows it.
    if name := clean(text(fields, "display_name") or "").replace('"', "'"):
        person.params["CN"] = vText(name)
    return person


def _url(address: str | None) -> str | None:
    return quote(clean(address), safe="%/:=&?~#+!$,;'@()*[]") if address else None


def _place(location: Fields) -> tuple[float, float] | None:
    try:
        place = float(text(location, "lat") or ""), float(text(location, "long") or "")
    except ValueError:
        return None
    return place if all(map(isfinite, place)) else None
