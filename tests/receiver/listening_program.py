"""A program of its own that listens until it is killed, so that it can be.

    python listening_program.py FOLDER [LARGEST_FILE_IN_BYTES]

Prints its port. With a largest file it gets what a full disk gives: no more room.
"""

from __future__ import annotations

import resource
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

from cronofy_cli.adapters.history import open_history
from cronofy_cli.receiver.server import Listener, ListenerCalls, ListenerSettings
from tests.receiver.receiving import PATH, SECRET


def main(folder: Path, largest_file: int | None) -> None:
    """Listen until killed."""
    listener = Listener(
        ListenerSettings((PATH,), "uk", (SECRET,)),
        ListenerCalls(_take_no_note, _take_no_note, _take_no_note),
        lambda: open_history(folder / "history.db"),
        lambda: datetime.now(UTC),
    )
    listener.start()
    if largest_file is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
    sys.stdout.write(f"{listener.port}\n")
    sys.stdout.flush()
    threading.Event().wait()


def _take_no_note(_what: object) -> None:
    """Whoever looks for it finds it in the history."""


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None)
