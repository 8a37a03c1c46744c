"""Files that only their owner may read, made before a library opens them."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def make_private_file(path: Path) -> None:
    """Make an empty file for its owner only. One that is there is not touched.

    It is not even opened: when a program closes any descriptor of a file, it loses the locks that SQLite holds there
    through another one, and other programs take the database for unused
    (https://www.sqlite.org/howtocorrupt.html, 2.2).

    Raises:
        OSError: it cannot be made.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
