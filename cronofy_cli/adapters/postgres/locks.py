"""One program at a time: a lock that is known by a name, and that ends with the connection that holds it."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cronofy_cli.adapters.postgres.session import Session


def lock_number(name: str) -> int:
    """Return the number by which PostgreSQL knows a lock of this name. Others may use its numbers too: 64 bits."""
    return int.from_bytes(blake2b(f"cronofy {name}".encode(), digest_size=8).digest(), signed=True)


class AdvisoryLock:
    """A lock of a connection's. A connection of its own is best: the lock is lost with it, and nothing else is."""

    def __init__(self, session: Session, name: str) -> None:
        self._session = session
        self._number = lock_number(name)
        self._is_taken = False

    def try_to_take(self) -> bool:
        """Take it if no other connection holds it, and return whether that is so. Never waits.

        Raises:
            psycopg.Error: the server cannot be asked.
        """
        if not self._is_taken:
            found = self._session.execute("SELECT pg_try_advisory_lock(%s)", (self._number,)).fetchone()
            self._is_taken = found is not None and found[0]
        return self._is_taken

    def is_held(self) -> bool:
        """Ask the server whether it is still held here: with the connection it may be gone.

        Raises:
            psycopg.Error: the server cannot be asked, and so another one may have it.
        """
        if not self._is_taken:
            return False
        self._session.execute("SELECT 1")
        return True

    def give_back(self) -> None:
        """Let others have it.

        Raises:
            psycopg.Error: the server cannot be asked; then it goes with the connection.
        """
        if self._is_taken:
            self._is_taken = False
            self._session.execute("SELECT pg_advisory_unlock(%s)", (self._number,))
