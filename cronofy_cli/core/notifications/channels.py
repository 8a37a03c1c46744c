"""A notification channel as the API describes it (docs: /developers/api/push-notifications/)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cronofy_cli.core.fields import as_object, decode_object, flag, text, texts

if TYPE_CHECKING:
    import msgspec


class Channel(NamedTuple):
    """Where Cronofy posts push notifications to, and which changes it posts."""

    channel_id: str
    callback_url: str
    calendar_ids: tuple[str, ...]
    """The calendars that it is limited to; none means all."""
    only_managed: bool
    raw: bytes
    """The server's own JSON."""
    has_conversations: bool = False
    """Whether scheduling conversations are posted too."""


def parse_channel(raw: bytes | msgspec.Raw) -> Channel:
    """Read a channel. Answers hold only the filters that differ from the defaults, or none at all."""
    fields = decode_object(raw)
    filters = as_object(fields.get("filters"))
    return Channel(
        channel_id=text(fields, "channel_id") or "",
        callback_url=text(fields, "callback_url") or "",
        calendar_ids=texts(filters, "calendar_ids"),
        only_managed=flag(filters, "only_managed"),
        raw=bytes(raw),
        has_conversations=flag(as_object(fields.get("scheduling_conversations")), "enabled"),
    )
