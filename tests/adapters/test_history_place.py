"""Where the history is: who says so first, and what may be said."""

from __future__ import annotations

from pathlib import Path

import pytest

from cronofy_cli.adapters.history_place import history_place, parse_place
from cronofy_cli.adapters.postgres import PostgresAddress
from cronofy_cli.errors import WrongUsage

TEAM = "postgresql://db.example.com/team"
MINE = "postgresql://db.example.com/mine"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Folders of this test alone."""
    return {"CRONOFY_CONFIG_DIR": str(tmp_path / "config"), "CRONOFY_DATA_DIR": str(tmp_path / "data")}


def set_in_file(environment: dict[str, str], text: str) -> None:
    """Write the user's settings."""
    folder = Path(environment["CRONOFY_CONFIG_DIR"])
    folder.mkdir()
    (folder / "config.toml").write_text(text)


def test_the_usual_file(environment: dict[str, str], tmp_path: Path) -> None:
    """Where nobody says anything it is a file in the data folder, whatever else the settings have."""
    assert history_place(environment) == tmp_path / "data" / "deliveries.db"
    assert history_place(environment | {"CRONOFY_HISTORY": " "}) == tmp_path / "data" / "deliveries.db"

    set_in_file(environment, 'print = "full"  # not the history\n')
    assert history_place(environment) == tmp_path / "data" / "deliveries.db"


def test_who_says_it(environment: dict[str, str]) -> None:
    """The user's settings come before the usual file, and the environment before both."""
    set_in_file(environment, f'history = "{TEAM}"\n')

    assert history_place(environment) == PostgresAddress.parse(TEAM)
    assert history_place(environment | {"CRONOFY_HISTORY": f" {MINE}\n"}) == PostgresAddress.parse(MINE)


def test_a_file_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path is one from where the command runs, with the home folder for a tilde."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/ada")

    assert parse_place("team/history.db") == tmp_path / "team" / "history.db"
    assert parse_place("~/history.db") == Path("/home/ada/history.db")


def test_the_address_of_something_else(environment: dict[str, str]) -> None:
    """It is said where the address comes from, and not what it is: a part may be a password."""
    with pytest.raises(WrongUsage, match=r"^CRONOFY_HISTORY: ") as caught:
        history_place(environment | {"CRONOFY_HISTORY": "mysql://me:geheim@db/team"})

    assert caught.value.hint
    assert "geheim" not in f"{caught.value.message} {caught.value.hint}"
