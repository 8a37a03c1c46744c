"""Pages that wait for an answer, each with a ticket of its own.

Pure. Only somebody who read the page can send its ticket back: another site's form cannot press its buttons, and no
answer counts twice.
"""

from __future__ import annotations

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


class Tickets(Generic[Question]):
    """The pages that can still be answered, and what each of them asks."""

    def __init__(self, new_ticket: Callable[[], str]) -> None:
        self._new_ticket = new_ticket
        self._open: dict[str, tuple[Question, datetime]] = {}

    def issue(self, question: Question, now: datetime) -> str:
        """Keep a question and return the ticket for its answer."""
        while len(self._open) >= MAX_OPEN:
            del self._open[next(iter(self._open))]
        ticket = self._new_ticket()
        self._open[ticket] = (question, now + LIFETIME)
        return ticket

    def take(self, ticket: str, now: datetime) -> Question:
        """Return the question that a ticket belongs to, once.

        Raises:
            WrongUsage: there is none: it was answered before, or is too old.
        """
        question, expires_at = self._open.pop(ticket, (None, now))
        if question is None or expires_at <= now:
            raise WrongUsage("This page was answered before, or is too old.")
        return question
