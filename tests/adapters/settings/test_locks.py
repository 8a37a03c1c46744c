"""The file of a lock between processes."""

from __future__ import annotations

import os
import stat
import sys
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.settings.locks import file_lock

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.skipif(sys.platform == "win32", reason="there are no modes")
def test_the_file_is_the_owners(tmp_path: Path) -> None:
    """Whatever the umask is, nobody else may open the file, and so hold the lock."""
    before = os.umask(0)
    try:
        with file_lock(tmp_path / "folder" / "settings.lock", 1.0):
            mode = (tmp_path / "folder" / "settings.lock").stat().st_mode
    finally:
        os.umask(before)

    assert stat.S_IMODE(mode) == 0o600
