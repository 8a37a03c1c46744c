"""Our own files, which are replaced at once."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.paths import NO_HOME, config_folder, data_folder, user_file, write_private
from cronofy_cli.adapters.settings.places import home_folder
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_of_ours(tmp_path: Path) -> None:
    """It is for its owner alone, in a folder that is made for it, and nothing is left beside it."""
    path = tmp_path / "made" / "kept.json"

    write_private(path, b"before")
    write_private(path, b"after")

    assert path.read_bytes() == b"after"
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)) == (0o600, 0o700)
    assert list(path.parent.iterdir()) == [path]


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    """It is named, with what to choose instead."""
    (tmp_path / "file").touch()

    with pytest.raises(WrongUsage, match="cannot be written") as caught:
        write_private(tmp_path / "file" / "below", b"")

    assert caught.value.hint == "name a folder that you may write in CRONOFY_DATA_DIR"


@pytest.mark.parametrize("variables", [{}, {"CRONOFY_CONFIG_DIR": "~/settings", "CRONOFY_DATA_DIR": "~/data"}])
def test_a_user_without_a_home(variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A user that is only a number has no settings and no data: reading finds nothing, and writing names the place."""
    monkeypatch.setattr("pwd.getpwuid", no_such_user)
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)

    assert data_folder(variables).is_relative_to(NO_HOME)
    assert config_folder(variables).is_relative_to(NO_HOME)
    assert home_folder(variables) == NO_HOME
    assert not user_file(variables).exists()


def no_such_user(number: int) -> None:
    """There is no entry for any user."""
    raise KeyError(number)
