"""Whether notifications are to be sent to a listener, in the words of `/healthz`."""

from __future__ import annotations

from enum import StrEnum


class Health(StrEnum):
    """The state of a listener."""

    READY = "ready"
    NOT_READY = "not_ready"
    STANDBY = "standby"
    """Another one serves the callback URL, and this one takes its place when it ends."""
