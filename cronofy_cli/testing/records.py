"""What a simulator noted: attempts to deliver notifications, and API calls."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping

Record = TypeVar("Record", "Delivery", "Request")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to deliver a notification."""

    number: int
    at: datetime
    channel_id: str
    """Empty for the callbacks of events and smart invites."""
    callback_url: str
    type: str
    attempt: int
    """1 for the first try."""
    status: int | None
    """What the application answered; None when it did not."""
    failure: str | None
    """Why there was no answer: a code."""
    reason: str | None
    duration_ms: float
    signature: str = field(repr=False)
    """The header Cronofy-HMAC-SHA256."""
    body: str = field(repr=False)
    """What was sent, byte for byte; it is UTF-8."""

    @property
    def succeeded(self) -> bool:
        """Whether it was answered with 2xx."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def json(self) -> dict[str, Any]:
        """The body."""
        document: dict[str, Any] = json.loads(self.body)
        return document


@dataclass(frozen=True, slots=True)
class Request:
    """One call of Cronofy's API."""

    number: int
    at: datetime
    method: str
    path: str
    query: str
    operation: str | None
    """The name of the route, as `simulator routes` lists it; None for an unknown path."""
    status: int | None
    """None when an ordered fault ended the connection."""
    duration_ms: float
    application: str | None
    sub: str | None
    """The account that the token is of."""
    body: str = field(repr=False)
    """Without tokens and secrets."""
    note: str | None
    """What the simulator has to say, such as that the call is not simulated."""

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.body)


def record(kind: type[Record], document: Mapping[str, Any]) -> Record:
    """Return a record; what a newer simulator says besides is left out."""
    values: dict[str, Any] = {each.name: document.get(each.name) for each in fields(kind)}
    values["at"] = datetime.fromisoformat(str(document["at"]))
    return kind(**values)
