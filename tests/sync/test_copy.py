"""The file of a copy: what is opened, what is refused, and that nothing refused stays open."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.errors import NotFound, WrongUsage
from cronofy_cli.sync.change_log import ChangeLog
from cronofy_cli.sync.copy.sqlite_copy import open_copy, open_existing
from cronofy_cli.sync.copy_files import destination_at
from cronofy_cli.sync.errors import CopyUnavailable
from cronofy_cli.sync.full_read import Truth
from cronofy_cli.sync.seen import Seen
from tests.open_files import open_files

if TYPE_CHECKING:
    from pathlib import Path

    from cronofy_cli.errors import CronofyError


def write(path: Path, *statements: str) -> None:
    """Make a database."""
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    ("statements", "refusal", "words"),
    [
        ((), NotFound, "there is no copy at"),
        (("CREATE TABLE notes (id INTEGER)",), WrongUsage, "is a database that 'cronofy sync' has not made"),
    ],
    ids=["empty", "another program's"],
)
def test_what_is_no_copy(statements: tuple[str, ...], refusal: type[CronofyError], words: str, tmp_path: Path) -> None:
    """Each has its own words and a command to go on, and the file is left alone."""
    path = tmp_path / "calendar.db"
    write(path, *statements)
    before = path.read_bytes()

    with pytest.raises(refusal, match=words) as caught:
        open_existing(destination_at(path))

    assert caught.value.hint
    assert (path.read_bytes(), open_files(path)) == (before, set())


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    """What SQLite cannot read is an error of ours."""
    path = tmp_path / "calendar.db"
    path.write_bytes(b"my notes" * 1000)

    with pytest.raises(CopyUnavailable) as caught:
        open_existing(destination_at(path))

    assert str(path) in f"{caught.value.message} {caught.value.hint}"
    assert open_files(path) == set()


def test_a_closed_copy(tmp_path: Path) -> None:
    """When its block ends the file is let go, though the copy is still named."""
    path = tmp_path / "calendar.db"
    with open_copy(destination_at(path)) as copy:
        assert open_files(path) != set()

    assert (copy.name, open_files(path)) == (str(path), set())


def test_what_is_kept_aside() -> None:
    """What a run keeps aside while it reads is gone when it ends."""
    with Truth() as truth, ChangeLog() as log, Seen() as seen:
        assert (seen.note("evt_1"), seen.note("evt_1")) == (True, False)
        truth.add("evt_1", b"{}")
        assert (truth.take("evt_1"), list(log.lines())) == (b"{}", [])

    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        truth.touch("evt_1")
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        seen.note("evt_1")
    with pytest.raises(ValueError, match="closed"):
        list(log.lines())
