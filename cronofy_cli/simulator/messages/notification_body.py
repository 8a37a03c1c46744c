"""The bytes of a push notification and the headers that go with them.

Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from cronofy_cli import __version__
from cronofy_cli.core import signature
from cronofy_cli.core.times import to_utc_seconds
from cronofy_cli.simulator.messages.rendering import render_channel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.simulator.world.delivery import Notification
    from cronofy_cli.simulator.world.model import Channel


def notification_body(notification: Notification, channel: Channel, *, scheduling_conversations: bool) -> bytes:
    """Return the raw body, compact (docs: /developers/api/push-notifications/)."""
    content: dict[str, object] = {"type": notification.type}
    if notification.changes_since is not None:
        content["changes_since"] = to_utc_seconds(notification.changes_since)
    return msgspec.json.encode(
        {
            "notification": content | notification.fields,
            "channel": render_channel(channel, scheduling_conversations=scheduling_conversations),
        }
    )


def notification_headers(body: bytes, client_secrets: Sequence[str]) -> dict[str, str]:
    """Return the headers; the signature has a digest per active client secret."""
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": f"cronofy-simulator/{__version__}",
        signature.HEADER: signature.sign(body, client_secrets),
    }
