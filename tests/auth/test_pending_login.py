"""What the first step of a sign-in leaves for the second."""

from __future__ import annotations

import stat
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.auth.pending_login import PendingSignIn, forget, recall, remember
from cronofy_cli.errors import NotSignedIn

if TYPE_CHECKING:
    from pathlib import Path

FIRST = PendingSignIn("acme", "uk", "client", "http://localhost:7777/callback", "state_1", "read_events", "")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A data folder of the test's own, not made yet."""
    return {"CRONOFY_DATA_DIR": str(tmp_path / "data")}


def test_one_sign_in_is_remembered(environment: dict[str, str], tmp_path: Path) -> None:
    """The last first step is recalled whole, by whoever asks, in a file that only the user may read."""
    remember(replace(FIRST, state="state_0"), environment)
    remember(FIRST, environment)

    assert recall(environment) == recall(environment) == FIRST
    (file,) = (tmp_path / "data").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_it_counts_once(environment: dict[str, str]) -> None:
    """What is forgotten cannot be recalled, and may be forgotten again."""
    remember(FIRST, environment)
    for _ in range(2):
        forget(environment)

    with pytest.raises(NotSignedIn, match="no sign-in was started") as refused:
        recall(environment)
    assert refused.value.hint == "cronofy auth login --start"


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"context":"acme"}', b"\xff"])
def test_a_file_that_says_less(content: bytes, environment: dict[str, str], tmp_path: Path) -> None:
    """What is damaged or of an older release is no first step."""
    remember(FIRST, environment)
    (file,) = (tmp_path / "data").iterdir()
    file.write_bytes(content)

    with pytest.raises(NotSignedIn):
        recall(environment)
