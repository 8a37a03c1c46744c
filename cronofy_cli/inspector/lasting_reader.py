"""A reader of the history for as long as a page is open, in which its file can come, go, and be replaced.

A database that is shared is one and the same; only its tables may come.
"""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from cronofy_cli.adapters.history import History
    from cronofy_cli.inspector.around import Around

_FileId = tuple[int, int] | None
"""Device and number of a file; None without one. As long as it is open, no other file gets the same."""
_SHARED: Final = (0, 0)
"""Stands for a database that is no file of this machine's."""
_TABLES_S: Final = 1.0
"""How often is looked whether it has its tables now."""


class LastingReader:
    """Reads the file that is there now. For one thread at a time; a context manager."""

    def __init__(self, around: Around) -> None:
        self._around: Final = around
        self._history: History | None = None
        self._file: _FileId = None
        self._opened = 0
        self._opened_s = 0.0
        self.replaced = 0
        """How often the file was removed, or another one has taken its place."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        if self._history is not None:
            self._history.close()
            self._history = None

    def history(self) -> History:
        """Return the history that is there now, the same one as long as it stays.

        Raises:
            HistoryUnavailable: it cannot be opened.
        """
        file = self._file_id()
        if self._history is not None and file == self._file and not self._may_have_come(self._history):
            return self._history
        self.close()
        self.replaced += self._file is not None and file != self._file
        self._file = file
        self._history = self._around.reading()
        self._opened += 1
        self._opened_s = monotonic()
        return self._history

    def version(self) -> tuple[int, int]:
        """Return what is another value whenever something may have been written since it was last asked for.

        Raises:
            HistoryUnavailable: the store cannot be read.
        """
        history = self.history()
        return self._opened, history.data_version()

    def _may_have_come(self, history: History) -> bool:
        """Whether what was not there when it was opened may be there now."""
        if history.is_stored or self._file is None:
            return False
        return self._file != _SHARED or monotonic() - self._opened_s > _TABLES_S

    def _file_id(self) -> _FileId:
        if not isinstance(self._around.history, Path):
            return _SHARED
        try:
            found = self._around.history.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino
