"""Opening the history: when others do so at the same moment, and when it is refused."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from cronofy_cli.adapters.history import open_history
from cronofy_cli.errors import HistoryUnavailable
from tests.adapters.history.test_burst_buffer import A_BURST, arrivals
from tests.histories import connection_of
from tests.open_files import open_files

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


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize("change", ["PRAGMA user_version = 99", "UPDATE inbox SET format = 9"], ids=["tables", "burst"])
def test_what_a_later_release_has_written_is_not_kept_open(change: str, read_only: bool, path: Path) -> None:
    """A file that is refused can be moved away, or upgraded to, at once."""
    with open_history(path) as history:
        history.receive(arrivals(A_BURST))
        connection_of(history).execute(change)

    with pytest.raises(HistoryUnavailable, match="newer cronofy") as caught:
        open_history(path, read_only=read_only)

    assert open_files(path) == set(), caught.value
