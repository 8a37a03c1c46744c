"""What can stand between Cronofy and a callback URL's handler."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Problem(StrEnum):
    """One stable word for what is wrong."""

    UNKNOWN_NAME = "unknown_name"
    CONNECTION_REFUSED = "connection_refused"
    CONNECT_TIMEOUT = "connect_timeout"
    NO_ROUTE = "no_route"

    NOT_TLS = "not_tls"
    HANDSHAKE_TIMEOUT = "handshake_timeout"
    HANDSHAKE_FAILED = "handshake_failed"
    OLD_PROTOCOL = "old_protocol"
    INCOMPLETE_CHAIN = "incomplete_chain"
    UNTRUSTED_ROOT = "untrusted_root"
    SELF_SIGNED = "self_signed"
    EXPIRED = "expired"
    NOT_YET_VALID = "not_yet_valid"
    WRONG_HOST = "wrong_host"
    WEAK_CERTIFICATE = "weak_certificate"
    UNTRUSTED = "untrusted"
    """OpenSSL refuses the certificate for a rarer reason, named in the detail."""

    ANSWER_TIMEOUT = "answer_timeout"
    BROKEN_OFF = "broken_off"
    NOT_HTTP = "not_http"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Where the way to the handler ends."""

    problem: Problem
    detail: str = ""
    """The words of the operating system or of OpenSSL."""
