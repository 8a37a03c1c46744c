"""What each obstacle on the way to a callback URL's handler means, and what mends it. Words only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.callback_probe.obstacle import Problem

if TYPE_CHECKING:
    from cronofy_cli.adapters.callback_probe.target import Target


@dataclass(frozen=True, slots=True)
class Words:
    """How an obstacle is told. `{host}` and `{port}` stand for the callback URL's."""

    finding: str
    meaning: str
    remedy: str

    def about(self, target: Target) -> Words:
        """Return the words with the host and port of `target`."""

        def fill(text: str) -> str:
            return text.replace("{host}", target.host).replace("{port}", str(target.port))

        return Words(fill(self.finding), fill(self.meaning), fill(self.remedy))


_SHOW_CHAIN: Final = "openssl s_client -connect {host}:{port} -servername {host} -showcerts </dev/null"
_RENEW: Final = "renew it and reload the server: sudo certbot renew"
_NEVER_ARRIVES: Final = "Cronofy cannot deliver; after 24 hours of that it closes the channel"
_REFUSES: Final = "Cronofy verifies the certificate and refuses it, so nothing is delivered"

WORDS: Final = {
    Problem.UNKNOWN_NAME: Words(
        "the name {host} does not resolve", _NEVER_ARRIVES, "add a DNS record for it; see: nslookup {host}"
    ),
    Problem.CONNECTION_REFUSED: Words(
        "nothing listens on port {port} of {host}", _NEVER_ARRIVES, "start the server, or correct the port"
    ),
    Problem.CONNECT_TIMEOUT: Words(
        "port {port} of {host} does not answer",
        f"{_NEVER_ARRIVES}; often a firewall swallows the packets",
        "open the port in the firewall; see: curl -v --max-time 5 https://{host}:{port}/",
    ),
    Problem.NO_ROUTE: Words("{host} cannot be reached from here", _NEVER_ARRIVES, "see: curl -v https://{host}:{port}"),
    Problem.NOT_TLS: Words(
        "port {port} of {host} does not speak TLS",
        "Cronofy starts TLS because the address is https, and fails",
        "name the port that speaks TLS, or create the channel with an http:// address",
    ),
    Problem.HANDSHAKE_TIMEOUT: Words(
        "{host} takes the connection but does not answer the TLS handshake",
        f"{_NEVER_ARRIVES}; the server hangs, or does not speak TLS on this port",
        f"restart the server; see: {_SHOW_CHAIN}",
    ),
    Problem.HANDSHAKE_FAILED: Words("{host} breaks the TLS handshake off", _NEVER_ARRIVES, f"see: {_SHOW_CHAIN}"),
    Problem.OLD_PROTOCOL: Words(
        "{host} speaks only old versions of TLS",
        "clients of today refuse anything below TLS 1.2",
        "switch TLS 1.2 and 1.3 on, in nginx: ssl_protocols TLSv1.2 TLSv1.3;",
    ),
    Problem.INCOMPLETE_CHAIN: Words(
        "the certificate chain of {host} is incomplete: it presents its own certificate and not the issuer's",
        f"{_REFUSES}; browsers fetch the missing one by themselves, so it works there. A private authority looks the "
        "same from outside",
        "serve fullchain.pem instead of cert.pem, in nginx: ssl_certificate fullchain.pem;",
    ),
    Problem.UNTRUSTED_ROOT: Words(
        "the certificate of {host} comes from an authority that is not trusted",
        _REFUSES,
        "get one from a public authority: sudo certbot certonly -d {host}",
    ),
    Problem.SELF_SIGNED: Words(
        "the certificate of {host} is self-signed",
        _REFUSES,
        "get one from a public authority: sudo certbot certonly -d {host}",
    ),
    Problem.EXPIRED: Words("the certificate of {host} has expired", _REFUSES, _RENEW),
    Problem.NOT_YET_VALID: Words(
        "the certificate of {host} is not valid yet",
        f"{_REFUSES}; or this machine's clock is behind",
        "compare the clocks: cronofy doctor",
    ),
    Problem.WRONG_HOST: Words(
        "the certificate is not for the host {host}",
        _REFUSES,
        "get one for this name: sudo certbot certonly -d {host}; or use a name that the certificate has",
    ),
    Problem.WEAK_CERTIFICATE: Words(
        "the certificate of {host} has a key or signature that is too weak",
        _REFUSES,
        "get one with 2048 bits or more, and SHA-256: sudo certbot certonly -d {host}",
    ),
    Problem.UNTRUSTED: Words("the certificate of {host} is not trusted", _REFUSES, f"see: {_SHOW_CHAIN}"),
    Problem.ANSWER_TIMEOUT: Words(
        "the handler does not answer in time",
        "Cronofy waits 5 seconds, counts it as failed, and sends the notification again",
        "answer first and do the work afterwards, from a queue",
    ),
    Problem.BROKEN_OFF: Words(
        "the handler breaks the connection off without an answer",
        "Cronofy counts it as failed, and sends the notification again",
        "look into the server's log",
    ),
    Problem.NOT_HTTP: Words(
        "what port {port} of {host} answers is not HTTP", _NEVER_ARRIVES, "correct the port of the callback URL"
    ),
}
"""Every obstacle has its words."""
