"""The tool's own files: private, the user's, and repaired if asked."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from cronofy_cli.adapters.settings import load_settings
from cronofy_cli.core.checks import CheckState
from cronofy_cli.doctor.files import PrivatePlace, check_private_files, check_settings
from cronofy_cli.doctor.local import private_places


def mode_of(path: Path) -> int:
    """Return a path's mode."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that others can look into."""
    made = tmp_path / "cronofy"
    made.mkdir()
    made.chmod(0o755)
    return made


@pytest.fixture
def file(folder: Path) -> Path:
    """A file that others can read."""
    made = folder / "deliveries.db"
    made.write_bytes(b"kept")
    made.chmod(0o644)
    return made


def test_what_others_can_read_is_a_warning(folder: Path, file: Path) -> None:
    """Each such place is named with its mode and the command that repairs it; nothing is changed."""
    checks = check_private_files([PrivatePlace(folder, is_folder=True), PrivatePlace(file)], fix=False)

    assert [(check.subject, check.state, check.code) for check in checks] == [
        (str(folder), CheckState.WARNING, "open_to_others"),
        (str(file), CheckState.WARNING, "open_to_others"),
    ]
    assert {check.hint for check in checks} == {"cronofy doctor --fix"}
    assert (mode_of(folder), mode_of(file)) == (0o755, 0o644)


def test_what_the_user_cannot_use_is_a_warning(folder: Path) -> None:
    """A folder that its owner may not write to is named, and mended on request."""
    folder.chmod(0o500)
    place = PrivatePlace(folder, is_folder=True)

    (check,) = check_private_files([place], fix=False)
    check_private_files([place], fix=True)

    assert (check.state, check.code, check.hint) == (CheckState.WARNING, "closed_to_owner", "cronofy doctor --fix")
    assert check.finding == "you do not have full access: mode 0500 instead of 0700"
    assert mode_of(folder) == 0o700


def test_fix_sets_the_modes_and_says_so(folder: Path, file: Path) -> None:
    """Repaired places are private, keep what is in them, and each repair is told."""
    checks = check_private_files([PrivatePlace(folder, is_folder=True), PrivatePlace(file)], fix=True)

    assert (mode_of(folder), mode_of(file), file.read_bytes()) == (0o700, 0o600, b"kept")
    assert [check.finding for check in checks] == [
        "mode changed from 0755 to 0700",
        "mode changed from 0644 to 0600",
        "2 files and folders, private to you",
    ]
    assert {check.state for check in checks} == {CheckState.OK}


def test_one_place(tmp_path: Path) -> None:
    """A single place is counted as one."""
    (check,) = check_private_files([PrivatePlace(tmp_path, is_folder=True)], fix=True)[-1:]

    assert check.finding == "1 file or folder, private to you"


def test_fix_makes_missing_folders(tmp_path: Path) -> None:
    """A missing folder is made private; a missing file is not made."""
    folder, file = tmp_path / "one" / "two", tmp_path / "none.db"

    checks = check_private_files([PrivatePlace(folder, is_folder=True), PrivatePlace(file)], fix=True)

    assert (mode_of(folder), file.exists()) == (0o700, False)
    assert checks[0].finding == "folder created, mode 0700"


def test_what_is_not_there_is_fine(tmp_path: Path) -> None:
    """Before the first use there is nothing to complain about, and without --fix nothing is made."""
    (check,) = check_private_files([PrivatePlace(tmp_path / "none", is_folder=True)], fix=False)

    assert (check.state, (tmp_path / "none").exists()) == (CheckState.OK, False)


@pytest.fixture
def foreign_file(file: Path) -> Path:
    """A file of another user: only root can give one away, everybody else looks at one of root's."""
    if os.geteuid() != 0:
        return Path("/etc/hosts")
    os.chown(file, 12345, -1)
    return file


def test_what_belongs_to_another_user_is_not_touched(foreign_file: Path) -> None:
    """A file of another user is a failure with the command that takes it over, also with --fix."""
    mode = mode_of(foreign_file)

    (check,) = check_private_files([PrivatePlace(foreign_file)], fix=True)

    assert (check.state, check.code, mode_of(foreign_file)) == (CheckState.FAILED, "foreign_owner", mode)
    assert str(foreign_file) in check.hint


def test_a_folder_that_cannot_be_made_is_told(file: Path) -> None:
    """A file where a folder should be is named with the system's words."""
    (check,) = check_private_files([PrivatePlace(file / "below", is_folder=True)], fix=True)

    assert (check.state, check.code) == (CheckState.FAILED, "not_accessible")


def test_a_chosen_folder_is_not_taken_over(folder: Path) -> None:
    """The mode of a folder that a variable names is the user's choice: only the tool's own files in it count."""
    chosen = {"HOME": str(folder), "CRONOFY_DATA_DIR": str(folder), "CRONOFY_CONFIG_DIR": str(folder)}

    places = private_places(chosen)

    assert PrivatePlace(folder, is_folder=True) not in places
    assert PrivatePlace(folder / "deliveries.db") in places
    assert PrivatePlace(folder / "config.toml") in places


def test_files_of_secrets_are_looked_at(folder: Path) -> None:
    """Each file of secrets counts, and so does their folder."""
    secrets = folder / "secrets"
    secrets.mkdir()
    (secrets / "context-work.json").touch()

    places = private_places({"CRONOFY_DATA_DIR": str(folder), "CRONOFY_CONFIG_DIR": str(folder)})

    assert {PrivatePlace(secrets, is_folder=True), PrivatePlace(secrets / "context-work.json")} <= set(places)


def test_settings_that_cannot_be_read_fail(folder: Path) -> None:
    """A broken settings file is named, with its line."""
    (folder / "config.toml").write_text("data_center = \n")
    environment = {"HOME": str(folder), "CRONOFY_CONFIG_DIR": str(folder)}

    check = check_settings(lambda: load_settings(environment, folder))

    assert (check.state, check.code) == (CheckState.FAILED, "settings_unreadable")
    assert "config.toml" in check.finding


def test_settings_files_are_named(folder: Path) -> None:
    """The files that settings come from are listed."""
    (folder / "config.toml").write_text('data_center = "uk"\n')
    environment = {"HOME": str(folder), "CRONOFY_CONFIG_DIR": str(folder)}

    check = check_settings(lambda: load_settings(environment, folder))

    assert (check.state, check.evidence) == (CheckState.OK, (("path", str(folder / "config.toml")),))


def test_a_context_that_does_not_exist_fails(folder: Path) -> None:
    """Settings that choose an unknown context are as bad as none."""
    environment = {"HOME": str(folder), "CRONOFY_CONFIG_DIR": str(folder), "CRONOFY_CONTEXT": "gone"}

    check = check_settings(lambda: load_settings(environment, folder))

    assert check.state is CheckState.FAILED
    assert "gone" in check.finding
