"""Where a client's access token comes from, and what happens when Cronofy refuses it."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Protocol

from cronofy_cli.errors import NotSignedIn


class AccessTokens(Protocol):
    """An access token that may be replaced while a client is used. Called from any thread."""

    def current(self) -> str:
        """Return the token to send now."""

    def renewed(self, refused: str) -> str | None:
        """Return the token to send instead of one that was refused (401); None if there is no other."""


@dataclass(frozen=True, slots=True)
class FixedToken:
    """A token that cannot be renewed, such as one from the environment."""

    token: str = field(repr=False)

    def current(self) -> str:
        """Return it."""
        return self.token

    def renewed(self, refused: str) -> str | None:  # noqa: ARG002 - there is no other, whatever was refused
        """Return None: there is no other."""
        return None


@dataclass(frozen=True, slots=True)
class ApplicationSecrets:
    """The client secrets of an application, sent as its access token is: while one is rotated, several work (docs:
    /developers/api/authentication/). One that is refused is followed by the next.
    """

    secrets: tuple[str, ...] = field(repr=False)

    def current(self) -> str:
        """Return the first."""
        return self.secrets[0]

    def renewed(self, refused: str) -> str | None:
        """Return the one after the one that was refused."""
        return next((after for before, after in pairwise(self.secrets) if before == refused), None)


def checked_token(access_token: str) -> str:
    """Return a token that can be put into a header.

    Raises:
        NotSignedIn: it cannot be an access token.
    """
    token = access_token.strip()
    # Anything else fails inside the HTTP library, whose message would show the header.
    if token and token.isascii() and token.isprintable() and " " not in token:
        return token
    raise NotSignedIn(
        "the access token is empty, or holds characters that no access token has",
        hint="export CRONOFY_ACCESS_TOKEN=..., or sign in: cronofy auth login",
    )
