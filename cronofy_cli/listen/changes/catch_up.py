"""Catching up on what may have been missed: before a run, or in a gap of it.

The history knows from when on changes may have been missed. What is read for it is as if the `change` had come that
Cronofy would have sent: one is made up, which says truly since when to read and is signed with the application's own
client secrets. Its `User-Agent` says who made it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from cronofy_cli import __version__
from cronofy_cli.adapters.history import Criteria
from cronofy_cli.core.notifications.deliveries import Delivery, ReceivedRequest
from cronofy_cli.core.notifications.notification import parse_notification
from cronofy_cli.core.signature import HEADER, SignatureState, Verdict, sign
from cronofy_cli.core.times import to_utc_seconds
from cronofy_cli.listen.changes.read_request import ReadRequest, request_for, seconds_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from datetime import datetime

    from cronofy_cli.adapters.history import History
    from cronofy_cli.core.notifications.channels import Channel
    from cronofy_cli.core.signature import ClientSecret
    from cronofy_cli.listen.changes.reader import ChangeReader

USER_AGENT: Final = f"cronofy-cli/{__version__} (reconstructed)"
_ACCEPTED: Final = 200
_LOOKED_AT: Final = 20_000
"""Deliveries, at most."""


class CatchUp:
    """Has reads made with the filters of the current channel, unless no notification for them would be wanted."""

    def __init__(
        self, changes: ChangeReader, make: Callable[[Channel, str], Delivery], wants: Callable[[Delivery], bool]
    ) -> None:
        """`make` makes up the notification that would have come."""
        self._changes = changes
        self._make = make
        self._wants = wants

    def read_since(self, channel: Channel, changes_since: str) -> None:
        """Have everything read that changed since a moment. Never waits."""
        missed = self._make(channel, changes_since)
        if self._wants(missed):
            self._changes.ask(ReadRequest(changes_since, channel.calendar_ids, channel.only_managed, missed=missed))

    def read_gap(self, channel: Channel, started: datetime) -> None:
        """Have a gap read, from the last moment on from which everything was read before it.

        A notification that was on its way when the gap began speaks of what changed earlier.
        """
        beginning = to_utc_seconds(started)
        self.read_since(channel, min(self._changes.read_since or beginning, beginning))


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


def last_good_moment(history: History, data_center: str, paths: Collection[str]) -> str | None:
    """Return the moment from which on everything may be new; None when nothing was ever received for the account.

    It is that of the newest verified `change` whose events were read, or of an earlier one that came after it and whose
    events were not: its run was killed. Without any `change` it is when the newest notification came.
    """
    earliest: str | None = None
    newest: str | None = None
    for delivery in _verified(history, data_center, paths):
        newest = newest or to_utc_seconds(delivery.request.received_at)
        request = request_for(delivery)
        if request is None or not request.has_moment:
            continue
        earliest = min(
            earliest or request.changes_since, request.changes_since, key=lambda text: seconds_of(text) or 0.0
        )
        if delivery.id is not None and history.events_of(delivery.id) is not None:
            break
    return earliest or newest


def last_read_events(history: History, data_center: str, paths: Collection[str]) -> list[bytes]:
    """Return the events of the newest read that was kept, whoever made it: their changes were reported."""
    from cronofy_cli.output.documents.events import kept_events

    for delivery in _verified(history, data_center, paths):
        kept = None if delivery.id is None else history.events_of(delivery.id)
        if kept is not None:
            return kept_events(kept)
    return []


def _verified(history: History, data_center: str, paths: Collection[str]) -> Iterator[Delivery]:
    criteria = Criteria(signature=SignatureState.VALID, is_received=True)
    for delivery in islice(history.newest_first(criteria), _LOOKED_AT):
        path = delivery.request.target.partition("?")[0]
        # A public address may have a path of its own in front.
        if delivery.context == data_center and path.endswith(tuple(paths)):
            yield delivery
