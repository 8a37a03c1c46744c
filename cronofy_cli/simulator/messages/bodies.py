"""The bodies of the API's calls: JSON or form-encoded, read into typed values.

Pure. `decode_body` turns bytes into an object, the `parse_…` functions check what is in it. Unknown keys are ignored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import parse_qsl

import msgspec

from cronofy_cli.simulator.messages import fields
from cronofy_cli.simulator.messages.event_writes import is_http_url, must_be_specified
from cronofy_cli.simulator.messages.fields import FieldErrors
from cronofy_cli.simulator.world.model import Channel
from cronofy_cli.simulator.world.settings import MAX_CALLBACK_URL_LENGTH

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

FORM: Final = "application/x-www-form-urlencoded"

PARTICIPATION: Final = ("accepted", "tentative", "declined")

_MAX_DEPTH: Final = 5
"""Of nested form keys."""


def decode_body(content_type: str, body: bytes) -> dict[str, object]:
    """Return the object that a body holds; an empty body is an empty object (docs: /developers/api).

    Raises:
        InvalidRequest: it is not an object.
    """
    if not body.strip():
        return {}
    if content_type.partition(";")[0].strip().lower() == FORM:
        return _decode_form(body.decode("utf-8", "replace"))
    errors = FieldErrors()
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        document = None
    if not fields.is_object(document):
        errors.not_recognized("base", "a JSON object")
        errors.raise_if_any()
    return dict(document) if fields.is_object(document) else {}


def parse_channel(body: Mapping[str, object], known_calendars: Collection[str], *, enforce_url_length: bool) -> Channel:
    """Read which channel to open, without an id yet (docs: /developers/api/push-notifications/create-channel/).

    Raises:
        InvalidRequest: something is missing or not recognized.
    """
    errors = FieldErrors()
    filters = fields.read_object(body.get("filters"), "filters", errors)
    conversations = fields.read_object(body.get("scheduling_conversations"), "scheduling_conversations", errors)
    channel = Channel(
        channel_id="",
        callback_url=_callback_url(body.get("callback_url"), errors, enforce_length=enforce_url_length),
        calendar_ids=_filter_calendars(filters.get("calendar_ids"), known_calendars, errors),
        only_managed=_optional_boolean(filters, "only_managed", "filters.only_managed", errors),
        conversations_enabled=_optional_boolean(conversations, "enabled", "scheduling_conversations.enabled", errors),
    )
    errors.raise_if_any()
    return channel


class EventDeletion(NamedTuple):
    """The one event to delete: by the application's id or by Cronofy's."""

    event_id: str | None
    event_uid: str | None
    include_userinfo: bool
    """Whether the answer says whose calendars these are."""


def parse_event_deletion(body: Mapping[str, object]) -> EventDeletion:
    """Read which event to delete.

    Raises:
        InvalidRequest: neither id is given.
    """
    errors = FieldErrors()
    deletion = EventDeletion(
        fields.read_text(body.get("event_id"), "event_id", errors),
        fields.read_text(body.get("event_uid"), "event_uid", errors),
        fields.read_boolean(body.get("include_userinfo"), "include_userinfo", errors),
    )
    if not deletion.event_id and not deletion.event_uid:
        errors.add("event_id", must_be_specified("event_id"))
    errors.raise_if_any()
    return deletion


def parse_mass_deletion(body: Mapping[str, object], known_calendars: Collection[str]) -> tuple[str, ...] | None:
    """Read whose managed events to delete: those of some calendars, or None for all.

    Raises:
        InvalidRequest: neither or both of `delete_all` and `calendar_ids` are given, or a calendar is unknown.
    """
    errors = FieldErrors()
    calendar_ids = _filter_calendars(body.get("calendar_ids"), known_calendars, errors)
    delete_all = fields.read_boolean(body.get("delete_all"), "delete_all", errors)
    if delete_all and body.get("calendar_ids") is not None:
        errors.not_recognized("delete_all", "an alternative to calendar_ids: only one of them can be given")
    elif not delete_all and calendar_ids is None:
        errors.add("delete_all", fields.REQUIRED)
    errors.raise_if_any()
    return calendar_ids


class NewCalendar(NamedTuple):
    """A calendar to create."""

    profile_id: str
    name: str
    color: str | None


def parse_new_calendar(body: Mapping[str, object]) -> NewCalendar:
    """Read a calendar to create (docs: /developers/api/calendars/create-calendar/).

    Raises:
        InvalidRequest: `profile_id` or `name` is missing, or something is not recognized.
    """
    errors = FieldErrors()
    new = NewCalendar(
        fields.read_required_text(body.get("profile_id"), "profile_id", errors),
        fields.read_required_text(body.get("name"), "name", errors),
        fields.read_text(body.get("color"), "color", errors),
    )
    errors.raise_if_any()
    return new


def parse_participation_status(body: Mapping[str, object]) -> str:
    """Read an answer to an invitation (docs: /developers/api/events/participation-status).

    Raises:
        InvalidRequest: it is none.
    """
    errors = FieldErrors()
    status = fields.read_required_text(body.get("status"), "status", errors)
    if status and status not in PARTICIPATION:
        errors.not_recognized("status", f"one of {', '.join(PARTICIPATION)}")
    errors.raise_if_any()
    return status


def form_object(pairs: list[tuple[str, str]]) -> dict[str, object]:
    """Return what bracketed names such as `filters[calendar_ids][]` stand for."""
    document: dict[str, object] = {}
    for name, value in pairs:
        _store(document, name.replace("]", "").split("[")[:_MAX_DEPTH], value)
    return document


def _decode_form(text: str) -> dict[str, object]:
    return form_object(parse_qsl(text, keep_blank_values=True))


def _store(parent: dict[str, object], path: list[str], value: str) -> None:
    name, *rest = path
    if not rest:
        parent[name] = value
    elif rest == [""]:
        known = parent.get(name)
        parent[name] = [*known, value] if isinstance(known, list) else [value]
    else:
        child = parent.get(name)
        if not fields.is_object(child):
            child = parent[name] = {}
        _store(child, rest, value)


def _callback_url(value: object, errors: FieldErrors, *, enforce_length: bool) -> str:
    """Return the callback URL. Only its form is checked: there is no rule on hosts, and loopback is the point here."""
    url = fields.read_required_text(value, "callback_url", errors)
    if not url:
        return url
    if not is_http_url(url):
        errors.not_recognized("callback_url", "an HTTP or HTTPS URL")
    if enforce_length and len(url) > MAX_CALLBACK_URL_LENGTH:
        errors.add("callback_url", ("errors.too_long", f"must not be longer than {MAX_CALLBACK_URL_LENGTH} characters"))
    return url


def _filter_calendars(value: object, known_calendars: Collection[str], errors: FieldErrors) -> tuple[str, ...] | None:
    calendar_ids = fields.read_texts(value, "calendar_ids", errors)
    if calendar_ids == ():
        errors.add("calendar_ids", ("errors.required", "at least one calendar is required"))
    elif calendar_ids is not None and not set(calendar_ids) <= set(known_calendars):
        errors.not_recognized("calendar_ids", "calendars of this account")
    return calendar_ids


def _optional_boolean(parent: Mapping[str, object], name: str, field: str, errors: FieldErrors) -> bool | None:
    return None if parent.get(name) is None else fields.read_boolean(parent[name], field, errors)
