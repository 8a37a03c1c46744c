"""The process that pyngrok starts, which it does not report while `connect()` has not returned.

The only place that uses names which pyngrok calls private; a test fails when they move.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cronofy_cli.adapters.tunnels.children import END_LIMIT_S, end_process

if TYPE_CHECKING:
    from pathlib import Path

    from pyngrok.process import NgrokProcess


class PyngrokProcess:
    """The process that pyngrok has for one path, which must be used for one process only."""

    def __init__(self, path: Path) -> None:
        self._key = str(path)
        self._found: NgrokProcess | None = None

    @property
    def pid(self) -> int | None:
        """Its id, while it runs."""
        return self._found.proc.pid if self._found is not None and self.is_running() else None

    @property
    def exit_code(self) -> int | None:
        """What it ended with; None while it runs, or was never seen."""
        return self._found.proc.poll() if self._found is not None else None

    def is_running(self) -> bool:
        """Whether it was seen and has not ended. pyngrok is not asked: it would start another one."""
        return self._found is not None and self._found.proc.poll() is None

    def find(self) -> bool:
        """Look for it in pyngrok's registry, where it stands from its start; return whether it was ever seen."""
        from pyngrok import process

        if self._found is None:
            self._found = process._current_processes.get(self._key)  # noqa: SLF001 - there is no public way
        return self._found is not None

    def end(self) -> None:
        """End it, which also ends whatever pyngrok waits for."""
        if self._found is not None:
            end_process(self._found.proc)

    def release(self) -> None:
        """Let pyngrok forget it, and close the pipe that pyngrok leaves open. It must have ended."""
        from pyngrok import process

        if self._found is None:
            return
        process.kill_process(self._key)
        reader = self._found._monitor_thread  # noqa: SLF001 - closing a pipe that is being read would block
        if reader is not None:
            reader.join(END_LIMIT_S)
        if self._found.proc.stdout is not None and (reader is None or not reader.is_alive()):
            self._found.proc.stdout.close()
