"""Pages that wait for an answer, each with a one-time token of its own.

Pure. Only somebody who read the page can send its token back: another site's form cannot press its buttons, and no
answer counts twice.
"""

from __future__ import annotations

import secrets
import string
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

LIFETIME: Final = timedelta(minutes=10)
MAX_OPEN: Final = 1000
"""Pages that can wait at once; the oldest gives way."""

Question = TypeVar("Question")

TOKEN_LENGTH: Final = 32
"""Of codes and tokens (docs: /developers/api/authorization/request-token/)."""
_TOKEN_CHARACTERS: Final = f"{string.ascii_letters}{string.digits}_-"
"""As in captured refresh tokens."""


def new_token() -> str:
    """Return a code or a token that cannot be guessed."""
    return "".join(secrets.choice(_TOKEN_CHARACTERS) for _ in range(TOKEN_LENGTH))


class OneTimeTokens(Generic[Question]):
    """The pages that can still be answered, and what each of them asks."""

    def __init__(self, new_token: Callable[[], str]) -> None:
        self._new_token = new_token
        self._open: dict[str, tuple[Question, datetime]] = {}

    def issue(self, question: Question, now: datetime) -> str:
        """Keep a question and return the token for its answer."""
        while len(self._open) >= MAX_OPEN:
            del self._open[next(iter(self._open))]
        token = self._new_token()
        self._open[token] = (question, now + LIFETIME)
        return token

    def take(self, token: str, now: datetime) -> Question:
        """Return the question that a token belongs to, once.

        Raises:
            WrongUsage: there is none: it was answered before, or is too old.
        """
        question = self.look_at(token, now)
        del self._open[token]
        return question

    def look_at(self, token: str, now: datetime) -> Question:
        """Return the question that a token belongs to, and leave it open.

        Raises:
            WrongUsage: there is none: it was answered before, or is too old.
        """
        question, expires_at = self._open.get(token, (None, now))
        if question is None or expires_at <= now:
            self._open.pop(token, None)
            raise WrongUsage("This page was answered before, or is too old.")
        return question
