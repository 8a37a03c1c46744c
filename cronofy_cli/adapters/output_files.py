"""Files that the user names for output: a regular file is replaced at once, anything else is opened and written.

A device, a pipe such as `/dev/fd/63`, and what a link leads to are not ours to replace. Folders are not made.
"""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from cronofy_cli.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Iterable

PRIVATE_MODE = 0o600


def check_output(path: Path) -> None:
    """Say early what will not be written.

    Raises:
        WrongUsage: there is no such folder, or it is one.
    """
    if not path.absolute().parent.is_dir():
        raise WrongUsage(f"there is no folder for '{path}'", hint=f"mkdir -p {path.parent}")
    if path.is_dir():
        raise WrongUsage(f"'{path}' cannot be written: it is a folder", hint=f"name a file, such as {path / 'output'}")


def write_output(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file that the user named. If a part cannot be had, a regular file stays as it was.

    Raises:
        WrongUsage: it cannot be written.
    """
    check_output(path)
    try:
        put(path, parts)
    except OSError as error:
        raise WrongUsage(
            f"'{path}' cannot be written: {error.strerror or error}", hint="name a file that you may write"
        ) from error


def put(path: Path, parts: Iterable[bytes]) -> None:
    """Do as `write_output` without our words.

    Raises:
        OSError: it cannot be written.
    """
    mode = _mode(path)
    if mode is None or stat.S_ISREG(mode):
        replace_file(path, parts, PRIVATE_MODE if mode is None else stat.S_IMODE(mode))
        return
    with path.open("wb") as file:
        file.writelines(parts)


def replace_file(path: Path, parts: Iterable[bytes], mode: int = PRIVATE_MODE) -> None:
    """Replace a file at once; readers see the old or the new one. Its folder must exist.

    The temporary file has a name that cannot be guessed and is made new, so that no link can have been put there.

    Raises:
        OSError: it cannot be written, and is as it was.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        if mode != PRIVATE_MODE:
            temporary.chmod(mode)
        temporary.replace(path)
    except BaseException:  # an interrupt too must not leave the temporary file behind
        temporary.unlink(missing_ok=True)
        raise


def _mode(path: Path) -> int | None:
    """Return what stands at a path, not what a link there leads to; None when nothing does."""
    try:
        return path.lstat().st_mode
    except FileNotFoundError:
        return None
