"""Why a target gave no answer."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class FailureKind(StrEnum):
    """The cause, as one stable word."""

    REFUSED = "refused"
    """Nothing listens there."""
    NO_SUCH_HOST = "no_such_host"
    UNREACHABLE = "unreachable"
    """No connection for another reason: no route, or nobody takes it."""
    TLS = "tls"
    """No trust: the certificate, or it does not speak TLS."""
    TIME_LIMIT = "time_limit"
    """It was sent, and no answer came in time."""
    CLOSED = "closed"
    """It was sent, and the connection ended without an answer."""
    NOT_HTTP = "not_http"
    """What came back is not HTTP."""


AWAY: Final = frozenset({FailureKind.REFUSED, FailureKind.NO_SUCH_HOST, FailureKind.UNREACHABLE})
"""Nothing was sent: the target is not there, and it can be sent again without harm once it is."""


class ForwardFailed(Exception):
    """There was no answer. It does not leave this package: a failed attempt is a result, not an error."""

    def __init__(self, kind: FailureKind, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason
