"""Why a TLS connection does not come about."""

from __future__ import annotations

import ssl

import pytest

from cronofy_cli.adapters.tls_failures import NO_ISSUER, certificate_failure, handshake_failure
from cronofy_cli.core.failure import Failure


@pytest.mark.parametrize(
    ("code", "failure"),
    [
        (2, Failure.CERTIFICATE_UNTRUSTED),
        (9, Failure.CERTIFICATE_NOT_YET_VALID),
        (10, Failure.CERTIFICATE_EXPIRED),
        (18, Failure.CERTIFICATE_SELF_SIGNED),
        (19, Failure.CERTIFICATE_ROOT_UNTRUSTED),
        (20, Failure.CERTIFICATE_UNTRUSTED),
        (62, Failure.CERTIFICATE_WRONG_HOST),
        (64, Failure.CERTIFICATE_WRONG_HOST),
        (66, Failure.CERTIFICATE_TOO_WEAK),
        (67, Failure.CERTIFICATE_TOO_WEAK),
        (68, Failure.CERTIFICATE_TOO_WEAK),
        (999, Failure.CERTIFICATE_UNTRUSTED),
    ],
)
def test_codes_of_openssl(code: int, failure: Failure) -> None:
    """Each code has its meaning; whatever is not known is not trusted (docs: X509_STORE_CTX_get_error)."""
    error = ssl.SSLCertVerificationError(1, "refused")
    error.verify_code, error.verify_message = code, "certificate has expired"

    assert certificate_failure(code) is failure
    assert handshake_failure(error) == (failure, "the certificate is refused: certificate has expired")


def test_an_issuer_that_is_not_known() -> None:
    """These codes say only that: the reason is looked for in what the server presents."""
    assert {2, 20, 21} == NO_ISSUER


def ssl_error(reason: str) -> ssl.SSLError:
    """Return an error as OpenSSL reports it."""
    error = ssl.SSLError(1, reason)
    error.reason = reason
    return error


def ssl_end() -> ssl.SSLEOFError:
    """Return the error of a connection that ends amid a handshake."""
    error = ssl.SSLEOFError(8, "EOF occurred in violation of protocol")
    error.reason = "UNEXPECTED_EOF_WHILE_READING"
    return error


@pytest.mark.parametrize(
    ("error", "failure", "words"),
    [
        (TimeoutError(), Failure.TLS_TIMED_OUT, "no answer to the TLS handshake"),
        *(
            (ssl_error(reason), Failure.NOT_TLS, "what it answers is not TLS")
            for reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST", "RECORD_LAYER_FAILURE")
        ),
        *(
            (ssl_error(reason), Failure.TLS_TOO_OLD, "it speaks no version of TLS that is in use")
            for reason in ("UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "NO_PROTOCOLS_AVAILABLE")
        ),
        (ssl_end(), Failure.TLS_FAILED, "it closed the connection during the handshake"),
        (ConnectionResetError(104, "reset"), Failure.TLS_FAILED, "it closed the connection during the handshake"),
        (ssl_error("DH_KEY_TOO_SMALL"), Failure.TLS_FAILED, "dh key too small"),
        (ValueError("no such NAME"), Failure.TLS_FAILED, "no such name"),
    ],
)
def test_errors_of_a_handshake(error: OSError | ValueError, failure: Failure, words: str) -> None:
    """What OpenSSL or the system says is told in words that help."""
    assert handshake_failure(error) == (failure, words)
