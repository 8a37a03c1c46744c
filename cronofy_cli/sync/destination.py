"""Where copies are kept, by the name that was given for it: one account's in a file, many accounts' in a folder, or any
number of them in a PostgreSQL database.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from cronofy_cli.adapters.api.budget import ProcessBudget
from cronofy_cli.adapters.postgres import PostgresAddress, is_postgres, refuse_password
from cronofy_cli.errors import WrongUsage
from cronofy_cli.sync.copy_files import DATABASES, LINES, destination_at
from cronofy_cli.sync.errors import translated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cronofy_cli.adapters.api.budget import Budget
    from cronofy_cli.core.api.rate_limits import RateLimit
    from cronofy_cli.sync.copy.interface import Copy
    from cronofy_cli.sync.copy_files import Destination

_ACCOUNT: Final = "{sub}"
"""Stands for the account's id in the name of a file."""


class Place(Protocol):
    """Where the copies of a command are kept."""

    @property
    def name(self) -> str:
        """What messages call it; no password is in it."""

    def open(self, sub: str, data_center: str) -> Copy:
        """Open an account's copy, or make the place for a new one.

        Raises:
            CopyUnavailable: it cannot be opened.
        """

    def open_existing(self, sub: str, data_center: str) -> Copy:
        """Open an account's copy that is only to be looked at.

        Raises:
            NotFound: there is none.
            WrongUsage: what is there is another program's.
            CopyUnavailable: it cannot be read, or a later release has written it.
        """

    def last_runs(self, accounts: Sequence[tuple[str, str]]) -> dict[tuple[str, str], float]:
        """Return when accounts' copies, by `sub` and data center, were last brought up to date, in any unit.

        An account without a copy is left out.

        Raises:
            CopyUnavailable: that cannot be known.
        """

    def budget(self, client_id: str, data_center: str, limits: Sequence[RateLimit]) -> Budget:
        """Return the budget of an application, shared as widely as the place allows."""


@dataclass(frozen=True, slots=True)
class Files:
    """Copies in files. With `{sub}` in the name each account has its own."""

    pattern: str

    @property
    def name(self) -> str:
        """The pattern, or the one file."""
        return self.pattern

    def open(self, sub: str, data_center: str) -> Copy:  # noqa: ARG002 - the file knows
        """Open the account's file."""
        from cronofy_cli.sync.copy.sqlite_copy import open_copy

        destination = self._destination(sub)
        if _ACCOUNT in self.pattern:
            with translated(destination.path.parent):
                destination.path.parent.mkdir(parents=True, exist_ok=True)
        return open_copy(destination)

    def open_existing(self, sub: str, data_center: str) -> Copy:  # noqa: ARG002 - the file knows
        """Open the account's file, if it is there."""
        from cronofy_cli.sync.copy.sqlite_copy import open_existing

        return open_existing(self._destination(sub))

    def last_runs(self, accounts: Sequence[tuple[str, str]]) -> dict[tuple[str, str], float]:
        """Return when the files were written."""
        files = {account: self._destination(account[0]).database for account in accounts}
        return {account: path.stat().st_mtime for account, path in files.items() if path.is_file()}

    def budget(self, client_id: str, data_center: str, limits: Sequence[RateLimit]) -> Budget:  # noqa: ARG002
        """Return a budget of this process."""
        return ProcessBudget(limits)

    def _destination(self, sub: str) -> Destination:
        return destination_at(Path(self.pattern.replace(_ACCOUNT, sub)))


@dataclass(frozen=True, slots=True)
class Database:
    """Copies in one PostgreSQL database, with the account in the key of each row."""

    address: PostgresAddress

    @property
    def name(self) -> str:
        """The address."""
        return str(self.address)

    def open(self, sub: str, data_center: str) -> Copy:
        """Connect, and make the tables where they are not."""
        from cronofy_cli.sync.copy.postgres_copy import open_copy

        return open_copy(self.address, sub, data_center)

    def open_existing(self, sub: str, data_center: str) -> Copy:
        """Connect, to read."""
        from cronofy_cli.sync.copy.postgres_copy import open_existing

        return open_existing(self.address, sub, data_center)

    def last_runs(self, accounts: Sequence[tuple[str, str]]) -> dict[tuple[str, str], float]:
        """Return what the copies remember."""
        from cronofy_cli.sync.copy.postgres_copy import last_runs

        found = last_runs(self.address)
        return {account: found[account] for account in accounts if account in found}

    def budget(self, client_id: str, data_center: str, limits: Sequence[RateLimit]) -> Budget:
        """Return a budget that all share who keep copies in this database."""
        from cronofy_cli.sync.postgres_budget import PostgresBudget

        return PostgresBudget(self.address, client_id, data_center, limits)


def place_of_one(out: str) -> Place:
    """Return the place of one account's copy.

    Raises:
        WrongUsage: the name does not tell what to write, or has a password.
    """
    if is_postgres(out):
        return _database(out)
    destination_at(Path(out))
    return Files(out)


def place_of_many(out: str) -> Place:
    """Return the place of many accounts' copies. In a folder each is a database of its own.

    Raises:
        WrongUsage: the name does not tell what to write, is that of one file, or has a password.
    """
    if is_postgres(out):
        return _database(out)
    path = Path(out)
    if _ACCOUNT in out:
        destination_at(Path(out.replace(_ACCOUNT, "acc_1")))
        return Files(out)
    if path.suffix.lower() in DATABASES | LINES or path.is_file() or path.name == "-":
        stem = "copy" if path.name == "-" else path.stem
        each = path.with_name(f"{stem}-{_ACCOUNT}{path.suffix or '.db'}")
        raise WrongUsage(
            f"--out {out} is one file, and each account has a copy of its own",
            hint=f"name a folder, or a file for each: --out '{each}'",
        )
    return Files(str(path / f"{_ACCOUNT}.db"))


def _database(out: str) -> Database:
    address = PostgresAddress.parse(out)
    refuse_password(address, where="--out")
    return Database(address)
