"""Signatures of push notifications.

Pure: bytes in, verdict out. Finding the client secrets is the credentials' job.

The header `Cronofy-HMAC-SHA256` holds, for each active client secret of the application, the standard base64 of the
HMAC-SHA256 over the raw request body, comma-separated (docs: /developers/push-notifications/authentication/).
"""

from __future__ import annotations

from binascii import b2a_base64
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from cronofy_cli.errors import SignatureMismatch

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HEADER = "Cronofy-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """A client secret, and the label by which it may be shown. The value never appears in a repr."""

    label: str
    value: str = field(repr=False)


class SignatureState(StrEnum):
    """What is known about the sender of a delivery."""

    VALID = "valid"
    """A digest in the header comes from a known client secret."""
    INVALID = "invalid"
    """There is a header, and no digest in it comes from a known client secret."""
    UNSIGNED = "unsigned"
    """There is no header, or it is empty."""
    UNKNOWN = "unknown"
    """No client secret is known here, so nothing could be checked."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A signature's state, and the label of the secret that matched."""

    state: SignatureState
    secret_label: str | None = None


def digest(body: bytes, client_secret: str) -> str:
    """Return the base64 digest that Cronofy sends for `body` under one client secret."""
    # Late: loading OpenSSL's digests takes longer than anything else that lists and shows verdicts.
    import hmac

    # An environment variable may hold bytes that are not UTF-8; Python reads them as lone surrogates.
    key = client_secret.encode("utf-8", "surrogateescape")
    return b2a_base64(hmac.digest(key, body, "sha256"), newline=False).decode()


def sign(body: bytes, client_secrets: Iterable[str]) -> str:
    """Return the header's value for `body`: a digest per client secret, joined by a comma without a space."""
    return ",".join(digest(body, secret) for secret in client_secrets)


def judge(header: str | None, body: bytes, client_secrets: Sequence[ClientSecret]) -> Verdict:
    """Say who signed `body`, as far as the known client secrets can tell."""
    from hmac import compare_digest

    # Bytes, because compare_digest() raises on non-ASCII str and anyone can send the header.
    sent = [part.strip().encode("utf-8", "surrogateescape") for part in (header or "").split(",")]
    if not any(sent):
        return Verdict(SignatureState.UNSIGNED)
    if not client_secrets:
        return Verdict(SignatureState.UNKNOWN)
    for secret in client_secrets:
        expected = digest(body, secret.value).encode()
        for part in sent:
            if compare_digest(part, expected):
                return Verdict(SignatureState.VALID, secret.label)
    return Verdict(SignatureState.INVALID)


def verify_signature(header: str | None, body: bytes, client_secrets: Sequence[ClientSecret]) -> str:
    """Check that Cronofy signed `body`, and return the label of the secret that it was signed with.

    Raises:
        SignatureMismatch: the header is missing, or no digest in it comes from a known secret.
    """
    verdict = judge(header, body, client_secrets)
    if verdict.state is SignatureState.VALID and verdict.secret_label is not None:
        return verdict.secret_label
    if verdict.state is SignatureState.UNSIGNED:
        raise SignatureMismatch(f"there is no signature: the header {HEADER} is missing or empty")
    raise SignatureMismatch(
        "the signature does not match",
        hint="check the raw body, not re-encoded JSON, and that the client secret is the channel's application's",
    )
