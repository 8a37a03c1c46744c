"""Signatures for what is sent by hand: right, wrong, and as during a rotation of client secrets.

While an application has several active client secrets the header holds a digest of each (docs:
/developers/push-notifications/authentication/). A receiver that knows one of them must find its digest among them.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cronofy_cli.core.signature import sign

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cronofy_cli.core.signature import ClientSecret


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """The client secrets that the receiver knows, and some that it cannot know. Never shown."""

    known: tuple[str, ...] = field(repr=False)
    made_up: tuple[str, ...] = field(repr=False)

    def right(self, body: bytes) -> str:
        """Sign with what the receiver knows."""
        return sign(body, self.known)

    def right_first(self, body: bytes) -> str:
        """Sign with everything, what the receiver knows first."""
        return sign(body, (*self.known, *self.made_up))

    def right_last(self, body: bytes) -> str:
        """Sign with everything, what the receiver knows last."""
        return sign(body, (*self.made_up, *self.known))

    def wrong(self, body: bytes) -> str:
        """Sign with nothing that the receiver knows."""
        return sign(body, self.made_up)


def signing_keys(client_secrets: Iterable[ClientSecret], made_up: int = 1) -> SigningKeys:
    """Return keys with a number of made-up secrets beside the client's."""
    return SigningKeys(
        tuple(secret.value for secret in client_secrets), tuple(secrets.token_urlsafe() for _ in range(made_up))
    )
