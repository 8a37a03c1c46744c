"""What each failure on the way to a callback URL's handler means, and how to fix it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cronofy_cli.core.checks import Check, CheckState
from cronofy_cli.core.failure import Failure

if TYPE_CHECKING:
    from cronofy_cli.adapters.callback_probe.probe_failure import ProbeFailure
    from cronofy_cli.adapters.callback_probe.target import ProbeTarget
    from cronofy_cli.core.checks import Facts


def failed_probe(name: str, failed: ProbeFailure, target: ProbeTarget, evidence: Facts = ()) -> Check:
    """Return the check that failed because of what stands in the way to `target`."""
    words = (text.format(host=target.host, port=target.port) for text in WORDS[failed.failure])
    finding, meaning, hint = words
    facts = (("failure", failed.failure.value), ("reason", failed.reason), *evidence)
    return Check(name, CheckState.FAILED, finding, target.url, failed.failure, meaning, hint, facts)


_SHOW_CHAIN: Final = "openssl s_client -connect {host}:{port} -servername {host} -showcerts </dev/null"
_RENEW: Final = "renew it and reload the server: sudo certbot renew"
_NEVER_ARRIVES: Final = "Cronofy cannot deliver, and closes the channel after 24 hours of failures"
_REJECTS: Final = "Cronofy verifies the certificate and rejects it, so nothing is delivered"

WORDS: Final[dict[Failure, tuple[str, str, str]]] = {
    Failure.NAME_NOT_RESOLVED: (
        "the name {host} does not resolve",
        _NEVER_ARRIVES,
        "add a DNS record for it; see: nslookup {host}",
    ),
    Failure.CONNECTION_REFUSED: (
        "nothing listens on port {port} of {host}",
        _NEVER_ARRIVES,
        "start the server, or correct the port",
    ),
    Failure.CONNECTION_TIMED_OUT: (
        "port {port} of {host} does not respond",
        f"{_NEVER_ARRIVES}; often a firewall drops the packets",
        "open the port in the firewall; see: curl -v --max-time 5 https://{host}:{port}/",
    ),
    Failure.HOST_UNREACHABLE: (
        "{host} cannot be reached from here",
        _NEVER_ARRIVES,
        "see: curl -v https://{host}:{port}",
    ),
    Failure.NOT_TLS: (
        "port {port} of {host} does not speak TLS",
        "Cronofy starts TLS because the address is https, and fails",
        "use the port that speaks TLS, or create the channel with an http:// address",
    ),
    Failure.TLS_TIMED_OUT: (
        "{host} accepts the connection but does not respond to the TLS handshake",
        f"{_NEVER_ARRIVES}; the server hangs, or does not speak TLS on this port",
        f"restart the server; see: {_SHOW_CHAIN}",
    ),
    Failure.TLS_FAILED: ("the TLS handshake with {host} fails", _NEVER_ARRIVES, f"see: {_SHOW_CHAIN}"),
    Failure.TLS_TOO_OLD: (
        "{host} supports only old versions of TLS",
        "current clients reject anything below TLS 1.2",
        "enable TLS 1.2 and 1.3, in nginx: ssl_protocols TLSv1.2 TLSv1.3;",
    ),
    Failure.CERTIFICATE_CHAIN_INCOMPLETE: (
        "the certificate chain of {host} is incomplete: it presents its own certificate and not the issuer's",
        (
            f"{_REJECTS}; browsers fetch the missing one by themselves, so it works there. A certificate of a private "
            "authority looks the same from outside"
        ),
        "serve fullchain.pem instead of cert.pem, in nginx: ssl_certificate fullchain.pem;",
    ),
    Failure.CERTIFICATE_ROOT_UNTRUSTED: (
        "the certificate of {host} comes from an authority that is not trusted",
        _REJECTS,
        "get one from a public authority: sudo certbot certonly -d {host}",
    ),
    Failure.CERTIFICATE_SELF_SIGNED: (
        "the certificate of {host} is self-signed",
        _REJECTS,
        "get one from a public authority: sudo certbot certonly -d {host}",
    ),
    Failure.CERTIFICATE_EXPIRED: ("the certificate of {host} has expired", _REJECTS, _RENEW),
    Failure.CERTIFICATE_NOT_YET_VALID: (
        "the certificate of {host} is not valid yet",
        f"{_REJECTS}; or this machine's clock is behind",
        "compare the clocks: cronofy doctor",
    ),
    Failure.CERTIFICATE_WRONG_HOST: (
        "the certificate is not for the host {host}",
        _REJECTS,
        "get one for this name: sudo certbot certonly -d {host}; or use a name that the certificate covers",
    ),
    Failure.CERTIFICATE_TOO_WEAK: (
        "the certificate of {host} has a key or signature that is too weak",
        _REJECTS,
        "get one with 2048 bits or more, and SHA-256: sudo certbot certonly -d {host}",
    ),
    Failure.CERTIFICATE_UNTRUSTED: ("the certificate of {host} is not trusted", _REJECTS, f"see: {_SHOW_CHAIN}"),
    Failure.ANSWER_TIMED_OUT: (
        "the handler does not respond in time",
        "Cronofy waits 5 seconds, counts it as failed, and sends the notification again",
        "respond first and do the work afterwards, from a queue",
    ),
    Failure.CONNECTION_CLOSED: (
        "the handler closes the connection without a response",
        "Cronofy counts it as failed, and sends the notification again",
        "check the server's log",
    ),
    Failure.NOT_HTTP: (
        "the response of port {port} of {host} is not HTTP",
        _NEVER_ARRIVES,
        "correct the port of the callback URL",
    ),
}
"""Finding, meaning and hint for each failure that a probe can meet; `{host}` and `{port}` are the callback URL's."""
