"""Where copies are kept, by the name that was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cronofy_cli.errors import WrongUsage
from cronofy_cli.sync.destination import Database, Files, place_of_many, place_of_one

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("out", "name"),
    [
        ("copies", "copies/{sub}.db"),
        ("copies/", "copies/{sub}.db"),
        ("copies/{sub}.ndjson", "copies/{sub}.ndjson"),
        ("{sub}", "{sub}"),
        ("calendar-{sub}.db", "calendar-{sub}.db"),
        (".", "{sub}.db"),
    ],
)
def test_a_file_for_each_account(out: str, name: str) -> None:
    """A folder gets a database for each account; a pattern says where each account's copy is."""
    place = place_of_many(out)

    assert isinstance(place, Files)
    assert place.name == name


@pytest.mark.parametrize(
    ("out", "hint"),
    [
        ("calendar.db", "--out 'calendar-{sub}.db'"),
        ("copies/all.ndjson", "--out 'copies/all-{sub}.ndjson'"),
        ("-", "--out 'copy-{sub}.db'"),
    ],
)
def test_one_file_for_many_accounts(out: str, hint: str) -> None:
    """One file is refused, with the pattern to use."""
    with pytest.raises(WrongUsage, match="is one file, and each account has a copy of its own") as caught:
        place_of_many(out)

    assert hint in str(caught.value.hint)


def test_a_pattern_of_no_kind() -> None:
    """A pattern whose files would be of no known kind is refused."""
    with pytest.raises(WrongUsage, match="does not say what to write"):
        place_of_many("copies/{sub}.txt")


@pytest.mark.parametrize("place_of", [place_of_one, place_of_many])
def test_a_database(place_of: object) -> None:
    """An address of PostgreSQL is one, for one account and for many; with a password it is refused, unseen."""
    assert callable(place_of)
    place = place_of("postgresql://db.example.com/team")
    assert isinstance(place, Database)
    assert place.name == "postgresql://db.example.com/team"

    with pytest.raises(WrongUsage, match="has a password") as caught:
        place_of("postgresql://me:s3cret@db.example.com/team")
    assert "s3cret" not in f"{caught.value.message} {caught.value.hint}"


def test_when_copies_were_written(tmp_path: Path) -> None:
    """Accounts without a copy are not among those that have one."""
    (tmp_path / "acc_1.db").write_bytes(b"")
    place = place_of_many(str(tmp_path))

    assert list(place.last_runs([("acc_1", "us"), ("acc_2", "us")])) == [("acc_1", "us")]


def test_folders_are_made_for_the_accounts_files(tmp_path: Path) -> None:
    """However deep; a folder that is there already is used."""
    place = place_of_many(str(tmp_path / "a" / "{sub}" / "calendar.db"))

    for _ in range(2):
        place.open("acc_1", "us").close()

    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.db")] == ["a/acc_1/calendar.db"]
