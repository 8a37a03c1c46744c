"""The authtoken that is kept for ngrok."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from cronofy_cli.adapters.tunnels.ngrok.token import forget_token, keep_token, read_token, token_file

if TYPE_CHECKING:
    from pathlib import Path


def test_kept_and_forgotten(tmp_path: Path) -> None:
    """It is kept for its owner alone until it is forgotten; a second one takes the first one's place."""
    environment = {"CRONOFY_DATA_DIR": str(tmp_path / "data")}
    assert (read_token(environment), forget_token(environment)) == (None, False)

    for token in ("2first", "2second\n"):
        keep_token(token, environment)
        assert read_token(environment) == token.strip()
    assert token_file(environment) == tmp_path / "data" / "ngrok-authtoken"
    assert stat.S_IMODE(token_file(environment).stat().st_mode) == 0o600
    assert (forget_token(environment), read_token(environment), forget_token(environment)) == (True, None, False)


def test_an_empty_file(tmp_path: Path) -> None:
    """It holds no token."""
    (tmp_path / "ngrok-authtoken").write_text(" \n")

    assert read_token({"CRONOFY_DATA_DIR": str(tmp_path)}) is None
