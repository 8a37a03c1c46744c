"""Why a connection or a request did not work: the one list of codes, wherever that is asked.

Programs find the code in JSON under `failure`; `reason` beside it has the words of the system or the library. An
answer with an error status is an answer: it has a status and no failure.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Failure(StrEnum):
    """A stable code."""

    NAME_NOT_RESOLVED = "name_not_resolved"
    CONNECTION_REFUSED = "connection_refused"
    CONNECTION_TIMED_OUT = "connection_timed_out"
    HOST_UNREACHABLE = "host_unreachable"
    PROXY_FAILED = "proxy_failed"

    NOT_TLS = "not_tls"
    TLS_TIMED_OUT = "tls_timed_out"
    TLS_FAILED = "tls_failed"
    TLS_TOO_OLD = "tls_too_old"
    CERTIFICATE_CHAIN_INCOMPLETE = "certificate_chain_incomplete"
    CERTIFICATE_ROOT_UNTRUSTED = "certificate_root_untrusted"
    CERTIFICATE_SELF_SIGNED = "certificate_self_signed"
    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_NOT_YET_VALID = "certificate_not_yet_valid"
    CERTIFICATE_WRONG_HOST = "certificate_wrong_host"
    CERTIFICATE_TOO_WEAK = "certificate_too_weak"
    CERTIFICATE_UNTRUSTED = "certificate_untrusted"

    ANSWER_TIMED_OUT = "answer_timed_out"
    CONNECTION_CLOSED = "connection_closed"
    NOT_HTTP = "not_http"
    ANSWER_UNREADABLE = "answer_unreadable"
    NOT_DELIVERED = "not_delivered"
    OTHER = "other"

    @property
    def description(self) -> str:
        """What happened, in words that can start a sentence."""
        return _DESCRIPTIONS[self]

    @property
    def is_absence(self) -> bool:
        """Whether the other side is not there at all: nothing was sent, and it can be tried again once it is."""
        return self in _ABSENCES

    @property
    def is_tls(self) -> bool:
        """Whether the other side is there, and no TLS connection with it comes about."""
        return self in _TLS

    @property
    def is_unreachable(self) -> bool:
        """Whether no connection came about over which a request could be sent."""
        return self.is_absence or self.is_tls


_DESCRIPTIONS: Final = {
    Failure.NAME_NOT_RESOLVED: "the host's name does not resolve",
    Failure.CONNECTION_REFUSED: "connection refused, nothing listens on the port",
    Failure.CONNECTION_TIMED_OUT: "no connection within the time limit",
    Failure.HOST_UNREACHABLE: "the host cannot be reached",
    Failure.PROXY_FAILED: "the proxy did not connect to the host",
    Failure.NOT_TLS: "the port does not speak TLS",
    Failure.TLS_TIMED_OUT: "no answer to the TLS handshake within the time limit",
    Failure.TLS_FAILED: "the TLS handshake failed",
    Failure.TLS_TOO_OLD: "the server offers only versions of TLS before 1.2",
    Failure.CERTIFICATE_CHAIN_INCOMPLETE: "the server presents its own certificate and not the issuer's",
    Failure.CERTIFICATE_ROOT_UNTRUSTED: "the certificate's authority is not trusted",
    Failure.CERTIFICATE_SELF_SIGNED: "the certificate is self-signed",
    Failure.CERTIFICATE_EXPIRED: "the certificate has expired",
    Failure.CERTIFICATE_NOT_YET_VALID: "the certificate is not valid yet",
    Failure.CERTIFICATE_WRONG_HOST: "the certificate is for another host",
    Failure.CERTIFICATE_TOO_WEAK: "the certificate's key or signature is too weak",
    Failure.CERTIFICATE_UNTRUSTED: "the certificate is not trusted for another reason",
    Failure.ANSWER_TIMED_OUT: "no answer within the time limit",
    Failure.CONNECTION_CLOSED: "the connection ended without a complete answer",
    Failure.NOT_HTTP: "the answer is not HTTP",
    Failure.ANSWER_UNREADABLE: "the answer cannot be decompressed",
    Failure.NOT_DELIVERED: "the simulator did not deliver the notification",
    Failure.OTHER: "another failure, named in the reason",
}
_ABSENCES: Final = frozenset(
    {
        Failure.NAME_NOT_RESOLVED,
        Failure.CONNECTION_REFUSED,
        Failure.CONNECTION_TIMED_OUT,
        Failure.HOST_UNREACHABLE,
        Failure.PROXY_FAILED,
    }
)
_TLS: Final = frozenset(
    {
        Failure.NOT_TLS,
        Failure.TLS_TIMED_OUT,
        Failure.TLS_FAILED,
        Failure.TLS_TOO_OLD,
        *(failure for failure in Failure if failure.value.startswith("certificate_")),
    }
)
