"""The bytes of a push notification and the headers that go with them.

Pure.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import msgspec

from cronofy_cli import __version__
from cronofy_cli.core import signature
from cronofy_cli.core.times import to_utc_seconds
from cronofy_cli.simulator.messages.rendering import render_channel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.simulator.world.delivery import Notification
    from cronofy_cli.simulator.world.model import Channel

_ESCAPES: Final = {"/": "\\/", "&": "\\u0026", "<": "\\u003c", ">": "\\u003e", "=": "\\u003d"}
"""Characters that stand in strings only, and may be escaped there (RFC 8259, section 7)."""


def notification_body(
    notification: Notification, channel: Channel | None, *, scheduling_conversations: bool, layout: str
) -> bytes:
    """Return the raw body (docs: /developers/api/push-notifications/). What goes to no channel has its own content."""
    content: dict[str, object] = {"type": notification.type}
    if notification.changes_since is not None:
        content["changes_since"] = to_utc_seconds(notification.changes_since)
    document: dict[str, object] = {"notification": content | notification.fields}
    if channel is not None:
        document["channel"] = render_channel(channel, scheduling_conversations=scheduling_conversations)
    elif notification.callback is not None:
        document |= notification.callback.content
    return laid_out(document, layout)


def laid_out(document: object, layout: str) -> bytes:
    """Return JSON in a byte layout. Cronofy's is not documented; a receiver must verify the bytes that it got.

    `spaced` is what Python's json prints; `escaped` is what neither that nor JSON.stringify prints again.
    """
    if layout == "compact":
        return msgspec.json.encode(document)
    plain = msgspec.to_builtins(document)
    if layout == "spaced":
        return json.dumps(plain, ensure_ascii=False).encode()
    text = json.dumps(plain, separators=(",", ":"))
    for character, escape in _ESCAPES.items():
        text = text.replace(character, escape)
    return text.encode()


def notification_headers(body: bytes, client_secrets: Sequence[str]) -> dict[str, str]:
    """Return the headers; the signature has a digest per active client secret."""
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": f"cronofy-simulator/{__version__}",
        signature.HEADER: signature.sign(body, client_secrets),
    }
