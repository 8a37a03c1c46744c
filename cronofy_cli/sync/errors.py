"""Why a copy cannot be used, as the one error that is raised for it, with the step that fixes it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from cronofy_cli.adapters import postgres, sqlite
from cronofy_cli.adapters.sqlite import Trouble
from cronofy_cli.errors import CronofyError, RequestFailed

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from cronofy_cli.adapters.postgres import PostgresAddress


class CopyUnavailable(CronofyError):
    """A copy cannot be read or written; it is as the last run left it."""

    code = "copy_unavailable"


class CopyBusy(CopyUnavailable):
    """Another run is at work on the same copy."""

    code = "copy_busy"


def unreadable_events(number: int) -> RequestFailed:
    """Return the error for items of an answer that no copy can be kept of."""
    items = (
        "1 item of the answer is no event, or has"
        if number == 1
        else f"{number} items of the answer are no events, or have"
    )
    return RequestFailed(
        f"{items} no event_uid: the copy would be incomplete, and is as it was",
        hint="look at what Cronofy sends: cronofy events read --json",
    )


def translated(path: Path) -> AbstractContextManager[None]:
    """Turn what SQLite and the file system raise inside the block into CopyUnavailable."""
    return sqlite.translated(partial(_unavailable, path))


def translated_in_postgres(address: PostgresAddress) -> AbstractContextManager[None]:
    """Turn what psycopg raises inside the block into CopyUnavailable."""
    return postgres.translated(partial(_unavailable_in_postgres, address))


def _unavailable_in_postgres(address: PostgresAddress, trouble: postgres.Trouble, words: str) -> CopyUnavailable:
    if trouble is postgres.Trouble.LOCKED:
        return CopyBusy(f"another program is at work on the copy in {address}", hint="let it end, then run this again")
    sentence, hint = postgres.described("the copy", address, trouble, words)
    return CopyUnavailable(sentence, hint=hint)


def _unavailable(path: Path, trouble: Trouble, words: str) -> CopyUnavailable:
    if trouble is Trouble.LOCKED:
        return CopyBusy(f"another program is at work on {path}", hint="let it end, then run this again")
    told = {
        Trouble.FULL: (f"{path} cannot be written: the disk is full", "free some space, then run this again"),
        Trouble.DAMAGED: (
            f"{path} is not a copy of a calendar, or is damaged",
            f"move {path} away: the next run starts a new one; or name another file with --out",
        ),
        Trouble.NOT_OPENED: (
            f"{path} cannot be read or written: {words}",
            "check that the folder is there and that you may write to it",
        ),
    }
    usual = (
        f"{path} cannot be read or written: {words}",
        "check the folder, the free space, and that you may write there",
    )
    sentence, hint = told.get(trouble, usual)
    return CopyUnavailable(sentence, hint=hint)
