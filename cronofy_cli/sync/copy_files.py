"""The files of one copy, by the name that was given for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from pathlib import Path

DATABASES: Final = {".db", ".sqlite", ".sqlite3"}
LINES: Final = {".ndjson", ".jsonl"}


@dataclass(frozen=True, slots=True)
class Destination:
    """The files of a copy. NDJSON is written from the database that stands beside it."""

    path: Path
    """What the user asked for."""
    database: Path
    ndjson: Path | None = None


def destination_at(path: Path) -> Destination:
    """Return the files for a database, a file of lines, or a folder.

    Raises:
        WrongUsage: the name does not tell which.
    """
    suffix = path.suffix.lower()
    # Not "-": elsewhere that is stdout, where no copy can be kept.
    if path.is_dir() or not (suffix or path.exists() or path.name == "-"):
        return Destination(path, path / "state.db", path / "events.ndjson")
    if suffix in DATABASES:
        return Destination(path, path)
    if suffix in LINES:
        return Destination(path, path.with_name(f"{path.name}.state.db"), path)
    raise WrongUsage(
        f"--out {path} does not say what to write",
        hint="name a file.db (SQLite), a file.ndjson, or a folder, which gets an events.ndjson",
    )
