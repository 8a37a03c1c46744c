"""A delivery: one received request as it was recorded, and our answer to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cronofy_cli.core.notifications.notification import parse_notification

if TYPE_CHECKING:
    from datetime import datetime

    from cronofy_cli.core.notifications.notification import Notification
    from cronofy_cli.core.signature import SignatureState, Verdict

Headers = tuple[tuple[bytes, bytes], ...]
"""Header lines in their order and spelling, without the line ends."""


class ReceivedRequest(NamedTuple):
    """A request as it came from the socket. The body's bytes are those that were sent."""

    received_at: datetime
    """When its last byte was read, in UTC."""
    method: str
    target: str
    """Path and query as sent."""
    headers: Headers
    body: bytes

    def header(self, name: str) -> str | None:
        """Return the value of a header, whatever its spelling; several lines of one name are joined by commas."""
        return find_header(self.headers, name)


class Arrival(NamedTuple):
    """A request that is about to be answered: its body has not been parsed yet."""

    request: ReceivedRequest
    verdict: Verdict
    answer_status: int
    context: str
    """Name of the data center that it was received for."""

    def read(self, number: int | None = None) -> Delivery:
        """Return the delivery of that number that this is."""
        request = self.request
        notification = parse_notification(request.body)
        return Delivery(request, self.verdict, notification, self.answer_status, self.context, number)


class Imported(NamedTuple):
    """Where a delivery is from that was not received here: a file, which may say anything."""

    at: datetime
    claimed: SignatureState
    """The result of the signature check that the file names."""


class Delivery(NamedTuple):
    """A request with its verdict, what it says, and the status that we answered."""

    request: ReceivedRequest
    verdict: Verdict
    notification: Notification
    answer_status: int | None
    """None when Cronofy had no answer in time."""
    context: str
    """Name of the data center that it was received for."""
    id: int | None = None
    """Its number in the history; None until it is recorded."""
    imported: Imported | None = None
    """None for what was received on this machine."""

    @property
    def answer(self) -> str:
        """The status that Cronofy was answered, or `none` when it had no answer in time."""
        return "none" if self.answer_status is None else str(self.answer_status)

    @property
    def is_accepted(self) -> bool:
        """Whether Cronofy takes the notification as delivered."""
        return self.answer_status is not None and 200 <= self.answer_status < 300


def find_header(headers: Headers, name: str) -> str | None:
    """Return the value of a header, whatever its spelling; several lines of one name are joined by commas."""
    wanted = name.lower().encode()
    values = [value.decode("utf-8", "surrogateescape") for key, value in headers if key.lower() == wanted]
    return ",".join(values) if values else None
