"""The keyring's check: with a real Secret Service, and without one.

In processes of their own, because keyring looks at the real environment and decides once per process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from cronofy_cli.adapters.secrets import KeyringUnusable
from cronofy_cli.core.checks import CheckState
from cronofy_cli.doctor.secret_store import check_keyring
from tests.support import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.fakes.secret_service import SecretService

LIMIT_S = 300.0
CHECK = """
import os, sys
from cronofy_cli.adapters.secrets.keyring_entry import KeyringEntries
from cronofy_cli.doctor.secret_store import check_keyring
from cronofy_cli.doctor.view import check_document
entries = KeyringEntries(os.environ, limit_s=1.0 if "hanging" in sys.argv else 60.0)
sys.stdout.buffer.write(check_document(check_keyring(entries, is_in_use="in use" in sys.argv)))
"""
SEARCH = """
from cronofy_cli.adapters.secrets.keyring_entry import KeyringEntries
from cronofy_cli.doctor.secret_store import ENTRY
import os
print(KeyringEntries(os.environ, limit_s=60.0).read(ENTRY))
"""


def python(script: str, environment: Mapping[str, str], *arguments: str) -> str:
    """Return what a process prints that knows of this environment only."""
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY), **environment},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def check(environment: Mapping[str, str], *arguments: str) -> dict[str, Any]:
    """Return the keyring's check in such an environment."""
    found: dict[str, Any] = json.loads(python(CHECK, environment, *arguments))
    return found


def test_a_keyring_that_works(service: SecretService) -> None:
    """A secret is kept and read back, and nothing is left behind."""
    found = check(service.environment)

    assert (found["state"], found["finding"]) == ("ok", "SecretService.Keyring")
    assert python(SEARCH, service.environment) == "None\n"


def test_a_keyring_that_hangs(service: SecretService) -> None:
    """A service that does not answer is told within the limit."""
    service.hang()

    found = check(service.environment, "hanging")

    assert (found["state"], found["code"]) == ("warning", "keyring_unusable")
    assert "did not answer" in found["finding"]


def test_no_keyring(tmp_path: Path) -> None:
    """A machine without a keyring gets a warning that names the other ways to keep secrets."""
    found = check({"HOME": str(tmp_path), "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"})

    assert (found["state"], found["code"]) == ("warning", "keyring_unusable")
    assert "CRONOFY_ACCESS_TOKEN" in found["hint"]


def test_the_context_has_its_secrets_there(tmp_path: Path) -> None:
    """When the context's secrets are in the keyring, one that cannot be used is a failure."""
    environment = {"HOME": str(tmp_path), "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}

    assert check(environment, "in use")["state"] == "failed"


@pytest.mark.parametrize(("arguments", "state"), [((), "skipped"), (("in use",), "failed")])
def test_switched_off(arguments: tuple[str, ...], state: str, tmp_path: Path) -> None:
    """Who switches the keyring off does not want it checked, unless the context needs it."""
    assert check({"HOME": str(tmp_path), "CRONOFY_NO_KEYRING": "1"}, *arguments)["state"] == state


class Entries:
    """A keyring that can be used, or cannot; what was done to it is kept."""

    is_switched_off = False

    def __init__(self, trouble: KeyringUnusable | None = None) -> None:
        self._trouble = trouble
        self.done: list[tuple[str, ...]] = []

    def write(self, name: str, text: str) -> str:
        """Write an entry, and return who keeps it."""
        if self._trouble is not None:
            raise self._trouble
        self.done.append(("write", name, text))
        return "keyring.backends.macOS.Keyring"

    def remove(self, name: str) -> None:
        """Remove an entry."""
        self.done.append(("remove", name))


def test_what_is_tried() -> None:
    """An entry that says what it is, is written and removed, under a name that no context can have."""
    entries = Entries()

    found = check_keyring(entries, is_in_use=True)  # type: ignore[arg-type]

    assert (found.name, found.state, found.finding) == ("keyring", CheckState.OK, "macOS.Keyring")
    assert found.evidence == (("backend", "keyring.backends.macOS.Keyring"),)
    text = "written by cronofy doctor; it can be removed"
    assert entries.done == [("write", "doctor:trial", text), ("remove", "doctor:trial")]


@pytest.mark.parametrize(
    ("is_in_use", "state", "meaning"),
    [
        (
            True,
            CheckState.FAILED,
            "the context keeps its secrets in the keyring, so its access token cannot be read",
        ),
        (
            False,
            CheckState.WARNING,
            "auth login cannot store secrets safely; environment variables and a private file work",
        ),
    ],
)
@pytest.mark.parametrize("hint", ["unlock it", None])
def test_what_that_means(is_in_use: bool, state: CheckState, meaning: str, hint: str | None) -> None:
    """One that cannot be used is as bad as what is kept there; what to do is the error's word, or the other ways."""
    trouble = KeyringUnusable("it is locked", hint=hint)

    found = check_keyring(Entries(trouble), is_in_use=is_in_use)  # type: ignore[arg-type]

    ways = "set CRONOFY_ACCESS_TOKEN, or use a private file: cronofy auth login --insecure-storage"
    assert (found.state, found.finding, found.code) == (state, "it is locked", "keyring_unusable")
    assert (found.meaning, found.hint) == (meaning, hint or ways)
