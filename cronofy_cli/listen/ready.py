"""Telling that a run is ready, for people and for programs, as long as it is true."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from cronofy_cli.adapters.ready_file import ReadyFile
from cronofy_cli.listen.health import HealthServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cronofy_cli.listen.run import Run


class ReadyNotice:
    """The `ready` line and the `--ready-file`. The watchdog's thread withdraws and renews it."""

    def __init__(self, file: Path | None, health_port: int | None = None) -> None:
        """With `health_port`, `/healthz` says the same on that loopback port; 0 takes any free one.

        Raises:
            WrongUsage: the file is somebody else's, or cannot be written.
        """
        self._file = None if file is None else ReadyFile(file)
        self._health = None if health_port is None else HealthServer(health_port, lambda: self.is_ready)
        self._run: Run | None = None
        self._lock = threading.Lock()
        self._is_true = True

    @contextmanager
    def given(self, run: Run) -> Iterator[None]:
        """Have it given inside the `with`.

        Raises:
            WrongUsage: the file cannot be written.
        """
        with self._health or nullcontext():
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

    @property
    def is_ready(self) -> bool:
        """Whether notifications can arrive now."""
        return self._is_true and self._run is not None

    def withdraw(self) -> None:
        """Remove the file: nothing can arrive now."""
        with self._lock:
            self._is_true = False
            self._remove()

    def renew(self) -> None:
        """Tell it again, with the address and the channel of now.

        Raises:
            WrongUsage: the file cannot be written.
        """
        with self._lock:
            self._is_true = True
            if self._run is not None:
                self._tell(self._run)

    def _tell(self, run: Run) -> None:
        from msgspec import UNSET

        from cronofy_cli.output.documents.running import ReadyDocument

        channel = run.session.channel
        assert channel is not None
        document = ReadyDocument(
            callback_url=run.session.callback_url,
            channel_id=channel.channel_id,
            port=run.session.port,
            pid=os.getpid(),
            health_url=UNSET if self._health is None else self._health.url,
        )
        if self._file is not None:
            self._file.write(document.encode())
        run.live.ready(document, "Ready. Ctrl-C closes the channel.")

    def _remove(self) -> None:
        if self._file is not None:
            self._file.remove()
