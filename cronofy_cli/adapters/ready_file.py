"""The `--ready-file` of a program that runs: there while it is ready. Never another program's file."""

from __future__ import annotations

import stat
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from cronofy_cli.adapters.output_files import check_output, write_output
from cronofy_cli.core.fields import decode_object
from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from pathlib import Path

_LARGEST_BYTES: Final = 65_536
_FIELDS: Final = {"pid", "port"}
"""What every ready file of ours says."""


class ReadyFile:
    """A file with what this program says of itself. One that a killed run left behind is taken over."""

    def __init__(self, path: Path) -> None:
        """Look at the place.

        Raises:
            WrongUsage: it cannot be written, or a file is there that no ready file is.
        """
        check_output(path)
        self._path = path
        self._written: bytes | None = None
        if self._is_regular() and not _may_be_replaced(path):
            raise WrongUsage(
                f"'{path}' is there already, and is no file of cronofy's",
                hint="name another file for --ready-file, or remove this one",
            )

    def write(self, content: bytes) -> None:
        """Write it, in place of what this program wrote before.

        Raises:
            WrongUsage: it cannot be written.
        """
        write_output(self._path, (content,))
        self._written = content

    def remove(self) -> None:
        """Remove it, if it is still what was written."""
        with suppress(OSError):
            if self._written is not None and self._is_regular() and self._path.read_bytes() == self._written:
                self._path.unlink()
        self._written = None

    def _is_regular(self) -> bool:
        try:
            return stat.S_ISREG(self._path.lstat().st_mode)
        except OSError:
            return False


def _may_be_replaced(path: Path) -> bool:
    """Whether it is empty, as `mktemp` makes files, or was written by a run that could not remove it."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_BYTES)
    except OSError:
        return False
    return not content.strip() or decode_object(content).keys() >= _FIELDS
