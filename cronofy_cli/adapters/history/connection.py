"""Opening the history, wherever it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cronofy_cli.adapters.history.store import History
    from cronofy_cli.adapters.history_place import HistoryPlace


def open_history(
    place: HistoryPlace, *, read_only: bool = False, survives_power_cut: bool = True, settles: bool = True
) -> History:
    """Open the history, and make or upgrade it unless it is only to be read. One that is not there yet reads as empty.

    Without `settles`, what a burst has left is not moved for a reader: the listener that runs does that a little later.

    `survives_power_cut` makes each commit wait for the disk. Without it commits are quick, and still survive the end of
    the program.

    Raises:
        HistoryUnavailable: it cannot be opened, is not a history, or a later release has written it.
    """
    if isinstance(place, Path):
        from cronofy_cli.adapters.history.sqlite_file import open_file

        return open_file(place, read_only=read_only, survives_power_cut=survives_power_cut, settles=settles)
    from cronofy_cli.adapters.history.postgres.connection import open_database

    return open_database(place, read_only=read_only)
