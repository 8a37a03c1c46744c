"""Why a TLS connection does not come about, from what OpenSSL says of it."""

from __future__ import annotations

import ssl
from typing import Final

from cronofy_cli.core.failure import Failure

# OpenSSL's codes: https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/
NO_ISSUER: Final = frozenset({2, 20, 21})
"""The issuer's certificate is not known: its root is not trusted, or the server leaves it out."""
_BY_CODE: Final = {
    9: Failure.CERTIFICATE_NOT_YET_VALID,
    10: Failure.CERTIFICATE_EXPIRED,
    18: Failure.CERTIFICATE_SELF_SIGNED,
    19: Failure.CERTIFICATE_ROOT_UNTRUSTED,
    62: Failure.CERTIFICATE_WRONG_HOST,
    64: Failure.CERTIFICATE_WRONG_HOST,
    66: Failure.CERTIFICATE_TOO_WEAK,
    67: Failure.CERTIFICATE_TOO_WEAK,
    68: Failure.CERTIFICATE_TOO_WEAK,
}
_NOT_TLS: Final = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST", "RECORD_LAYER_FAILURE"})
_TOO_OLD: Final = frozenset({"UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "NO_PROTOCOLS_AVAILABLE"})


def certificate_failure(code: int) -> Failure:
    """Return what OpenSSL's code for a certificate means. That the issuer is not known has several reasons."""
    return _BY_CODE.get(code, Failure.CERTIFICATE_UNTRUSTED)


def handshake_failure(error: OSError | ValueError) -> tuple[Failure, str]:
    """Return what an error of a handshake means, and in words. ValueError: no certificate can name the host."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return certificate_failure(error.verify_code), f"the certificate is refused: {error.verify_message}"
    if isinstance(error, TimeoutError):
        return Failure.TLS_TIMED_OUT, "no answer to the TLS handshake"
    reason = error.reason if isinstance(error, ssl.SSLError) else None
    if reason in _NOT_TLS:
        return Failure.NOT_TLS, "what it answers is not TLS"
    if reason in _TOO_OLD:
        return Failure.TLS_TOO_OLD, "it speaks no version of TLS that is in use"
    if isinstance(error, ssl.SSLEOFError | ConnectionError):
        return Failure.TLS_FAILED, "it closed the connection during the handshake"
    return Failure.TLS_FAILED, (reason or str(error)).replace("_", " ").lower()
