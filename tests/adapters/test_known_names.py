"""Names for a shell's TAB."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import open_history
from cronofy_cli.adapters.known_names import CALENDARS, CHANNELS, KnownNames, read_tags
from tests.samples import make_delivery

if TYPE_CHECKING:
    from pathlib import Path

WORK, HOME = {"cal_1": "Work"}, {"cal_2": "Home"}


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A folder of its own."""
    return {"CRONOFY_DATA_DIR": str(tmp_path)}


@pytest.fixture
def known(environment: dict[str, str]) -> KnownNames:
    """The file, not there yet."""
    return KnownNames(environment)


def test_what_was_listed_last(known: KnownNames, tmp_path: Path) -> None:
    """Each kind of each account is kept as it was last listed, for its user alone."""
    assert known.find("uk acc_1", CALENDARS) == {}
    known.keep("uk acc_1", CALENDARS, WORK)
    known.keep("uk acc_1", CHANNELS, {"chn_1": "https://a.example.com"})
    known.keep("uk acc_2", CALENDARS, HOME)
    known.keep("uk acc_2", CALENDARS, HOME | WORK)

    assert known.find("uk acc_1", CALENDARS) == WORK
    assert known.find("uk acc_1", CHANNELS) == {"chn_1": "https://a.example.com"}
    assert known.find("uk acc_2", CALENDARS) == HOME | WORK
    assert known.find("uk acc_2", CHANNELS) == {}
    assert (tmp_path / "completion.json").stat().st_mode & 0o777 == 0o600


def test_a_simulator_with_another_world(known: KnownNames) -> None:
    """Names of a simulator's world are not offered in another one, and are forgotten when that is listed."""
    known.keep("simulator", CALENDARS, WORK, "world 1")
    known.keep("simulator", CHANNELS, HOME, "world 1")

    assert known.find("simulator", CALENDARS, "world 2") == {}
    known.keep("simulator", CALENDARS, WORK, "world 2")
    assert known.find("simulator", CALENDARS, "world 2") == WORK
    assert known.find("simulator", CHANNELS, "world 2") == {}
    assert known.find("simulator", CALENDARS, "world 1") == {}


def test_what_is_known_is_not_written_again(known: KnownNames, tmp_path: Path) -> None:
    """Listing the same once more changes no file."""
    known.keep("uk acc_1", CALENDARS, WORK)
    before = (tmp_path / "completion.json").stat().st_ino
    known.keep("uk acc_1", CALENDARS, WORK)

    assert (tmp_path / "completion.json").stat().st_ino == before


def test_the_accounts_that_were_listed_last(known: KnownNames) -> None:
    """Twenty accounts are kept: the ones that were listed last."""
    for number in range(20):
        known.keep(f"acc_{number}", CALENDARS, WORK)
    known.keep("acc_0", CALENDARS, HOME)
    known.keep("acc_20", CALENDARS, WORK)

    assert known.find("acc_1", CALENDARS) == {}
    assert known.find("acc_0", CALENDARS) == HOME
    assert all(known.find(f"acc_{number}", CALENDARS) == WORK for number in range(2, 21))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"uk acc_1": []}',
        b'{"uk acc_1": {"calendars": []}}',
        b'{"uk acc_1": {"calendars": {"cal_1": 1}}}',
        b'{"uk acc_1": {"calendars": {"cal_1": "Work"}}, "x": 1}',
        b"[" * 100_000,
        b"\xff",
    ],
)
def test_a_file_that_cannot_be_understood(content: bytes, known: KnownNames, tmp_path: Path) -> None:
    """It is as good as not there, and the next listing replaces it."""
    (tmp_path / "completion.json").write_bytes(content)

    assert known.find("uk acc_1", CALENDARS) == {}
    known.keep("uk acc_1", CALENDARS, HOME)
    assert json.loads((tmp_path / "completion.json").read_bytes()) == {
        "uk acc_1": {"calendars": HOME, "world": {"name": ""}}
    }


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    """Nothing depends on it."""
    (tmp_path / "file").write_text("in the way")
    known = KnownNames({"CRONOFY_DATA_DIR": str(tmp_path / "file")})

    known.keep("uk acc_1", CALENDARS, WORK)

    assert known.find("uk acc_1", CALENDARS) == {}


def test_tags(environment: dict[str, str], tmp_path: Path) -> None:
    """Tags are read with their deliveries' numbers; without a history, or with a broken one, there are none."""
    assert read_tags(environment) == {}
    assert [*tmp_path.iterdir()] == []
    with open_history(tmp_path / "deliveries.db") as history:
        history.record([make_delivery(0)] * 2)
        history.tags.put("second", 2)
        history.tags.put("first", 1)
    assert [*read_tags(environment).items()] == [("first", 1), ("second", 2)]
    (tmp_path / "deliveries.db").write_bytes(b"no database")
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(tmp_path / "deliveries.db").execute("SELECT 1 FROM tags")
    assert read_tags(environment) == {}
