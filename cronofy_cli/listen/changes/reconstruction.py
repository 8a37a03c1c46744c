"""Made-up `change` notifications, for what may have been missed: as Cronofy would have sent them to the channel.

Pure. They say truly since when to read, are signed with the application's own client secrets, and their `User-Agent`
says who made them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from cronofy_cli import __version__
from cronofy_cli.core.notifications.deliveries import Delivery, ReceivedRequest
from cronofy_cli.core.notifications.notification import parse_notification
from cronofy_cli.core.signature import HEADER, SignatureState, Verdict, sign

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from cronofy_cli.core.notifications.channels import Channel
    from cronofy_cli.core.signature import ClientSecret

USER_AGENT: Final = f"cronofy-cli/{__version__} (reconstructed)"
_ACCEPTED: Final = 200


@dataclass(frozen=True, slots=True)
class Reconstruction:
    """Makes up deliveries. Without client secrets they are unsigned."""

    client_secrets: Sequence[ClientSecret]
    data_center: str
    clock: Callable[[], datetime]

    def delivery(self, channel: Channel, changes_since: str) -> Delivery:
        """Return the delivery of a `change` to the channel, with no number yet."""
        body = change_body(channel, changes_since)
        address = urlsplit(channel.callback_url)
        verdict = Verdict(SignatureState.UNKNOWN)
        headers = [
            (b"Host", address.netloc.encode("utf-8", "surrogateescape")),
            (b"Content-Type", b"application/json; charset=utf-8"),
            (b"User-Agent", USER_AGENT.encode()),
            (b"Content-Length", b"%d" % len(body)),
        ]
        if self.client_secrets:
            signature = sign(body, [secret.value for secret in self.client_secrets])
            headers.append((HEADER.encode(), signature.encode()))
            verdict = Verdict(SignatureState.VALID, self.client_secrets[0].label)
        query = f"?{address.query}" if address.query else ""
        request = ReceivedRequest(self.clock(), "POST", f"{address.path or '/'}{query}", tuple(headers), body)
        return Delivery(request, verdict, parse_notification(body), _ACCEPTED, self.data_center)


def change_body(channel: Channel, changes_since: str) -> bytes:
    """Return the body of a `change` (docs: /developers/api/push-notifications/): the channel is in it as it is."""
    import msgspec

    return msgspec.json.encode(
        {
            "notification": {"type": "change", "changes_since": changes_since},
            "channel": msgspec.Raw(channel.raw),
        }
    )
