"""Telling that a run is ready, for people and for programs, as long as it is true."""

from __future__ import annotations

import json
import os
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from cronofy_cli.adapters.paths import write_private

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cronofy_cli.commands.receiving import Run


class ReadyNotice:
    """The `ready` line and the `--ready-file`. The watchdog's thread withdraws and renews it."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._run: Run | None = None
        self._lock = threading.Lock()
        self._is_true = True

    @contextmanager
    def given(self, run: Run) -> Iterator[None]:
        """Have it given inside the `with`.

        Raises:
            WrongUsage: the file cannot be written.
        """
        with self._lock:
            self._run = run
            if self._is_true:
                self._tell(run)
        try:
            yield
        finally:
            with self._lock:
                self._run = None
                self._remove()

    def withdraw(self) -> None:
        """Remove the file: nothing can arrive now."""
        with self._lock:
            self._is_true = False
            self._remove()

    def renew(self) -> None:
        """Tell anew, with the address and the channel of now.

        Raises:
            WrongUsage: the file cannot be written.
        """
        with self._lock:
            self._is_true = True
            if self._run is not None:
                self._tell(self._run)

    def _tell(self, run: Run) -> None:
        channel = run.session.channel
        assert channel is not None
        document = {
            "callback_url": run.session.callback_url,
            "channel_id": channel.channel_id,
            "port": run.session.port,
            "pid": os.getpid(),
        }
        if self._file is not None:
            write_private(self._file, json.dumps(document).encode())
        run.live.ready(document, "Ready. Ctrl-C closes the channel.")

    def _remove(self) -> None:
        if self._file is not None:
            with suppress(OSError):
                self._file.unlink()
