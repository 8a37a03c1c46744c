"""What a walk needs a person for: a browser, a calendar, and Cronofy's dashboard."""

from __future__ import annotations

import sys
from typing import Protocol


class Person(Protocol):
    """Who owns the account."""

    def approve(self, authorize_url: str) -> str:
        """Open the address in a browser, approve, and return the address where the browser ended."""

    def edit(self, what: str) -> None:
        """Do this in the calendar, and return when it is done."""

    def second_secret(self) -> str | None:
        """Add a client secret to the application and return it; None leaves this out."""


class AtTheTerminal:
    """A person who reads and types here."""

    def approve(self, authorize_url: str) -> str:
        """Print the address and take one."""
        return self._ask(f"Open this in a browser and approve:\n{authorize_url}\nThen paste the address it ended at: ")

    def edit(self, what: str) -> None:
        """Print what to do and wait for Enter."""
        self._ask(f"In the calendar, {what}. Save, then press Enter here: ")

    def second_secret(self) -> str | None:
        """Ask for it; an empty line leaves it out."""
        asked = "In the dashboard, add a second client secret and paste it here (Enter leaves this out): "
        return self._ask(asked) or None

    def _ask(self, text: str) -> str:
        sys.stdout.write(f"\n{text}")
        sys.stdout.flush()
        return sys.stdin.readline().strip()
