"""The TLS of a callback URL, judged as a strict client does. Standard library only.

Cronofy verifies the certificate of a callback URL; self-signed ones and incomplete chains fail
(docs: /developers/push-notifications/).
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.callback_probe.certificate import (
    lenient_context,
    presented_chain,
    read_certificate,
)
from cronofy_cli.adapters.callback_probe.connection import open_connection, time_left_s
from cronofy_cli.adapters.callback_probe.probe_failure import ProbeFailure
from cronofy_cli.adapters.tls_failures import NO_ISSUER, certificate_failure, handshake_failure
from cronofy_cli.core.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.adapters.callback_probe.certificate import (
        Certificate,
    )
    from cronofy_cli.adapters.callback_probe.target import ProbeTarget

_HTTP: Final = b"HTTP/"
_MAY_BE_PLAIN: Final = frozenset({Failure.TLS_TIMED_OUT, Failure.TLS_FAILED})
_OLD_VERSIONS: Final = frozenset({"SSLv3", "TLSv1", "TLSv1.1"})


@dataclass(frozen=True, slots=True)
class TlsReport:
    """What a server presents, and why a strict client rejects it, if it does."""

    obstacle: ProbeFailure | None
    version: str | None = None
    chain_length: int = 0
    certificate: Certificate | None = None


@dataclass(frozen=True, slots=True)
class Handshake:
    """How to shake hands with one server, again and again."""

    target: ProbeTarget
    addresses: Sequence[str]
    limit_s: float

    def __call__(self, context: ssl.SSLContext) -> ssl.SSLSocket | ProbeFailure:
        """Connect and shake hands.

        Raises:
            ssl.SSLCertVerificationError: `context` does not trust the server.
        """
        connection = open_connection(self.addresses, self.target.port, monotonic() + self.limit_s)
        if isinstance(connection, ProbeFailure):
            return connection
        connection.settimeout(self.limit_s)
        try:  # a handshake that fails closes the connection
            return context.wrap_socket(connection, server_hostname=self.target.host)
        except ssl.SSLCertVerificationError:
            raise
        except (OSError, ValueError) as error:  # ValueError: a host that no certificate can name
            return ProbeFailure(*handshake_failure(error))


def check_tls(target: ProbeTarget, addresses: Sequence[str], trust: ssl.SSLContext, limit_s: float) -> TlsReport:
    """Look at what a server presents, then judge it with `trust`. Each handshake may take `limit_s`."""
    shake_hands = Handshake(target, addresses, limit_s)
    tls = shake_hands(lenient_context())
    if isinstance(tls, ProbeFailure):
        return TlsReport(_plain_http(shake_hands) or tls if tls.failure in _MAY_BE_PLAIN else tls)
    with tls:
        version, chain = tls.version(), presented_chain(tls)
    certificate = read_certificate(chain[0], shake_hands) if chain else None
    seen = TlsReport(None, version, len(chain), certificate)
    return TlsReport(_judge(shake_hands, trust, seen), version, len(chain), certificate)


def _plain_http(handshake: Handshake) -> ProbeFailure | None:
    """Return the failure of a server that speaks plain HTTP.

    One that reads by lines waits for the end of the first, which a TLS handshake need not have.
    """
    deadline = monotonic() + handshake.limit_s
    connection = open_connection(handshake.addresses, handshake.target.port, deadline)
    if isinstance(connection, ProbeFailure):
        return None
    with connection:
        connection.settimeout(time_left_s(deadline))
        try:
            connection.sendall(f"HEAD / HTTP/1.0\r\nHost: {handshake.target.authority}\r\n\r\n".encode())
            is_http = connection.recv(len(_HTTP)) == _HTTP
        except OSError:
            return None
    return ProbeFailure(Failure.NOT_TLS, "it speaks plain HTTP") if is_http else None


def _judge(shake_hands: Handshake, trust: ssl.SSLContext, seen: TlsReport) -> ProbeFailure | None:
    if seen.version in _OLD_VERSIONS:
        return ProbeFailure(Failure.TLS_TOO_OLD, f"{seen.version} is the newest that it speaks")
    try:
        tls = shake_hands(trust)
    except ssl.SSLCertVerificationError as error:
        return ProbeFailure(_problem(error.verify_code, seen), error.verify_message)
    if isinstance(tls, ProbeFailure):
        return tls
    tls.close()
    return None


def _problem(code: int, seen: TlsReport) -> Failure:
    if code not in NO_ISSUER:
        return certificate_failure(code)
    if seen.certificate is not None and seen.certificate.is_self_issued:
        return Failure.CERTIFICATE_SELF_SIGNED
    return Failure.CERTIFICATE_CHAIN_INCOMPLETE if seen.chain_length == 1 else Failure.CERTIFICATE_ROOT_UNTRUSTED
