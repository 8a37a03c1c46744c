"""Changing the user's file: comments stay, a change is whole, and processes do not undo each other's."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.settings import Key
from cronofy_cli.adapters.settings.files import read_user_file
from cronofy_cli.adapters.settings.writing import (
    remove_context,
    rename_context,
    save_context,
    set_value,
    unset_value,
)
from cronofy_cli.core.accounts.contexts import Context, ContextAccount, SecretPlace
from cronofy_cli.core.tunnels import TunnelChoice
from cronofy_cli.errors import CronofyError, NotFound, WrongUsage
from tests.support import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

COMMENTED = """\
# Mine.
port = 8080  # the old one

[contexts.acme]
# The application of the demo.
data_center = "uk"  # London

[contexts.other]
client_id = "x"
"""
FULL = Context(
    "acme",
    data_center="uk",
    client_id="client",
    account=ContextAccount("acc_1", "janed@company.com"),
    scope="read_events",
    calendar_ids=("cal_1", "cal_2"),
    tunnel=TunnelChoice.SSH,
    tunnel_domain="acme.ngrok.app",
    ssh_host="me@host",
    forward=("http://localhost:3000/hook",),
    secret_place=SecretPlace.FILE,
    keyring_backend="keyring.backends.macOS.Keyring",
)
READ = """
import os, sys
from pathlib import Path
import cronofy_cli.adapters.settings.writing
from cronofy_cli.adapters.settings import load_settings

load_settings(os.environ, Path.cwd())
print("tomlkit" in sys.modules, "keyring" in sys.modules)
"""
SAVE_ONE = """
import sys
from pathlib import Path
from cronofy_cli.adapters.settings.writing import save_context
from cronofy_cli.core.accounts.contexts import Context

save_context(Path(sys.argv[1]), Context(f"context-{sys.argv[2]}", client_id="x"))
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A user's file that is not there yet."""
    return tmp_path / "config" / "config.toml"


@pytest.fixture
def commented(path: Path) -> Path:
    """A user's file that was written by hand."""
    path.parent.mkdir()
    path.write_text(COMMENTED, encoding="utf-8")
    return path


def test_a_context_is_read_as_it_was_saved(path: Path) -> None:
    """Every part of a context survives, also when it replaces another of that name."""
    save_context(path, Context("acme", client_id="before", scope="before"))
    save_context(path, Context("b.c"))
    save_context(path, FULL)

    assert read_user_file(path).contexts == {"acme": FULL, "b.c": Context("b.c")}


def test_the_only_context(path: Path) -> None:
    """The last context that is left can be removed too, also while it is the current one."""
    save_context(path, Context("acme", data_center="uk"))
    set_value(path, Key.CONTEXT, "acme")

    remove_context(path, "acme")

    assert path.read_text(encoding="utf-8").strip() == ""


def test_what_a_context_no_longer_has_is_removed(path: Path) -> None:
    """Saving a context without an account removes the account."""
    save_context(path, FULL)
    save_context(path, Context("acme", client_id="client"))

    assert read_user_file(path).contexts == {"acme": Context("acme", client_id="client")}


def test_comments_stay(commented: Path) -> None:
    """Only what changes changes: comments, order and spacing are the user's."""
    set_value(commented, Key.PORT, 9090)
    set_value(commented, Key.DATA_CENTER, "de", context="acme")
    save_context(commented, Context("other", client_id="y"))

    expected = COMMENTED.replace("8080", "9090").replace('"uk"', '"de"').replace('"x"', '"y"')
    assert commented.read_text(encoding="utf-8") == expected


def test_new_settings_stand_above_the_contexts(commented: Path) -> None:
    """A default that is added does not end up inside a context."""
    set_value(commented, Key.CALENDARS, ("cal_1", "Work"))
    set_value(commented, Key.CONTEXT, "acme")

    found = read_user_file(commented)
    assert found.defaults == {Key.PORT: 8080, Key.CALENDARS: ("cal_1", "Work"), Key.CONTEXT: "acme"}
    assert "# the old one" in commented.read_text(encoding="utf-8")


def test_unsetting(commented: Path) -> None:
    """A setting is removed from where it was named, and what was not there is said."""
    assert unset_value(commented, "port")
    assert unset_value(commented, "data_center", context="acme")
    assert not unset_value(commented, "port")
    assert not unset_value(commented, "contexts")
    assert read_user_file(commented).defaults == {}
    assert read_user_file(commented).contexts == {"acme": Context("acme"), "other": Context("other", client_id="x")}


def test_an_unknown_setting_can_be_unset(path: Path) -> None:
    """A file that this version refuses can be mended with the tool."""
    path.parent.mkdir()
    path.write_text("from_the_future = 1\n", encoding="utf-8")

    assert unset_value(path, "from_the_future")
    assert path.read_text(encoding="utf-8") == ""


def test_the_current_context_stays_current_under_its_new_name(commented: Path) -> None:
    """Renaming changes the choice along with the name, and keeps the comments inside."""
    set_value(commented, Key.CONTEXT, "acme")

    rename_context(commented, "acme", "acme-dev")

    found = read_user_file(commented)
    assert found.defaults[Key.CONTEXT] == "acme-dev"
    assert found.contexts == {
        "acme-dev": Context("acme-dev", data_center="uk"),
        "other": Context("other", client_id="x"),
    }
    assert "# The application of the demo." in commented.read_text(encoding="utf-8")


def test_removing_the_current_context_leaves_none_current(commented: Path) -> None:
    """The choice goes with the context; other contexts stay."""
    set_value(commented, Key.CONTEXT, "acme")

    remove_context(commented, "acme")

    found = read_user_file(commented)
    assert (found.defaults, list(found.contexts)) == ({Key.PORT: 8080}, ["other"])


def test_names_that_differ_in_capital_letters_only_are_refused(commented: Path) -> None:
    """Two such contexts would share a file of secrets on many systems."""
    with pytest.raises(WrongUsage, match="already a context 'acme'"):
        save_context(commented, Context("Acme"))
    with pytest.raises(WrongUsage, match="already a context 'other'"):
        rename_context(commented, "acme", "OTHER")

    assert commented.read_text(encoding="utf-8") == COMMENTED


def test_a_context_that_is_not_there_is_not_found(commented: Path) -> None:
    """Nothing is written for a context that does not exist."""
    with pytest.raises(NotFound, match="'gone'"):
        set_value(commented, Key.DATA_CENTER, "us", context="gone")
    with pytest.raises(NotFound, match="'gone'"):
        rename_context(commented, "gone", "new")
    with pytest.raises(NotFound, match="'gone'"):
        remove_context(commented, "gone")

    assert commented.read_text(encoding="utf-8") == COMMENTED


def test_a_broken_file_is_not_touched(path: Path) -> None:
    """What is not TOML is left to its owner."""
    path.parent.mkdir()
    path.write_text("port = \n", encoding="utf-8")

    with pytest.raises(WrongUsage, match="line 1"):
        set_value(path, Key.PORT, 1)

    assert path.read_text(encoding="utf-8") == "port = \n"


def test_a_layout_that_cannot_be_changed_safely_is_refused(path: Path) -> None:
    """Where the TOML library would lose the change, the file stays as it is and the user is told."""
    text = "contexts.a.scope = 'x'\ncontexts.b.scope = 'x'\n"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")

    with pytest.raises(WrongUsage) as refused:
        save_context(path, Context("c", scope="x"))

    assert refused.value.message == f"{path} has a form that this command cannot change"
    assert refused.value.hint == "edit it by hand"
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_the_file_is_private_and_a_link_stays_a_link(path: Path, tmp_path: Path) -> None:
    """The file is 0600, its folder 0700; a file that is kept elsewhere and linked is written there."""
    path.parent.mkdir(mode=0o700)
    kept = tmp_path / "dotfiles.toml"
    kept.write_text("port = 1\n", encoding="utf-8")
    path.symlink_to(kept)

    set_value(path, Key.PORT, 2)

    assert path.is_symlink()
    assert kept.read_text(encoding="utf-8") == "port = 2\n"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_new_folder_is_private(path: Path) -> None:
    """The first setting makes a folder that only its owner can enter."""
    set_value(path, Key.PORT, 2)

    assert os.name != "posix" or stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert path.read_text(encoding="utf-8") == "port = 2\n"


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    """A file in the way is a sentence, not the system's error."""
    (tmp_path / "config").write_text("", encoding="utf-8")

    with pytest.raises(CronofyError, match=r"config\.toml\.lock cannot be locked: ") as failed:
        set_value(tmp_path / "config" / "config.toml", Key.PORT, 1)

    assert failed.value.hint == f"check that you may write to {tmp_path / 'config' / 'locks'}"


def test_processes_do_not_undo_each_others_changes(path: Path) -> None:
    """Contexts that several processes add at the same moment are all there."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY)}
    with ExitStack() as stack:
        for number in range(6):
            stack.enter_context(
                subprocess.Popen([sys.executable, "-c", SAVE_ONE, str(path), str(number)], env=environment)
            )

    assert sorted(read_user_file(path).contexts) == [f"context-{number}" for number in range(6)]


def test_reading_does_not_import_the_library_for_writing(path: Path) -> None:
    """tomlkit costs 20 ms, which only a change has to pay."""
    done = subprocess.run(
        [sys.executable, "-c", READ],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY), "CRONOFY_CONFIG_DIR": str(path.parent)},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "False False\n"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_of_windows_is_changed(tmp_path: Path, encoding: str) -> None:
    """A file that Notepad saved with a byte order mark keeps its comments, and is UTF-8 from then on."""
    path = tmp_path / "config.toml"
    path.write_bytes("# Café.\nport = 1\n".encode(encoding))

    set_value(path, Key.PORT, 2)

    assert path.read_text("utf-8") == "# Café.\nport = 2\n"


def test_settings_that_cannot_be_written(tmp_path: Path) -> None:
    """A file that cannot be written is named, with the variable that names another folder for settings."""
    path = tmp_path / "config.toml"
    path.symlink_to("/proc/no-such-folder/config.toml")

    with pytest.raises(CronofyError, match="cannot be written") as failed:
        set_value(path, Key.PORT, 2)

    assert failed.value.hint == "check its folder's permissions, or name another in CRONOFY_CONFIG_DIR"
