"""Signatures of push notifications.

Pure: bytes in, verdict out. Finding the client secrets is the credentials' job.

The header `Cronofy-HMAC-SHA256` holds, for each active client secret of the application, the standard base64 of the
HMAC-SHA256 over the raw request body, comma-separated (docs: /developers/push-notifications/authentication/).
"""

from __future__ import annotations

from binascii import b2a_base64
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

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


class Verdict(NamedTuple):
    """A signature's state, and the label of the secret that matched."""

    state: SignatureState
    secret_label: str | None = None


def digest(body: bytes, client_secret: str) -> str:
    """Return the base64 digest that Cronofy sends for `body` under one client secret."""
    # Late: loading OpenSSL's digests takes longer than anything else that lists and shows verdicts.
    import hmac

    return b2a_base64(hmac.digest(key_of(client_secret), body, "sha256"), newline=False).decode()


def sign(body: bytes, client_secrets: Iterable[str]) -> str:
    """Return the header's value for `body`: a digest per client secret, joined by a comma without a space."""
    return ",".join(digest(body, secret) for secret in client_secrets)


class Verifier:
    """Says who signed a body. Made once for many: preparing a key takes longer than a digest."""

    __slots__ = ("_compare", "_keys")

    def __init__(self, client_secrets: Iterable[ClientSecret]) -> None:
        # Late, as in `digest`.
        from hmac import compare_digest, new

        self._compare = compare_digest
        self._keys = [
            (new(key_of(secret.value), digestmod="sha256"), Verdict(SignatureState.VALID, secret.label))
            for secret in client_secrets
        ]

    def __call__(self, header: str | None, body: bytes) -> Verdict:
        """Return what the known client secrets can tell about the header's value."""
        # Bytes, because compare_digest() raises on non-ASCII str and anyone can send the header.
        sent = [part.strip() for part in (header or "").encode("utf-8", "surrogateescape").split(b",")]
        if not any(sent):
            return Verdict(SignatureState.UNSIGNED)
        if not self._keys:
            return Verdict(SignatureState.UNKNOWN)
        for key, valid in self._keys:
            keyed = key.copy()
            keyed.update(body)
            expected = b2a_base64(keyed.digest(), newline=False)
            for part in sent:
                if self._compare(part, expected):
                    return valid
        return Verdict(SignatureState.INVALID)


def judge(header: str | None, body: bytes, client_secrets: Sequence[ClientSecret]) -> Verdict:
    """Say who signed `body`, as far as the known client secrets can tell."""
    return Verifier(client_secrets)(header, body)


def key_of(client_secret: str) -> bytes:
    """Return the key that a client secret is: its bytes as they were read."""
    # An environment variable may hold bytes that are not UTF-8; Python reads them as lone surrogates.
    return client_secret.encode("utf-8", "surrogateescape")


class SignaturePolicy(StrEnum):
    """What a wrong or missing signature leads to (`--signature`)."""

    STRICT = "strict"
    """It is answered 401, as an application should."""
    WARN = "warn"
    """It is shown, and answered 200."""
    OFF = "off"
    """Signatures are not looked at."""


NOT_FROM_CRONOFY: Final = (SignatureState.INVALID, SignatureState.UNSIGNED)
"""What is known not to be signed by Cronofy."""


def answer_status(policy: SignaturePolicy, state: SignatureState) -> int:
    """Return the status for a delivery. Without a known client secret nothing can be checked, so nothing is refused."""
    return 401 if policy is SignaturePolicy.STRICT and state in NOT_FROM_CRONOFY else 200
