"""A lock between processes, on a file of its own.

The standard library suffices: filelock would cost a command 40 ms more. The file stays when the lock is free, since
removing it would let two processes hold locks on two files of one name.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from cronofy_cli.adapters.settings.places import make_private_folder
from cronofy_cli.errors import CronofyError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PAUSE_S = 0.01


class LockBusy(CronofyError):
    """Another process holds a lock for too long."""

    code = "lock_busy"


if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

    def _unlock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

    _BUSY = PermissionError
else:
    import fcntl

    def _try_lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)

    _BUSY = BlockingIOError


@contextmanager
def file_lock(path: Path, limit_s: float) -> Iterator[None]:
    """Hold the lock inside the block. The system frees it if the process dies. Not reentrant.

    Raises:
        LockBusy: another process did not free it within the limit.
        CronofyError: the file cannot be made or locked.
    """
    try:
        make_private_folder(path.parent)
        file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")
    except OSError as error:
        raise _unusable(path, error) from error
    with file:
        _wait_for(file, path, limit_s)
        try:
            yield
        finally:
            _unlock(file)


def _wait_for(file: IO[bytes], path: Path, limit_s: float) -> None:
    deadline = time.monotonic() + limit_s
    while True:
        try:
            _try_lock(file)
        except _BUSY as error:
            if time.monotonic() >= deadline:
                raise LockBusy(
                    f"another cronofy has held {path} for {limit_s:g} s", hint="end that process, then try again"
                ) from error
            time.sleep(_PAUSE_S)
        except OSError as error:
            raise _unusable(path, error) from error
        else:
            return


def _unusable(path: Path, error: OSError) -> CronofyError:
    return CronofyError(
        f"{path} cannot be locked: {error.strerror or error}",
        hint=f"check that you may write to {path.parent}",
    )
