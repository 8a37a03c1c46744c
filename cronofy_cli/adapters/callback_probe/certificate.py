"""The certificate that a server presents, read with the standard library alone, even when it does not verify.

`ssl` decodes a certificate only after it has verified it. So a second handshake trusts exactly the presented
certificate, with OpenSSL's partial chains allowed and its look at the clock switched off.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from cronofy_cli.adapters.callback_probe.probe_failure import ProbeFailure

# Not named in the ssl module: https://docs.openssl.org/3.0/man3/X509_VERIFY_PARAM_set_flags/
_PARTIAL_CHAIN: Final = 0x80000
_NO_CHECK_TIME: Final = 0x200000


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a certificate says about itself."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    """The host names and addresses that it is for."""
    not_before: datetime
    not_after: datetime
    issuer_url: str | None
    """Where the issuer's own certificate can be fetched; browsers do, OpenSSL does not."""

    @property
    def is_self_issued(self) -> bool:
        """Whether it names itself as its issuer."""
        return self.subject == self.issuer


def lenient_context() -> ssl.SSLContext:
    """Return a context that takes any certificate, protocol and cipher that OpenSSL still knows: it is to look only."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    # Debian and others ask for level 2, at which TLS 1.0 and 1.1 cannot be spoken at all.
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    return context


def presented_chain(tls: ssl.SSLSocket) -> list[bytes]:
    """Return the DER certificates that the server sent, its own first."""
    public = getattr(tls, "get_unverified_chain", None)  # Python 3.13
    if public is not None:
        return list(public())
    found = tls._sslobj.get_unverified_chain()  # type: ignore[attr-defined]  # noqa: SLF001
    return [ssl.PEM_cert_to_DER_cert(certificate.public_bytes()) for certificate in found or ()]


def read_certificate(
    der: bytes, shake_hands: Callable[[ssl.SSLContext], ssl.SSLSocket | ProbeFailure]
) -> Certificate | None:
    """Return what the certificate `der` says; None when it cannot be decoded or another one is presented now."""
    context = lenient_context()
    context.verify_mode = ssl.CERT_REQUIRED
    try:
        context.load_verify_locations(cadata=der)
        context.verify_flags |= _PARTIAL_CHAIN | _NO_CHECK_TIME
        tls = shake_hands(context)
    except ssl.SSLError:
        return None
    if not isinstance(tls, ssl.SSLSocket):
        return None
    with tls:
        return _parse(tls.getpeercert() or {})


def _parse(fields: dict[str, Any]) -> Certificate | None:
    if "notBefore" not in fields or "notAfter" not in fields:
        return None
    return Certificate(
        subject=_name(fields.get("subject", ())),
        issuer=_name(fields.get("issuer", ())),
        names=tuple(str(value) for _, value in fields.get("subjectAltName", ())),
        not_before=_moment(fields["notBefore"]),
        not_after=_moment(fields["notAfter"]),
        issuer_url=next(iter(fields.get("caIssuers", ())), None),
    )


def _moment(text: str) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(text), UTC)


def _name(distinguished: tuple[tuple[tuple[str, str], ...], ...]) -> str:
    return ", ".join(value for part in distinguished for _, value in part)
