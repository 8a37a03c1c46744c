"""What Cronofy posts: the kinds of push notification, and reading one from its raw body.

A body is shown whatever it holds: receivers must ignore types that they do not know (docs:
/developers/push-notifications/), and some callbacks have no `notification` at all.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple, NoReturn

from cronofy_cli.core.suggestion import did_you_mean
from cronofy_cli.errors import WrongUsage

_ALMOST: Final = 0.8
"""How near a typo is to the type that was meant. Cronofy may add types, which are then like none of these."""

_STRING: Final = rb'(?s)"(?:[^"\\]+|\\.?)*(?:"|\Z)'
"""To its end or the body's: it fits at every quotation mark, so each byte is looked at once."""
_BRACKET: Final = rb"[\[\]{}]"
_COUNTERPART: Final = {b"[": b"]", b"{": b"}"}

MEANINGS: Final[dict[str, str]] = {
    "verification": "sent once to a new channel, to test its callback URL",
    "change": "events changed; read them with last_modified = changes_since",
    "profile_disconnected": "a calendar profile was disconnected; the user must reconnect it",
    "profile_initial_sync_completed": "the first sync of a profile is done; sync again",
    "conferencing_profile_disconnected": "a conferencing profile was disconnected",
    "gdpr_requested": "the account asked to be forgotten; delete its data",
    "scheduling_conversation_joined": "a participant joined a scheduling conversation",
    "scheduling_conversation_updated": "a scheduling conversation was updated",
    "smart_invite": "a recipient answered a smart invite",
    "event_subscription": "something happened to an event with a subscription",
    "scheduling_request_time_chosen": "a time was chosen in the embedded scheduler",
}
"""The types known today, with what they mean. The list is open."""


class Notification(NamedTuple):
    """What a body says, as far as it can be read. Every field may be missing."""

    type: str | None = None
    changes_since: str | None = None
    channel_id: str | None = None
    callback_url: str | None = None
    calendar_ids: tuple[str, ...] = ()
    only_managed: bool = False
    is_json: bool = False

    @property
    def label(self) -> str:
        """The type, or what to call a body that has none."""
        return self.type or ("no type" if self.is_json else "not JSON")

    @property
    def is_known(self) -> bool:
        """Whether the type is in today's list."""
        return self.type in MEANINGS


def check_type(name: str) -> str:
    """Return a notification type that was typed. One that Cronofy may add is as good as the known ones.

    Raises:
        WrongUsage: it is almost a known one.
    """
    suggestion = "" if name in MEANINGS else did_you_mean(name, MEANINGS, cutoff=_ALMOST)
    if suggestion:
        raise WrongUsage(f"there is no notification type '{name}'{suggestion}", hint="cronofy trigger --list")
    return name


def parse_notification(body: bytes) -> Notification:
    """Read a raw body. Never fails: what cannot be read is left out."""
    from cronofy_cli.core.notifications.notification_body import USUAL, DecodeError

    try:
        found = USUAL.decode(body)
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return _unusual(body)
    notification, channel = found.notification, found.channel
    return Notification(
        notification.type,
        notification.changes_since,
        channel.channel_id,
        channel.callback_url,
        channel.filters.calendar_ids,
        channel.filters.only_managed,
        is_json=True,
    )


def calendar_ids_in(body: bytes) -> tuple[str, ...]:
    """Return the `calendar_ids` of `parse_notification()`, for who knows the other fields already.

    Where a list of deliveries needs nothing else of msgspec, its import takes longer than all the rest.
    """
    import json

    try:
        ids = json.loads(body.decode(), parse_constant=_refuse)["channel"]["filters"]["calendar_ids"]
    except (ValueError, LookupError, TypeError, RecursionError):
        ids = None
    # Half of a surrogate pair, which JSON's escapes allow, is read in another way by each of them.
    is_plain = isinstance(ids, list) and all(isinstance(each, str) for each in ids) and b"\\" not in body
    return tuple(ids) if is_plain else parse_notification(body).calendar_ids


def _refuse(constant: str) -> NoReturn:
    """NaN and the infinities are no JSON."""
    raise ValueError(constant)


def _unusual(body: bytes) -> Notification:
    """Read what is not of the documented shape, or no JSON at all: every field that is there is taken."""
    import msgspec

    try:
        document = msgspec.json.decode(body)
    except RecursionError:
        return Notification(is_json=_is_closed(body))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Notification()
    notification = _object(document, "notification")
    channel = _object(document, "channel")
    filters = _object(channel, "filters")
    ids = filters.get("calendar_ids")
    return Notification(
        type=_text(notification, "type"),
        changes_since=_text(notification, "changes_since"),
        channel_id=_text(channel, "channel_id"),
        callback_url=_text(channel, "callback_url"),
        calendar_ids=tuple(item for item in ids if isinstance(item, str)) if isinstance(ids, list) else (),
        only_managed=filters.get("only_managed") is True,
        is_json=True,
    )


def _is_closed(body: bytes) -> bool:
    """Whether each bracket has its counterpart, of what is nested too deeply to be read as JSON."""
    opened: list[bytes] = []
    for bracket in re.findall(_BRACKET, re.sub(_STRING, b"", body)):
        if bracket in _COUNTERPART:
            opened.append(_COUNTERPART[bracket])
        elif not opened or opened.pop() != bracket:
            return False
    return not opened


def _object(parent: object, key: str) -> dict[str, object]:
    value = parent.get(key) if isinstance(parent, dict) else None
    return value if isinstance(value, dict) else {}


def _text(parent: dict[str, object], key: str) -> str | None:
    value = parent.get(key)
    return value if isinstance(value, str) else None
