"""Secrets in a file: private from the start, whole or not there, refused when others may read them."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.secrets import SecretStore, SecretsUnavailable, secret_path
from cronofy_cli.adapters.secrets.failures import KeyringUnusable
from cronofy_cli.core.accounts.contexts import Context, SecretPlace, StoredClientSecret, StoredSecrets
from cronofy_cli.errors import ExitCode, WrongUsage
from tests.support import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

ACME = Context("acme", secret_place=SecretPlace.FILE)
SECRETS = StoredSecrets(
    (StoredClientSecret("first", "CRN_in_a_file", datetime(2026, 11, 22, 9, 30, tzinfo=UTC)),), access_token="tok_file"
)

WAYS_OUT = (
    "unset CRONOFY_NO_KEYRING, or keep them in a private file: cronofy auth login --context acme --insecure-storage"
)

KILLED_WHILE_WRITING = """
import os, signal, sys
from pathlib import Path
from cronofy_cli.adapters.secrets.secret_file import SecretFile

Path.replace = lambda self, target: os.kill(os.getpid(), signal.SIGKILL)
SecretFile(Path(sys.argv[1])).write("the new value")
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A folder for settings, and no keyring."""
    return {"CRONOFY_CONFIG_DIR": str(tmp_path / "config"), "CRONOFY_NO_KEYRING": "1"}


@pytest.fixture
def store(environment: dict[str, str]) -> SecretStore:
    """A store that may have nothing to warn about."""
    return SecretStore(environment, warn=pytest.fail)


def test_what_is_saved_is_loaded(store: SecretStore, environment: dict[str, str]) -> None:
    """A file gives back what it was given, and says where it is."""
    kept = store.save(ACME, SECRETS)
    found = store.load(ACME)

    assert (kept.place, kept.where) == (SecretPlace.FILE, str(secret_path("acme", environment)))
    assert found is not None
    assert (found.secrets, found.kept) == (SECRETS, kept)


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_the_file_is_private_whatever_the_umask_says(store: SecretStore, environment: dict[str, str]) -> None:
    """The file is 0600 and its folder 0700."""
    before = os.umask(0)
    try:
        store.save(ACME, SECRETS)
    finally:
        os.umask(before)

    path = secret_path("acme", environment)
    assert (_mode(path), _mode(path.parent)) == (0o600, 0o700)


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_an_open_folder_is_closed(store: SecretStore, environment: dict[str, str]) -> None:
    """A folder that others may look into is made private by the next save."""
    folder = secret_path("acme", environment).parent
    folder.mkdir(parents=True)
    folder.chmod(0o755)

    store.save(ACME, SECRETS)

    assert _mode(folder) == 0o700


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
@pytest.mark.parametrize("mode", [0o604, 0o640, 0o620, 0o777])
def test_a_file_that_others_may_read_is_refused(store: SecretStore, environment: dict[str, str], mode: int) -> None:
    """Secrets that others may read or change are an error that names the command that mends it."""
    store.save(ACME, SECRETS)
    path = secret_path("acme", environment)
    path.chmod(mode)

    with pytest.raises(SecretsUnavailable) as refused:
        store.load(ACME)

    assert refused.value.message == f"other users of this machine may read or change {path}"
    assert refused.value.hint == f"chmod 600 '{path}'"
    assert refused.value.exit_code == ExitCode.AUTH


def test_a_process_killed_while_writing_leaves_the_old_value(environment: dict[str, str]) -> None:
    """`kill -9` between the write and its taking effect changes nothing, and a removal takes what it left along."""
    path = secret_path("acme", environment)
    path.parent.mkdir(parents=True, mode=0o700)
    path.write_text("the old value", encoding="utf-8")
    path.chmod(0o600)

    killed = subprocess.run(
        [sys.executable, "-c", KILLED_WHILE_WRITING, str(path)],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY)},
        check=False,
    )

    left = [each for each in path.parent.iterdir() if each != path]
    assert killed.returncode == -signal.SIGKILL
    assert path.read_text(encoding="utf-8") == "the old value"
    assert [each.read_text(encoding="utf-8") for each in left] == ["the new value"]
    SecretStore(environment, warn=pytest.fail).delete(ACME)
    assert list(path.parent.iterdir()) == []


def test_what_a_dead_process_left_is_swept_by_the_next_save(store: SecretStore, environment: dict[str, str]) -> None:
    """An old temporary file goes; a fresh one may be another process's that is writing right now."""
    path = secret_path("acme", environment)
    path.parent.mkdir(parents=True, mode=0o700)
    old, fresh = (path.parent / f".{path.name}.{name}" for name in ("old", "fresh"))
    for left in (old, fresh):
        left.write_text("secret", encoding="utf-8")
    os.utime(old, (0, 0))

    store.save(ACME, SECRETS)

    assert (old.exists(), fresh.exists()) == (False, True)


@pytest.mark.parametrize("content", ["", "not JSON", '{"version":99,"access_token":"tok_newer"}', '["tok_x"]'])
def test_a_damaged_file_is_an_error_that_does_not_repeat_it(
    store: SecretStore, environment: dict[str, str], content: str
) -> None:
    """Secrets that cannot be understood are reported without a word of them."""
    store.save(ACME, SECRETS)
    secret_path("acme", environment).write_text(content, encoding="utf-8")

    with pytest.raises(SecretsUnavailable) as damaged:
        store.load(ACME)

    assert "tok_" not in f"{damaged.value.message} {damaged.value.hint}"
    assert damaged.value.message.startswith("the secrets of context acme cannot be understood (")
    assert damaged.value.hint == "remove them and sign in again: cronofy context remove acme"


def test_a_name_cannot_leave_the_folder(environment: dict[str, str]) -> None:
    """A context's name never becomes a path."""
    with pytest.raises(WrongUsage):
        secret_path("../../elsewhere", environment)


def test_deleting_what_is_not_there_is_no_error(store: SecretStore) -> None:
    """A removal says whether there was anything."""
    store.save(ACME, SECRETS)

    assert (store.delete(ACME), store.delete(ACME)) == (True, False)


def test_asking_a_keyring_that_cannot_be_used(environment: dict[str, str]) -> None:
    """Who wants to know beforehand hears the reason, and the ways out."""
    with pytest.raises(KeyringUnusable) as refused:
        SecretStore(environment, warn=pytest.fail).check_keyring(Context("acme"))

    assert refused.value.message == "the keyring is switched off by CRONOFY_NO_KEYRING"
    assert refused.value.hint == WAYS_OUT


@pytest.mark.parametrize("is_allowed", [True, False])
def test_who_is_asked_whether_a_file_will_do(is_allowed: bool, environment: dict[str, str]) -> None:
    """The question comes with the reason; after a no nothing is kept, after a yes a warning says where it is."""
    reasons: list[str] = []
    warnings: list[str] = []

    def allow(reason: str) -> bool:
        reasons.append(reason)
        return is_allowed

    store, path = SecretStore(environment, warn=warnings.append), secret_path("acme", environment)
    if is_allowed:
        kept = store.save(Context("acme"), SECRETS, allow_file=allow)
        assert (kept.place, kept.where) == (SecretPlace.FILE, str(path))
    else:
        with pytest.raises(KeyringUnusable):
            store.save(Context("acme"), SECRETS, allow_file=allow)

    assert reasons == ["the keyring is switched off by CRONOFY_NO_KEYRING"]
    assert (path.exists(), len(warnings)) == (is_allowed, int(is_allowed))


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    """A file in the way of the folder is reported, not raised as the system's error."""
    (tmp_path / "config").write_text("", encoding="utf-8")
    environment = {"CRONOFY_CONFIG_DIR": str(tmp_path / "config")}
    store = SecretStore(environment, warn=pytest.fail)

    with pytest.raises(SecretsUnavailable, match="cannot be written: ") as failed:
        store.save(ACME, SECRETS)

    assert failed.value.hint == f"check the permissions of {secret_path('acme', environment).parent}"


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
