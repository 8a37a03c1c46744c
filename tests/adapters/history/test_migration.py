"""A history that an earlier release has written."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from cronofy_cli.adapters.history import Criteria, open_history
from cronofy_cli.adapters.history.schema import CURRENT_VERSION
from cronofy_cli.core.signature import SignatureState
from tests.samples import CHANGE, make_delivery

FIRST = Path(__file__).with_name("version_1.sql")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file as the first version of the format was."""
    made = tmp_path / "history.db"
    connection = sqlite3.connect(made)
    connection.executescript(FIRST.read_text(encoding="utf-8"))
    connection.close()
    return made


@pytest.mark.parametrize("read_only", [False, True], ids=["writing", "reading"])
def test_first_version(path: Path, read_only: bool) -> None:
    """All of it is still there, to the byte, and what is new can be asked for: also by a command that only reads."""
    with open_history(path, read_only=read_only) as history:
        found = history.latest(10)

        assert [each.id for each in found] == [1, 2, 3]
        assert found[0] == make_delivery(1)
        assert (found[1].notification.calendar_ids, found[1].notification.only_managed) == (("cal_1", "cal_2"), True)
        assert found[2].request.body == bytes(range(256))
        assert history.events_of(2) == b'{"events": [ ]}'
        assert history.latest(10, Criteria(signature=SignatureState.UNSIGNED)) == found[2:]
        assert history.forwards.of(1) == []


def test_goes_on(path: Path) -> None:
    """It is written to as before: the number of a delivery that was removed is not given again."""
    with open_history(path) as history:
        recorded = history.record([make_delivery(body=CHANGE)])

    assert [each.id for each in recorded] == [5]


def test_once(path: Path) -> None:
    """The file says which version it has become, and opening it again changes nothing."""
    open_history(path).close()
    open_history(path).close()

    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (CURRENT_VERSION,)
    connection.close()


def test_a_migration_that_fails_leaves_the_file_as_it_was(path: Path) -> None:
    """Half a migration is none: the file keeps its version and its tables."""
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE tags (something_else)")

    with pytest.raises(Exception, match="already exists"):
        open_history(path)

    assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    assert connection.execute("SELECT name FROM sqlite_master WHERE name = 'forwards'").fetchone() is None
    connection.close()
