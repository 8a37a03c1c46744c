"""The ngrok authtoken that `cronofy tunnel token` keeps: in a file of its own, for its owner only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.adapters.paths import data_folder, write_private

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def read_token(environment: Mapping[str, str]) -> str | None:
    """Return the token, None if none is kept."""
    try:
        return token_file(environment).read_text(encoding="utf-8").strip() or None
    except OSError:
        return None


def keep_token(token: str, environment: Mapping[str, str]) -> None:
    """Keep a token in place of the one before."""
    write_private(token_file(environment), token.encode())


def forget_token(environment: Mapping[str, str]) -> bool:
    """Remove the token, and return whether there was one."""
    file = token_file(environment)
    is_there = file.exists()
    file.unlink(missing_ok=True)
    return is_there


def token_file(environment: Mapping[str, str]) -> Path:
    """Return the file that holds it. It need not exist."""
    return data_folder(environment) / "ngrok-authtoken"
