"""Opening the history when others do so at the same moment."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import open_history

if TYPE_CHECKING:
    from pathlib import Path

ROUNDS = 40
OPENERS = 4


@pytest.mark.usefixtures("waits_for_writers")
def test_several_programs_make_the_file_at_once(tmp_path: Path) -> None:
    """Whoever comes second while the file is being made waits, and finds it made."""
    troubles: list[BaseException] = []

    def open_together(path: Path, start: threading.Barrier) -> None:
        start.wait()
        try:
            open_history(path).close()
        except BaseException as error:  # noqa: BLE001 - a thread's exception would be lost
            troubles.append(error)

    for number in range(ROUNDS):
        start = threading.Barrier(OPENERS)
        path = tmp_path / f"{number}.db"
        openers = [threading.Thread(target=open_together, args=(path, start)) for _ in range(OPENERS)]
        for opener in openers:
            opener.start()
        for opener in openers:
            opener.join()

    assert troubles == []
